"""The three files that a machine needs, and the machine that is made of them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from opcycle.challenger.cannon.machine import Machine, witness_command
from opcycle.challenger.cannon.records import StateRecord
from opcycle.engine.fault_proof_program import find_program
from opcycle.engine.op_program import ClaimedOutput, Sources, op_program_command
from opcycle.engine.programs import cannon_binary
from opcycle.errors import UserError
from opcycle.protocol.types import Hash


@dataclass(frozen=True, slots=True)
class CannonFiles:
    """`cannon`; `server`: op-program, which must know the chain; `prestate`: its first state for cannon.

    None for those that were built here.
    """

    cannon: Path | None = None
    server: Path | None = None
    prestate: Path | None = None


def machine_from(files: CannonFiles, *, played: Hash, sources: Sources, l2_chain_id: int) -> Machine:
    """The machine of games about the absolute prestate `played`, if that is not given by a file.

    Raises UserError for what is missing and was not built here, or is no such file.
    """
    cannon = _executable(
        files.cannon or Path(cannon_binary()), "--cannon-bin", "cannon; `make peers` builds it"
    )
    prestate, server = files.prestate, files.server
    if prestate is None or server is None:
        program = find_program(played)
        prestate, server = prestate or program.prestate, server or program.host
    server = _executable(
        server, "--cannon-server", "op-program with the chain's configuration; `make prestate` builds it"
    )
    absolute_prestate = played if files.prestate is None else _hash_of(cannon, prestate)

    def serve(claimed: ClaimedOutput, data: Path) -> list[str]:
        return op_program_command(
            server, claimed, sources, data=data, l2_chain_id=l2_chain_id, is_server=True
        )

    return Machine(cannon, prestate, absolute_prestate, serve)


def _executable(file: Path, flag: str, wanted: str) -> Path:
    if not os.access(file, os.X_OK) or file.is_dir():
        raise UserError(f"{flag} {file} is not an executable file; it must be {wanted}")
    return file


def _hash_of(cannon: Path, prestate: Path) -> Hash:
    try:
        said = subprocess.run(witness_command(cannon, prestate), capture_output=True, check=False)
    except OSError as error:
        raise UserError(f"--cannon-bin {cannon} cannot be run: {error.strerror}") from error
    try:
        return StateRecord.from_json(said.stdout).hash
    except ValueError as error:
        *_, reason = ["it says nothing of it", *said.stderr.decode(errors="replace").strip().splitlines()]
        raise UserError(
            f"--cannon-prestate {prestate} is no state that {cannon} can run ({reason}); it must be the "
            "prestate.bin.gz of `make prestate`"
        ) from error
