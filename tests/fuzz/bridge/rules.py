"""What a step of a play may be: each rule with its arguments and the values that they take.

Values are plain (numbers, words, truth values), and repeated where they are to be drawn more often.
Hypothesis (`machine.py`) and plain random numbers (`hunt.py`) draw from the same table.
"""

from typing import Any

from tests.fuzz.plays import Terms


def often(*values: Any, rarely: tuple[Any, ...]) -> tuple[Any, ...]:
    """`values` in about three of four draws, one of `rarely` otherwise."""
    weight = max(1, 3 * len(rarely) // len(values))
    return (*values * weight, *rarely)


CHAINS = (1, 2)
BY = often("alice", "bob", rarely=("mallory", "puppet"))
ATTACKERS = ("mallory", "mallory", "puppet", "alice")
RELAYERS = often("relayer", "mallory", rarely=("alice", "estimator"))
TARGETS = (
    *("bob", "puppet", "flaky", "bob", "puppet", "flaky", "flaky", "greedy", "hungry", "refusing", "fresh"),
    *("nobody", "bridge", "messenger", "gate"),
)
RECIPIENTS = (
    *("alice", "bob", "alice", "bob", "alice", "bob", "puppet", "flaky", "refusing", "fresh", "nobody"),
    *("bridge", "messenger", "gate", "hungry"),
)
VALUES = often(0, 1, 10**18, rarely=(10**17, 3, 10**19))
MIN_GAS = often(0, 200_000, 400_000, rarely=(100_000, 150_000, 151_000, 1_000_000))
TOO_MUCH_GAS = (*MIN_GAS, 2**32 - 1)
"""The last is more than any block has."""

GAS = often(21_000, 100_000, 1_000_000, rarely=(20_999, 60_000, 21_480, 5_000_000, 2**64 - 1))
DATA = often(
    "",
    "junk",
    "ask",
    rarely=("send", "relay", "mint", "give ether", "give tokens", "give art", "donate", "bridge", "deposit"),
)
WHICH = tuple(range(32))
TOKENS = often(
    *("gold", "silver", "mute", "echo", "taxed"),
    rarely=("false", "liar", "art", "none", "second gold", "second silver"),
)
REMOTES = often("true", rarely=("gold", "silver", "liar", "none", "second"))
AMOUNTS = often(1, 100, 5_000, rarely=(0, 999_999, 10**9, 2**256 - 1))
ART = often("art", rarely=("lying art", "gold", "none"))
DEEDS = ("ask", "bridge echo", "relay", "relay older", "finalize", "bridge", "give ether", "send")
GUARDIANS = often("guardian", rarely=("mallory", "alice"))
WHATS = often("this chain", "all", rarely=("another chain",))
SUBMITTERS = ("relayer", "relayer", "mallory")
LITTLE_GAS = (0, 0, 0, 1, 5_000, 40_000, 90_000, 200_000)

RULES: dict[str, Terms] = {
    "send_message": {
        "chain": CHAINS,
        "by": BY,
        "callee": TARGETS,
        "value": VALUES,
        "min_gas": TOO_MUCH_GAS,
        "data": DATA,
    },
    "bridge_ether": {
        "chain": CHAINS,
        "by": BY,
        "to": RECIPIENTS,
        "value": VALUES,
        "min_gas": MIN_GAS,
        "off": often(0, rarely=(1,)),
        "way": ("bridgeETH", "bridgeETHTo", "depositETH", "depositETHTo"),
    },
    "bridge_tokens": {
        "chain": CHAINS,
        "by": BY,
        "token": TOKENS,
        "remote": REMOTES,
        "to": RECIPIENTS,
        "amount": AMOUNTS,
        "min_gas": MIN_GAS,
        "way": ("bridge", "bridge to", "bridge to", "legacy", "legacy to"),
    },
    "bridge_art": {
        "chain": CHAINS,
        "by": BY,
        "token": ART,
        "remote": often("true", rarely=("gold", "lying art", "none")),
        "to": RECIPIENTS,
        "which": WHICH,
        "min_gas": MIN_GAS,
        "way": ("bridge", "bridge to"),
    },
    "deposit": {
        "by": BY,
        "callee": TARGETS,
        "mint": VALUES,
        "value": often(0, 1, 10**18, rarely=(2**200,)),
        "gas": GAS,
        "data": (*DATA, "huge"),
        "creation": often(False, rarely=(True,)),
    },
    "initiate": {
        "by": BY,
        "callee": TARGETS,
        "value": VALUES,
        "gas": (0, 50_000, 150_000, 400_000),
        "data": DATA,
    },
    "derive": {"count": (1, 2, 5)},
    "deliver": {"by": ("relayer",), "to_the_end": (True, False)},
    "propose": {},
    "prove": {
        "which": WHICH,
        "by": SUBMITTERS,
        "index": (0, 0, 0, 1, 2),
        "spoiling": often("not at all", rarely=("value", "target", "sender", "root")),
    },
    "finalize": {"which": WHICH, "by": RELAYERS, "submitter": SUBMITTERS, "gas": LITTLE_GAS},
    "replay": {
        "chain": CHAINS,
        "which": WHICH,
        "by": RELAYERS,
        "gas": (0, 0, 0, 60_000, 100_000, 140_000, 200_000, 350_000),
        "value": often(0, rarely=(1,)),
    },
    "train_puppet": {"chain": CHAINS, "deeds": tuple((a, b) for a in DEEDS for b in DEEDS)},
    "mend": {"chain": CHAINS, "works": (True, True, False)},
    "wait": {"blocks": (1, 2, 50), "seconds": (1, 12, 60)},
    "wait_for_an_edge": {"which": WHICH, "offset": (-1, 0, 1)},
    "forge": {
        "chain": CHAINS,
        "by": ATTACKERS,
        "way": ("new", "true", "true, paid", "value", "target", "old version", "new version"),
        "which": WHICH,
        "callee": ("bob", "bridge", "nft_bridge", "gate", "messenger"),
        "value": (0, 10**18),
    },
    "pretend": {
        "chain": CHAINS,
        "by": ATTACKERS,
        "what": ("give ether", "give tokens", "give art"),
        "way": ("message", "message", "call"),
    },
    "call_bridge": {
        "chain": CHAINS,
        "by": ATTACKERS,
        "what": ("give ether", "give tokens", "give art"),
        "value": (0, 10**18),
    },
    "mint": {
        "chain": CHAINS,
        "by": ATTACKERS,
        "token": ("gold", "silver", "mute"),
        "function": ("mint", "burn"),
        "who": ("mallory", "alice"),
        "amount": (1, 10**6),
    },
    "initialize_again": {
        "chain": CHAINS,
        "by": ("mallory", "guardian", "puppet"),
        "what": ("superchain", "messenger", "bridge", "nft_bridge", "factory", "nft_factory"),
    },
    "make_token": {
        "chain": CHAINS,
        "by": BY,
        "remote": often("gold", "silver", rarely=("none", "art")),
    },
    "send_ether": {"chain": CHAINS, "by": BY, "where": ("gate", "bridge", "messenger"), "value": (1, 10**18)},
    "donate": {"by": BY, "value": (1, 10**18)},
    "burn": {"by": BY},
    "pause": {"by": GUARDIANS, "what": WHATS},
    "unpause": {"by": GUARDIANS, "what": WHATS},
}

SELDOM = {
    "pause",
    "unpause",
    "burn",
    "donate",
    "initialize_again",
    "mint",
    "call_bridge",
    "forge",
    "wait",
    "send_ether",
}
"""What happens less often than messages are sent: much of it comes to nothing."""

OFTEN = {
    "send_message": 3,
    "bridge_ether": 2,
    "bridge_tokens": 3,
    "bridge_art": 2,
    "derive": 4,
    "deliver": 3,
    "replay": 3,
    "prove": 2,
    "finalize": 3,
}
"""What happens more often than other parts of a play."""
