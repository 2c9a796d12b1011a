"""States and witnesses of the MIPS64 machine, as cannon writes them."""

from dataclasses import replace

import pytest
from tests.vectors.cannon_steps.steps import END, EXIT, LOAD, NUMBER, READ, STORE, hashes, step

from opcycle.protocol.dispute_game import VMStatus
from opcycle.protocol.mips64 import (
    NO_THREADS,
    PROOF_SIZE,
    MachineState,
    MalformedProofError,
    MemoryLeaf,
    Thread,
    Witness,
)

STEPS = (READ, READ + 1, STORE, STORE + 1, LOAD, NUMBER, EXIT)


@pytest.mark.parametrize("number", [*STEPS, END])
def test_a_state_has_the_hash_that_cannon_gives_it_and_comes_back_as_the_same_bytes(number):
    encoded, _ = step(number)
    state = MachineState.decode(encoded)
    assert (state.step, state.hash, state.encode()) == (number, hashes(number)[0], encoded)


@pytest.mark.parametrize("number", STEPS)
def test_a_witness_fits_the_state_that_it_is_of(number):
    encoded, proof = step(number)
    state, witness = MachineState.decode(encoded), Witness.decode(proof)
    assert witness.thread.encode() == proof[:298]
    assert witness.thread.on(witness.other_threads) == state.threads
    assert witness.instruction.root(witness.thread.pc) == state.memory_root
    assert witness.fits(state)
    other = replace(witness.thread, pc=witness.thread.pc ^ 4)
    assert not replace(witness, thread=other).fits(state)
    assert not witness.fits(replace(state, memory_root=bytes(32)))
    assert not witness.fits(replace(state, right_threads=NO_THREADS))


def test_the_same_word_elsewhere_in_memory_or_another_word_there_gives_another_root():
    encoded, proof = step(LOAD)
    root, witness = MachineState.decode(encoded).memory_root, Witness.decode(proof)
    address = witness.thread.register("sp") + 8
    leaf, word = witness.operand, witness.operand.word(address)
    assert leaf.root(address) == root
    assert leaf.with_word(address, word).root(address) == root
    assert leaf.with_word(address, word ^ 1).root(address) != root
    assert leaf.root(address + 32) != root


def test_instructions_are_the_halves_of_words():
    words = [Witness.decode(step(number)[1]).word for number in (STORE, LOAD, NUMBER, EXIT)]
    assert words == [0xAFA10008, 0x8FA40008, 0x64021455, 0x0000000C]


@pytest.mark.parametrize(
    ("exited", "exit_code", "status"),
    [
        (False, 0, VMStatus.UNFINISHED),
        (False, 7, VMStatus.UNFINISHED),
        (True, 0, VMStatus.VALID),
        (True, 1, VMStatus.INVALID),
        (True, 2, VMStatus.PANIC),
        (True, 255, VMStatus.PANIC),
    ],
)
def test_the_status_is_how_the_program_has_ended(exited, exit_code, status):
    state = replace(MachineState.decode(step(END)[0]), exited=exited, exit_code=exit_code)
    assert state.status is status
    assert state.hash[0] == status


def test_the_threads_that_run_are_those_of_the_side_that_is_traversed():
    state = MachineState.decode(step(READ)[0])
    assert state.threads == state.right_threads
    assert replace(state, traverses_right=False).threads == state.left_threads
    assert state.left_threads == NO_THREADS


def test_registers_have_names():
    thread = Witness.decode(step(NUMBER)[1]).thread
    changed = thread.with_register("v0", 5).with_register("ra", 6)
    assert (changed.register("v0"), changed.registers[2], changed.registers[31]) == (5, 5, 6)
    assert replace(thread, lo=3, hi=4).register("hi") == 4
    assert Thread.decode(changed.encode()) == changed
    with pytest.raises(ValueError, match="always 0"):
        thread.with_register("zero", 1)
    with pytest.raises(ValueError, match="not in tuple"):
        thread.register("v9")


@pytest.mark.parametrize("change", [-1, 1])
def test_bytes_of_another_length_are_nothing(change):
    encoded, proof = step(LOAD)
    grown = bytes(1) if change > 0 else b""
    with pytest.raises(MalformedProofError, match=f"188 bytes, not {188 + change}"):
        MachineState.decode(encoded[: 188 + change] + grown)
    with pytest.raises(MalformedProofError, match=f"298 bytes, not {298 + change}"):
        Thread.decode(proof[:298][: 298 + change] + grown)
    with pytest.raises(MalformedProofError, match=f"{PROOF_SIZE} bytes, not {PROOF_SIZE + change}"):
        Witness.decode(proof[: PROOF_SIZE + change] + grown)


@pytest.mark.parametrize("at", [98, 115])
def test_a_flag_is_one_or_zero(at):
    encoded = bytearray(step(LOAD)[0])
    encoded[at] = 2
    with pytest.raises(MalformedProofError, match="a flag is 0 or 1, not 2"):
        MachineState.decode(bytes(encoded))


def test_a_leaf_has_four_words():
    leaf = MemoryLeaf(bytes(range(32)), ())
    assert [leaf.word(address) for address in (0x40, 0x4F, 0x5F)] == [
        0x0001020304050607,
        0x08090A0B0C0D0E0F,
        0x18191A1B1C1D1E1F,
    ]
    assert leaf.with_word(0x48, 0).data == bytes(range(8)) + bytes(8) + bytes(range(16, 32))
