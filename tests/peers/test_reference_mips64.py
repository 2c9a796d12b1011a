"""A step of our MIPS64 machine beside one of Optimism's (`make reference`), from the same state.

Where ours refuses more: witnesses and encodings that are too long, too short or not canonical, which theirs
reads as if they were not. No client sends such.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.fuzz.evm import Chain, Contract, RefusedError
from tests.peers.mips64_states import SYSCALLS, Case, Generator, every_case
from tests.profiles import PROFILE

from opcycle.artifacts import Artifact, artifact

REFERENCE = Path(__file__).parents[2] / ".tools/reference/out"
GAME, CONTEXT = b"\x6a" * 20, b"\xc0" * 32
STATE_VERSION = 8
ROUNDS = {"dev": 3, "ci": 6, "nightly": 150}[PROFILE]

Outcome = tuple[tuple[bytes, bytes] | str, int]
"""The claim and the logged state, or the error's name; and the gas of a transaction."""


def in_reference(name: str) -> Artifact:
    return artifact(name, REFERENCE)


class Rig:
    """Both machines in one EVM, with one oracle."""

    def __init__(self) -> None:
        self.chain = Chain()
        code = in_reference("PreimageOracle").bytecode + encode(["uint256", "uint256"], [126_000, 86_400])
        self.oracle = Contract(self.chain, "PreimageOracle", self.chain.deploy(GAME, code), in_reference)
        self.machines = self.ours, self.theirs = self.machine(artifact), self.machine(in_reference)
        self.keys = self.load_preimages()

    def machine(self, artifacts: Callable[[str], Artifact]) -> Contract:
        args = encode(["address", "uint256"], [self.oracle.address, STATE_VERSION])
        address = self.chain.deploy(GAME, artifacts("MIPS64").bytecode + args)
        return Contract(self.chain, "MIPS64", address, artifacts)

    def load_preimages(self) -> list[bytes]:
        """The keys, as the machine asks for them, of what can be read: 41 bytes, and a local word of 8."""
        data = bytes(range(41))
        for offset in (0, 1, 8, 40):
            self.oracle.send(GAME, "loadKeccak256PreimagePart", offset, data)
        for offset in (0, 1, 8):
            self.oracle.send(GAME, "loadLocalData", 3, CONTEXT, b"\xab" * 32, 8, offset)
        return [b"\x02" + keccak(data)[1:], b"\x01" + (3).to_bytes(31, "big")]

    def step(self, machine: Contract, case: Case) -> Outcome:
        return self.send(machine, calldata(case.state, case.proof))

    def send(self, machine: Contract, data: bytes) -> Outcome:
        try:
            returned = self.chain.send(GAME, machine.address, data)
        except RefusedError as error:
            return str(error.args[0]), 0
        (log,) = self.chain.logs()
        assert log.topics == ()
        return (returned, log.data), self.chain.gas_used


@cache
def rig() -> Rig:
    return Rig()


def calldata(state: bytes, proof: bytes) -> bytes:
    return keccak(text="step(bytes,bytes,bytes32)")[:4] + encode(
        ["bytes", "bytes", "bytes32"], [state, proof, CONTEXT]
    )


UNKNOWN = (
    {f"opcode {opcode:02x}" for opcode in (*range(0x10, 0x18), *range(0x1D, 0x20), 0x2F)}
    | {f"opcode {opcode:02x}" for opcode in (0x31, 0x32, 0x33, 0x35, 0x36, 0x39, 0x3A, 0x3B, 0x3D, 0x3E)}
    | {f"00/{funct:02x}" for funct in (1, 5, 0x0D, 0x0E, 0x15, 0x28, 0x29, *range(0x30, 0x38), 0x39, 0x3D)}
    | {f"1c/{funct:02x}" for funct in range(64) if funct not in (2, 0x20, 0x21, 0x24, 0x25)}
)
"""Instructions that neither has. What `regimm` does not know is a branch never taken."""


def test_a_step__both_machines_end_in_the_same_state_or_refuse_and_ours_costs_less() -> None:
    generator = Generator(seed=1)
    met, stepped = Counter[str](), Counter[str]()
    for _ in range(ROUNDS):
        for case in every_case(generator, rig().keys):
            (ours, cost), (theirs, their_cost) = map(rig().step, rig().machines, (case, case))
            met[case.name] += 1
            if isinstance(ours, str):
                assert isinstance(theirs, str), (ours, case)
            else:
                assert ours == theirs, case
                assert cost < their_cost, case
                stepped[case.name] += 1
    assert min(met.values()) >= ROUNDS
    assert {name for name in met if "syscall" not in name} - set(stepped) == UNKNOWN
    assert {name for name in stepped if "syscall" in name} == {f"syscall {number}" for number in SYSCALLS}


def test_bytes_that_are_no_witness__ours_refuses_what_theirs_reads() -> None:
    case = Generator(seed=2).of_function(0, 0x21)
    right = calldata(case.state, case.proof)
    assert rig().send(rig().ours, right)[0] == rig().send(rig().theirs, right)[0]
    for wrong, error in (
        (calldata(case.state[:-1], case.proof), "MIPS64_WrongStateSize"),
        (calldata(case.state + bytes(1), case.proof), "MIPS64_WrongStateSize"),
        (right[:324] + (330 + 1919).to_bytes(32, "big") + right[356:], "MIPS64_ProofTooShort"),
        (calldata(case.state, case.proof + bytes(6091 - len(case.proof))), "MIPS64_ProofTooLong"),
    ):
        assert rig().send(rig().ours, wrong)[0] == error
        assert not isinstance(rig().send(rig().theirs, wrong)[0], str)


def test_calldata_with_wrong_bytes__ours_never_ends_in_a_state_that_theirs_does_not() -> None:
    """Heads, lengths and padding among them; also calldata cut off, or with more behind it."""
    random, generator = Random(3), Generator(seed=3)
    accepted = refused = 0
    for _ in range(20 * ROUNDS):
        case = generator.of_opcode(random.choice((0x09, 0x23, 0x2B)))
        data = bytearray(calldata(case.state, case.proof))
        for _ in range(random.randrange(3)):
            place = random.choice((random.randrange(4, 132), random.randrange(316, 360), len(data) - 1))
            data[place] = random.choice((0, 1, 0x20, 0x60, 0xFF, random.randrange(256)))
        wrong = bytes(data[: random.choice((len(data), len(data), random.randrange(len(data))))])
        wrong += bytes(random.choice((0, 0, 32, 1920)))
        (ours, _), (theirs, _) = (rig().send(machine, wrong) for machine in rig().machines)
        accepted, refused = accepted + (not isinstance(ours, str)), refused + isinstance(ours, str)
        assert isinstance(ours, str) or ours == theirs, wrong.hex()
    assert accepted > refused / 10
    assert refused > accepted / 10


def test_the_code__is_no_longer_than_theirs() -> None:
    assert len(artifact("MIPS64").runtime) < len(in_reference("MIPS64").runtime)
