"""What a step of a play may be: each rule with its arguments and the values that they take.

Values are plain (numbers, words, truth values), and repeated where they are to be drawn more often.
Hypothesis (`machine.py`) and plain random numbers (`hunt.py`) draw from the same table.
"""

from typing import Any

from tests.fuzz.disputes.arguing import EXTRAS, ROOTS, VALUES
from tests.fuzz.disputes.deploy import CANNON, OTHER_CANNON, PERMISSIONED
from tests.fuzz.disputes.machines import KECCAK256, SHA256
from tests.fuzz.disputes.rig import MIPS64
from tests.fuzz.disputes.settling import LOGICS, PAYEES
from tests.fuzz.disputes.showing import PREIMAGES, SPOILT
from tests.fuzz.disputes.withdrawing import SPOILINGS
from tests.fuzz.plays import Terms


def often(*values: Any, rarely: tuple[Any, ...]) -> tuple[Any, ...]:
    """`values` in about three of four draws, one of `rarely` otherwise."""
    weight = max(1, 3 * len(rarely) // len(values))
    return (*values * weight, *rarely)


LIARS = ("liar", "other liar", "freeloader", "griefer", "wallet")
PLAYERS = (*LIARS, "liar", "permitted proposer", "permitted challenger")
ANYBODY = ("liar", "griefer", "honest", "owner")
GUARDIANS = often("guardian", rarely=("griefer", "owner"))
OWNERS = often("owner", rarely=("griefer", "guardian"))
SUBMITTERS = ("withdrawer", "griefer")
RECIPIENTS = ("honest", "honest", "liar", *LIARS, "guardian")
GAMES = tuple(range(6))
CLAIMS = tuple(range(64))
SALTS = tuple(range(8))
CLAIMED = (*VALUES, "stubborn", "stubborn")
WHATS = often("this chain", "all", rarely=("another chain",))
WRAPPERS = ("griefer", "liar")
GUYS = ("griefer", "honest")

RULES: dict[str, Terms] = {
    "propose": {"ahead": tuple(range(1, 9)), "kind": (CANNON, OTHER_CANNON)},
    "create": {
        "by": PLAYERS,
        "root": ROOTS,
        "ahead": tuple(range(1, 11)),
        "kind": often(CANNON, CANNON, OTHER_CANNON, rarely=(PERMISSIONED, 2)),
        "lag": often(0, rarely=(1, 2, 3)),
        "value": often(0, rarely=(1, -1)),
        "extra": often("block", rarely=EXTRAS),
        "alien": often(False, rarely=(True,)),
    },
    "move": {
        "by": PLAYERS,
        "game": GAMES,
        "claim": CLAIMS,
        "attack": (True, False),
        "value": CLAIMED,
        "salt": SALTS,
        "bond": often(0, rarely=(1, -1)),
        "disputed": often(True, rarely=(False,)),
    },
    "lie": {
        "by": LIARS,
        "game": GAMES,
        "way": ("attack", "defend", "both"),
        "value": CLAIMED,
        "salt": SALTS,
        "count": tuple(range(1, 7)),
    },
    "play_down": {"by": LIARS, "game": GAMES, "value": CLAIMED, "salt": SALTS},
    "flood": {"by": LIARS, "game": GAMES, "claim": CLAIMS, "count": tuple(range(2, 13))},
    "step": {
        "by": PLAYERS,
        "game": GAMES,
        "claim": CLAIMS,
        "attack": (True, False),
        "state": often("known", rarely=("prestate", "junk")),
    },
    "add_local_data": {
        "by": PLAYERS,
        "game": GAMES,
        "claim": CLAIMS,
        "ident": tuple(range(1, 7)),
        "offset": often(8, rarely=(0, 15, 16, 40)),
    },
    "show_block": {
        "by": PLAYERS,
        "game": GAMES,
        "output": often("its own", rarely=("another", "other header")),
    },
    "honest_acts": {"game": GAMES},
    "wait": {"seconds": tuple(range(1, 200))},
    "wait_for_an_edge": {"which": CLAIMS, "offset": (-1, 0, 1)},
    "resolve_claim": {"by": ANYBODY, "game": GAMES, "claim": CLAIMS, "count": (0, 0, 1, 2, 1000)},
    "resolve": {"by": ANYBODY, "game": GAMES},
    "settle": {"by": ANYBODY, "game": GAMES, "pages": (0, 1, 2)},
    "close": {"by": ANYBODY, "game": GAMES},
    "close_with_gas": {"by": ANYBODY, "game": GAMES, "gas": tuple(range(40_000, 240_000, 4_000))},
    "claim_credit": {
        "by": ANYBODY,
        "game": GAMES,
        "recipient": RECIPIENTS,
        "recipient_does": PAYEES,
    },
    "set_anchor": {"by": ANYBODY, "game": GAMES},
    "blacklist": {"by": GUARDIANS, "game": GAMES},
    "retire": {"by": GUARDIANS},
    "respect": {"by": GUARDIANS, "kind": (CANNON, OTHER_CANNON)},
    "pause": {"by": GUARDIANS, "what": WHATS},
    "extend": {"by": GUARDIANS, "what": WHATS},
    "unpause": {"by": GUARDIANS, "what": WHATS},
    "set_type": {"by": OWNERS, "kind": (OTHER_CANNON, 7), "logic": LOGICS},
    "set_init_bond": {"by": OWNERS, "kind": (CANNON, OTHER_CANNON), "wei": (0, 1, 10**17)},
    "set_up_again": {
        "by": OWNERS,
        "what": ("game", "game", "factory", "registry", "weth", "portal"),
        "game": GAMES,
    },
    "wrap": {"by": WRAPPERS, "wei": (1, 10**18)},
    "unlock": {"by": WRAPPERS, "guy": GUYS, "wei": (0, 1, 10**18, 2**128)},
    "unwrap": {"by": WRAPPERS, "guy": GUYS, "wei": (0, 1, 10**18)},
    "hold": {"by": OWNERS, "game": GAMES, "wei": (0, 1, 10**17)},
    "recover": {"by": OWNERS, "wei": (0, 1, 10**17, 2**200)},
    "prove": {
        "by": SUBMITTERS,
        "which": tuple(range(16)),
        "index": often(0, 1, 2, rarely=(63,)),
        "spoiling": often("not at all", rarely=SPOILINGS),
    },
    "finalize": {
        "by": ANYBODY,
        "which": tuple(range(16)),
        "submitter": SUBMITTERS,
        "changed": often(False, False, rarely=(True,)),
    },
}

LIES = (*CLAIMED, "foreign", "changed", "misshapen")
"""What is claimed of the states of the real machine."""

MIPS64_RULES: dict[str, Terms] = {
    **RULES,
    **{name: RULES[name] | {"value": LIES} for name in ("move", "lie")},
    "play_down": RULES["play_down"]
    | {"value": often("stubborn", "stubborn", "false", rarely=LIES), "salt": tuple(range(24))},
    "add_local_data": RULES["add_local_data"] | {"offset": often(0, 8, 16, 24, 32, rarely=(7, 40))},
    "step_with": {
        "by": LIARS,
        "game": GAMES,
        "claim": CLAIMS,
        "attack": (True, False),
        "spoilt": SPOILT,
        "salt": tuple(range(64)),
    },
    "load": {
        "by": ANYBODY,
        "which": PREIMAGES,
        "kind": (KECCAK256, SHA256),
        "offset": (0, 8, 40, 72, 200, 1000),
    },
    "whisper": {
        "by": LIARS,
        "game": GAMES,
        "claim": CLAIMS,
        "ident": tuple(range(1, 6)),
        "offset": (0, 8, 16, 40),
    },
    "ask_machine": {
        "by": LIARS,
        "game": GAMES,
        "claim": CLAIMS,
        "spoilt": often("nothing", rarely=SPOILT),
        "salt": tuple(range(64)),
    },
}
"""Of plays about the real machine."""

SELDOM = {
    *("blacklist", "retire", "respect", "pause", "extend", "unpause", "set_type", "set_init_bond"),
    *("wrap", "unlock", "unwrap", "hold", "recover", "set_up_again"),
}
"""What happens less often than games are played: much of it ends a game, and with it what could go wrong in
it."""

OFTEN = {
    "move": 4,
    "lie": 3,
    "step": 2,
    "wait_for_an_edge": 3,
    "prove": 3,
    "finalize": 3,
    "claim_credit": 3,
    "settle": 3,
    "propose": 2,
    "create": 2,
}
"""What happens more often than other parts of a play."""


MIPS64_OFTEN = OFTEN | {"play_down": 4, "step_with": 4, "ask_machine": 4, "load": 2}


def rules_of(size: str) -> dict[str, Terms]:
    """What can happen in plays of a size."""
    return MIPS64_RULES if size in MIPS64 else RULES


def weights_of(size: str) -> list[int]:
    """How often each of the rules happens."""
    often = MIPS64_OFTEN if size in MIPS64 else OFTEN
    return [1 if name in SELDOM else 4 * often.get(name, 1) for name in rules_of(size)]
