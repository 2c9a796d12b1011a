// Two chains as viem's documentation has users define their own: addresses in, nothing else known of them.
import { createPublicClient, createWalletClient, defineChain, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { chainConfig, publicActionsL1, publicActionsL2, walletActionsL1, walletActionsL2 } from 'viem/op-stack'

const ether = { name: 'Ether', symbol: 'ETH', decimals: 18 }
const pollingInterval = 50 // ms

/** @param where `{ l1, l2 }`: each with `id`, `url` and `contracts` by viem's names; `key` of the user. */
export function clients({ l1, l2, key }) {
  const onL1 = (address) => ({ [l1.id]: { address } })
  const chainL1 = defineChain({
    id: l1.id,
    name: 'L1',
    nativeCurrency: ether,
    rpcUrls: { default: { http: [l1.url] } },
    contracts: { multicall3: { address: l1.multicall3 } },
  })
  const chainL2 = defineChain({
    ...chainConfig,
    id: l2.id,
    name: 'L2',
    nativeCurrency: ether,
    rpcUrls: { default: { http: [l2.url] } },
    sourceId: l1.id,
    contracts: {
      ...chainConfig.contracts,
      ...Object.fromEntries(Object.entries(l2.contracts).map(([name, address]) => [name, onL1(address)])),
    },
  })
  const account = privateKeyToAccount(key)
  const of = (create, chain, more) => create({ account, chain, pollingInterval, transport: http() }).extend(more())
  return {
    account,
    chainL1,
    chainL2,
    publicL1: of(createPublicClient, chainL1, publicActionsL1),
    publicL2: of(createPublicClient, chainL2, publicActionsL2),
    walletL1: of(createWalletClient, chainL1, walletActionsL1),
    walletL2: of(createWalletClient, chainL2, walletActionsL2),
  }
}
