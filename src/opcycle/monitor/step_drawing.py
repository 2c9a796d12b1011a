"""One step of the machine as lines of text: what it does, and what each side says of it.

    step 501,291 of the machine, thread 0 in runtime.exit
    0xbfbc8  8fa40008  lw $a0, 8($sp)
                      before          after           claimed
    a0                0x1             0x1             0x0             <-
    sp                0x5b348ee8ee98  0x5b348ee8ee98  0x5b348ee8ee98
    pc                0xbfbc8         0xbfbcc         0xbfbcc
    [0x5b348ee8eea0]  0x100000001     0x100000001     0x100000001
    state             0x0313913b…     0x03c2b968…     0x03179e85…     <-

Shown is whatever the instruction works with, and whatever else changes or is in dispute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from opcycle.monitor.disputed_step import DisputedStep, Moment
from opcycle.monitor.instruction import ACCUMULATOR, system_call
from opcycle.monitor.table import aligned
from opcycle.monitor.words import short
from opcycle.protocol.mips64 import REGISTERS, MachineState
from opcycle.protocol.preimages import BlobElement, Hashed, LocalWord, PreimageRead
from opcycle.rpc.hexjson import checksum, to_hex

LOCAL_WORDS = {
    1: "the L1 head",
    2: "the agreed output root",
    3: "the disputed output root",
    4: "the number of the disputed L2 block",
    5: "the L2 chain id",
}

_SELF_EVIDENT = {"step", "steps_since_switch", "left_threads", "right_threads"}
"""Fields that change with every step, or say by a hash what the registers say."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something of the machine before and after the step, and after it by the claim; None where unknown."""

    name: str
    before: int | bytes | None
    after: int | bytes | None
    claimed: int | bytes | None

    @property
    def is_disputed(self) -> bool:
        return self.claimed is not None and self.claimed != self.after

    @property
    def is_news(self) -> bool:
        return self.is_disputed or (self.after is not None and self.after != self.before)


def draw_step(step: DisputedStep, *, symbol: str = "") -> Iterator[str]:
    """For people. `symbol`: the function that the instruction is in, if known."""
    where = f" in {symbol}" if symbol else ""
    yield f"step {step.instant:,} of the machine, thread {step.thread.id}{where}"
    yield f"{step.thread.pc:#x}  {step.instruction.word:08x}  {step.instruction.text}"
    if step.is_system_call:
        yield system_call(step.thread)
    if step.read is not None:
        yield f"reads {named(step.read)}, from byte {step.read.offset} of its length and data on"
    titles = ("", "before", "after", "claimed", "") if step.claimed is not None else ("", "before", "after")
    yield from aligned(titles, [_cells(row, len(titles)) for row in rows(step)])


def step_to_json(step: DisputedStep, *, symbol: str = "") -> dict[str, Any]:
    """For programs: a plain dict of JSON, all values in hexadecimal."""
    read = step.read
    return {
        "step": step.instant,
        "thread": step.thread.id,
        "symbol": symbol or None,
        "pc": hex(step.thread.pc),
        "instruction": f"0x{step.instruction.word:08x}",
        "text": step.instruction.text,
        "systemCall": system_call(step.thread) if step.is_system_call else None,
        "preimage": None
        if read is None
        else {"key": to_hex(read.key), "offset": read.offset, "what": named(read)},
        "values": [
            {
                "name": row.name,
                "before": _whole(row.before),
                "after": _whole(row.after),
                "claimed": _whole(row.claimed),
                "disputed": row.is_disputed,
            }
            for row in rows(step)
        ],
    }


def named(read: PreimageRead) -> str:
    """What a step reads."""
    match read:
        case LocalWord(ident):
            return LOCAL_WORDS.get(ident, f"local word {ident}")
        case Hashed(kind, data):
            return f"the {len(data):,} bytes with the {kind.name.lower()} key {short(read.key)}"
        case BlobElement(z):
            return f"the element of a blob at {short(z)}"
        case _:
            return (
                f"what the precompiled contract {checksum(read.address)} answers to {len(read.input)} bytes"
            )


def rows(step: DisputedStep) -> Iterator[Row]:
    """The hash of the state comes last."""
    claimed, asserted = (
        (step.claimed, step.claimed.state.hash) if isinstance(step.claimed, Moment) else (None, step.claimed)
    )
    for name in (*REGISTERS[1:], *ACCUMULATOR, "pc"):
        row = Row(name, *(_register(step, moment, name) for moment in (step.before, step.after, claimed)))
        if name in step.instruction.registers or row.is_news:
            yield row
    if step.address is not None:
        words = (step.before.word, step.after.word, None if claimed is None else claimed.word)
        yield Row(f"[{step.address & ~7:#x}]", *words)
    for field in fields(MachineState):
        row = Row(
            field.name.replace("_", " "),
            getattr(step.before.state, field.name),
            getattr(step.after.state, field.name),
            None if claimed is None else getattr(claimed.state, field.name),
        )
        if field.name not in _SELF_EVIDENT and row.is_news:
            yield row
    yield Row("state", step.before.state.hash, step.after.state.hash, asserted)


def _register(step: DisputedStep, moment: Moment | None, name: str) -> int | None:
    """Of the thread that takes the step, as long as it is the one that runs."""
    if moment is None or moment.thread is None or moment.thread.id != step.thread.id:
        return None
    return moment.thread.pc if name == "pc" else moment.thread.register(name)


def _cells(row: Row, columns: int) -> tuple[str, ...]:
    values = (_brief(row.before), _brief(row.after), _brief(row.claimed))
    return (row.name, *values, "<-" if row.is_disputed else "")[:columns]


def _brief(value: int | bytes | None) -> str:
    return short(value) if isinstance(value, bytes) else _whole(value) or "-"


def _whole(value: int | bytes | None) -> str | None:
    if value is None:
        return None
    return to_hex(value) if isinstance(value, bytes) else hex(value)
