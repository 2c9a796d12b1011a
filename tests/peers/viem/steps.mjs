// What a user's program does with viem, step by step, each as in viem's guides "Deposits" and "Withdrawals".
// A step gets the clients and its arguments and returns what JSON can say. Amounts come and go as text.
import { multicall3Abi } from 'viem'
import {
  extractTransactionDepositedLogs,
  getL2TransactionHash,
  getL2TransactionHashes,
  getSourceHash,
  getWithdrawals,
  opaqueDataToDepositData,
} from 'viem/op-stack'

const { multicall3Bytecode } = await import(
  new URL('./node_modules/viem/_esm/constants/contracts.js', import.meta.url)
)

// --- set-up ---------------------------------------------------------------------------------------

/** Multicall3, which viem expects on every public L1. */
export const deployMulticall = ({ walletL1 }) =>
  walletL1.deployContract({ abi: multicall3Abi, bytecode: multicall3Bytecode })

export const l1Receipt = ({ publicL1 }, { hash }) => publicL1.waitForTransactionReceipt({ hash })
export const l2Receipt = ({ publicL2 }, { hash }) => publicL2.waitForTransactionReceipt({ hash })
export const l2Transaction = ({ publicL2 }, { hash }) => publicL2.getTransaction({ hash })

// --- deposits -------------------------------------------------------------------------------------

export async function deposit({ account, publicL2, walletL1 }, { mint, to }) {
  const request = await publicL2.buildDepositTransaction({ account, mint: BigInt(mint), to })
  return walletL1.depositTransaction(request)
}

/** A call on L2 with value from the balance there, or the creation of a contract. */
export async function depositCall({ chainL2, walletL1 }, { value, mint, gas, to, data, isCreation }) {
  const request = { to, data, isCreation, gas: BigInt(gas), value: BigInt(value), mint: BigInt(mint) }
  return walletL1.depositTransaction({ request, targetChain: chainL2 })
}

export const estimateDepositGas = ({ account, chainL2, publicL1 }, { to, value }) =>
  publicL1.estimateDepositTransactionGas({
    account,
    request: { to, gas: 21_000n, mint: BigInt(value), value: BigInt(value) },
    targetChain: chainL2,
  })

/** All that viem makes of an L1 receipt: hashes of L2 transactions, and what the events say. */
export async function deposited({ publicL1 }, { hash }) {
  const receipt = await publicL1.getTransactionReceipt({ hash })
  const logs = extractTransactionDepositedLogs(receipt)
  return {
    hashes: getL2TransactionHashes(receipt),
    first: getL2TransactionHash({ log: logs[0] }),
    deposits: logs.map((log) => ({
      ...log.args,
      ...opaqueDataToDepositData(log.args.opaqueData),
      sourceHash: getSourceHash({ domain: 'userDeposit', l1BlockHash: log.blockHash, l1LogIndex: log.logIndex }),
    })),
  }
}

// --- withdrawals ----------------------------------------------------------------------------------

export async function withdraw({ account, publicL1, walletL2 }, { to, value }) {
  const request = await publicL1.buildInitiateWithdrawal({ account, to, value: BigInt(value) })
  return walletL2.initiateWithdrawal(request)
}

export const withdrawals = async ({ publicL2 }, { hash }) =>
  getWithdrawals(await publicL2.getTransactionReceipt({ hash }))

export async function status({ chainL2, publicL1, publicL2 }, { hash }) {
  const receipt = await publicL2.getTransactionReceipt({ hash })
  return publicL1.getWithdrawalStatus({ receipt, targetChain: chainL2 })
}

export async function timeToProve({ chainL2, publicL1, publicL2 }, { hash }) {
  const receipt = await publicL2.getTransactionReceipt({ hash })
  return publicL1.getTimeToProve({ receipt, targetChain: chainL2 })
}

export async function waitToProve({ chainL2, publicL1, publicL2 }, { hash }) {
  const receipt = await publicL2.getTransactionReceipt({ hash })
  return publicL1.waitToProve({ receipt, targetChain: chainL2 })
}

export async function prove({ account, chainL2, publicL1, publicL2, walletL1 }, { hash }) {
  const receipt = await publicL2.getTransactionReceipt({ hash })
  const { game, output, withdrawal } = await publicL1.waitToProve({ receipt, targetChain: chainL2 })
  const request = await publicL2.buildProveWithdrawal({ account, game, output, withdrawal })
  return walletL1.proveWithdrawal(request)
}

/** Against the newest game, where `waitToProve` takes any that covers the withdrawal, at random. */
export async function proveAgainstNewest({ account, chainL2, publicL1, publicL2, walletL1 }, { hash }) {
  const receipt = await publicL2.getTransactionReceipt({ hash })
  const game = await publicL1.getGame({ l2BlockNumber: receipt.blockNumber, targetChain: chainL2 })
  const [withdrawal] = getWithdrawals(receipt)
  return walletL1.proveWithdrawal(await publicL2.buildProveWithdrawal({ account, game, withdrawal }))
}

export async function timeToFinalize({ chainL2, publicL1, publicL2 }, { hash }) {
  const [{ withdrawalHash }] = getWithdrawals(await publicL2.getTransactionReceipt({ hash }))
  return publicL1.getTimeToFinalize({ targetChain: chainL2, withdrawalHash })
}

export async function finalize({ chainL2, publicL2, walletL1 }, { hash }) {
  const [withdrawal] = getWithdrawals(await publicL2.getTransactionReceipt({ hash }))
  return walletL1.finalizeWithdrawal({ targetChain: chainL2, withdrawal })
}

// --- games ----------------------------------------------------------------------------------------

export const games = ({ chainL2, publicL1 }, { l2BlockNumber }) =>
  publicL1.getGames({ targetChain: chainL2, l2BlockNumber: BigInt(l2BlockNumber) })
export const game = ({ chainL2, publicL1 }, { l2BlockNumber }) =>
  publicL1.getGame({ targetChain: chainL2, l2BlockNumber: BigInt(l2BlockNumber) })
export const timeToNextGame = ({ chainL2, publicL1 }, { l2BlockNumber }) =>
  publicL1.getTimeToNextGame({ targetChain: chainL2, l2BlockNumber: BigInt(l2BlockNumber) })
export const portalVersion = ({ chainL2, publicL1 }) => publicL1.getPortalVersion({ targetChain: chainL2 })

// --- fees on L2 -----------------------------------------------------------------------------------

export async function fees({ account, chainL2, publicL2 }, { to, value, data }) {
  const transaction = { account, to, value: BigInt(value), data }
  return {
    l1BaseFee: await publicL2.getL1BaseFee(),
    l1Gas: await publicL2.estimateL1Gas(transaction),
    l1Fee: await publicL2.estimateL1Fee(transaction),
    operatorFee: await publicL2.estimateOperatorFee(transaction),
    operatorFeeByParameters: await publicL2.estimateOperatorFee({
      ...transaction,
      l1BlockAddress: chainL2.contracts.l1Block.address,
    }),
    totalFee: await publicL2.estimateTotalFee(transaction),
    totalGas: await publicL2.estimateTotalGas(transaction),
    gas: await publicL2.estimateGas(transaction),
    gasPrice: await publicL2.getGasPrice(),
  }
}

export const send = ({ walletL2 }, { to, value, data }) => walletL2.sendTransaction({ to, data, value: BigInt(value) })
