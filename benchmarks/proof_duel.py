"""The same dispute about op-program, once with our challenger in the honest seat and once with op-challenger.

The liar's claims are the same in both games, and both are about the same computation. Measured is how long
each answer takes from the liar's claim in an L1 block to the answer in another. op-challenger is told to keep
snapshots as often as ours does; left to its defaults it keeps none of a program of this length.

    make prestate peers && .venv/bin/python -m benchmarks.proof_duel
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import mean

from tests.e2e.games import Arena
from tests.peers.proof_games import (
    HONEST,
    LIAR,
    LIE,
    SHALLOW,
    argue,
    is_something_to_mine,
    program_of,
    proof_arena,
)

from benchmarks.op_challenger import cannon, op_challenger
from opcycle.challenger.cannon.grid import Grid
from opcycle.challenger.games import GamesOptions
from opcycle.challenger.traces import CANNON
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.runner import Runner
from opcycle.l1.signer import KeySigner

PATIENCE = 1200
IDLE_LOOKS = 20
FIRST = f"the claim at depth {SHALLOW[1] + 1}"
"""The first one about the machine: it says how the program ends."""


def main() -> None:
    for name, honest in (("ours", ours), ("op-challenger", theirs)):
        with tempfile.TemporaryDirectory() as temporary:
            directory = Path(temporary)
            with proof_arena(directory / "devnet", SHALLOW) as place, honest(place, directory) as act:
                report(name, fight(place, act))


def fight(place: Arena, act: Callable[[], object]) -> dict[str, float]:
    """The seconds of each answer."""
    taken: dict[str, float] = {}
    game = place.propose(LIAR, LIE, place.anchor + 16)

    def wait(what: str, condition: Callable[[], bool]) -> None:
        started, looks = time.perf_counter(), 0

        def look() -> bool:
            nonlocal looks
            if condition():
                return True
            looks += 1
            act()
            if looks % IDLE_LOOKS == 0 or is_something_to_mine(place):
                place.devnet.advance(2)
            return False

        if not Runner().until(look, seconds=PATIENCE):
            raise SystemExit(f"{what} never came")
        taken[what] = time.perf_counter() - started

    argue(place, game, wait, first=0)
    return taken


@contextmanager
def ours(place: Arena, directory: Path) -> Iterator[Callable[[], object]]:
    signer = KeySigner(ACCOUNTS[HONEST].key)
    with closing(place.devnet.assembly.cannon(directory / "cannon")) as trace:
        options = GamesOptions()
        yield place.devnet.assembly.games_challenger(signer, options, traces={CANNON: trace}).step


@contextmanager
def theirs(place: Arena, directory: Path) -> Iterator[Callable[[], object]]:
    games = cannon(program_of(place), place.devnet, snapshots=Grid().snapshots)
    with op_challenger(place.devnet, directory, factory=place.factory.contract.address, games=games):
        yield lambda: None


def report(name: str, taken: dict[str, float]) -> None:
    later = list(taken.values())[list(taken).index(FIRST) + 1 :]
    print(
        f"{name:14} first answer about the machine {taken[FIRST]:.1f} s; {len(later)} later ones "
        f"{mean(later):.1f} s each, at most {max(later):.1f} s; {sum(taken.values()):.0f} s in all",
        flush=True,
    )


if __name__ == "__main__":
    main()
