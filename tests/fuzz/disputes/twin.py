"""Two builds of the contracts side by side: what is done to one is done to the other, and both answer alike.

Clones, proxies and the order of creation are the same in every build, so all addresses are, and nothing needs
translating. `refusals.py` knows what the other build's errors mean, and where ours are meant to differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tests.fuzz.disputes.deploy import Artifacts, Deployment, Parameters
from tests.fuzz.disputes.properties import broken
from tests.fuzz.disputes.refusals import STRICTER, mean_the_same
from tests.fuzz.evm import GAS, Chain, Contract, HaltedError, RefusedError, Snapshot

from opcycle.protocol.types import Log


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to: what it returned and logged (address, topics, data); or an error; or neither."""

    returned: bytes | None = None
    logs: tuple[tuple[bytes, ...], ...] = ()
    refusal: tuple[Any, ...] | None = None

    def is_like(self, theirs: "Answer") -> bool:
        """Whether this, of ours, means the same as an answer of the other build."""
        if self.refusal is not None and theirs.refusal is not None:
            return mean_the_same(self.refusal, theirs.refusal)
        if self.refusal is not None or theirs.refusal is not None:
            return False
        return (self.returned, self.logs) == (theirs.returned, theirs.logs)

    def __str__(self) -> str:
        if self.refusal is not None:
            name, args = self.refusal
            return f"refuses with {name or 'no reason'} {args or ''}".rstrip()
        if self.returned is None:
            return "runs out of gas"
        logs = "".join(f"; logs {' '.join(part.hex() for part in log)}" for log in self.logs)
        return f"returns 0x{self.returned.hex()}{logs}"


class TwinChain(Chain):
    """The chain of ours, with the other build's behind it once `other` is set. Differences break D-1."""

    def __init__(self) -> None:
        super().__init__()
        self.other: Chain | None = None
        self.batch = b""
        self.differs = False

    def snapshot(self) -> Snapshot:
        self.differs = False
        return super().snapshot(), self.other.snapshot() if self.other else None

    def revert(self, snapshot: Snapshot) -> None:
        ours, theirs = snapshot
        super().revert(ours)
        if self.other:
            self.other.revert(theirs)

    def set_block(self, number: int, timestamp: int, base_fee: int = 0) -> None:
        super().set_block(number, timestamp, base_fee)
        if self.other:
            self.other.set_block(number, timestamp, base_fee)

    def set_balance(self, address: bytes, wei: int) -> None:
        super().set_balance(address, wei)
        if self.other:
            self.other.set_balance(address, wei)

    def set_code(self, address: bytes, code: bytes) -> None:
        super().set_code(address, code)
        if self.other:
            self.other.set_code(address, code)

    def balance(self, address: bytes) -> int:
        ours = super().balance(address)
        if self.other and (theirs := self.other.balance(address)) != ours:
            self._report(f"0x{address.hex()} has {ours} wei with ours and {theirs} with the other")
        return ours

    def call(self, sender: bytes, to: bytes, data: bytes, *, value: int = 0, gas: int = GAS) -> bytes:
        ours = _answer(super().call, super().logs, sender, to, data, value, gas)
        if self.other and not (ours.refusal and (data[:4], ours.refusal[0]) in STRICTER):
            theirs = _answer(self.other.call, self.other.logs, sender, to, data, value, gas)
            if not ours.is_like(theirs):
                self._explain(sender, to, data, value, ours, theirs)
        if ours.refusal is not None:
            raise RefusedError(*ours.refusal)
        if ours.returned is None:
            raise HaltedError("out of gas")
        return ours.returned

    def _explain(
        self, sender: bytes, to: bytes, data: bytes, value: int, ours: Answer, theirs: Answer
    ) -> None:
        if to == self.batch:
            for target, question in questions(data):
                self.call(sender, target, question)
        call = f"0x{sender.hex()} calls {self.function_of(data)} of 0x{to.hex()}"
        worth = f" with {value} wei" if value else ""
        self._report(f"{call}{worth}: ours {ours}; the other {theirs}; calldata 0x{data.hex()}")

    def _report(self, difference: str) -> None:
        self.differs = True
        broken("D-1", difference)


def _answer(
    call: Callable[..., bytes],
    logs: Callable[[], list[Log]],
    sender: bytes,
    to: bytes,
    data: bytes,
    value: int,
    gas: int,
) -> Answer:
    try:
        returned = call(sender, to, data, value=value, gas=gas)
    except RefusedError as error:
        return Answer(refusal=error.args)
    except HaltedError:
        return Answer()
    return Answer(returned, tuple((log.address, *log.topics, log.data) for log in logs()))


def questions(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Target and calldata of each question to Batch.sol."""
    while data:
        size = int.from_bytes(data[20:22], "big")
        yield data[:20], data[22 : 22 + size]
        data = data[22 + size :]


class OtherDeployment(Deployment):
    """Any build. Optimism's portal also wants to know of a lockbox, of which there is none."""

    def _initialize(self, contract: Contract, *args: Any) -> None:
        if contract.address == self.portal.address:
            abi = self.artifacts("OptimismPortal2").abi
            inputs = next(entry["inputs"] for entry in abi if entry.get("name") == "initialize")
            args += (bytes(20),) * (len(inputs) - len(args))
        super()._initialize(contract, *args)


@cache
def beside(theirs: Artifacts, **changed: Any) -> Callable[..., Deployment]:
    """Makes a deployment of ours with one of theirs behind it; `changed` parameters are of theirs only."""

    def make(artifacts: Artifacts, parameters: Parameters, **options: Any) -> Deployment:
        other = OtherDeployment(theirs, replace(parameters, **changed), **options)
        chain = TwinChain()
        ours = Deployment(artifacts, parameters, **options, chain=chain)
        chain.other, chain.batch = other.chain, ours.batch
        return ours

    return make
