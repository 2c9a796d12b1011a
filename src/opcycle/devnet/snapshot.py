"""A stepped devnet that comes back to an earlier state: both chains, all agents, their databases, the pools.

The op-geths go on running and are set back (see `rewind`). What agents know, they know from the chains and
their files; so these are restored, and the agents made anew, as they are at each restart.

Equal block hashes mean equal chains: state, receipts and history are in them. What comes after is equal, too,
because pools are empty, chain time is the only clock, and no agent has a memory.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from opcycle.devnet.devnet import Devnet
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.local_l1 import L1State
from opcycle.devnet.rewind import EngineState, forget_started_blocks, read_state, rewind
from opcycle.engine.geth import GethProcess
from opcycle.engine.journal import KEEP
from opcycle.errors import UserError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a devnet is at a moment; `times` are L1's and L2's, `journal` is the sequencer's."""

    l1: L1State
    sequencer: EngineState
    verifier: EngineState
    journal: bytes
    database: bytes
    times: tuple[int, int]


def take(devnet: Devnet) -> Snapshot:
    """Call it when the agents have come to rest and the pools are empty.

    Raises UserError for a devnet that was not made for it, or has no L2 block yet.
    """
    config = devnet.config
    if not config.is_restorable or config.alt_da is not None:
        raise UserError("this devnet cannot come back to a snapshot: make it is_restorable, without alt-DA")
    return Snapshot(
        l1=devnet.l1.state(),
        sequencer=_state(devnet.sequencer_engine),
        verifier=_state(devnet.verifier.engine),
        journal=config.journal.read_bytes(),
        database=devnet.verifier.database(),
        times=devnet.times,
    )


def restore(devnet: Devnet, snapshot: Snapshot) -> None:
    """Make the devnet what it was. Starts op-geths that were stopped.

    Raises CriticalError if it cannot be that any more.
    """
    devnet.pace.stop()
    with ThreadPoolExecutor(3) as pool:
        work = [
            pool.submit(devnet.l1.restore, snapshot.l1),
            pool.submit(_restore_engine, devnet.sequencer_engine, snapshot.sequencer),
            pool.submit(_restore_engine, devnet.verifier.engine, snapshot.verifier),
        ]
        for done in work:
            done.result()
    forget_started_blocks(devnet.sequencer_engine.engine, snapshot.sequencer)
    _write(devnet.config.journal, snapshot.journal)
    devnet.verifier.restore(snapshot.database)
    l1_time, l2_time = snapshot.times
    devnet.renew(l1_time=l1_time, l2_time=l2_time)
    devnet.settle()


def _state(engine: L2Engine) -> EngineState:
    head = engine.l2.block("latest").ref.number
    if head == 0:
        raise UserError("a devnet comes back only to a state with L2 blocks; let some time pass first")
    return read_state(engine.l2.rpc, engine.l2.envelopes(max(1, head - KEEP), head))


def _restore_engine(engine: L2Engine, state: EngineState) -> None:
    if isinstance(engine.source, GethProcess):
        engine.source.start()
    rewind(engine.l2.rpc, engine.engine, state)


def _write(file: Path, contents: bytes) -> None:
    """Also where somebody has deleted the directory."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(contents)
