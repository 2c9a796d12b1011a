"""Assembles as much of MIPS64 as `decide.s` needs. Source: "MIPS64 Architecture", volume II.

A word of memory is 8 bytes, big-endian; an instruction is 4.
"""

import re
from collections.abc import Iterator

REGISTERS = {
    name: number
    for number, name in enumerate(
        (
            *("zero", "at", "v0", "v1", "a0", "a1", "a2", "a3"),
            *("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"),
            *("s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"),
            *("t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra"),
        )
    )
}
IMMEDIATE = {"daddiu": 0x19, "ori": 0x0D, "xori": 0x0E}
MEMORY = {"ld": 0x37, "sd": 0x3F, "lbu": 0x24, "sb": 0x28}
BRANCHES = {"beq": 4, "bne": 5}
THREE_REGISTERS = {"or": 0x25, "sltu": 0x2B}
TARGET = re.compile(r"(-?\w+)\(\$(\w+)\)")


def assemble(source: str, roots_key: bytes) -> dict[int, int]:
    """Words of memory by their address. `.roots` in the source stands for `roots_key`."""
    lines = list(_placed(source))
    labels = {text[:-1]: address for address, text in lines if text.endswith(":")}
    code = bytearray()
    memory: dict[int, bytearray] = {}
    for address, text in lines:
        if text.endswith(":"):
            continue
        name, _, rest = text.partition(" ")
        operands = [operand.strip() for operand in rest.split(",")] if rest else []
        if name == ".roots":
            code = bytearray(roots_key)
        elif name == ".dword":
            code = bytearray(b"".join(int(value, 0).to_bytes(8, "big") for value in operands))
        else:
            code = bytearray(_instruction(name, operands, address, labels).to_bytes(4, "big"))
        for offset, byte in enumerate(code):
            at = address + offset
            memory.setdefault(at & ~7, bytearray(8))[at & 7] = byte
    return {address: int.from_bytes(word, "big") for address, word in memory.items()}


def _placed(source: str) -> Iterator[tuple[int, str]]:
    """Each label and statement, with its address."""
    address = 0
    for line in source.splitlines():
        text = " ".join(line.partition("#")[0].split())
        label, colon, statement = text.rpartition(":")
        if colon:
            yield address, f"{label}:"
        statement = statement.strip()
        if statement.startswith((".text", ".data")):
            address = int(statement.split()[1], 0)
        elif statement:
            yield address, statement
            sizes = {".roots": 32, ".dword": 8 * (statement.count(",") + 1)}
            address += sizes.get(statement.split()[0], 4)


def _instruction(name: str, operands: list[str], address: int, labels: dict[str, int]) -> int:
    if name == "nop":
        return 0
    if name == "syscall":
        return 0x0C
    if name == "jal":
        return 3 << 26 | labels[operands[0]] >> 2 & 0x3FFFFFF
    registers = [REGISTERS[operand[1:]] for operand in operands if operand.startswith("$")]
    if name == "jr":
        return registers[0] << 21 | 8
    if name in THREE_REGISTERS:
        to, left, right = registers
        return left << 21 | right << 16 | to << 11 | THREE_REGISTERS[name]
    if name == "dsrl":
        to, of = registers
        return of << 16 | to << 11 | int(operands[2], 0) << 6 | 0x3A
    if name == "lui":
        return 0x0F << 26 | registers[0] << 16 | int(operands[1], 0)
    if name in BRANCHES:
        distance = (labels[operands[2]] - address - 4) >> 2 & 0xFFFF
        return BRANCHES[name] << 26 | registers[0] << 21 | registers[1] << 16 | distance
    if name in MEMORY:
        target = TARGET.fullmatch(operands[1])
        if target is None:
            raise ValueError(f"{name} {operands}: expected offset($register)")
        base = REGISTERS[target[2]]
        return MEMORY[name] << 26 | base << 21 | registers[0] << 16 | int(target[1], 0) & 0xFFFF
    to, of = registers
    return IMMEDIATE[name] << 26 | of << 21 | to << 16 | int(operands[2], 0) & 0xFFFF
