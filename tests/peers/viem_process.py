"""Another process in which real viem runs, told step by step what a user's program does with it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent / "viem"
INSTALLED = Path(__file__).parents[2] / ".tools/viem/node_modules"


class ViemError(Exception):
    """What viem threw; `name` is its class."""

    def __init__(self, name: str, message: str):
        super().__init__(f"{name}: {message}")
        self.name = name


class Viem:
    """`viem.do("status", hash=…)`: a step of `viem/steps.mjs`. `now`: what time viem shall believe it is."""

    def __init__(self, process: subprocess.Popen[str], now: Callable[[], int]):
        self._process = process
        self._now = now

    def do(self, step: str, **arguments: Any) -> Any:
        """Its result; numbers that JavaScript has as bigint are text. Raises ViemError."""
        self.begin(step, **arguments)
        return self.end()

    def begin(self, step: str, **arguments: Any) -> None:
        """Let it run while something else happens here. Its result is due before the next step."""
        assert self._process.stdin is not None
        line = json.dumps({"step": step, "now": self._now(), "args": arguments})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def end(self) -> Any:
        """What the step that has begun comes to."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"node has ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise ViemError(answer["error"]["name"], answer["error"]["message"])
        return answer.get("result")


@contextmanager
def running(directory: Path, now: Callable[[], int]) -> Iterator[Viem]:
    """Node finds packages beside the script that imports them, so that is where it runs."""
    directory.mkdir()
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copy(script, directory)
    (directory / "node_modules").symlink_to(INSTALLED)
    command = ["node", str(directory / "main.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Viem(process, now)
        finally:
            process.terminate()
