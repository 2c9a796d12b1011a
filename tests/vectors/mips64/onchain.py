"""The MIPS64 contract with its preimage oracle, in an EVM of this process: thousands of steps a second."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from eth_abi.abi import decode, encode
from eth_utils.address import to_checksum_address
from pyrevm import EVM

from opcycle.artifacts import Artifact, artifact
from opcycle.keccak import keccak

STATE_VERSION = 8
"""Cannon's name for what the contract implements: multithreaded64-5."""

_CALLER = to_checksum_address(bytes(19) + b"\1")
_GAS = 30_000_000
_OUTPUT = re.compile(r"output: 0x([0-9a-f]*)")
_STEP = keccak(b"step(bytes,bytes,bytes32)")[:4]
_TEXT = keccak(b"Error(string)")[:4]
_LOCAL, _KECCAK256, _SHA256, _BLOB, _PRECOMPILE = 1, 2, 4, 5, 6
_LENGTHS, _PARTS, _PART_IS_THERE = 0, 1, 2
"""Slots of the oracle's mappings, the same in all that are deployed."""


class RefusedStepError(Exception):
    """The contract refused a step. `reason` is the custom error's name, or the text that it reverted with."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Read:
    """What a step reads of a preimage: at `offset` of its length (8 bytes) and the preimage."""

    key: bytes
    offset: int
    preimage: bytes


class OnChain:
    """One deployment, of our contracts or of others with the same ABI."""

    def __init__(self, contracts: Callable[[str], Artifact] = artifact):
        self._evm = EVM(spec_id="PRAGUE")
        self._steps = 0
        self._errors = _errors(contracts("PreimageOracle")) | _errors(contracts("MIPS64"))
        self._evm.set_balance(_CALLER, 10**30)
        oracle = contracts("PreimageOracle").bytecode + encode(["uint256", "uint256"], [126_000, 86_400])
        self._oracle = self._evm.deploy(_CALLER, oracle)
        machine = contracts("MIPS64").bytecode
        self._machine = self._evm.deploy(
            _CALLER, machine + encode(["address", "uint256"], [self._oracle, STATE_VERSION])
        )

    def step(self, state: bytes, proof: bytes) -> bytes:
        """The hash of the state after a step. Raises RefusedStepError.

        Each step has a local context of its own: what was loaded for one is not there for another.
        """
        context = self._context()
        self._steps += 1
        return self.call(calldata(state, proof, context))

    def call(self, data: bytes) -> bytes:
        """What the machine returns for any calldata. Raises RefusedStepError."""
        try:
            return bytes(self._evm.message_call(_CALLER, self._machine, calldata=data, gas=_GAS))
        except RuntimeError as error:
            found = _OUTPUT.search(str(error))
            if not found:
                raise
            raise RefusedStepError(self._explain(bytes.fromhex(found.group(1)))) from None

    def _explain(self, data: bytes) -> str:
        if data[:4] == _TEXT:
            return str(decode(["string"], data[4:])[0])
        return self._errors.get(data[:4], "0x" + data.hex())

    def logged(self) -> list[bytes]:
        """What the last step has logged: the state after it."""
        return [bytes(log.data[1]) for log in self._evm.result.logs]

    def gas_used(self) -> int:
        """By the last step, with calldata and 21,000."""
        return int(self._evm.result.gas_used)

    def load(self, read: Read) -> None:
        """Tell the oracle the part that the next step reads.

        A local word, or what hashes to its key, as anybody can. What blobs and precompiles answer is put into
        its storage: it would want to see more than a machine asks for.
        """
        kind = read.key[0]
        if kind == _LOCAL:
            types = ["uint256", "bytes32", "bytes32", "uint256", "uint256"]
            ident = int.from_bytes(read.key[1:], "big")
            word = read.preimage.ljust(32, b"\0")
            self._tell(
                "loadLocalData", types, [ident, self._context(), word, len(read.preimage), read.offset]
            )
        elif kind in (_BLOB, _PRECOMPILE):
            self._store(read)
        else:
            function = {_KECCAK256: "loadKeccak256PreimagePart", _SHA256: "loadSha256PreimagePart"}[kind]
            self._tell(function, ["uint256", "bytes"], [read.offset, read.preimage])

    def _store(self, read: Read) -> None:
        told = len(read.preimage).to_bytes(8, "big") + read.preimage
        part = told[read.offset : read.offset + 32].ljust(32, b"\0")
        values = {
            _slot(read.key, _LENGTHS): len(read.preimage),
            _slot(read.offset.to_bytes(32, "big"), _slot(read.key, _PARTS)): int.from_bytes(part, "big"),
            _slot(read.offset.to_bytes(32, "big"), _slot(read.key, _PART_IS_THERE)): 1,
        }
        for slot, value in values.items():
            self._evm.insert_account_storage(self._oracle, slot, value)

    def _context(self) -> bytes:
        return keccak(self._steps.to_bytes(32, "big"))

    def _tell(self, function: str, types: list[str], arguments: list[object]) -> None:
        selector = keccak(f"{function}({','.join(types)})".encode())[:4]
        data = selector + encode(types, arguments)
        self._evm.message_call(_CALLER, self._oracle, calldata=data, gas=_GAS)


def _errors(contract: Artifact) -> dict[bytes, str]:
    """Names of a contract's custom errors, by selector."""
    return {
        keccak(f"{entry['name']}({','.join(item['type'] for item in entry['inputs'])})".encode())[:4]: entry[
            "name"
        ]
        for entry in contract.abi
        if entry["type"] == "error"
    }


def _slot(key: bytes, mapping: int) -> int:
    """Where a mapping in storage keeps a key's value."""
    return int.from_bytes(keccak(key + mapping.to_bytes(32, "big")), "big")


def calldata(state: bytes, proof: bytes, context: bytes = bytes(32)) -> bytes:
    """Of `step`, encoded the one way that the contract takes: it has the places of its arguments by heart."""
    words = (96, 96 + 32 + _padded(len(state)))
    return b"".join(
        (
            _STEP,
            *(word.to_bytes(32, "big") for word in words),
            context,
            *(
                part
                for data in (state, proof)
                for part in (len(data).to_bytes(32, "big"), data.ljust(_padded(len(data)), b"\0"))
            ),
        )
    )


def _padded(length: int) -> int:
    return length + -length % 32
