// ERC-20 tokens and messages between the chains, with Optimism's own additions to viem and by plain ABIs.
import { depositCrossDomainMessage, depositERC20, withdrawCrossDomainMessage, withdrawOptimismERC20 } from '@eth-optimism/viem/actions'
import { contracts as predeploys } from '@eth-optimism/viem'
import { optimismMintableERC20FactoryAbi } from '@eth-optimism/viem/abis'
import { erc20Abi, parseAbi, parseEventLogs } from 'viem'

const wethAbi = parseAbi(['function deposit() payable'])
const bridgeAbi = parseAbi([
  'function bridgeERC20To(address localToken, address remoteToken, address to, uint256 amount, uint32 minGasLimit, bytes extraData)',
  'function depositETHTo(address to, uint32 minGasLimit, bytes extraData) payable',
  'event ERC20BridgeInitiated(address indexed localToken, address indexed remoteToken, address indexed from, address to, uint256 amount, bytes extraData)',
  'event ERC20BridgeFinalized(address indexed localToken, address indexed remoteToken, address indexed from, address to, uint256 amount, bytes extraData)',
])

/** An ERC-20 on L1: wrapped ether, from the bytecode that the caller has. */
export const deployToken = ({ walletL1 }, { bytecode }) => walletL1.deployContract({ abi: wethAbi, bytecode })
export const wrap = ({ walletL1 }, { token, value }) =>
  walletL1.writeContract({ address: token, abi: wethAbi, functionName: 'deposit', value: BigInt(value) })

/** Its counterpart on L2. */
export const createMintable = ({ walletL2 }, { token }) =>
  walletL2.writeContract({
    address: predeploys.optimismMintableERC20Factory.address,
    abi: optimismMintableERC20FactoryAbi,
    functionName: 'createOptimismMintableERC20',
    args: [token, 'Bridged', 'BRG'],
  })

export async function createdMintable({ publicL2 }, { hash }) {
  const { logs } = await publicL2.getTransactionReceipt({ hash })
  const [{ args }] = parseEventLogs({ abi: optimismMintableERC20FactoryAbi, logs, eventName: 'OptimismMintableERC20Created' })
  return args.localToken
}

const token = (address, functionName, ...args) => ({ address, abi: erc20Abi, functionName, args })

export const balances = async ({ account, publicL1, publicL2 }, { l1Token, l2Token }) => ({
  l1: await publicL1.readContract(token(l1Token, 'balanceOf', account.address)),
  l2: await publicL2.readContract(token(l2Token, 'balanceOf', account.address)),
})

export const approve = ({ chainL1, chainL2, walletL1 }, { l1Token, amount }) =>
  walletL1.writeContract(
    token(l1Token, 'approve', chainL2.contracts.l1StandardBridge[chainL1.id].address, BigInt(amount)),
  )

export const depositToken = ({ account, chainL2, publicL2, walletL1 }, { l1Token, l2Token, amount }) =>
  depositERC20(walletL1, {
    account,
    amount: BigInt(amount),
    remoteClient: publicL2,
    remoteTokenAddress: l2Token,
    targetChain: chainL2,
    tokenAddress: l1Token,
  })

export const depositTokenByAbi = ({ account, chainL1, chainL2, walletL1 }, { l1Token, l2Token, amount }) =>
  walletL1.writeContract({
    address: chainL2.contracts.l1StandardBridge[chainL1.id].address,
    abi: bridgeAbi,
    functionName: 'bridgeERC20To',
    args: [l1Token, l2Token, account.address, BigInt(amount), 0, '0x1234'],
  })

export const withdrawToken = ({ account, walletL2 }, { l2Token, amount }) =>
  withdrawOptimismERC20(walletL2, { account, amount: BigInt(amount), tokenAddress: l2Token })

/** What a receipt says of tokens on their way, on either chain. */
export async function bridged(known, { chain, hash }) {
  const { logs } = await known[chain === 'l1' ? 'publicL1' : 'publicL2'].getTransactionReceipt({ hash })
  return parseEventLogs({ abi: bridgeAbi, logs }).map(({ eventName, args }) => ({ eventName, ...args }))
}

/** Ether by the bridge's own function, as older programs do it. */
export const depositEther = ({ chainL1, chainL2, walletL1 }, { to, value }) =>
  walletL1.writeContract({
    address: chainL2.contracts.l1StandardBridge[chainL1.id].address,
    abi: bridgeAbi,
    functionName: 'depositETHTo',
    args: [to, 200_000, '0x'],
    value: BigInt(value),
  })

export const sendMessage = ({ account, chainL2, walletL1 }, { target, message, value }) =>
  depositCrossDomainMessage(walletL1, { account, target, message, value: BigInt(value), targetChain: chainL2 })
export const returnMessage = ({ account, walletL2 }, { target, message, value }) =>
  withdrawCrossDomainMessage(walletL2, { account, target, message, value: BigInt(value) })
