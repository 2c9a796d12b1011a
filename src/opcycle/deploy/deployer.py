"""A rollup's contracts on L1, and the files that its programs start from.

Four rounds, each waiting for the one before: logic, proxies, parameters that no initializer takes, and the
hand-over to the owner. Within a round everything is in flight at once. What L1 already has is skipped, so a
run after a failure goes on where the first one stopped and comes to the same addresses.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opcycle.artifacts import artifact
from opcycle.deploy.config import DeployConfig, Settlement
from opcycle.deploy.creation import Creation
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.plan import Plan, make_plan
from opcycle.deploy.state import require_canonical, start_or_resume
from opcycle.deploy.validation import (
    ETHEREUM,
    LOCAL_L1_CHAIN_IDS,
    TEST_MACHINE_PROBLEM,
    balances_problem,
)
from opcycle.deploy.verify import require_as_planned, slot_address
from opcycle.engine.alloc import IMPLEMENTATION_SLOT
from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.contract import Contract
from opcycle.l1.receipts import Receipt
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.rollup import RollupConfig
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
) -> Deployment:
    """Deploy, or go on with what was started in `directory`.

    `next_block` returns when L1 has another block; `progress` hears what happens. Raises UserError before
    anything is sent for a configuration or an L1 that cannot be; TransactionRevertedError with the reason;
    TemporaryError for what a later run may overcome; CriticalError if L1 holds something else in the end.
    """
    config.require_valid()
    l1_chain_id = _require_l1(config, rpc)
    deployer = transactions.address
    anchor = start_or_resume(config, rpc=rpc, l1_chain_id=l1_chain_id, deployer=deployer, directory=directory)
    plan = make_plan(config, deployer=deployer, anchor=anchor)
    _Run(plan, rpc, transactions, next_block, progress).run()
    require_as_planned(rpc, plan)
    require_canonical(anchor, rpc=rpc, directory=directory)
    deployment = Deployment(directory, plan.addresses, _rollup(plan, l1_chain_id))
    deployment.write(plan.genesis.to_json())
    progress(f"{config.name} is deployed; its files are in {directory}")
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
    if config.settlement is Settlement.GAMES and chain_id == ETHEREUM:
        raise UserError(TEST_MACHINE_PROBLEM)
    if not _has_code(rpc, [CREATE2_DEPLOYER])[0]:
        raise UserError(
            f"chain {chain_id} has no CREATE2 deployer at {checksum(CREATE2_DEPLOYER)}; publish its "
            "well-known creation transaction there first (github.com/Arachnid/deterministic-deployment-proxy)"
        )
    return chain_id


def _has_code(rpc: RpcClient, addresses: Sequence[bytes]) -> list[bool]:
    codes = rpc.batch([("eth_getCode", [to_hex(address), "latest"]) for address in addresses])
    return [code != "0x" for code in codes]


def _rollup(plan: Plan, l1_chain_id: int) -> RollupConfig:
    config, addresses, genesis = plan.config, plan.addresses, plan.genesis
    return RollupConfig(
        genesis_l1=plan.anchor.id,
        genesis_l2=genesis.id,
        genesis_time=plan.anchor.timestamp,
        genesis_system_config=config.system_config,
        block_time=config.block_time,
        l1_chain_id=l1_chain_id,
        l2_chain_id=config.l2_chain_id,
        batch_inbox=addresses.batch_inbox,
        deposit_contract=addresses.optimism_portal,
        l1_system_config=addresses.system_config,
        max_sequencer_drift=config.max_sequencer_drift,
        seq_window_size=config.seq_window_size,
        channel_timeout=config.channel_timeout,
        fork_times=dict.fromkeys(genesis.config.forks, 0),
        fee_curve=config.fee_curve,
        alt_da=config.alt_da,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    plan: Plan
    rpc: RpcClient
    transactions: TransactionManager
    next_block: Callable[[], object]
    progress: Callable[[str], None]

    def run(self) -> None:
        """Everything that is missing, in order."""
        self._wait_for_earlier_run()
        self._create("logic contracts", self.plan.logic.values())
        self._create("proxies", self.plan.proxies.values())
        self._send_all("setting up contracts and parameters", [*self._setups(), *self._settings()])
        self._send_all("handing over to the owner", self._hand_over())

    def _wait_for_earlier_run(self) -> None:
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

    def _create(self, what: str, creations: Iterable[Creation]) -> None:
        wanted = list(creations)
        exists = _has_code(self.rpc, [creation.address for creation in wanted])
        missing = [creation for creation, there in zip(wanted, exists, strict=True) if not there]
        self._send_all(f"creating {len(missing)} {what}", [creation.request for creation in missing])

    def _setups(self) -> list[TransactionRequest]:
        return [
            setup.request
            for setup in self.plan.setups
            if slot_address(self.rpc, setup.proxy, IMPLEMENTATION_SLOT) != setup.logic
        ]

    def _settings(self) -> list[TransactionRequest]:
        requests = []
        for setting in self.plan.settings:
            contract = self._contract(setting.contract, self.plan.proxies[setting.contract].address)
            calls = [(getter, arguments) for getter, *arguments, _ in setting.shown]
            if contract.read_many(calls, block="latest") != [wanted for *_, wanted in setting.shown]:
                requests.append(contract.request(setting.setter, *setting.arguments))
        return requests

    def _hand_over(self) -> list[TransactionRequest]:
        owner = self.plan.config.roles.owner
        owned = [self._contract(name, address) for name, address in self.plan.hand_over]
        return [
            contract.request("transferOwnership", owner)
            for contract in owned
            if contract.read("owner", block="latest") != owner
        ]

    def _contract(self, name: str, address: bytes) -> Contract:
        return Contract(self.rpc, address, artifact(name).abi)

    def _send_all(self, what: str, requests: Sequence[TransactionRequest]) -> None:
        """Send all, then wait for all; the first that failed ends the deployment."""
        if not requests:
            return
        self.progress(what)
        receipts = self._receipts([self._send(request) for request in requests])
        for request, receipt in zip(requests, receipts, strict=True):
            try:
                self.transactions.require_success(receipt, request)
            except TransactionRevertedError as error:
                raise self._explained(request, error) from error

    def _receipts(self, sent: Sequence[Hash]) -> list[Receipt]:
        """In the order of `sent`, once all are mined."""
        for _ in range(PATIENCE):
            found = [self.transactions.receipt(transaction) for transaction in sent]
            receipts = [receipt for receipt in found if receipt is not None]
            if len(receipts) == len(sent):
                return receipts
            self.transactions.in_flight()  # sends again what the server lost, for more what is not mined
            self.next_block()
        raise TemporaryError(
            f"not all transactions were mined in {PATIENCE} blocks; run the deployment again, "
            "it goes on where it stopped"
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
