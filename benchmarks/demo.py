"""Seconds that `opcycle demo` takes, stage by stage, and `opcycle devnet` until it is ready.

python -m benchmarks.demo
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPCYCLE = str(Path(sys.executable).parent / "opcycle")


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        started = time.perf_counter()
        done = subprocess.run(
            [OPCYCLE, "demo", "--json", "--auto-ports", "--data", f"{directory}/demo"],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - started
        stages = [json.loads(line) for line in done.stdout.splitlines()]
        for stage in stages:
            print(f"  {stage['name']:10} {stage['seconds']:5.1f} s")
        print(f"opcycle demo: {seconds:.1f} s")
        print(f"opcycle devnet: ready after {_ready(Path(directory) / 'devnet'):.1f} s")


def _ready(data: Path) -> float:
    started = time.perf_counter()
    command = [OPCYCLE, "devnet", "--auto-ports", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("ready"):
                break
        seconds = time.perf_counter() - started
        process.send_signal(signal.SIGINT)
        process.communicate()
    return seconds


if __name__ == "__main__":
    main()
