"""Building the fault-proof program of a chain, and the hash of its first state.

op-program's text is the pinned Go module's as it is. The chain's files are laid over it for the compiler
alone, so that `go:embed` finds them among op-program's own. Nothing of the machine, the user or the directory
gets into the program: the same versions, chain and Go make the same hash anywhere.
"""

import json
from hashlib import sha256
from pathlib import Path

from opcycle.engine.building import (
    STRIPPED,
    Say,
    alone,
    beside,
    build,
    compile_package,
    find_go,
    go_version,
    run,
)
from opcycle.engine.fault_proof_program import (
    HOST,
    MADE_OF,
    PRESTATE,
    PRESTATE_PROOF,
    SYMBOLS,
    ChainFiles,
    FaultProofProgram,
    program_store,
)
from opcycle.engine.programs import CANNON, GO_MODULE
from opcycle.errors import UserError
from opcycle.rpc.hexjson import to_hex

MACHINE = "multithreaded64-5"
"""cannon's name for the machine that `contracts/vm/MIPS64.sol` is, with state version 8."""

_OP_PROGRAM = f"{CANNON.module}/op-program"
_FOR_THE_MACHINE = {
    "CGO_ENABLED": "0",
    "GOOS": "linux",
    "GOARCH": "mips64",
    "GOMIPS64": "softfloat",  # the machine has no floating-point registers
    "GOEXPERIMENT": "",  # nor does it follow any other choice of the user's
    "GOFIPS140": "off",
}

_GUEST = "client.elf"
"""The program as the compiler leaves it."""

_COPY = "optimism"
"""A name relative to go.mod, because Go writes it into the program."""


def build_program(chain: ChainFiles, say: Say, *, store: Path | None = None) -> FaultProofProgram:
    """The program of a chain, built unless it was before. Raises UserError with the reason if that fails.

    Minutes the first time, ten seconds for each further chain.
    """
    store = program_store() if store is None else store
    go = find_go(say)
    made_of = describe(chain, go_version(go))
    target = store / sha256(made_of).hexdigest()
    with alone(store, say):
        if not (target / PRESTATE_PROOF).exists():
            say(f"building the fault-proof program of chain {chain.rollup.l2_chain_id}")
            cannon = CANNON.find() or build(CANNON, say)
            with beside(target) as new:
                new.mkdir()
                (new / MADE_OF).write_bytes(made_of)
                _compile(go, chain, new, say)
                _load(cannon, new, say)
                new.replace(target)
    return FaultProofProgram(target)


def describe(chain: ChainFiles, go: str) -> bytes:
    """Everything that decides on the program: its hash names the directory that the program is kept in."""
    pins = {name: sha256((GO_MODULE / name).read_bytes()).hexdigest() for name in ("go.mod", "go.sum")}
    files = {name: content.decode() for name, content in chain.files.items()}
    parts = {"go": go, "machine": MACHINE, "environment": _FOR_THE_MACHINE, "pins": pins, "files": files}
    return json.dumps(parts, sort_keys=True, indent=1).encode()


def _compile(go: str, chain: ChainFiles, target: Path, say: Say) -> None:
    """The host and the guest."""
    with beside(target / "source") as source:
        overlay = _lay_out(go, chain, source)
        flags = ("-overlay", str(overlay))
        say("  for this machine")
        compile_package(
            go, f"{_OP_PROGRAM}/host/cmd", target / HOST, say, module=source, flags=(*flags, *STRIPPED)
        )
        _require_known(chain, target / HOST)
        say("  for MIPS64")
        compile_package(
            go,
            f"{_OP_PROGRAM}/client/cmd",
            target / _GUEST,
            say,
            module=source,
            flags=flags,  # with symbols: cannon finds by name what it must change
            environment=_FOR_THE_MACHINE,
        )


def _require_known(chain: ChainFiles, host: Path) -> None:
    """Raises UserError if the program means another chain by this id: it prefers those of the OP Stack's own
    registry."""
    rollup = chain.rollup
    command = [str(host), "configs", "--chain-id", str(rollup.l2_chain_id)]
    if to_hex(rollup.genesis_l2.hash) not in run(command, "asking op-program for its chain"):
        raise UserError(
            f"op-program knows another chain with the id {rollup.l2_chain_id}, from the registry of OP Stack "
            "chains, and would prove that one; give the rollup an id of its own"
        )


def _lay_out(go: str, chain: ChainFiles, module: Path) -> Path:
    """A Go module in which op-program has the chain's files, and the compiler's list of these.

    Go replaces no file of its module cache, so the module must seem to be elsewhere: behind a link.
    """
    module.mkdir()
    run([go, "mod", "download", CANNON.module], "downloading op-program", directory=GO_MODULE)
    found = run(
        [go, "list", "-m", "-f", "{{.Dir}}", CANNON.module], "finding op-program", directory=GO_MODULE
    )
    (module / _COPY).symlink_to(found.strip())
    pins = (GO_MODULE / "go.mod").read_text()
    (module / "go.mod").write_text(f"{pins}\nreplace {CANNON.module} => ./{_COPY}\n")
    (module / "go.sum").write_bytes((GO_MODULE / "go.sum").read_bytes())
    replaced = {}
    for name, content in chain.files.items():
        (module / name).write_bytes(content)
        replaced[str(module / _COPY / "op-program/chainconfig/configs" / name)] = str(module / name)
    overlay = module / "overlay.json"
    overlay.write_text(json.dumps({"Replace": replaced}))
    return overlay


def _load(cannon: Path, directory: Path, say: Say) -> None:
    """The machine's first state and its hash, from the guest, which is then of no more use."""
    say("  loading it into the machine")
    load = ["load-elf", "--type", MACHINE, "--path", _GUEST, "--out", PRESTATE, "--meta", SYMBOLS]
    run([str(cannon), *load], "cannon load-elf", directory=directory)
    (directory / _GUEST).unlink()
    prove = ["--proof-at", "=0", "--stop-at", "=1", "--proof-fmt", "proof-%d.json"]
    start = ["run", "--input", PRESTATE, "--output", "", "--meta", "", *prove]
    run([str(cannon), *start], "cannon run", directory=directory)
    (directory / "proof-0.json").rename(directory / PRESTATE_PROOF)
