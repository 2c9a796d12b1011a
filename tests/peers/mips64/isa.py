"""Names of all that a MIPS64 machine of cannon's state version 8 can be told to do, by their numbers.

A number without a name is an instruction or syscall that the machine must refuse. The names are those of the
MIPS64 manual and of Linux's n64 table; which of them there are is from cannon's own source.
"""

from tests.vectors.mips64.machine import QUANTUM, Machine

OPCODES = {
    0x02: "j",
    0x03: "jal",
    0x04: "beq",
    0x05: "bne",
    0x06: "blez",
    0x07: "bgtz",
    0x08: "addi",
    0x09: "addiu",
    0x0A: "slti",
    0x0B: "sltiu",
    0x0C: "andi",
    0x0D: "ori",
    0x0E: "xori",
    0x0F: "lui",
    0x18: "daddi",
    0x19: "daddiu",
    0x1A: "ldl",
    0x1B: "ldr",
    0x20: "lb",
    0x21: "lh",
    0x22: "lwl",
    0x23: "lw",
    0x24: "lbu",
    0x25: "lhu",
    0x26: "lwr",
    0x27: "lwu",
    0x28: "sb",
    0x29: "sh",
    0x2A: "swl",
    0x2B: "sw",
    0x2C: "sdl",
    0x2D: "sdr",
    0x2E: "swr",
    0x30: "ll",
    0x34: "lld",
    0x37: "ld",
    0x38: "sc",
    0x3C: "scd",
    0x3F: "sd",
}
SPECIAL = {  # opcode 0, by the lowest six bits
    0x00: "sll",
    0x02: "srl",
    0x03: "sra",
    0x04: "sllv",
    0x06: "srlv",
    0x07: "srav",
    0x08: "jr",
    0x09: "jalr",
    0x0A: "movz",
    0x0B: "movn",
    0x0C: "syscall",
    0x0F: "sync",
    0x10: "mfhi",
    0x11: "mthi",
    0x12: "mflo",
    0x13: "mtlo",
    0x14: "dsllv",
    0x16: "dsrlv",
    0x17: "dsrav",
    0x18: "mult",
    0x19: "multu",
    0x1A: "div",
    0x1B: "divu",
    0x1C: "dmult",
    0x1D: "dmultu",
    0x1E: "ddiv",
    0x1F: "ddivu",
    0x20: "add",
    0x21: "addu",
    0x22: "sub",
    0x23: "subu",
    0x24: "and",
    0x25: "or",
    0x26: "xor",
    0x27: "nor",
    0x2A: "slt",
    0x2B: "sltu",
    0x2C: "dadd",
    0x2D: "daddu",
    0x2E: "dsub",
    0x2F: "dsubu",
    0x38: "dsll",
    0x3A: "dsrl",
    0x3B: "dsra",
    0x3C: "dsll32",
    0x3E: "dsrl32",
    0x3F: "dsra32",
}
SPECIAL2 = {0x02: "mul", 0x20: "clz", 0x21: "clo", 0x24: "dclz", 0x25: "dclo"}  # opcode 0x1c
REGIMM = {0x00: "bltz", 0x01: "bgez", 0x10: "bltzal", 0x11: "bgezal"}  # opcode 1, by the second register
"""Others of these are no error: they branch nowhere."""

SYSCALLS = {
    5000: "read",
    5001: "write",
    5002: "open",
    5009: "mmap",
    5012: "brk",
    5023: "sched_yield",
    5034: "nanosleep",
    5038: "getpid",
    5055: "clone",
    5058: "exit",
    5070: "fcntl",
    5178: "gettid",
    5194: "futex",
    5205: "exit_group",
    5222: "clock_gettime",
    5284: "eventfd2",
    5313: "getrandom",
}
IGNORED_SYSCALLS = {
    5003: "close",
    5004: "stat",
    5005: "fstat",
    5008: "lseek",
    5010: "mprotect",
    5011: "munmap",
    5013: "rt_sigaction",
    5014: "rt_sigprocmask",
    5015: "ioctl",
    5016: "pread64",
    5026: "mincore",
    5027: "madvise",
    5036: "setitimer",
    5061: "uname",
    5087: "readlink",
    5095: "getrlimit",
    5100: "getuid",
    5102: "getgid",
    5129: "sigaltstack",
    5196: "sched_getaffinity",
    5208: "epoll_ctl",
    5216: "timer_create",
    5217: "timer_settime",
    5220: "timer_delete",
    5225: "tgkill",
    5247: "openat",
    5257: "readlinkat",
    5272: "epoll_pwait",
    5285: "epoll_create1",
    5287: "pipe2",
    5297: "prlimit64",
}
"""They return 0 and do nothing."""

ALL_SYSCALLS = SYSCALLS | IGNORED_SYSCALLS


def subject(machine: Machine) -> str:
    """What a machine's next step is about, as a row of the coverage table."""
    if machine.exited:
        return "state: exited"
    if not machine.active:
        return "state: no thread is active"
    thread = machine.thread
    if thread.exited:
        return "thread: exited"
    if machine.steps_since_switch >= QUANTUM:
        return "thread: its time is over"
    if thread.pc & 3:
        return "fetch: unaligned"
    instruction = machine.instruction()
    opcode, function, second = instruction >> 26, instruction & 63, instruction >> 16 & 31
    if opcode == 0 and function == 0x0C:
        number = thread.register(2)
        return f"syscall {number} {ALL_SYSCALLS[number]}" if number in ALL_SYSCALLS else "syscall: unknown"
    if opcode == 0:
        return f"special {function:#04x} {SPECIAL.get(function, '-')}"
    if opcode == 0x1C:
        return f"special2 {function:#04x} {SPECIAL2.get(function, '-')}"
    if opcode == 1:
        return f"regimm {second:#04x} {REGIMM.get(second, '-')}"
    return f"opcode {opcode:#04x} {OPCODES.get(opcode, '-')}"


def subjects() -> list[str]:
    """All rows of the coverage table, in its order."""
    return [
        "state: exited",
        "state: no thread is active",
        "thread: exited",
        "thread: its time is over",
        "fetch: unaligned",
        *(f"opcode {n:#04x} {OPCODES.get(n, '-')}" for n in range(64) if n not in (0, 1, 0x1C)),
        *(f"special {n:#04x} {SPECIAL.get(n, '-')}" for n in range(64) if n != 0x0C),
        *(f"special2 {n:#04x} {SPECIAL2.get(n, '-')}" for n in range(64)),
        *(f"regimm {n:#04x} {REGIMM.get(n, '-')}" for n in range(32)),
        *(f"syscall {n} {name}" for n, name in sorted(ALL_SYSCALLS.items())),
        "syscall: unknown",
    ]
