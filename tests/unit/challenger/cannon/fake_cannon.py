#!/usr/bin/env -S python3 -I -S
"""Cannon's command line for a machine that only counts. Its server's command says how it behaves:

    steps N [dies-at N] [stalls-at N] [code N]

A state file holds the number of steps; its hash is that number behind a status byte. At the step where it
dies it complains and ends with status 1; where it stalls, it waits until it is ended. Standard library only.
"""

import json
import os
import sys
import threading
from pathlib import Path


def main(arguments: list[str]) -> None:
    command, *rest = arguments
    split = rest.index("--") if "--" in rest else len(rest)
    flags = dict(zip(rest[:split:2], rest[1:split:2], strict=True))
    behaviour = dict(zip(rest[split + 1 :: 2], rest[split + 2 :: 2], strict=True))
    if command == "witness":
        witness(Path(flags["--input"]))
    else:
        run(flags, {name: int(value) for name, value in behaviour.items()})


def witness(file: Path) -> None:
    step, end, code = json.loads(file.read_text())
    state = {"step": step, "exited": step == end, "exitCode": code}
    state |= {"witnessHash": hash_of(step, end, code), "witness": witness_of(step)}
    sys.stdout.write(json.dumps(state))


def run(flags: dict[str, str], behaviour: dict[str, int]) -> None:
    text = Path(flags["--input"]).read_text()
    step = json.loads(text)[0] if text.startswith("[") else 0
    end, code = behaviour["steps"], behaviour.get("code", 0)
    begun = step
    while step < end:
        if matches(flags, "--info-at", step) or step == begun:
            say(step)
        if matches(flags, "--stop-at", step):
            break
        if step == behaviour.get("dies-at"):
            say(step)
            sys.exit(f"error: failed at step {step}: as told")
        if step == behaviour.get("stalls-at"):
            say(step)
            threading.Event().wait()
        if matches(flags, "--snapshot-at", step):
            write(flags["--snapshot-fmt"] % step, [step, end, code])
        if matches(flags, "--proof-at", step):
            pre, post = hash_of(step, end, code), hash_of(step + 1, end, code)
            proof = {
                "step": step,
                "pre": pre,
                "post": post,
                "state-data": witness_of(step),
                "proof-data": "0xbb",
            }
            write(flags["--proof-fmt"] % step, proof)
        step += 1
    if flags["--output"]:
        write(flags["--output"], [step, end, code])


def say(step: int) -> None:
    sys.stderr.write(f"level=INFO msg=processing module=vm step={step} pc=0 insn=0 ips=1.5e+06\n")
    sys.stderr.flush()


def matches(flags: dict[str, str], flag: str, step: int) -> bool:
    pattern = flags.get(flag, "never")
    if pattern[0] == "=":
        return step == int(pattern[1:])
    return pattern[0] == "%" and step % int(pattern[1:]) == 0


def hash_of(step: int, end: int, code: int) -> str:
    return f"0x{min(code, 2) if step == end else 3:02x}{step:062x}"


def witness_of(step: int) -> str:
    return f"0x{step:0376x}"


def write(file: str, what: object) -> None:
    """As cannon does: beside it, with more digits behind the name, and then moved."""
    half = f"{file}{os.getpid()}"
    Path(half).write_text(json.dumps(what))
    Path(half).replace(file)


if __name__ == "__main__":
    main(sys.argv[1:])
