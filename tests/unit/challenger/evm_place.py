"""A games challenger with its own bindings on the contracts themselves, in an EVM of this process.

The contracts are ours, or another build (OPCYCLE_ARTIFACTS). Each transaction is a block of its own. The
machine is `OutputMachine`, which knows whether an output root is right.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace

from tests.fuzz.disputes.deploy import (
    CANNON,
    FIRST_BLOCK,
    GENESIS,
    GUARDIAN,
    OWNER,
    account,
    chosen,
    init_bond,
)
from tests.fuzz.disputes.truth import PRESTATE_HASH, Machine, Words, l2
from tests.fuzz.disputes.twin import OtherDeployment
from tests.fuzz.evm import RefusedError
from tests.unit.challenger.preimages.oracle_place import BOND as PROPOSAL_BOND
from tests.unit.challenger.preimages.oracle_place import lying
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.l1.games_on_evm import PARAMETERS, EvmRpc

from opcycle.challenger.games import GamesChallenger, GamesOptions
from opcycle.challenger.traces import StepProof
from opcycle.keccak import keccak
from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame
from opcycle.l1.preimage_oracle import PreimageOracle, Proposal
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.dispute_game import dispute_of
from opcycle.protocol.large_preimages import LargePreimage
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.preimages import LocalWord
from opcycle.protocol.types import BlockId, L1Header

HONEST, LIAR = account("honest"), account("liar")
SAFE = PARAMETERS.anchor_block + 6
"""The last L2 block that is safe as of any L1 block."""

WEALTH = 10**24

LARGE = LargePreimage(bytes(range(1, 251)) * 520)


class EvmPlace:
    """It plays L1, a rollup node, its engine, the machine's trace and the account of the challenger."""

    address = HONEST
    absolute_prestate = PRESTATE_HASH
    resubmissions = ()

    def __init__(self):
        self.l2 = l2()
        self.machine = Machine(self.l2, PARAMETERS.steps)
        anchor = self.l2.root(PARAMETERS.anchor_block)
        self.contracts = OtherDeployment(chosen(), PARAMETERS, anchor_root=anchor, prestate=PRESTATE_HASH)
        for block in self.l2.blocks:
            self.contracts.machine.send(OWNER, "teach", block.number, block.root)
        self.chain, self.rpc = self.contracts.chain, EvmRpc(self.contracts.chain)
        self.number, self.now = FIRST_BLOCK, GENESIS
        self.factory = DisputeGameFactory(self.rpc, self.contracts.factory.address)
        self.oracle = PreimageOracle(self.rpc, self.contracts.preimages.address)
        self.registry = AnchorStateRegistry(self.rpc, self.contracts.registry.address)
        for who in (HONEST, LIAR):
            self.chain.set_balance(who, WEALTH)
        self.refused = []
        self.challenger = self.new_challenger()
        self.mine(1)

    def new_challenger(self, **options):
        return GamesChallenger(
            CONFIG,
            factory=self.factory,
            game_at=lambda address: FaultDisputeGame(self.rpc, address),
            traces={CANNON: self},
            node=self,
            l1=self,
            l2=self,
            transactions=self,
            options=GamesOptions(**options),
        )

    # --- what a test does ---

    def mine(self, seconds: int) -> None:
        self.number, self.now = self.number + 1, self.now + seconds
        self.chain.set_block(self.number, self.now)

    def propose(self, root: bytes, block: int, *, by: bytes = LIAR) -> FaultDisputeGame:
        head = self._hash(self.number - 1)
        self.contracts.machine.send(OWNER, "setSafe", head, SAFE)
        index = self.factory.game_count(block="latest")
        self.send(self.factory.create(CANNON, root, block, bond=init_bond(CANNON)), by=by)
        (listed,) = self.factory.games([index], block="latest")
        return FaultDisputeGame(self.rpc, listed.address)

    def answer(self, game: FaultDisputeGame, index: int, value: bytes, *, attack: bool = True) -> None:
        claim = self.look(game).claims[index]
        (bond,) = game.bonds([claim.position.move(is_attack=attack)], block="latest")
        self.send(game.move(claim, value, is_attack=attack, bond=bond), by=LIAR)

    def propose_preimage(self, *, lies: Sequence[int] = (), by: bytes = LIAR) -> Callable[[], Proposal]:
        """The first one that is proposed, of 956 leaves; as it is whenever it is looked at."""
        oracle = self.oracle
        request = oracle.propose(7, offset=8, size=len(LARGE.data), bond=PROPOSAL_BOND)
        self.send(request, by=by)
        for chunk in LARGE.chunks(offset=8, uuid=7, start=0, size=300):
            self.send(oracle.add(lying(chunk, lies)), by=by)
        return lambda: next(oracle.proposals([0], block="latest"))

    def look(self, game: FaultDisputeGame):
        return game.read(block=self._hash(self.number))

    def rest(self, steps: int = 40) -> list[str]:
        did = []
        for _ in range(steps):
            outcome = self.challenger.step()
            did += outcome.did
            self.mine(1)
            if not outcome.progress:
                return did
        raise AssertionError(f"never comes to rest: {did}")

    def to_the_end(self) -> None:
        """All clocks run out, and all delays."""
        for seconds in (*[PARAMETERS.clock] * 3, PARAMETERS.finality_delay + 1, PARAMETERS.weth_delay):
            self.mine(seconds)
            self.rest()

    def guard(self, function: str, *arguments: object) -> None:
        self.contracts.registry.send(GUARDIAN, function, *arguments)

    # --- Transactions ---

    def in_flight(self) -> int:
        return 0

    def send(self, request, *, by: bytes = HONEST) -> bytes:
        try:
            self.chain.send(by, request.to, request.data, value=request.value)
        except RefusedError as error:
            self.refused.append((request.what, error.args))
            raise TransactionRevertedError(request.what, str(error.args)) from error
        self.rpc.remember(self.number)
        self.mine(1)
        return keccak(request.data)

    # --- L1Source ---

    def header(self, label) -> L1Header:
        number = self.number if label == "latest" else label
        if isinstance(label, bytes):
            number = next(n for n in range(self.number, 0, -1) if self._hash(n) == label)
        parent = self._hash(number - 1)
        return L1Header(self._hash(number), number, parent, self.now, 7, bytes(32), bytes(32), 0)

    @staticmethod
    def _hash(number: int) -> bytes:
        """As the EVM makes it up."""
        return keccak(str(number).encode())

    # --- RollupNode and L2Source ---

    def rollup_config(self):
        return CONFIG

    def sync_status(self):
        return SimpleNamespace(current_l1=self.header("latest").ref)

    def safe_head_at_l1_block(self, number: int):
        return SimpleNamespace(l1_block=self.header(number).id, safe_head=BlockId(bytes(32), SAFE))

    def output_at_block(self, number: int):
        output = self._block(number).output
        proof = OutputRootProof(output.version, output.state_root, output.storage_root, output.block_hash)
        return SimpleNamespace(output_root=self._block(number).root, output=proof)

    def header_rlp(self, number: int) -> bytes:
        return self._block(number).header

    def _block(self, number: int):
        return self.l2.blocks[number - PARAMETERS.anchor_block]

    # --- Trace ---

    def keep(self, l1_heads) -> None:
        pass

    def state(self, dispute, instant: int) -> bytes:
        return self.machine.hash(self._preimage(dispute, instant))

    def proof(self, dispute, instant: int) -> StepProof:
        """This machine reads five words in its first step: somebody else loads four of them."""
        if instant == 0:
            self._load(dispute, (1, 2, 3, 5))
        read = LocalWord(4, 8) if instant == 0 else None
        return StepProof(self._preimage(dispute, instant - 1), b"", read)

    def _load(self, dispute, idents) -> None:
        for index in range(self.factory.game_count(block="latest")):
            (listed,) = self.factory.games([index], block="latest")
            contract = FaultDisputeGame(self.rpc, listed.address)
            game = self.look(contract)
            lower = [c for c in game.claims if c.position.depth > game.parameters.split_depth]
            claims = [c for c in lower if dispute_of(game, c, c.position) == dispute]
            for ident in idents if claims else ():
                self.send(contract.add_local_data(claims[0], ident=ident, offset=8), by=LIAR)

    def _preimage(self, dispute, instant: int) -> bytes:
        agreed = self._block(PARAMETERS.anchor_block).root if dispute.agreed is None else dispute.agreed[1]
        words = Words(dispute.l1_head, agreed, dispute.disputed[1], dispute.disputed_block)
        return self.machine.preimage(words, SAFE, instant)
