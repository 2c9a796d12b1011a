"""What the model of a chain is made of: its state, its calls, its logs, and how code is told in Python.

A model's contract is a `Code` at an address: methods marked by `function` answer calldata as the contract
must. A call that a Refusal ends leaves no trace, as on a chain.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, ClassVar

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from tests.fuzz.bridge.codec import arguments, selector
from tests.fuzz.tally import Refusal

NOBODY = bytes(20)


@dataclass(frozen=True, slots=True)
class Log:
    """An event: who logged it, its declaration (`*` marks what is indexed), its values."""

    emitter: bytes
    declaration: str
    values: tuple[Any, ...]

    @property
    def raw(self) -> tuple[bytes, tuple[bytes, ...], bytes]:
        """Emitter, topics, data."""
        topics, data = _encoded(self.declaration, self.values)
        return self.emitter, topics, data


@lru_cache(10_000)
def _encoded(declaration: str, values: tuple[Any, ...]) -> tuple[tuple[bytes, ...], bytes]:
    kinds = declaration.partition("(")[2].rstrip(")").split(",")
    pairs = list(zip(kinds, values, strict=True))
    topics = [encode([kind[:-1]], [value]) for kind, value in pairs if kind.endswith("*")]
    plain = [(kind, value) for kind, value in pairs if not kind.endswith("*")]
    data = encode([kind for kind, _ in plain], [value for _, value in plain])
    return (keccak(text=declaration.replace("*", "")), *topics), data


@dataclass(frozen=True, slots=True)
class PuppetLog:
    """What came of a call that the tests' own contract made: why it was refused, or None."""

    refusal: str | None


@dataclass(frozen=True, slots=True)
class GasLog:
    """A contract of the tests logs the gas that it got: `promised`, or more."""

    emitter: bytes
    promised: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call as its callee sees it."""

    sender: bytes
    value: int
    data: bytes
    origin: bytes

    @property
    def is_by_eoa(self) -> bool:
        return self.sender == self.origin


@dataclass(slots=True)
class State:
    """All that a call can change, of one chain."""

    ether: dict[bytes, int] = field(default_factory=dict)
    tokens: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    """By token and holder."""
    art: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    """Holders, by token and id."""
    deposits: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    """By local and remote token."""
    escrow: set[tuple[bytes, bytes, int]] = field(default_factory=set)
    nonces: dict[str, int] = field(default_factory=lambda: {"messenger": 0, "passer": 0})
    relayed_for: bytes | None = None
    """xDomainMessageSender, or None."""
    successful: set[bytes] = field(default_factory=set)
    failed: set[bytes] = field(default_factory=set)
    promised: int = 0
    """Gas that the call of a message or a withdrawal gets at least."""

    l2_sender: bytes | None = None
    finalized: set[bytes] = field(default_factory=set)
    proofs: dict[tuple[bytes, bytes], tuple[int, int]] = field(default_factory=dict)
    """Index of the output, and when; by withdrawal and submitter."""
    is_echoing: bool = False
    """Whether a token is in the middle of a call of its own."""

    bought: tuple[int, int] = (0, 0)
    """L1 block, and gas that deposits have bought in it."""
    pauses: dict[bytes, int] = field(default_factory=dict)
    made: dict[bytes, bytes] = field(default_factory=dict)
    """Remote tokens of those that a factory made."""

    def copy(self) -> "State":
        return replace(self, **{name: copy(getattr(self, name)) for name in _MUTABLE})


_MUTABLE = tuple(field_.name for field_ in fields(State) if field_.default_factory is not MISSING)


class Side:
    """A chain: its state, what stands at which address, and what the calls of a transaction have logged and
    sent."""

    def __init__(self) -> None:
        self.state = State()
        self.codes: dict[bytes, Code] = {}
        self.logs: list[Log | PuppetLog | GasLog] = []
        self.outbox: list[Any] = []

    def transact(self, sender: bytes, to: bytes, data: bytes, value: int = 0) -> None:
        """A transaction. Raises Refusal; nothing has changed then."""
        self.attempt(lambda: self.call(Call(sender, value, data, sender), to))

    def attempt(self, transaction: Callable[[], object]) -> None:
        """The same, of whatever a transaction does."""
        self.logs.clear()
        self.outbox.clear()
        before = self.state.copy()
        try:
            transaction()
        except Refusal:
            self.state = before
            self.logs.clear()
            self.outbox.clear()
            raise

    def call(self, call: Call, to: bytes) -> bytes:
        """What `to` returns. Raises Refusal; nothing has changed then."""
        before, logs, sent = self.state.copy(), len(self.logs), len(self.outbox)
        try:
            self.pay(call.sender, to, call.value)
            code = self.codes.get(to)
            return code.run(call) if code else b""
        except Refusal:
            self.state = before
            del self.logs[logs:], self.outbox[sent:]
            raise

    def pay(self, payer: bytes, payee: bytes, wei: int) -> None:
        ether = self.state.ether
        if ether.get(payer, 0) < wei:
            raise Refusal("too little ether")
        ether[payer] = ether.get(payer, 0) - wei
        ether[payee] = ether.get(payee, 0) + wei

    def log(self, emitter: bytes, declaration: str, *values: Any) -> None:
        self.logs.append(Log(emitter, declaration, values))


Answer = Callable[..., bytes | None]


def function(signature: str, *, payable: bool = False) -> Callable[[Answer], Answer]:
    """Marks what answers calldata of this signature."""

    def mark(method: Answer) -> Answer:
        method.__dict__["answers"] = [*method.__dict__.get("answers", ()), (signature, payable)]
        return method

    return mark


class Code:
    """What stands at an address of a `Side`."""

    functions: ClassVar[dict[bytes, tuple[str, bool, str]]] = {}
    """Signature, whether it takes ether, name of the method; by selector."""

    def __init_subclass__(cls) -> None:
        cls.functions = dict(cls.functions)
        for name, method in vars(cls).items():
            for signature, payable in getattr(method, "answers", ()):
                cls.functions[selector(signature)] = signature, payable, name

    def __init__(self, side: Side, address: bytes):
        self.side, self.address = side, address
        side.codes[address] = self

    @property
    def state(self) -> State:
        return self.side.state

    def run(self, call: Call) -> bytes:
        if not call.data:
            self.receive(call)
            return b""
        try:
            signature, payable, name = self.functions[call.data[:4]]
        except KeyError:
            raise Refusal("no such function") from None
        found = arguments(signature, call.data[4:])
        if found is None:
            raise Refusal("bad calldata")
        if call.value and not payable:
            raise Refusal("takes no ether")
        return getattr(self, name)(call, *found) or b""

    def receive(self, call: Call) -> None:
        """Ether without a call."""
        raise Refusal("no such function")

    def log(self, declaration: str, *values: Any) -> None:
        self.side.log(self.address, declaration, *values)


def require(is_so: bool, refusal: str) -> None:
    if not is_so:
        raise Refusal(refusal)


def require_all(*demands: tuple[bool, str]) -> None:
    """Where it does not matter which is asked first: any reason that applies will do, joined by " | "."""
    refusals = [refusal for is_so, refusal in demands if not is_so]
    if refusals:
        raise Refusal(" | ".join(refusals))
