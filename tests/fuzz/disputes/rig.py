"""What every part of a play stands on: contracts and model, how both are asked to act, and how time
passes."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tests.fuzz.disputes.bonds import required
from tests.fuzz.disputes.deploy import (
    CANNON,
    FIRST_BLOCK,
    GENESIS,
    GUARDIAN,
    OTHER_CANNON,
    OWNER,
    PERMISSIONED,
    PERMITTED,
    Artifacts,
    Deployment,
    Parameters,
    account,
    chosen,
    init_bond,
)
from tests.fuzz.disputes.escrow import Who
from tests.fuzz.disputes.game import Game
from tests.fuzz.disputes.machines import Machine, Outputs
from tests.fuzz.disputes.mips64 import Mips64
from tests.fuzz.disputes.model import Settlement
from tests.fuzz.disputes.observe import Observer
from tests.fuzz.disputes.properties import broken, judged
from tests.fuzz.disputes.truth import l2_of
from tests.fuzz.evm import Contract, Event, HaltedError, RefusedError
from tests.fuzz.mips64.world import FIRST, LAST
from tests.fuzz.plays import Recorded
from tests.fuzz.puppet import REVERTER
from tests.fuzz.tally import Refusal

from opcycle.artifacts import artifact
from opcycle.keccak import keccak

RICH = 10**26
GAS = 1 << 24
"""What a transaction may use on Ethereum, by EIP-7825."""

NOT_LOOKED_AT = {"", "ReceiveETH", "Deposit", "Withdrawal", "Transfer", "Approval"}
"""Events of WETH, and of contracts that are paid."""


SIZES = {
    "6 levels": Parameters(),
    "4 levels": Parameters(max_depth=4, split_depth=2),
    "8 levels": Parameters(max_depth=8, split_depth=4),
}
"""The smallest tree that there is, one whose upper tree has an odd depth, and a deeper one."""

MIPS64 = {
    "mips64": Parameters(max_depth=12, split_depth=2, anchor_block=FIRST, last_block=LAST, machine="mips64"),
}
"""Trees about the real machine: 512 steps of `decide.s`."""

MACHINES: dict[str, type[Machine]] = {"outputs": Outputs, "mips64": Mips64}

HONEST = account("honest")
REFUSING_TARGET, RETURNING_TARGET = account("refusing target"), account("returning target")
WALLET, WALLETS_OWNER = account("wallet"), account("wallet's owner")
"""`Wallet.sol`: all that it does, its owner tells it."""

PEOPLE = {
    "honest": HONEST,
    "liar": account("liar"),
    "other liar": account("other liar"),
    "freeloader": account("freeloader"),
    "griefer": account("griefer"),
    "wallet": WALLET,
    "permitted proposer": PERMITTED[0],
    "permitted challenger": PERMITTED[1],
    "guardian": GUARDIAN,
    "owner": OWNER,
    "withdrawer": account("withdrawer"),
}

DeploymentClass = Callable[..., Deployment]


@lru_cache(maxsize=8)
def deployed(artifacts: Artifacts, parameters: Parameters, make: DeploymentClass = Deployment) -> Deployment:
    """One deployment a process; each play takes a snapshot of its EVM and rewinds."""
    machine = MACHINES[parameters.machine]
    anchor = l2_of(parameters).root(parameters.anchor_block)
    found = make(artifacts, parameters, anchor_root=anchor, prestate=machine.prestate_hash())
    machine.teach(found)
    for who in PEOPLE.values():
        found.chain.set_balance(who, RICH)
    found.chain.set_code(REFUSING_TARGET, REVERTER)
    found.chain.set_code(WALLET, artifact("Wallet").runtime)
    found.chain.set_balance(found.portal.address, 10**20)
    return found


class Rig(Recorded):
    """Actions go to contracts and model alike, and what they answer is compared."""

    def __init__(
        self,
        *,
        size: str = "6 levels",
        artifacts: Artifacts | None = None,
        make: DeploymentClass = Deployment,
        model_type: type[Settlement] = Settlement,
    ) -> None:
        super().__init__()
        self.size, self.parameters = size, (SIZES | MIPS64)[size]
        self.deployment = deployed(artifacts or chosen(), self.parameters, make)
        self.chain = self.deployment.chain
        self._snapshot = self.chain.snapshot()
        self.l2 = l2_of(self.parameters)
        self.machine = MACHINES[self.parameters.machine](self.parameters)
        self.model = self._model(model_type)
        self.safe_of = self.machine.safe_of
        self.safe = self.parameters.anchor_block
        self.touched: set[int] = set()
        self.logs: list[tuple[str, list[Event], list[Event]]] = []
        self.observer = Observer(self.deployment, self.model, PEOPLE)
        self.set_block()

    def _model(self, model_type: type[Settlement]) -> Settlement:
        found = self.deployment
        who = Who(
            factory=found.factory.address,
            weth=found.weth.address,
            portal=found.portal.address,
            oracle=found.preimages.address,
            guardian=GUARDIAN,
            owner=OWNER,
        )
        balances = {address: self.chain.balance(address) for address in PEOPLE.values()}
        for address in (who.weth, who.portal, *(w[2] for w in self.l2.withdrawals)):
            balances[address] = self.chain.balance(address)
        anchor = self.parameters.anchor_block
        return model_type(
            parameters=self.parameters,
            who=who,
            prestate=self.deployment.prestate,
            anchor=(self.l2.root(anchor), anchor),
            bond=lambda depth: required(depth, self.parameters.max_depth),
            init_bonds={kind: init_bond(kind) for kind in (CANNON, OTHER_CANNON, PERMISSIONED)},
            balances=balances,
            number=FIRST_BLOCK + 1,
            now=GENESIS + 1,
            refuses=frozenset({REFUSING_TARGET}),
            retired_at=GENESIS,
        )

    def end(self) -> None:
        """The EVM as it was before."""
        self.chain.revert(self._snapshot)

    # --- acting ---

    def act(
        self,
        deed: str,
        expected: Callable[[], Any],
        contract: Contract,
        caller: bytes,
        function: str,
        *args: Any,
        value: int = 0,
        logs: Callable[[], list[Event]] | None = list,
    ) -> tuple[Any, bytes] | None:
        """What the model and the contract return, or None if both refuse, alike. `logs`: the events that are
        due when it is done; None where only what it returns can tell."""
        data = contract.encode(function, *args)
        wanted = wanted_refusal = None
        try:
            wanted = expected()
        except Refusal as refusal:
            wanted_refusal = refusal
        found, found_refusal = self.call(contract, caller, data, value)
        judged(deed, wanted_refusal, found_refusal)
        if wanted_refusal is not None:
            self.refused[wanted_refusal.args[0]] += 1
            self.outcomes.append(f"{deed} refused, {wanted_refusal.args[0].rpartition('_')[2]}")
            return None
        self.done[deed] += 1
        self.outcomes.append(deed)
        if logs is not None:
            self.logged(deed, logs())
        return wanted, found

    def logged(self, deed: str, due: list[Event]) -> None:
        """The last call should have logged these events, but for WETH's: to be compared after the rest."""
        found = [event for event in self.chain.decoded_logs() if event.name not in NOT_LOOKED_AT]
        self.logs.append((deed, found, due))

    def compare_logs(self) -> None:
        for deed, found, due in self.logs:
            if found != due:
                broken("G-19", f"{deed} logs {found}, not {due}")
        self.logs.clear()

    def call(
        self, contract: Contract, caller: bytes, data: bytes, value: int, gas: int = GAS
    ) -> tuple[bytes, Refusal | None]:
        """One transaction: what it returns, or why it is refused."""
        to = contract.address
        if caller == WALLET:
            caller, to, data, value = WALLETS_OWNER, WALLET, to + value.to_bytes(32, "big") + data, 0
        try:
            return self.chain.call(caller, to, data, value=value, gas=gas), None
        except RefusedError as error:
            return b"", Refusal(*error.args)
        except HaltedError as error:
            return b"", Refusal("halted", (str(error),))

    def game_contract(self, game: Game) -> Contract:
        return self.deployment.game(game.address)

    def touch(self, game: Game) -> None:
        """The next comparison looks at this game."""
        self.touched.add(self.model.games.index(game))

    def touch_all(self) -> None:
        self.touched.update(range(len(self.model.games)))

    # --- time ---

    def set_time(self, now: int) -> None:
        """One more L1 block, at a time: all clocks run."""
        self.touch_all()
        self.model.number = self.machine.l1_number(self.model.number + 1, self.safe)
        self.model.now = now
        self.set_block()

    def set_block(self) -> None:
        self.chain.set_block(self.model.number, self.model.now)

    def l1_head(self) -> bytes:
        """Hash of the block before this one, as pyrevm makes it up where it has no chain."""
        return keccak(str(self.model.number - 1).encode())

    # --- picking ---

    def pick(self, which: int) -> Game:
        """The last game that was made (0), the one before it, …, round and round."""
        games = self.model.games
        return games[len(games) - 1 - which % len(games)]

    def pick_open(self, which: int) -> Game:
        """The same of games that are not decided, if there are any; now and then of all."""
        running = [game for game in self.model.games if not game.status]
        return running[len(running) - 1 - which % len(running)] if running and which < 5 else self.pick(which)

    def pick_claim(self, game: Game, which: int) -> int:
        """The newest claim (0), the one before it, …; now and then one that is not there."""
        count = len(game.claims)
        return count + 3 if which % 64 == 63 else count - 1 - which % count
