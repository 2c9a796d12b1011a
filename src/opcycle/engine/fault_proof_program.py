"""The program whose execution settles a dispute: op-program, with the configuration of one chain built in.

It derives one L2 block from L1 as every node does, and says whether a claimed output root is right. On L1 it
is a hash alone, the absolute prestate: of the memory that it is loaded into, before the first step. What the
program knows of a chain must be a part of that memory, since a dispute hands it five words and no file. So
each chain has a program, and an absolute prestate, of its own.

Source: op-program v1.18.1, `chainconfig/chaincfg.go` (the files and their names); OP Stack specs, Fault Proof
Program and Cannon.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opcycle import installation
from opcycle.errors import UserError
from opcycle.protocol.l1_chain import KNOWN_L1_CHAINS, l1_chain_of
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import from_hex

HOST, PRESTATE, PRESTATE_PROOF, SYMBOLS = "op-program", "prestate.bin.gz", "prestate-proof.json", "meta.json"
"""The files of a program, under the names that Optimism's own builds have."""

MADE_OF = "made-of.json"
"""What a program was built from; it is the same program where all of that is the same."""


@dataclass(frozen=True, slots=True)
class ChainFiles:
    """What op-program must know of a chain: its rollup config and the `config` of both chains' genesis."""

    rollup: RollupConfig
    l2_config: Mapping[str, Any]

    @property
    def files(self) -> dict[str, bytes]:
        """By the names that op-program looks for; always the same bytes for the same chain.

        Of a genesis it reads `config` alone. The accounts stay away: parsing two thousand of them would be
        a tenth of the whole computation. What else is here, geth's parser insists on.
        """
        l1, l2 = self.rollup.l1_chain_id, self.rollup.l2_chain_id
        found = {
            f"{l2}-rollup.json": self.rollup.to_json(),
            f"{l2}-genesis-l2.json": _genesis(self.l2_config),
        }
        if l1 not in KNOWN_L1_CHAINS:  # op-program has the others
            found[f"{l1}-genesis-l1.json"] = _genesis(l1_chain_of(l1).to_geth_json())
        return {name: json.dumps(content, sort_keys=True).encode() for name, content in found.items()}


def _genesis(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"config": config, "difficulty": "0x0", "gasLimit": "0x0", "alloc": {}}


@dataclass(frozen=True, slots=True)
class FaultProofProgram:
    """One that was built, in a directory of its own."""

    directory: Path

    @property
    def host(self) -> Path:
        """op-program for this machine: fetches what the program reads, or runs it without a machine."""
        return self.directory / HOST

    @property
    def prestate(self) -> Path:
        """The machine's first state, for cannon."""
        return self.directory / PRESTATE

    @property
    def symbols(self) -> Path:
        """Where each function of the program is in the machine's memory, for cannon and for people."""
        return self.directory / SYMBOLS

    @property
    def absolute_prestate(self) -> Hash:
        """The hash of the machine's first state, status byte first. Raises UserError for a damaged file."""
        return from_hex(str(self._read(PRESTATE_PROOF, "pre")))

    @property
    def files(self) -> Mapping[str, str]:
        """What it knows of its chain: `ChainFiles.files`, as text. Raises UserError for a damaged file."""
        return dict(self._read(MADE_OF, "files"))

    @property
    def go_version(self) -> str:
        """Which Go compiled it; another Go makes another program."""
        return str(self._read(MADE_OF, "go"))

    def _read(self, name: str, key: str) -> Any:
        file = self.directory / name
        try:
            return json.loads(file.read_bytes())[key]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{file} is damaged ({error!r}); delete {self.directory} and run `opcycle prestate` again"
            ) from error


def program_store() -> Path:
    """Where built programs are: in the checkout, if this is one and $OPCYCLE_HOME names no other place, or
    else with the user's other programs."""
    checkout = None if "OPCYCLE_HOME" in os.environ else installation.CHECKOUT
    return (installation.user_directory() if checkout is None else checkout / ".tools") / "prestates"


def programs_of(chain: ChainFiles) -> list[FaultProofProgram]:
    """Those that were built here for a chain, by whichever versions of Go."""
    wanted = {name: content.decode() for name, content in chain.files.items()}
    return [program for program in built_programs() if program.files == wanted]


def find_program(absolute_prestate: Hash) -> FaultProofProgram:
    """The one that a game is about. Raises UserError if it was not built here."""
    for program in built_programs():
        if program.absolute_prestate == absolute_prestate:
            return program
    raise UserError(
        f"the program with the absolute prestate 0x{absolute_prestate.hex()} was not built here; run "
        "`opcycle prestate --deployment DIR`, which builds it from the deployment's files (with the version "
        "of Go that it was deployed with), or name the files of whoever did"
    )


def built_programs() -> Iterator[FaultProofProgram]:
    return (FaultProofProgram(file.parent) for file in sorted(program_store().glob(f"*/{PRESTATE_PROOF}")))
