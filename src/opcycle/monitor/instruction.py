"""One MIPS64 instruction as assembler text, and what it works with: registers, memory, a system call."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from capstone import CS_ARCH_MIPS, CS_MODE_BIG_ENDIAN, CS_MODE_MIPS64, Cs, CsInsn
from capstone.mips import MIPS_OP_MEM, MIPS_OP_REG

from opcycle.protocol.mips64 import REGISTERS, Thread

SYSCALL = 0x0000_000C

ACCUMULATOR = ("hi", "lo")
"""Where products and quotients are."""

SYSCALLS = {
    5000: ("read", 3),
    5001: ("write", 3),
    5002: ("open", 1),
    5009: ("mmap", 2),
    5012: ("brk", 1),
    5023: ("sched_yield", 0),
    5034: ("nanosleep", 1),
    5038: ("getpid", 0),
    5055: ("clone", 2),
    5058: ("exit", 1),
    5070: ("fcntl", 2),
    5178: ("gettid", 0),
    5194: ("futex", 3),
    5205: ("exit_group", 1),
    5222: ("clock_gettime", 2),
    5284: ("eventfd2", 2),
    5313: ("getrandom", 2),
}
"""Those that the machine does something for, by number: the name, and how many arguments it looks at."""


STORED = {"sb": 1, "sh": 2, "sw": 4, "sd": 8, "sc": 4, "scd": 8}
"""Bytes that an instruction stores from the end of its first register."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """`registers`: those that it names or implies, by name. `base`, `displacement`: of its word of memory."""

    word: int
    text: str
    registers: tuple[str, ...]
    base: str | None = None
    displacement: int = 0

    def operand_address(self, thread: Thread) -> int | None:
        """Of the word of memory that it loads from or stores to."""
        if self.base is None:
            return None
        return thread.register(self.base) + self.displacement & 0xFFFF_FFFF_FFFF_FFFF

    def store(self, thread: Thread, word: int) -> int:
        """What becomes of the word of memory, of eight aligned bytes, if it stores to it whole bytes."""
        size = STORED.get(self.text.partition(" ")[0])
        address = self.operand_address(thread)
        if size is None or address is None:
            return word
        value = thread.register(self.registers[0]).to_bytes(8, "big")[8 - size :]
        return overwrite(word, address - address % size, value)


def overwrite(word: int, address: int, data: bytes) -> int:
    """The aligned word around `address` once `data`, which ends within it, is there."""
    start = address & 7
    old = word.to_bytes(8, "big")
    return int.from_bytes(old[:start] + data + old[start + len(data) :], "big")


def disassemble(word: int, pc: int) -> Instruction:
    """An instruction's 32 bits, at an address. What is no instruction becomes `.word`, as for assemblers."""
    found: CsInsn | None = next(_disassembler().disasm(word.to_bytes(4, "big"), pc), None)
    if found is None:
        return Instruction(word, f".word 0x{word:08x}", ())
    text = f"{found.mnemonic} {found.op_str}".strip()
    memory = next((operand.mem for operand in found.operands if operand.type == MIPS_OP_MEM), None)
    return Instruction(
        word,
        text,
        tuple(dict.fromkeys(_registers(word, found))),
        base=None if memory is None else found.reg_name(memory.base),
        displacement=0 if memory is None else memory.disp,
    )


def _registers(word: int, found: CsInsn) -> Iterator[str]:
    if word == SYSCALL:
        yield from ("v0", "a0", "a1", "a2", "a3")
    for operand in found.operands:
        if operand.type == MIPS_OP_REG:
            yield found.reg_name(operand.reg)
        elif operand.type == MIPS_OP_MEM:
            yield found.reg_name(operand.mem.base)
    for number in (*found.regs_read, *found.regs_write):
        name = found.reg_name(number)
        if name == "ac0":
            yield from ACCUMULATOR
        elif name != "at" and name in REGISTERS:  # "at": capstone's for every branch, none of which has it
            yield name


@cache
def _disassembler() -> Cs:
    disassembler = Cs(CS_ARCH_MIPS, CS_MODE_MIPS64 | CS_MODE_BIG_ENDIAN)
    disassembler.detail = True
    return disassembler


def system_call(thread: Thread) -> str:
    """The system call that a thread is about to make, with its arguments in hexadecimal: `write(0x1, …)`."""
    number = thread.register("v0")
    name, count = SYSCALLS.get(number, (f"system call {number}", 0))
    return f"{name}({', '.join(hex(thread.register(f'a{at}')) for at in range(count))})"
