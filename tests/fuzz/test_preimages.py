"""PreimageOracle on the real bytecode: every kind of preimage, and large ones in parts.

O1  A part that is loaded is the slice of length ‖ preimage that its key promises, by hashlib, c-kzg, Python's
    own arithmetic, and a keccak256 in pure Python that is written for these tests.
O2  Large preimages are proposed, challenged and squeezed as a plain model of them says: the same refusals
    with the same values, the same trees, parts and bonds.
O3  Ether is conserved: what is held are the bonds of open proposals, and what was paid went to whoever the
    model says.
"""

from base64 import b64decode
from collections import Counter
from functools import cache
from hashlib import sha256
from importlib.resources import files
from random import Random
from typing import Any

import ckzg
import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.evm import Chain, Contract, RefusedError
from tests.fuzz.preimage_calls import PEOPLE, Call, People, Wait
from tests.fuzz.preimage_model import OracleModel, Proposed
from tests.fuzz.sponge import EMPTY, keccak256, leaves_of, lied, proof_of, root_of, states_of
from tests.fuzz.tally import Refusal
from tests.profiles import PROFILE
from tests.vectors.read import vector

from opcycle.artifacts import artifact

MINIMUM, PERIOD = 200, 1000
SOMEBODY = PEOPLE[0]
CONTEXT = b"\xc0" * 32
PLAYS = {"dev": 60, "ci": 100, "nightly": 3000}[PROFILE]
CALLS = 40
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""Of the field of a blob's elements."""

VECTORS = vector("keccak/commitments.json")

elements = st.sampled_from((0, 1, 2, 5**20, ORDER // 2, ORDER - 1))
words = st.binary(min_size=32, max_size=32)


class Rig:
    """An oracle alone in an EVM, at a time of its own."""

    def __init__(self, minimum: int = MINIMUM) -> None:
        self.chain = Chain()
        self.block, self.now = 100, 1_000_000
        self.tick(0)
        for person in PEOPLE:
            self.chain.set_balance(person, 10**24)
        code = artifact("PreimageOracle").bytecode + encode(["uint256", "uint256"], [minimum, PERIOD])
        self.oracle = Contract(self.chain, "PreimageOracle", self.chain.deploy(bytes(20), code))

    def tick(self, seconds: int) -> None:
        self.block, self.now = self.block + 1, self.now + seconds
        self.chain.set_block(self.block, self.now)

    def expect_slice(self, key: bytes, data: bytes, offset: int) -> None:
        whole = len(data).to_bytes(8, "big") + data
        part = whole[offset : offset + 32]
        assert self.oracle.read("readPreimage", key, offset) == (part.ljust(32, b"\0"), len(part))
        assert self.oracle.read("preimageLengths", key) == len(data)


@cache
def rig() -> Rig:
    """One for all that is loaded at once: parts never change."""
    return Rig()


def key(kind: int, name: bytes) -> bytes:
    return bytes([kind]) + name[1:]


# --- O1: preimages that fit into one transaction ------------------------------------------------------


@given(data=st.binary(max_size=600), seed=st.integers(0, 2**16))
def test_hashed_preimages_are_named_by_hashes_of_other_implementations(data: bytes, seed: int) -> None:
    offset = seed % (len(data) + 8)
    rig().oracle.send(SOMEBODY, "loadKeccak256PreimagePart", offset, data)
    rig().expect_slice(key(2, keccak256(data)), data, offset)
    rig().oracle.send(SOMEBODY, "loadSha256PreimagePart", offset, data)
    rig().expect_slice(key(4, sha256(data).digest()), data, offset)


@given(ident=st.integers(0, 2**256 - 1), word=words, size=st.integers(0, 32), seed=st.integers(0, 39))
def test_local_words_are_named_by_word_caller_and_context(
    ident: int, word: bytes, size: int, seed: int
) -> None:
    offset = seed % (size + 8)
    rig().oracle.send(SOMEBODY, "loadLocalData", ident, CONTEXT, word, size, offset)
    asked = key(1, ident.to_bytes(32, "big"))
    name = keccak256(asked + SOMEBODY.rjust(32, b"\0") + CONTEXT)
    rig().expect_slice(key(1, name), word[:size], offset)


@cache
def setup() -> Any:
    path = files("eth_account").joinpath("typed_transactions", "blob_transactions", "kzg_trusted_setup.txt")
    return ckzg.load_trusted_setup(str(path), 0)


@cache
def blob_of(seed: int) -> tuple[bytes, bytes]:
    """A blob, and the commitment to it."""
    random = Random(seed)
    blob = b"".join(random.randrange(ORDER).to_bytes(32, "big") for _ in range(4096))
    return blob, bytes(ckzg.blob_to_kzg_commitment(blob, setup()))


@cache
def opened(seed: int, z: int) -> tuple[bytes, bytes]:
    """A proof, and what it proves the polynomial to be at z."""
    proof, y = ckzg.compute_kzg_proof(blob_of(seed)[0], z.to_bytes(32, "big"), setup())
    return bytes(proof), bytes(y)


@given(seed=st.integers(0, 1), z=elements, offset=st.integers(0, 39), wrong=st.integers(1, ORDER - 1))
def test_elements_of_blobs_are_those_that_c_kzg_proves(seed: int, z: int, offset: int, wrong: int) -> None:
    _, commitment = blob_of(seed)
    proof, y = opened(seed, z)
    value = int.from_bytes(y, "big")
    rig().oracle.send(SOMEBODY, "loadBlobPreimagePart", z, value, commitment, proof, offset)
    rig().expect_slice(key(5, keccak256(commitment + z.to_bytes(32, "big"))), y, offset)
    other = (value + wrong) % ORDER
    with pytest.raises(RefusedError, match="PreimageOracle_WrongBlobElement"):
        rig().oracle.send(SOMEBODY, "loadBlobPreimagePart", z, other, commitment, proof, offset)


powers = st.tuples(*(st.integers(0, 2**64 - 1) for _ in range(3)))


@given(data=st.binary(max_size=300), power=powers, gas=st.integers(50_000, 10**6), seed=st.integers(0, 2**16))
def test_results_of_precompiles_are_what_python_computes(
    data: bytes, power: tuple[int, int, int], gas: int, seed: int
) -> None:
    base, exponent, modulus = power
    lengths = b"".join(length.to_bytes(32, "big") for length in (8, 8, 8))
    numbers = b"".join(number.to_bytes(8, "big") for number in power)
    answer = pow(base, exponent, modulus) if modulus else 0
    expected = {
        (2, data): sha256(data).digest(),
        (4, data): data,
        (5, lengths + numbers): answer.to_bytes(8, "big"),
    }
    for (number, question), returned in expected.items():
        address = number.to_bytes(20, "big")
        offset = seed % (len(returned) + 9)
        rig().oracle.send(SOMEBODY, "loadPrecompilePreimagePart", offset, address, gas, question)
        named = keccak256(address + gas.to_bytes(8, "big") + question)
        rig().expect_slice(key(6, named), b"\x01" + returned, offset)


# --- O2, O3: large preimages --------------------------------------------------------------------------


@given(size=st.integers(MINIMUM, 800), seed=st.integers(0, 2**16))
def test_every_state_of_a_preimage_is_the_one_in_pure_python(size: int, seed: int) -> None:
    """The contract says of each leaf whether it follows from the state before."""
    rig, random = Rig(), Random(seed)
    data = random.randbytes(size)
    leaves, states = leaves_of(data), states_of(data)
    wrong = random.randrange(len(leaves))
    leaves[wrong] = lied(leaves[wrong])
    rig.oracle.send(SOMEBODY, "initLPP", 1, 0, size, value=10**18)
    commitments = tuple(leaf.state_commitment for leaf in leaves)
    rig.oracle.send(SOMEBODY, "addLeavesLPP", 1, 0, data, commitments, True)
    for index in (*(index for index in range(len(leaves)) if index not in (wrong, wrong + 1)), wrong):
        lanes = states[index - 1] if index else EMPTY
        after = (leaves[index].abi, proof_of(leaves, index))
        before = (leaves[index - 1].abi, proof_of(leaves, index - 1)) if index else ()
        function = "challengeLPP" if index else "challengeFirstLPP"
        arguments = (SOMEBODY, 1, (lanes,), *before, *after) if index else (SOMEBODY, 1, *after)
        if index == wrong:
            rig.oracle.send(PEOPLE[2], function, *arguments)
        else:
            with pytest.raises(RefusedError, match="LargePreimages_LeafIsRight"):
                rig.oracle.send(PEOPLE[2], function, *arguments)
    assert rig.chain.balance(PEOPLE[2]) == 10**24 + 10**18


@pytest.mark.parametrize("case", [case for case in VECTORS if len(case["commitments"]) > 2])
def test_op_challengers_states_are_right_to_the_contract(case: dict[str, Any]) -> None:
    """Two blocks or more, of the inputs that it is tested with. The first state is that before any block."""
    data = b64decode(case["input"])
    commitments = tuple(bytes.fromhex(text[2:]) for text in case["commitments"][1:])
    rig = Rig(minimum=1)
    rig.oracle.send(SOMEBODY, "initLPP", 1, 8, len(data), value=10**18)
    rig.oracle.send(SOMEBODY, "addLeavesLPP", 1, 0, data, commitments, True)
    leaves, states = leaves_of(data), states_of(data)
    assert rig.oracle.read("getTreeRootLPP", SOMEBODY, 1) == root_of(leaves)
    rig.tick(PERIOD + 1)
    last = len(leaves) - 1
    pair = [part for index in (last - 1, last) for part in (leaves[index].abi, proof_of(leaves, index))]
    rig.oracle.send(SOMEBODY, "squeezeLPP", SOMEBODY, 1, (states[last - 1],), *pair)
    rig.expect_slice(key(2, keccak256(data)), data, 8)


class Play:
    """People and a model beside the contract."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rig = Rig()
        self.model = OracleModel(MINIMUM, PERIOD)
        self.people = People(Random(seed), self.model)
        self.spent: Counter[bytes] = Counter()
        self.met: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        for number in range(CALLS):
            deed = self.people.next(self.rig.now)
            if isinstance(deed, Wait):
                self.rig.tick(deed.seconds)
                continue
            self.rig.tick(0)
            found, wanted = self.sent(deed), self.told(deed)
            assert found == wanted, (
                f"seed {self.seed}, call {number}, {deed.function}: not what the model says"
            )
            self.met[found.args[0] if isinstance(found, Refusal) else deed.function] += 1
            self.compare(deed)
        return self.met

    def sent(self, call: Call) -> Refusal | None:
        try:
            events = self.rig.oracle.send(call.sender, call.function, *call.args, value=call.value)
        except RefusedError as error:
            return Refusal(*error.args)
        self.spent[call.sender] += call.value
        logged = [event.args for event in events]
        is_adding = call.function == "addLeavesLPP"
        record = call.sender + self.rig.oracle.encode(call.function, *call.args)
        assert logged == ([(record,)] if is_adding else [])
        return None

    def told(self, call: Call) -> Refusal | None:
        try:
            call.told(self.model, self.rig.block, self.rig.now)
        except Refusal as refusal:
            return refusal
        return None

    def compare(self, call: Call) -> None:
        read, chain = self.rig.oracle.read, self.rig.chain
        assert read("proposalCount") == len(self.model.proposals)
        for number, (name, proposed) in enumerate(self.model.proposals.items()):
            assert read("proposals", number) == name
            if call.args[0] in name or call.args[:2] == name:
                assert views(self.rig.oracle, name) == expected_views(proposed)
        held = sum(proposed.bond for proposed in self.model.proposals.values())
        assert chain.balance(self.rig.oracle.address) == held
        for person in PEOPLE:
            paid = self.model.paid.get(person, 0)
            assert chain.balance(person) == 10**24 - self.spent[person] + paid
        for (key_, offset), value in self.model.parts.items():
            assert read("readPreimage", key_, offset) == value


def views(oracle: Contract, name: tuple[bytes, int]) -> tuple[Any, ...]:
    count = oracle.read("proposalBlocksLen", *name)
    return (
        *(oracle.read(view, *name) for view in ("proposalMetadata", "proposalBonds", "proposalParts")),
        oracle.read("getTreeRootLPP", *name),
        [oracle.read("proposalBlocks", *name, number) for number in range(count)],
    )


def expected_views(proposed: Proposed) -> tuple[Any, ...]:
    root = root_of(proposed.leaves)
    return (proposed.metadata, proposed.bond, proposed.part, root, proposed.blocks)


REFUSALS = (
    *("BondTooSmall", "TooSmall", "TooLarge", "AlreadyProposed", "NotProposed", "Complete", "Incomplete"),
    *(
        "OtherBlock",
        "PartOfABlock",
        "CommitmentCount",
        "SizeMismatch",
        "ProofLength",
        "NotInTree",
        "OtherState",
    ),
    *("NotContiguous", "NotFirst", "NotLast", "LeafIsRight", "StillOpen", "Countered", "Settled"),
)
DEEDS = ("initLPP", "addLeavesLPP", "challengeLPP", "challengeFirstLPP", "squeezeLPP")


def test_anything_is_proposed_challenged_and_squeezed__the_contract_does_what_the_model_says() -> None:
    met: Counter[str] = Counter()
    for seed in range(PLAYS):
        met += Play(seed).run()
    never = {*(f"LargePreimages_{name}" for name in REFUSALS), *DEEDS} - set(met)
    assert not never, "this never happened, so that nothing is known about it"
