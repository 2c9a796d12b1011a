"""Two builds of the contracts side by side: what is done to one is done to the other, and both answer alike.

Clones, proxies and the order of creation are the same in every build, so all addresses are, and nothing needs
translating. `refusals.py` knows what the other build's errors mean, and where ours are meant to differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest
from typing import Any

from tests.fuzz.disputes.deploy import Artifacts, Deployment, Parameters
from tests.fuzz.disputes.properties import broken
from tests.fuzz.disputes.refusals import ASKED_FIRST, STRICTER, mean_the_same, only_ours_answer
from tests.fuzz.disputes.rig import PEOPLE
from tests.fuzz.evm import GAS, Chain, Contract, HaltedError, RefusedError, Snapshot

from opcycle.protocol.types import Log


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to: what it returned and logged; or an error's name and arguments; or neither."""

    returned: bytes | None = None
    logs: tuple[Log, ...] = ()
    refusal: tuple[Any, ...] | None = None

    def difference(self, theirs: "Answer", chain: Chain, other: Chain) -> str | None:
        """In what this, of ours, is not like an answer of the other build."""
        both_refuse = self.refusal is not None and theirs.refusal is not None
        if both_refuse and mean_the_same(self.refusal, theirs.refusal):
            return None
        if both_refuse or self.refusal != theirs.refusal or self.returned != theirs.returned:
            return f"ours {self}; the other {theirs}"
        for ours, others in zip_longest(self.logs, theirs.logs):
            if not (ours and others and _alike(ours, others, chain, other)):
                return f"ours logs {_told(ours)}; the other {_told(others)}"
        return None

    def __str__(self) -> str:
        if self.refusal is not None:
            name, args = self.refusal
            return f"refuses with {name or 'no reason'} {args or ''}".rstrip()
        return "runs out of gas" if self.returned is None else f"returns 0x{self.returned.hex()}"


def _alike(ours: Log, theirs: Log, chain: Chain, other: Chain) -> bool:
    if ours.topics or theirs.topics or ours.address != theirs.address:
        return (ours.address, ours.topics, ours.data) == (theirs.address, theirs.topics, theirs.data)
    # A puppet tells how a call of its came out: gas left, success, what was returned.
    mine, others = _of_puppet(ours, chain), _of_puppet(theirs, other)
    if mine.refusal and others.refusal and others.refusal[0] in ASKED_FIRST:
        return True
    return mine.difference(others, chain, other) is None


def _of_puppet(log: Log, chain: Chain) -> Answer:
    succeeded, returned = any(log.data[32:64]), log.data[64:]
    return Answer(returned) if succeeded else Answer(refusal=chain.explain(returned))


def _told(log: Log | None) -> str:
    return " ".join(part.hex() for part in (log.address, *log.topics, log.data)) if log else "nothing"


class TwinChain(Chain):
    """The chain of ours, with the other build's behind it once `other` is set. Differences break D-1."""

    def __init__(self) -> None:
        super().__init__()
        self.other: Chain | None = None
        self.batch = b""
        self.names: dict[bytes, str] = {}
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
        has_failed = ours.refusal is not None or ours.returned is None
        is_strict = has_failed and bool(ours.refusal) and (data[:4], ours.refusal[0]) in STRICTER
        # How far little gas goes is each build's own affair: the other does what ours did, with gas enough.
        if self.other and not is_strict and not (gas < GAS and has_failed):
            theirs = _answer(self.other.call, self.other.logs, sender, to, data, value, GAS)
            difference = ours.difference(theirs, self, self.other)
            if difference is not None:
                self._explain(sender, to, data, value, difference)
        if ours.refusal is not None:
            raise RefusedError(*ours.refusal)
        if ours.returned is None:
            raise HaltedError("out of gas")
        return ours.returned

    def _explain(self, sender: bytes, to: bytes, data: bytes, value: int, difference: str) -> None:
        if to == self.batch:
            asked = list(questions(data))
            for target, question in asked:
                if not only_ours_answer(question):
                    self.call(sender, target, question)
            if any(only_ours_answer(question) for _, question in asked):
                return
        arguments = f" with 0x{data[4:].hex()}" if len(data) > 4 else ""
        worth = f" and {value} wei" if value else ""
        call = f"0x{sender.hex()} calls {self.function_of(data)} of 0x{to.hex()}{arguments}{worth}"
        self._report(f"{call}: {difference}")

    def _report(self, difference: str) -> None:
        self.differs = True
        for address, name in self.names.items():
            difference = difference.replace(f"0x{address.hex()}", name)
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
    return Answer(returned, tuple(logs()))


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
        contracts = {name: found for name, found in vars(ours).items() if isinstance(found, Contract)}
        chain.names = {found.address: name for name, found in contracts.items() if any(found.address)}
        chain.names |= {address: name for name, address in PEOPLE.items()}
        return ours

    return make
