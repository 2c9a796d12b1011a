"""A step of our MIPS64 machine beside one of Optimism's (`make reference`), from the same state.

Where ours refuses more: witnesses and encodings that are too long, too short or not canonical, which theirs
reads as if they were not. No client sends such.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.fuzz.evm import Chain, Contract, RefusedError
from tests.peers.mips64_states import SYSCALLS, Case, Generator, every_case
from tests.profiles import PROFILE

from opcycle.artifacts import Artifact, artifact

REFERENCE = Path(__file__).parents[2] / ".tools/reference/out"
GAME, CONTEXT = b"\x6a" * 20, b"\xc0" * 32
STATE_VERSION = 8
ROUNDS = {"dev": 3, "ci": 12, "nightly": 1_000}[PROFILE]

Outcome = tuple[bytes, bytes] | str
"""The claim and the logged state, or the error's name."""


def in_reference(name: str) -> Artifact:
    return artifact(name, REFERENCE)


class Rig:
    """Both machines in one EVM, with one oracle."""

    def __init__(self) -> None:
        self.chain = Chain()
        code = in_reference("PreimageOracle").bytecode + encode(["uint256", "uint256"], [126_000, 86_400])
        self.oracle = Contract(self.chain, "PreimageOracle", self.chain.deploy(GAME, code), in_reference)
        self.ours, self.theirs = self.machine(artifact), self.machine(in_reference)
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
        try:
            returned = self.chain.send(GAME, machine.address, calldata(case.state, case.proof))
        except RefusedError as error:
            return str(error.args[0])
        (log,) = self.chain.logs()
        assert log.topics == ()
        return returned, log.data


@cache
def rig() -> Rig:
    return Rig()


def calldata(state: bytes, proof: bytes) -> bytes:
    return keccak(text="step(bytes,bytes,bytes32)")[:4] + encode(
        ["bytes", "bytes", "bytes32"], [state, proof, CONTEXT]
    )


def test_a_step__both_machines_end_in_the_same_state_or_refuse() -> None:
    generator = Generator(seed=1)
    steps, refusals = Counter[str](), Counter[str]()
    for _ in range(ROUNDS):
        for case in every_case(generator, rig().keys):
            ours, theirs = (rig().step(machine, case) for machine in (rig().ours, rig().theirs))
            if isinstance(ours, str):
                assert isinstance(theirs, str), (case, ours)
                refusals[ours] += 1
            else:
                assert ours == theirs, case
                steps[case.name] += 1
    print(steps, refusals)
