"""Games that the real op-challenger and ours play as two honest parties, and those who lie to both."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.child import Child
from benchmarks.op_challenger import op_challenger
from tests.e2e.games import ALPHABET, Arena, arena, arena_config

from opcycle.challenger.games import GamesChallenger
from opcycle.challenger.knowing import actions_of
from opcycle.challenger.traces import TRACES
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.runner import Runner
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.reader import L1Reader
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.dispute_game import Claim, DisputeGame, GameStatus

PATIENCE = 180
THEIRS, OURS = "challenger", "second user"
"""The accounts of op-challenger and of our challenger."""

HONEST = {ACCOUNTS[role].address for role in (THEIRS, OURS)}
LIE = b"\x01" + b"\x66" * 31


@dataclass
class Table:
    """`place` with both at it."""

    place: Arena
    directory: Path
    ours: GamesChallenger

    def op_challenger(self) -> AbstractContextManager[Child]:
        """The real one, for as long as the context lasts; its data stay."""
        return op_challenger(self.place.devnet, self.directory, factory=self.place.factory.contract.address)

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        """L1 goes on while op-challenger works, a block each time that it is looked at."""

        def look() -> bool:
            if condition():
                return True
            self.place.devnet.advance(2)
            return False

        assert Runner().until(look, seconds=PATIENCE), f"it never came to: {what}"

    def play(self) -> None:
        """Ours does all that is due, whatever op-challenger does meanwhile."""

        def is_at_rest() -> bool:
            outcome = self.ours.step()
            return not outcome.progress and outcome.waiting_for != "L1 to take what was sent"

        self.until("our rest", is_at_rest)

    def is_answered(self, game: FaultDisputeGame) -> bool:
        """Whether an honest player has nothing to say any more."""
        place = self.place
        seen, node = place.look(game), place.devnet.node
        head = L1Reader(place.devnet.l1.rpc).header(seen.l1_head)
        if node.sync_status().current_l1.number <= head.number:
            return False
        safe = node.safe_head_at_l1_block(head.number).safe_head.number
        actions, why = actions_of(seen, safe_block=safe, outputs=node, trace=TRACES[ALPHABET])
        return not actions and not why

    def attack(self, role: str, game: FaultDisputeGame, index: int, value: bytes) -> bool:
        """Whether the contract takes it: somebody may have said the same, or the same place is too deep."""
        try:
            self.place.lie(role, game, index, value)
        except TransactionRevertedError:
            return False
        return True


@contextmanager
def table(directory: Path) -> Iterator[Table]:
    """A devnet whose own proposer and challenger are idle."""
    with Devnet.stepped(arena_config(directory / "devnet")) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(60)
        place = arena(devnet)
        yield Table(place, directory, place.challenger(OURS))


def newest_honest(game: DisputeGame) -> Claim | None:
    """The claim that liars go for."""
    found = [claim for claim in game.claims if claim.claimant in HONEST]
    return found[-1] if found else None


def check_honest_never_countered(game: DisputeGame) -> None:
    """Neither by each other, nor in the end by anybody."""
    for claim in game.claims:
        parent = game.parent(claim)
        if claim.claimant in HONEST and parent is not None:
            assert parent.claimant not in HONEST, f"claim {claim.index} answers an honest one"
            if game.status is not GameStatus.IN_PROGRESS:
                assert claim.countered_by is None, f"claim {claim.index} was countered"
                assert parent.countered_by in HONEST, f"claim {claim.index} earned nothing"
    names = [(claim.position, claim.value, claim.parent) for claim in game.claims]
    assert len(set(names)) == len(names)


def earned(game: DisputeGame, role: str) -> int:
    """What an account is due in a decided game: the bonds that it won and those that it kept, in wei."""
    account = ACCOUNTS[role].address
    return sum(claim.bond for claim in game.claims if (claim.countered_by or claim.claimant) == account)
