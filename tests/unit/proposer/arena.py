"""L1 with a game factory instead of an oracle, in memory; it keeps the rules of DisputeGameFactory.sol."""

from dataclasses import dataclass, replace

from eth_utils.crypto import keccak
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.proposer.settlement import Oracle

from opcycle.l1.anchor_state_registry import Anchor
from opcycle.l1.dispute_games import GameKind

TYPE, OTHER_TYPE = 255, 0
BOND = 8
REGISTRY = b"\x04" * 20


@dataclass(frozen=True)
class CreateCall:
    game_type: int
    root: bytes
    number: int
    bond: int


@dataclass(frozen=True)
class Game:
    game_type: int
    root: bytes
    number: int
    creator: bytes
    created_at: int

    @property
    def address(self) -> bytes:
        return keccak(repr((self.game_type, self.root, self.number)).encode())[:20]


class Arena(Oracle):
    """L1, its pool, the factory and the registry; `standing` are the games."""

    def __init__(self):
        super().__init__()
        self.respected = TYPE
        self.asked = []
        """The L1 blocks as of which somebody has asked for the last game."""
        self.anchored = Anchor(b"\xaa" * 32, 0)
        self.kinds = {TYPE: GameKind(b"\x05" * 20, BOND, 1_000, REGISTRY, CONFIG.l2_chain_id)}

    def _execute(self, games, sender, call, header):
        game = Game(call.game_type, call.root, call.number, sender, header.timestamp)
        if call.bond != BOND or any(game.address == other.address for other in games):
            return None
        return (*games, game)

    # DisputeGameFactory

    def kind(self, game_type, *, block):
        self._at(block)
        return self.kinds.get(game_type)

    def last_proposed(self, game_type, proposer, *, since, block):
        self.asked.append(block)
        own = [
            game.created_at
            for game in self._at(block).outputs
            if (game.game_type, game.creator) == (game_type, proposer) and game.created_at >= since
        ]
        return max(own, default=None)

    def find(self, game_type, root, l2_block_number, *, block):
        name = Game(game_type, root, l2_block_number, b"", 0).address
        return next((name for game in self._at(block).outputs if game.address == name), None)

    def create(self, game_type, root, l2_block_number, *, bond):
        return CreateCall(game_type, root, l2_block_number, bond)

    # AnchorStateRegistry

    def registry_at(self, address):
        assert address == REGISTRY
        return self

    def respected_type(self, *, block):
        self._at(block)
        return self.respected

    def anchor(self, *, block):
        self._at(block)
        return self.anchored

    # What others do

    def made_by(self, sender, *, root, number, game_type=TYPE):
        """In the next block."""
        self.pool.append((b"by others", sender, CreateCall(game_type, root, number, BOND)))
        self.mine()

    def of_another_chain(self):
        self.kinds[TYPE] = replace(self.kinds[TYPE], chain_id=7)
