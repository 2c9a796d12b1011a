"""Go programs in the machine: `programs/`, compiled for it and loaded by cannon."""

from pathlib import Path

from opcycle.engine.building import compile_package, find_go, run
from opcycle.engine.programs import CANNON

SOURCES = Path(__file__).parent / "programs"
NAMES = tuple(sorted(source.parent.name for source in SOURCES.glob("*/main.go")))

_GUEST = {"CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": "mips64", "GOMIPS64": "softfloat"}
"""The machine has no floating-point registers."""


def load(name: str, folder: Path) -> Path:
    """The machine's first state with a program, as a file in `folder`."""
    elf, prestate = folder / f"{name}.elf", folder / f"{name}.bin.gz"
    cannon = CANNON.find()
    assert cannon is not None, "no cannon; run `make peers` first"
    compile_package(find_go(print), f"./{name}", elf, print, module=SOURCES, environment=_GUEST)
    command = [str(cannon), "load-elf", "--type", "multithreaded64-5", "--path", str(elf)]
    run([*command, "--out", str(prestate), "--meta", ""], "cannon load-elf")
    return prestate
