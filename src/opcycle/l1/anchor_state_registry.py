"""AnchorStateRegistry: which dispute games count, and the output that new ones begin from."""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.artifacts import artifact
from opcycle.l1.contract import BlockLabel, Contract
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient


@dataclass(frozen=True, slots=True)
class Anchor:
    """The output root of an L2 block that every new game takes as agreed on."""

    root: Hash
    l2_block: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the registry thinks of a game, whether or not it is decided.

    `is_respected`: withdrawals relied on games of its type when it began. `is_blacklisted`, `is_retired`: the
    guardian has declared it, or all games of its time, invalid.
    """

    is_registered: bool
    is_respected: bool
    is_blacklisted: bool
    is_retired: bool

    @property
    def is_proper(self) -> bool:
        """Whether bonds go to those who win them, unless the guardian thinks again; or back, if not."""
        return self.is_registered and not self.is_blacklisted and not self.is_retired

    @property
    def counts(self) -> bool:
        """Whether withdrawals may rely on the game once it is decided, unless the guardian thinks again."""
        return self.is_proper and self.is_respected


_JUDGEMENTS = ("isGameRegistered", "isGameRespected", "isGameBlacklisted", "isGameRetired")


class AnchorStateRegistry:
    """Every getter reads at the end of the named L1 block."""

    def __init__(self, rpc: RpcClient, address: Address):
        self.contract = Contract(rpc, address, artifact("AnchorStateRegistry").abi)

    def respected_type(self, *, block: BlockLabel) -> int:
        """The type of game that withdrawals rely on."""
        game_type: int = self.contract.read("respectedGameType", block=block)
        return game_type

    def anchor(self, *, block: BlockLabel) -> Anchor:
        return Anchor(*self.contract.read("getAnchorRoot", block=block))

    def finality_delay(self, *, block: BlockLabel) -> int:
        """Seconds between a game's decision and anybody's relying on it."""
        seconds: int = self.contract.read("disputeGameFinalityDelaySeconds", block=block)
        return seconds

    def is_paused(self, *, block: BlockLabel) -> bool:
        """Whether the guardian has stopped withdrawals; nothing counts then."""
        paused: bool = self.contract.read("paused", block=block)
        return paused

    def judge(self, games: Sequence[Address], *, block: BlockLabel) -> list[Judgement]:
        """Several games in one request. Only for contracts that are games."""
        calls = [(getter, (game,)) for game in games for getter in _JUDGEMENTS]
        found = self.contract.read_many(calls, block=block)
        width = len(_JUDGEMENTS)
        return [Judgement(*found[start : start + width]) for start in range(0, len(found), width)]
