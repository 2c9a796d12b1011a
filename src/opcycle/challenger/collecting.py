"""What is due once a game is decided: closing it, which moves the anchor, and collecting what was earned."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from opcycle.challenger.due import Due, Kind
from opcycle.challenger.waits import Waits
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.types import Address, L1BlockRef
from opcycle.rpc.hexjson import checksum


@dataclass(slots=True)
class Collection:
    """`is_over`: nothing will be due in this game any more."""

    due: list[Due] = field(default_factory=list)
    waits: Waits = field(default_factory=Waits)
    is_over: bool = False


def collect(
    game: FaultDisputeGame, name: str, claimants: Sequence[Address], *, l1: L1BlockRef, closes: bool
) -> Collection:
    """For each of the claimants, as soon as it may be had. Anyone may call, the money goes to the claimant.

    `closes`: close the game even if none of them gets anything.
    """
    found = Collection()
    address = game.contract.address
    earned = {claimant: game.earnings(claimant, block=l1.hash) for claimant in claimants}
    for claimant, item in earned.items():
        if item.amount == 0:
            continue
        what = f"{item.amount} wei" + ("" if claimant == claimants[0] else f" for {checksum(claimant)}")
        if item.is_paused:
            found.waits.for_l1.append(f"{name}: the guardian to end the pause, to claim {what}")
        elif l1.timestamp < item.claimable_from:
            found.waits.for_l1.append(f"{name}: L1 time {item.claimable_from}, to claim {what}")
        else:
            words = f"{name}: claimed {what}, which {'pays' if item.is_unlocked else 'unlocks'} it"
            paid = item.amount if item.is_unlocked else 0
            found.due.append(Due(address, Kind.COLLECTING, game.claim_credit(claimant), words, paid=paid))
    if any(item.amount for item in earned.values()):
        return found
    ours = earned[claimants[0]]
    if ours.is_closed or not (closes or any(item.at_most for item in earned.values())):
        found.is_over = True
    elif closes and not ours.is_paused and l1.timestamp >= ours.claimable_from:
        found.due.append(Due(address, Kind.CLOSING, game.close(), f"{name}: closed, nothing is due to us"))
    return found
