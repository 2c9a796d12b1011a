"""A rollup's contracts on L1, and the files that its programs start from.

Each stage waits for the one before; within a stage everything is in flight at once. What L1 already has is
skipped, so a run after a failure goes on where the first one stopped and comes to the same addresses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from opcycle.deploy.config import VM, DeployConfig, Settlement
from opcycle.deploy.costs import Ledger, Quote, read_quote
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.stages import Stage, has_code, missing_of, stages_of
from opcycle.deploy.state import find_start, require_canonical
from opcycle.deploy.validation import (
    ETHEREUM,
    LOCAL_L1_CHAIN_IDS,
    TEST_MACHINE_PROBLEM,
    balances_problem,
)
from opcycle.deploy.verify import require_as_planned
from opcycle.engine.fault_proof_build import build_program
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.receipts import Receipt
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.types import Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex

PATIENCE = 50
"""L1 blocks in which a transaction must be mined."""


def deploy(
    config: DeployConfig,
    *,
    rpc: RpcClient,
    transactions: TransactionManager,
    directory: Path,
    next_block: Callable[[], object],
    progress: Callable[[str], None],
    approve: Callable[[Plan, Quote], None] = lambda *_: None,
    ledger: Ledger | None = None,
    confirmations: int = 0,
) -> Deployment:
    """Deploy, or go on with what was started in `directory`.

    A game's machine that runs op-program starts from the configured absolute prestate, or from the one that
    the deployment in `directory` began with, or else the chain's program is built here.
    `next_block` returns when L1 has another block; `progress` hears what happens. `approve` hears the plan
    and its price before anything is sent or written, and raises if that is not to be; `ledger` gets what was
    paid. In the end L1 has `confirmations` more blocks on top; what a reorg took meanwhile is sent again.
    Raises UserError before anything is sent for a configuration or an L1 that cannot be;
    TransactionRevertedError with the reason; TemporaryError for what a later run may overcome; CriticalError
    if L1 holds something else in the end.
    """
    config.require_valid()
    l1_chain_id = _require_l1(config, rpc)
    start = find_start(
        config,
        rpc=rpc,
        l1_chain_id=l1_chain_id,
        deployer=transactions.address,
        directory=directory,
        confirmations=confirmations,
    )
    plan = make_plan(config, l1_chain_id=l1_chain_id, deployer=start.deployer, anchor=start.anchor)
    if plan.needs_program:
        plan = plan.with_prestate(
            start.prestate or build_program(plan.chain_files, progress).absolute_prestate
        )
        start = replace(start, prestate=plan.config.games.absolute_prestate)
    run = _Run(stages_of(plan, rpc), rpc, transactions, next_block, progress, ledger or Ledger())
    run.wait_for_earlier_run()
    missing = run.missing()
    approve(plan, read_quote(rpc, missing, account=start.deployer, chain_id=l1_chain_id))
    if missing:
        start.write(directory)
    run.send()
    run.confirm(confirmations)
    require_as_planned(rpc, plan)
    require_canonical(start.anchor, rpc=rpc, directory=directory)
    deployment = Deployment(directory, plan.addresses, plan.rollup)
    deployment.write(plan.genesis.to_json())
    return deployment


def _require_l1(config: DeployConfig, rpc: RpcClient) -> int:
    """The chain id. Raises UserError if this L1 is not the one, or cannot carry the contracts."""
    chain_id = from_quantity(rpc.call("eth_chainId"))
    if config.l1_chain_id not in (None, chain_id):
        raise UserError(
            f"{config.name} is to settle on chain {config.l1_chain_id}, but {rpc.url} serves chain {chain_id}"
        )
    if chain_id == config.l2_chain_id:
        raise UserError(f"{rpc.url} serves chain {chain_id}, which is to be the id of {config.name} itself")
    if config.balances and chain_id not in LOCAL_L1_CHAIN_IDS:
        raise UserError(balances_problem(chain_id))
    uses_games = config.settlement is Settlement.GAMES
    if uses_games and config.games.vm is VM.ALPHABET and chain_id == ETHEREUM:
        raise UserError(TEST_MACHINE_PROBLEM)
    if not has_code(rpc, [CREATE2_DEPLOYER])[0]:
        raise UserError(
            f"chain {chain_id} has no CREATE2 deployer at {checksum(CREATE2_DEPLOYER)}; publish its "
            "well-known creation transaction there first (github.com/Arachnid/deterministic-deployment-proxy)"
        )
    return chain_id


@dataclass(frozen=True, slots=True)
class _Run:
    stages: Sequence[Stage]
    rpc: RpcClient
    transactions: TransactionManager
    next_block: Callable[[], object]
    progress: Callable[[str], None]
    ledger: Ledger

    def missing(self) -> list[TransactionRequest]:
        return missing_of(self.stages)

    def send(self) -> None:
        """Everything that is missing, in order."""
        for stage in self.stages:
            self._send_all(stage.what, stage.missing())

    def confirm(self, confirmations: int) -> None:
        """Wait for so many blocks on top of the last transaction; send again what a reorg took meanwhile."""
        while confirmations and self.ledger.payments and not self._stand_after(confirmations):
            self.progress("L1 was reorganized; looking for what it took")
            self.wait_for_earlier_run()
            self.ledger.refresh(self.transactions.receipt)
            self.send()

    def _stand_after(self, confirmations: int) -> bool:
        """Whether every transaction is still in its block when it is that deep."""
        deep = max(payment.receipt.block.number for payment in self.ledger.payments) + confirmations
        self.progress(f"waiting for L1 block {deep}: {confirmations} confirmations")
        for _ in range(confirmations + PATIENCE):
            if from_quantity(self.rpc.call("eth_blockNumber")) >= deep:
                return self.ledger.stands(self.transactions.receipt)
            self.next_block()
        raise TemporaryError(
            f"L1 made fewer than {confirmations} blocks in the time of {confirmations + PATIENCE}; "
            "run the deployment again when it goes on"
        )

    def wait_for_earlier_run(self) -> None:
        """What an interrupted run sent may still be mined; only then is it known what is missing."""
        for _ in range(PATIENCE):
            if not self.transactions.in_flight():
                return
            self.progress("waiting for earlier transactions of this account")
            self.next_block()
        raise TemporaryError(
            f"{checksum(self.transactions.address)} has transactions that were not mined in {PATIENCE} "
            "blocks; replace or wait for them, then run the deployment again"
        )

    def _send_all(self, what: str, requests: Sequence[TransactionRequest]) -> None:
        """Send all, then wait for all; the first that failed ends the deployment."""
        if not requests:
            return
        self.progress(f"{what}: {len(requests)} transactions")
        receipts = self._receipts([self._send(request) for request in requests])
        for request, receipt in zip(requests, receipts, strict=True):
            try:
                self.transactions.require_success(receipt, request)
            except TransactionRevertedError as error:
                raise self._explained(request, error) from error
            finally:
                self.ledger.add(request.what, receipt)

    def _receipts(self, sent: Sequence[Hash]) -> list[Receipt]:
        """In the order of `sent`, once all are mined."""
        mined = 0
        for _ in range(PATIENCE):
            self.transactions.in_flight()  # sends again what the server lost, for more what is not mined
            found = {transaction: self.transactions.receipt(transaction) for transaction in sent}
            receipts = [receipt for receipt in found.values() if receipt is not None]
            if len(receipts) == len(sent):
                return receipts
            if len(receipts) != mined:
                mined = len(receipts)
                self.progress(f"{mined} of {len(sent)} are mined")
            self._require_not_displaced([item for item, receipt in found.items() if receipt is None])
            self.next_block()
        raise TemporaryError(
            f"not all transactions were mined in {PATIENCE} blocks; run the deployment again, "
            "it goes on where it stopped"
        )

    def _require_not_displaced(self, missing: Sequence[Hash]) -> None:
        if lost := [item for item in missing if self.transactions.is_displaced(item)]:
            account = checksum(self.transactions.address)
            raise TemporaryError(
                f"{len(lost)} of the transactions lost their nonces to others of {account}; "
                "does another program send from it? run the deployment again, it goes on where it stopped"
            )

    def _send(self, request: TransactionRequest) -> Hash:
        try:
            return self.transactions.send(request)
        except TransactionRevertedError as error:
            raise self._explained(request, error) from error

    def _explained(
        self, request: TransactionRequest, error: TransactionRevertedError
    ) -> TransactionRevertedError:
        """The CREATE2 deployer swallows a constructor's reason; creating without it tells."""
        if request.to != CREATE2_DEPLOYER:
            return error
        call = {"from": to_hex(self.transactions.address), "data": to_hex(request.data[32:])}
        try:
            self.rpc.call("eth_call", call, "latest")
        except RpcError as reason:
            if isinstance(reason.data, str):
                return TransactionRevertedError(request.what, request.errors.explain(from_hex(reason.data)))
        return error
