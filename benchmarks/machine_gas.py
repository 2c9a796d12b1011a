"""Gas of one step of the MIPS64 machine, on our contract and on the reference's, side by side.

The same calldata to both, in one EVM: 188 bytes of state, and a proof as long as cannon's, 6,090 bytes. What
counts is a transaction's gas, the 21,000 and the calldata included. Exits 1 if a step costs more on ours, or
if our code is longer.

Usage: python -m benchmarks.machine_gas
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

from tests.peers.mips64_states import (
    QUANTUM,
    THREAD_FLAGS,
    Case,
    Memory,
    State,
    Thread,
    instruction,
)
from tests.peers.test_reference_mips64 import Rig, in_reference

from opcycle.artifacts import artifact

PC, DATA = 0x1000, 0x20000
SYSCALL = 0x0C
READ, CLOCK_GETTIME, CLONE, CLOSE, FUTEX = 5000, 5222, 5055, 5003, 5194
WAIT, PREIMAGES = 128, 5

PROGRAM = State(step=41, steps_since_switch=17, inactive_stack=b"\x77" * 32)
BUSY = Thread(registers=tuple(0x0101010101010101 * i for i in range(32)))


def at(
    name: str, word: int, registers: dict[int, int], state: State = PROGRAM, thread: Thread = BUSY
) -> Case:
    """A program with something in each quarter of its memory, about to execute an instruction."""
    memory = Memory()
    for place in (PC, DATA, 1 << 62, 1 << 63):
        memory.leaves[place >> 5] = b"\xab" * 32
    memory.write(PC, 4, word)
    running = thread.with_registers(registers)
    return Case.of(
        name, state, running, memory, others=b"\x66" * 32, addresses=(DATA, DATA + 8), between=(DATA, 0)
    )


def call(name: str, number: int, a0: int = 0, a1: int = 0, a2: int = 0, state: State = PROGRAM) -> Case:
    return at(name, SYSCALL, {2: number, 4: a0, 5: a1, 6: a2}, state)


def nop() -> Case:
    return at("nop", 0, {})


def cases(key: bytes) -> Iterator[Case]:
    """`key`: of a preimage whose part from byte 8 on is loaded."""
    yield nop()
    yield at("daddu", instruction(0, 8, 9, 10, 0, 0x2D), {})
    yield at("ddivu", instruction(0, 8, 9, 0, 0, 0x1F), {})
    yield at("bne", instruction(5, 8, 9), {})
    yield at("lw", instruction(0x23, 8, 9), {8: DATA})
    yield at("sd", instruction(0x3F, 8, 9), {8: DATA})
    reserving = replace(PROGRAM, ll_status=1, ll_address=DATA, ll_owner=0)
    yield at("sc", instruction(0x38, 8, 9), {8: DATA}, reserving)
    yield call("close", CLOSE)
    yield call("futex", FUTEX, DATA, WAIT, 0xABABABAB)
    yield call("clone", CLONE, THREAD_FLAGS)
    yield call("clock_gettime", CLOCK_GETTIME, 0, DATA)
    yield call(
        "read of a preimage", READ, PREIMAGES, DATA, 8, replace(PROGRAM, preimage_key=key, preimage_offset=8)
    )
    yield at("the turn of a thread is over", 0, {}, replace(PROGRAM, steps_since_switch=QUANTUM))
    yield at("a thread has ended", 0, {}, thread=replace(BUSY, exited=1))
    yield at("the program has ended", 0, {}, replace(PROGRAM, exited=1))


def main() -> None:
    rig = Rig()
    dearer = []
    print(f"{'MIPS64.step':<44}{'ours':>12}{'reference':>12}{'ratio':>8}")
    for case in cases(rig.keys[0]):
        (ours, cost), (theirs, their_cost) = (rig.step(machine, case) for machine in rig.machines)
        if isinstance(ours, str) or ours != theirs:
            sys.exit(f"{case.name}: {ours!r} here, {theirs!r} there")
        print(f"{case.name:<44}{cost:>12,}{their_cost:>12,}{cost / their_cost:>8.2f}")
        dearer += [case.name] if cost > their_cost else []
    sizes = [len(artifacts("MIPS64").runtime) for artifacts in (artifact, in_reference)]
    print(f"{'bytes of code':<44}{sizes[0]:>12,}{sizes[1]:>12,}{sizes[0] / sizes[1]:>8.2f}")
    if dearer or sizes[0] > sizes[1]:
        sys.exit(f"dearer or longer than the reference: {', '.join(dearer)}")


if __name__ == "__main__":
    main()
