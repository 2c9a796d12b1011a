"""Where plays begin: situations that few examples would reach alone, each as the first steps of a run."""

from collections.abc import Callable

from tests.fuzz.disputes.deploy import CANNON
from tests.fuzz.disputes.rig import PEOPLE
from tests.fuzz.plays import Step

Start = Callable[[int], list[Step]]
"""The steps, for some number."""


def created(by: str, root: str, ahead: int, kind: int = CANNON, lag: int = 0) -> Step:
    terms = {"value": 0, "extra": "block", "alien": False}
    return "create", {"by": by, "root": root, "ahead": ahead, "kind": kind, "lag": lag, **terms}


def empty(_: int) -> list[Step]:
    return []


def argued(salt: int) -> list[Step]:
    """A wrong game and a right one, each argued to the bottom."""
    return [
        created("liar", "forged", 2 + salt),
        ("propose", {"ahead": 1 + salt, "kind": CANNON}),
        ("wait", {"seconds": 20}),
        *(("play_down", {"by": "liar", "game": n, "value": "stubborn", "salt": salt}) for n in range(2)),
    ]


def settled(salt: int) -> list[Step]:
    """The same, decided; a withdrawal is proven against the right one."""
    proven = {"by": "withdrawer", "which": 0, "index": 0, "spoiling": "not at all"}
    settling = {"by": "griefer", "pages": salt % 3}
    return [
        *argued(salt),
        ("prove", proven),
        ("wait", {"seconds": 2600}),
        *(("settle", {**settling, "game": game}) for game in range(2)),
    ]


def final(salt: int) -> list[Step]:
    """Past the finality delay: games can close, withdrawals can be finalized."""
    return [*settled(salt), ("wait_for_an_edge", {"which": salt, "offset": 1})]


def closed(salt: int) -> list[Step]:
    """Closed, with everybody's credit unlocked; for every other number the wrong game's bonds go back."""
    barred: list[Step] = [("blacklist", {"by": "guardian", "game": 1})] if salt % 2 else []
    claims = [
        ("claim_credit", {"by": who, "game": game, "recipient": who, "recipient_does": "take it"})
        for game in range(2)
        for who in PEOPLE
        if who in ("honest", "liar")
    ]
    return [*settled(salt), *barred, ("wait", {"seconds": 351}), *claims]


def payable(salt: int) -> list[Step]:
    """The same, and the delay of WETH has passed: whoever claims is paid."""
    return [*closed(salt), ("wait", {"seconds": 700})]


STARTS: dict[str, Start] = {
    start.__name__: start for start in (empty, argued, settled, final, closed, payable)
}
