"""Whether the next dispute game can be made, from one snapshot. Pure.

The interval is op-proposer's: since this account's own last game of the type, whatever others do meanwhile.
"""

from dataclasses import dataclass
from typing import TypeAlias

from opcycle.l1.anchor_state_registry import Anchor
from opcycle.l1.dispute_games import GameKind
from opcycle.proposer.decide import Wait, proposable
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import Address, Hash, L1BlockRef
from opcycle.rpc.hexjson import checksum


@dataclass(frozen=True, slots=True)
class GameOptions:
    """`interval`: seconds of L1 time from one game to the next. `allow_non_finalized`: propose safe L2
    blocks, which an L1 reorg can still replace."""

    game_type: int
    interval: int
    allow_non_finalized: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms L1 takes games of the type: a new one begins at `anchor`."""

    kind: GameKind
    respected_type: int
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on: L1 at the end of block `l1`, and what the node says.

    `terms` is None if the factory makes no games of the type. `proposed_at`: when the account made its last
    one, if within the interval. `status` was read before `output`, which is that of the block that `target`
    names; None: there is none, or none is due. `twin`: a game that claims the same already.
    `reads_this_l1`: up to `l1`, L1 has the last block that the node has read.
    """

    l1: L1BlockRef
    terms: Terms | None
    proposed_at: int | None
    status: SyncStatus
    reads_this_l1: bool
    output: OutputAtBlock | None
    twin: Address | None


@dataclass(frozen=True, slots=True)
class Create:
    """Make a game about an L2 block; `bond` in wei."""

    root: Hash
    l2_block: int
    bond: int


Action: TypeAlias = Create | Wait


def decide(snapshot: Snapshot, options: GameOptions) -> list[Action]:
    """One action: the next game, or what it waits for."""
    terms, status, output = snapshot.terms, snapshot.status, snapshot.output
    if terms is None:
        return [Wait(f"the factory to make games of type {options.game_type}")]
    too_soon = not_due(snapshot.l1, terms, snapshot.proposed_at, options)
    if too_soon is not None:
        return [Wait(too_soon)]
    head = proposable(status, options.allow_non_finalized)
    number = target(status, terms, allow_non_finalized=options.allow_non_finalized)
    if number is None:
        kind, anchor = "safe" if options.allow_non_finalized else "finalized", terms.anchor.l2_block
        return [Wait(f"the node's {kind} L2 head to pass block {anchor}, the anchor (it is {head})")]
    if not snapshot.reads_this_l1:
        return [Wait(f"the node to read this L1; it is at {status.current_l1}, L1 at {snapshot.l1}")]
    if (
        output is None
        or output.block.number != number
        or (number == head.number and output.block.hash != head.hash)
    ):
        return [Wait(f"the node to say the same of L2 block {number} twice")]
    if snapshot.twin is not None:
        return [Wait(_taken(snapshot.twin, number, terms, head.number))]
    return [Create(output.output_root, number, terms.kind.bond)]


def not_due(l1: L1BlockRef, terms: Terms, proposed_at: int | None, options: GameOptions) -> str | None:
    """Why no game is due, whatever the node says; None if one is."""
    if terms.respected_type != options.game_type:
        return (
            f"withdrawals to rely on games of type {options.game_type}; they rely on type "
            f"{terms.respected_type}, and others do not count"
        )
    if proposed_at is not None and l1.timestamp <= proposed_at + options.interval:
        return f"L1 time to pass {proposed_at + options.interval}, when the next game is due"
    return None


def target(status: SyncStatus, terms: Terms, *, allow_non_finalized: bool) -> int | None:
    """The L2 block to propose: as far as the node vouches, and as a game from the anchor reaches.

    None while no block after the anchor is known.
    """
    head = proposable(status, allow_non_finalized).number
    number = min(head, terms.anchor.l2_block + terms.kind.reach)
    return number if number > terms.anchor.l2_block else None


def _taken(twin: Address, number: int, terms: Terms, head: int) -> str:
    if head > number:
        return (
            f"the anchor to move: game {checksum(twin)} is about L2 block {number} already, and no game from "
            f"the anchor at block {terms.anchor.l2_block} can be about a later one"
        )
    return f"an L2 block after {number}, about which game {checksum(twin)} says the same"
