"""Instructions of the machine as assembler text, and what they work with."""

import pytest
from tests.vectors.cannon_steps.steps import EXIT, LOAD, READ, STORE, step

from opcycle.monitor.instruction import disassemble, overwrite, system_call
from opcycle.protocol.mips64 import Witness

THREAD = Witness.decode(step(LOAD)[1]).thread


@pytest.mark.parametrize(
    ("word", "text", "registers"),
    [
        (0x8FA40008, "lw $a0, 8($sp)", {"a0", "sp"}),
        (0xFFBF0000, "sd $ra, ($sp)", {"ra", "sp"}),
        (0x0043102D, "daddu $v0, $v0, $v1", {"v0", "v1"}),
        (0x0C000010, "jal 0x40", {"ra"}),
        (0x10400003, "beqz $v0, 0x1010", {"v0"}),
        (0x0043001D, "dmultu $v0, $v1", {"v0", "v1", "hi", "lo"}),
        (0x00001012, "mflo $v0", {"v0", "hi", "lo"}),
        (0x0000000C, "syscall", {"v0", "a0", "a1", "a2", "a3"}),
        (0x0000000F, "sync", set()),
        (0xFFFFFFFF, "sd $ra, -1($ra)", {"ra"}),
        (0x0043101A, ".word 0x0043101a", set()),
    ],
)
def test_the_text_of_an_instruction_and_the_registers_that_it_names_or_implies(word, text, registers):
    instruction = disassemble(word, 0x1000)
    assert instruction.text == text
    assert set(instruction.registers) == registers


def test_the_address_of_a_word_of_memory_wraps_around():
    assert disassemble(0x8FA40008, 0).operand_address(THREAD) == THREAD.register("sp") + 8
    down = disassemble(0xDFA2FFF8, 0)  # ld $v0, -8($sp)
    assert down.operand_address(THREAD) == THREAD.register("sp") - 8
    assert down.operand_address(THREAD.with_register("sp", 0)) == 2**64 - 8
    assert disassemble(0x0043102D, 0).operand_address(THREAD) is None


@pytest.mark.parametrize(
    ("word", "stored"),
    [
        (0xFFA20000, 0x1122334455667788),  # sd
        (0xAFA20000, 0x55667788CCCCCCCC),  # sw
        (0xAFA20004, 0xCCCCCCCC55667788),
        (0xA7A20002, 0xCCCC7788CCCCCCCC),  # sh
        (0xA3A20007, 0xCCCCCCCCCCCCCC88),  # sb
        (0xF3A20000, 0x1122334455667788),  # scd
        (0xDFA20000, 0xCCCCCCCCCCCCCCCC),  # ld
    ],
)
def test_what_becomes_of_a_word_that_is_stored_to(word, stored):
    thread = THREAD.with_register("v0", 0x1122334455667788).with_register("sp", 0x4000)
    assert disassemble(word, 0).store(thread, 0xCCCCCCCCCCCCCCCC) == stored


def test_bytes_are_written_within_their_word():
    assert overwrite(0xCCCCCCCCCCCCCCCC, 0x4003, b"\x01\x02") == 0xCCCCCC0102CCCCCC
    assert overwrite(0xCCCCCCCCCCCCCCCC, 0x4003, b"") == 0xCCCCCCCCCCCCCCCC


def test_a_system_call_is_told_with_the_arguments_that_the_machine_looks_at():
    assert system_call(Witness.decode(step(READ)[1]).thread).startswith("read(0x5, 0x")
    thread = Witness.decode(step(EXIT)[1]).thread
    assert system_call(thread) == "exit_group(0x1)"
    assert system_call(thread.with_register("v0", 5023)) == "sched_yield()"
    assert system_call(thread.with_register("v0", 4711)) == "system call 4711()"


def test_a_store_names_first_what_it_stores():
    assert disassemble(Witness.decode(step(STORE)[1]).word, 0).registers[0] == "at"
