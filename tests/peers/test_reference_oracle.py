"""PreimageOracle beside Optimism's own (`make reference`): the same calls to both, and both the same to read.

Large preimages come from the same people as in tests/fuzz/test_preimages.py, who do everything that is wrong
with them, too. Where ours are meant to differ: `STRICTER`, and docs/findings/dispute-contracts.md.
"""

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.fuzz.evm import Chain, Contract, HaltedError, RefusedError
from tests.fuzz.preimage_calls import PEOPLE, Call, People, Wait
from tests.fuzz.preimage_model import OracleModel
from tests.profiles import PROFILE

from opcycle.artifacts import Artifact, artifact

REFERENCE = Path(__file__).parents[2] / ".tools/reference/out"
MINIMUM, PERIOD = 200, 1000
CONTEXT = b"\xc0" * 32
PLAYS = {"dev": 30, "ci": 50, "nightly": 2000}[PROFILE]
CALLS = 40

THEIRS = {
    "LargePreimages_AlreadyProposed": "AlreadyInitialized",
    "LargePreimages_BondTooSmall": "InsufficientBond",
    "LargePreimages_CommitmentCount": "InvalidInputSize",
    "LargePreimages_Complete": "AlreadyFinalized",
    "LargePreimages_Countered": "BadProposal",
    "LargePreimages_Incomplete": "ActiveProposal",
    "LargePreimages_LeafIsRight": "PostStateMatches",
    "LargePreimages_NotContiguous": "StatesNotContiguous",
    "LargePreimages_NotFirst": "StatesNotContiguous",
    "LargePreimages_NotInTree": "InvalidProof",
    "LargePreimages_NotLast": "StatesNotContiguous",
    "LargePreimages_NotProposed": "NotInitialized",
    "LargePreimages_OtherBlock": "WrongStartingBlock",
    "LargePreimages_OtherState": "InvalidPreimage",
    "LargePreimages_PartOfABlock": "InvalidInputSize",
    "LargePreimages_SizeMismatch": "InvalidInputSize",
    "LargePreimages_StillOpen": "ActiveProposal",
    "LargePreimages_TooSmall": "InvalidInputSize",
    "PreimageOracle_NotEnoughGas": keccak(text="NotEnoughGas()")[:4].hex(),  # in none of their ABIs
    "PreimageOracle_OffsetTooHigh": "PartOffsetOOB",
    "PreimageOracle_WrongBlobElement": "InvalidProof",
}
"""Which of theirs stands for each error of ours."""

STRICTER = {
    "LargePreimages_Countered": "what was challenged is done with; theirs is challenged again, and added to",
    "LargePreimages_Settled": "so is one that was squeezed; theirs is squeezed, and challenged, again",
    "LargePreimages_NotProposed": "theirs looks at the leaf first",
    "LargePreimages_TooLarge": "theirs takes the bond of a proposal that cannot be completed",
    "LargePreimages_TooSmall": "ours looks for a single block, too",
    "LargePreimages_SizeMismatch": "theirs lets a proposal grow beyond its size until its end",
    "LargePreimages_CommitmentCount": "of two errors, theirs says the part's first",
    "LargePreimages_ProofLength": "theirs reads 16 nodes, wherever they end",
    "LargePreimages_PartOfABlock": "theirs says that a leaf of another size is not in the tree",
    "PreimageOracle_BadPointSize": "theirs reads 48 bytes, wherever they end",
    "PreimageOracle_LocalDataTooLong": "theirs says the same of the offset",
}
"""What ours refuses where theirs does not, or says otherwise, and why."""


def in_reference(name: str) -> Artifact:
    return artifact(name, REFERENCE)


class Both:
    """Our oracle and theirs in one EVM; what is done to one is done to the other."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.block, self.now = 100, 1_000_000
        self.tick(0)
        for person in PEOPLE:
            self.chain.set_balance(person, 10**30)
        self.ours, self.theirs = self._deploy(artifact), self._deploy(in_reference)

    def _deploy(self, artifacts: Callable[[str], Artifact]) -> Contract:
        code = artifacts("PreimageOracle").bytecode + encode(["uint256", "uint256"], [MINIMUM, PERIOD])
        return Contract(self.chain, "PreimageOracle", self.chain.deploy(bytes(20), code), artifacts)

    def tick(self, seconds: int) -> None:
        self.block, self.now = self.block + 1, self.now + seconds
        self.chain.set_block(self.block, self.now)

    def send(self, oracle: Contract, sender: bytes, function: str, *args: Any, value: int = 0) -> Any:
        """What it logs and what it paid whom, or why it refuses; and its gas."""
        before = [self.chain.balance(person) for person in PEOPLE]
        try:
            logs = oracle.send(sender, function, *args, value=value)
        except RefusedError as error:
            name, reason = error.args
            return name or reason.hex(), 0
        except HaltedError:
            return "halted", 0
        gas = self.chain.gas_used
        after = [self.chain.balance(person) for person in PEOPLE]
        return ([event.args for event in logs], [b - a for a, b in zip(before, after, strict=True)]), gas

    def same_views(self, name: tuple[bytes, int]) -> None:
        for view in ("proposalMetadata", "proposalBonds", "proposalBlocksLen", "getTreeRootLPP"):
            assert self.ours.read(view, *name) == self.theirs.read(view, *name), view
        count = int.from_bytes(self.ours.read("proposalMetadata", *name)[16:20], "big")
        for height in range(16):
            if count >> height & 1:
                ours = self.ours.read("proposalBranches", *name, height)
                assert ours == self.theirs.read("proposalBranches", *name, height)

    def same_part(self, key: bytes, offset: int) -> None:
        """Behind the end of a preimage theirs may have what followed in the calldata."""
        ours, length = self.ours.read("readPreimage", key, offset)
        theirs, their_length = self.theirs.read("readPreimage", key, offset)
        assert length == their_length
        assert ours[:length] == theirs[:length]
        assert not any(ours[length:])


class Play:
    """People who do everything to both."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.both = Both()
        self.model = OracleModel(MINIMUM, PERIOD)
        self.people = People(Random(seed), self.model, across_inputs=False)
        self.met: Counter[str] = Counter()
        self.gas: Counter[str] = Counter()
        """By how much less it takes here, over a whole play: nodes of a tree that nothing hashes are not
        stored, so that some input may cost more than theirs, which stored such a node before."""

    def run(self) -> None:
        for number in range(CALLS):
            deed = self.people.next(self.both.now)
            if isinstance(deed, Wait):
                self.both.tick(deed.seconds)
                continue
            self.both.tick(0)
            self.do(deed, f"seed {self.seed}, call {number}: {deed.function}")

    def do(self, call: Call, where: str) -> None:
        both = self.both
        ours, gas = both.send(both.ours, call.sender, call.function, *call.args, value=call.value)
        before = both.chain.snapshot()
        theirs, their_gas = both.send(both.theirs, call.sender, call.function, *call.args, value=call.value)
        self.met[ours if isinstance(ours, str) else call.function] += 1
        if isinstance(ours, str):
            if not isinstance(theirs, str):
                assert ours in STRICTER, f"{where}: ours says {ours}"
                both.chain.revert(before)
            else:
                assert theirs == THEIRS.get(ours) or ours in STRICTER, f"{where}: {ours}, theirs {theirs}"
            return
        assert theirs == ours, where
        self.gas[call.function] += their_gas - gas
        call.told(self.model, both.block, both.now)
        for name in self.model.proposals:
            both.same_views(name)
        for key, offset in self.model.parts:
            both.same_part(key, offset)


def test_large_preimages__ours_and_the_reference_do_the_same() -> None:
    met: Counter[str] = Counter()
    for seed in range(PLAYS):
        play = Play(seed)
        play.run()
        met += play.met
        assert min(play.gas.values()) >= 0, "more gas than the reference"
    deeds = {"initLPP", "addLeavesLPP", "challengeLPP", "challengeFirstLPP", "squeezeLPP"}
    assert deeds | {name for name in THEIRS if name.startswith("LargePreimages")} <= set(met)


def small_calls(random: Random) -> list[tuple[Any, ...]]:
    """Preimages of one transaction, each at any offset, the ends included."""
    data, word = random.randbytes(random.randrange(300)), random.randbytes(32)
    size = random.randrange(35)
    precompile = random.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).to_bytes(20, "big")
    gas = random.choice((0, 3000, 100_000, 10**7, 2**64 - 1))

    def offset(length: int) -> int:
        return random.choice(
            (0, 1, 7, 8, 9, length + 7, length + 8, 2**256 - 1, random.randrange(length + 9))
        )

    return [
        ("loadKeccak256PreimagePart", offset(len(data)), data),
        ("loadSha256PreimagePart", offset(len(data)), data),
        ("loadLocalData", random.getrandbits(256), CONTEXT, word, size, offset(size)),
        ("loadPrecompilePreimagePart", offset(33), precompile, gas, data),
        ("loadBlobPreimagePart", random.getrandbits(255), 0, INFINITY, INFINITY, offset(32)),
        (
            "loadBlobPreimagePart",
            random.getrandbits(250),
            random.randrange(2),
            INFINITY,
            INFINITY,
            offset(32),
        ),
        ("loadBlobPreimagePart", 1, 0, INFINITY[:47], INFINITY, 0),
    ]


INFINITY = b"\xc0".ljust(48, b"\0")
"""The commitment to the polynomial that is 0 everywhere, and each of its proofs."""


def test_small_preimages__ours_and_the_reference_do_the_same() -> None:
    random, both, met = Random(1), Both(), Counter[str]()
    for _ in range(4 * PLAYS):
        for function, *args in small_calls(random):
            (ours, gas), (theirs, their_gas) = (
                both.send(oracle, PEOPLE[0], function, *args) for oracle in (both.ours, both.theirs)
            )
            met[ours if isinstance(ours, str) else function] += 1
            if isinstance(ours, str):
                assert THEIRS.get(ours) == theirs or ours in STRICTER, (function, args, ours, theirs)
                continue
            assert ours == theirs, (function, args)
            assert gas <= 1.01 * their_gas, (function, args, gas, their_gas)
            key, offset = stored(function, args)
            both.same_part(key, offset)
    refusals = {name for name in THEIRS if name.startswith("PreimageOracle")}
    assert refusals | {function for function, *_ in small_calls(random)} <= set(met)


def stored(function: str, args: list[Any]) -> tuple[bytes, int]:
    """By which key, and at which offset."""
    match function, args:
        case "loadKeccak256PreimagePart", [offset, data]:
            kind, name = 2, keccak(data)
        case "loadSha256PreimagePart", [offset, data]:
            kind, name = 4, sha256(data).digest()
        case "loadLocalData", [ident, context, _, _, offset]:
            asked = b"\x01" + ident.to_bytes(32, "big")[1:]
            kind, name = 1, keccak(asked + PEOPLE[0].rjust(32, b"\0") + context)
        case "loadPrecompilePreimagePart", [offset, precompile, gas, data]:
            kind, name = 6, keccak(precompile + gas.to_bytes(8, "big") + data)
        case _, [z, _, commitment, _, offset]:
            kind, name = 5, keccak(commitment + z.to_bytes(32, "big"))
    return bytes([kind]) + name[1:], offset


def test_the_constants_and_empty_nodes_are_the_references() -> None:
    both = Both()
    for view in ("MIN_BOND_SIZE", "KECCAK_TREE_DEPTH", "MAX_LEAF_COUNT", "PRECOMPILE_CALL_RESERVED_GAS"):
        assert both.ours.read(view) == both.theirs.read(view)
    for view in ("version", "minProposalSize", "challengePeriod", "proposalCount"):
        assert both.ours.read(view) == both.theirs.read(view)
    for height in range(16):
        assert both.ours.read("zeroHashes", height) == both.theirs.read("zeroHashes", height)
    both.same_views((PEOPLE[0], 1))
