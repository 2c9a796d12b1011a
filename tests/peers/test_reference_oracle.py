"""Our PreimageOracle beside Optimism's, call by call: the same is loaded, proposed, countered and paid.

What differs on purpose is in `STRICTER` and `LOOSER`; of everything else, both do the same or refuse it both.
Upstream's source is built with a library of ours for Keccak's permutation (`make reference`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from tests.fuzz.disputes.deploy import FIRST_BLOCK, GENESIS, account, in_directory
from tests.fuzz.evm import Chain, Contract, HaltedError, RefusedError
from tests.fuzz.tally import CountingMachine, run_and_count
from tests.unit.challenger.preimages.oracle_place import text

from opcycle.artifacts import artifact
from opcycle.keccak import keccak
from opcycle.protocol.keccak_state import EMPTY, absorb
from opcycle.protocol.large_preimages import LargePreimage, Leaf, LeafTree, LeavesAdded, Transition

REFERENCE = Path(__file__).parents[2] / ".tools/reference/out"
DEPLOYER = account("deployer")
PEOPLE = account("one"), account("another")
MIN_SIZE, PERIOD = 300, 100
BOND = 25 * 10**16
WEALTH = 10**21

STRICTER = {
    "LargePreimages_Settled": "is over, and what upstream does then changes no bond and no part",
    "LargePreimages_Countered": "the same, or leaves that nobody can squeeze any more",
    "LargePreimages_SizeMismatch": "can never be complete",
    "LargePreimages_TooLarge": "can never be complete",
    "LargePreimages_ProofLength": "upstream reads on in what follows the proof",
}
"""Errors of ours for what upstream takes, and why nobody misses it."""

LOOSER = {"PartOffsetOOB": "a part may begin in one call and end in the next"}
"""Errors of upstream's for what ours takes."""


@dataclass
class Told:
    """A proposal: the preimage that its leaves are of, and those that were added."""

    who: bytes
    uuid: int
    offset: int
    preimage: LargePreimage
    leaves: list[Leaf] = field(default_factory=list)


class Twins(CountingMachine):
    """It counts what both did by function, and what one refused by its error."""

    @initialize()
    def deploy(self) -> None:
        self.number, self.now = FIRST_BLOCK, GENESIS
        self.oracles = []
        for artifacts in (artifact, in_directory(REFERENCE)):
            chain = Chain()
            chain.set_block(self.number, self.now)
            words = b"".join(n.to_bytes(32, "big") for n in (MIN_SIZE, PERIOD))
            address = chain.deploy(DEPLOYER, artifacts("PreimageOracle").bytecode + words)
            self.oracles.append(Contract(chain, "PreimageOracle", address, artifacts))
            for who in PEOPLE:
                chain.set_balance(who, WEALTH)
        self.told: list[Told] = []
        self.parts: set[tuple[bytes, int]] = set()

    # --- one transaction on both ---

    def both(self, who: bytes, function: str, *args: object, value: int = 0, gas: int = 16_777_216) -> bool:
        """Whether both did it. Where they differ, neither has."""
        states = [oracle.chain.snapshot() for oracle in self.oracles]
        ours, theirs = (self._try(oracle, who, function, args, value, gas) for oracle in self.oracles)
        if isinstance(ours, str) and isinstance(theirs, str):
            self.refused[ours] += 1
            return False
        if isinstance(ours, str) or isinstance(theirs, str):
            is_meant = ours in STRICTER if isinstance(ours, str) else theirs in LOOSER
            assert is_meant, f"{function}{args}: ours {ours!r}, the other {theirs!r}"
            for oracle, state in zip(self.oracles, states, strict=True):
                oracle.chain.revert(state)
            self.refused[ours if isinstance(ours, str) else str(theirs)] += 1
            return False
        assert ours == theirs, f"{function}{args}: ours {ours}, the other {theirs}"
        self.done[function] += 1
        return True

    @staticmethod
    def _try(
        oracle: Contract, who: bytes, function: str, args: Sequence[object], value: int, gas: int
    ) -> str | tuple[bytes, list[bytes]]:
        """An error's name, or what was returned and logged."""
        try:
            data = oracle.encode(function, *args)
            returned = oracle.chain.send(who, oracle.address, data, value=value, gas=gas)
        except RefusedError as error:
            return str(error.args[0])
        except HaltedError:
            return "halted"
        return returned, [log.data for log in oracle.chain.logs()]

    # --- small preimages ---

    @rule(
        ident=st.integers(0, 6),
        word=st.binary(min_size=32, max_size=32),
        is_too_long=st.booleans(),
        offset=st.integers(0, 42),
    )
    def local(self, ident: int, word: bytes, is_too_long: bool, offset: int) -> None:
        """Whoever loads a word in two sizes makes a mess of its own, and a different one in each."""
        context, size = keccak(bytes([ident])), 33 if is_too_long else (0, 32, 32, 32, 8, 8, 1)[ident]
        if self.both(PEOPLE[0], "loadLocalData", ident, context, word, size, offset):
            key = b"\1" + ident.to_bytes(31, "big") + PEOPLE[0].rjust(32, b"\0") + context
            self.parts.add((b"\1" + keccak(key)[1:], offset))

    @rule(
        function=st.sampled_from(["loadKeccak256PreimagePart", "loadSha256PreimagePart"]),
        size=st.integers(0, 80),
        offset=st.integers(0, 90),
    )
    def hashed(self, function: str, size: int, offset: int) -> None:
        data = text(size)
        if self.both(PEOPLE[0], function, offset, data) and "Keccak" in function:
            self.parts.add((b"\2" + keccak(data)[1:], offset))

    @rule(
        number=st.integers(1, 12),
        gas=st.sampled_from([0, 15, 72, 3000, 150_000, 2**64 - 1]),
        given=st.binary(max_size=100),
        offset=st.integers(0, 50),
        sent=st.sampled_from([120_000, 260_000, 16_777_216]),
    )
    def precompile(self, number: int, gas: int, given: bytes, offset: int, sent: int) -> None:
        address = bytes(19) + bytes([number])
        call = "loadPrecompilePreimagePart", offset, address, gas, given
        if sent != 16_777_216:  # what there is left to call with is their own business
            return self.both_with_little_gas(*call, gas=sent)
        if self.both(PEOPLE[0], *call):
            key = b"\6" + keccak(address + gas.to_bytes(8, "big") + given)[1:]
            self.parts.add((key, offset))
        return None

    def both_with_little_gas(self, *call: object, gas: int) -> None:
        """Then the two may differ, but what is loaded is what is loaded with much."""
        function, offset, address, required, given = call
        key = b"\6" + keccak(bytes(address) + int(required).to_bytes(8, "big") + bytes(given))[1:]
        for oracle in self.oracles:
            state = oracle.chain.snapshot()
            found = self._try(oracle, PEOPLE[0], str(function), call[1:], 0, gas)
            part = None if isinstance(found, str) else oracle.read("readPreimage", key, offset)
            oracle.chain.revert(state)
            if part is None:
                continue
            state = oracle.chain.snapshot()
            assert not isinstance(self._try(oracle, PEOPLE[0], str(function), call[1:], 0, 16_777_216), str)
            assert oracle.read("readPreimage", key, offset) == part
            oracle.chain.revert(state)

    # --- proposing ---

    @rule(
        who=st.sampled_from(PEOPLE),
        uuid=st.integers(0, 3),
        size=st.integers(MIN_SIZE - 1, 900),
        offset=st.integers(0, 910),
        value=st.sampled_from([BOND, BOND, BOND, BOND + 1, BOND - 1, 0]),
    )
    def propose(self, who: bytes, uuid: int, size: int, offset: int, value: int) -> None:
        if self.both(who, "initLPP", uuid, offset, size, value=value):
            self.told.append(Told(who, uuid, offset, LargePreimage(text(size))))

    def _some(self, which: int) -> Told:
        return self.told[which % len(self.told)]

    @rule(
        who=st.sampled_from(PEOPLE),
        uuid=st.integers(4, 9),
        size=st.integers(MIN_SIZE, 900),
        offset=st.integers(0, 900),
        lie=st.none() | st.integers(0, 6),
        at_once=st.integers(1, 8),
        is_judged=st.booleans(),
    )
    def propose_all_of_it(
        self, who: bytes, uuid: int, size: int, offset: int, lie: int | None, at_once: int, is_judged: bool
    ) -> None:
        """A part that is cut by the end of a call stops it halfway."""
        before = len(self.told)
        self.propose(who, uuid, size, offset % (size + 8), BOND)
        if len(self.told) > before:
            told = self.told[-1]
            while len(told.leaves) < len(told.preimage.leaves):
                start = len(told.leaves)
                in_chunk = lie is not None and start <= lie < start + at_once
                self.add(before, at_once, lie - start if in_chunk else None, "")  # type: ignore[operator]
                if len(told.leaves) == start:
                    break
            if is_judged:
                self.judge_as_it_deserves(before, who)

    @precondition(lambda self: self.told)
    @rule(
        which=st.integers(0, 9),
        count=st.integers(0, 8),
        lie=st.none() | st.integers(0, 7),
        oddity=st.sampled_from(["", "", "", "", "start", "size", "count", "early end", "late end", "who"]),
    )
    def add(self, which: int, count: int, lie: int | None, oddity: str) -> None:
        told = self._some(which)
        start = len(told.leaves)
        leaves = [*told.preimage.leaves[start : start + count]]
        if lie is not None and leaves:
            place = lie % len(leaves)
            leaves[place] = replace(leaves[place], commitment=keccak(leaves[place].commitment))
        end = start + len(leaves)
        is_last = bool(leaves) and end == len(told.preimage.leaves)
        call = (
            told.uuid,
            start + (oddity == "start"),
            told.preimage.data[136 * start : 136 * end] + b"x" * (oddity == "size"),
            tuple(leaf.commitment for leaf in leaves) + (bytes(32),) * (oddity == "count"),
            is_last ^ (oddity in ("early end", "late end")),
        )
        who = told.who if oddity != "who" else PEOPLE[told.who == PEOPLE[0]]
        if self.both(who, "addLeavesLPP", *call) and who == told.who:
            told.leaves += leaves if not oddity else self._as_taken(call)

    @staticmethod
    def _as_taken(call: tuple[int, int, bytes, tuple[bytes, ...], bool]) -> list[Leaf]:
        """Leaves of an odd call that both took after all."""
        _, start, data, commitments, is_last = call
        return LeavesAdded(0, start, data, commitments, is_last).leaves()

    # --- what becomes of it ---

    @precondition(lambda self: any(told.leaves for told in self.told))
    @rule(which=st.integers(0, 9), who=st.sampled_from(PEOPLE))
    def judge_as_it_deserves(self, which: int, who: bytes) -> None:
        """The first wrong leaf is shown, or the part loaded as soon as it can be."""
        told, right = self._some(which), self._some(which).preimage.leaves
        wrong = [leaf.index for leaf, other in zip(told.leaves, right, strict=False) if leaf != other]
        if told.leaves and not wrong:
            self.wait(PERIOD + 1)
        index = wrong[0] if wrong else len(told.leaves) - 1
        if told.leaves:
            self._judge(told, index, who, "challengeLPP" if wrong else "squeezeLPP", "")

    @precondition(lambda self: any(told.leaves for told in self.told))
    @rule(
        which=st.integers(0, 9),
        index=st.integers(0, 8),
        who=st.sampled_from(PEOPLE),
        function=st.sampled_from(["challengeLPP", "challengeFirstLPP", "squeezeLPP", "squeezeLPP"]),
        oddity=st.sampled_from(["", "", "", "", "state", "leaf", "proof", "short", "other pair", "block"]),
    )
    def judge(self, which: int, index: int, who: bytes, function: str, oddity: str) -> None:
        told = self._some(which)
        if told.leaves:
            last = len(told.leaves) - 1
            at = last if function == "squeezeLPP" else index % (last + 1)
            self._judge(told, at, who, function, oddity)

    def _judge(self, told: Told, index: int, who: bytes, function: str, oddity: str) -> None:
        found = self._spoilt(self._transition(told, index), told, oddity)
        after = (found.after.block, found.after.index, found.after.commitment), (*found.after_proof,)
        if found.before is None or function == "challengeFirstLPP":
            self.both(who, "challengeFirstLPP", told.who, told.uuid, *after)
            return
        before = (found.before.block, found.before.index, found.before.commitment), (*found.before_proof,)
        done = self.both(who, function, told.who, told.uuid, (found.state,), *before, *after)
        if done and function == "squeezeLPP":
            self.parts.add((b"\2" + keccak(told.preimage.data)[1:], told.offset))

    @staticmethod
    def _transition(told: Told, index: int) -> Transition:
        state = EMPTY
        for leaf in told.leaves[:index]:
            state = absorb(state, leaf.block)
        return LeafTree(told.leaves).transition(index, state)

    @staticmethod
    def _spoilt(found: Transition, told: Told, oddity: str) -> Transition:
        match oddity:
            case "state":
                return replace(found, state=(found.state[0] ^ 1, *found.state[1:]))
            case "leaf":
                return replace(found, after=replace(found.after, commitment=bytes(32)))
            case "proof":
                return replace(found, after_proof=[keccak(found.after_proof[0]), *found.after_proof[1:]])
            case "short":
                return replace(found, after_proof=found.after_proof[:-1])
            case "block":
                return replace(found, after=replace(found.after, block=found.after.block[:-1]))
            case "other pair" if found.before is not None:
                first = told.leaves[0]
                return replace(found, before=first, before_proof=LeafTree(told.leaves).proof(0))
        return found

    @rule(seconds=st.sampled_from([1, PERIOD - 1, PERIOD, PERIOD + 1]))
    def wait(self, seconds: int) -> None:
        self.number, self.now = self.number + 1, self.now + seconds
        for oracle in self.oracles:
            oracle.chain.set_block(self.number, self.now)

    # --- what anybody can read ---

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "oracles"):
            return
        ours, theirs = (self._seen(oracle) for oracle in self.oracles)
        assert ours == theirs

    def _seen(self, oracle: Contract) -> list[object]:
        names = [(told.who, told.uuid) for told in self.told]
        getters = ("proposalMetadata", "proposalBonds", "getTreeRootLPP", "proposalBlocksLen")
        found: list[object] = [oracle.read(getter, *name) for name in names for getter in getters]
        found += [oracle.read("proposals", index) for index in range(len(names))]
        found += [oracle.chain.balance(who) for who in (*PEOPLE, oracle.address)]
        for key, offset in sorted(self.parts):
            part, size = oracle.read("readPreimage", key, offset)  # upstream leaves dirt behind the end
            found += [part[:size], size, oracle.read("preimageLengths", key)]
        return [oracle.read("proposalCount"), *found]


DEEDS = (
    "loadLocalData",
    "loadKeccak256PreimagePart",
    "loadSha256PreimagePart",
    "loadPrecompilePreimagePart",
    "initLPP",
    "addLeavesLPP",
    "challengeLPP",
    "challengeFirstLPP",
    "squeezeLPP",
)


@pytest.mark.timeout(3600)  # nightly
def test_ours_does_what_optimisms_does() -> None:
    run_and_count(
        Twins, deeds=DEEDS, refusals=(*LOOSER, "LargePreimages_Settled", "LargePreimages_Countered")
    )
