"""Who should get which bonds of a game, and whether there is enough to pay them. Pure.

Source: op-dispute-mon 1.18, `mon/bonds/*.go` and `mon/withdrawals.go`. Unlike there, a game that
is refunded is expected to owe everybody their own bonds, not the winners' shares.
"""

from collections.abc import Iterable

from opcycle.l1.game_accounts import BondMode
from opcycle.monitor.snapshot import WatchedGame
from opcycle.protocol.types import Address


def due_of(seen: WatchedGame) -> dict[Address, int]:
    """The credit in wei that each of the game's people should have, if nothing was paid yet.

    Whoever is the first to counter a settled claim gets its bond, else whoever made it.
    """
    game = seen.game
    due = dict.fromkeys(seen.accounts.credits, 0)
    for claim in game.claims:
        if seen.accounts.mode is BondMode.REFUND:
            winner = claim.claimant
        elif claim.index not in game.resolved:
            continue
        elif claim.parent is None and game.block_number_challenger is not None:
            winner = game.block_number_challenger
        else:
            winner = claim.claimant if claim.countered_by is None else claim.countered_by
        due[winner] = due.get(winner, 0) + claim.bond
    return due


def required_of(seen: WatchedGame) -> int:
    """Wei that a game owes: the bonds of claims that are not settled, and all credits."""
    open_bonds = sum(claim.bond for claim in seen.game.claims if claim.index not in seen.game.resolved)
    return open_bonds + sum(seen.accounts.credits.values())


def owed_by_weth(games: Iterable[WatchedGame]) -> dict[Address, int]:
    """Wei that each DelayedWETH owes to games, which may share it."""
    found: dict[Address, int] = {}
    for seen in games:
        found[seen.accounts.weth] = found.get(seen.accounts.weth, 0) + required_of(seen)
    return found


def withdrawal_matches(seen: WatchedGame, person: Address) -> bool:
    """Whether what is unlocked may be: nothing before the game is closed, then nothing or all credit."""
    amount = seen.accounts.withdrawals[person].amount
    if amount == 0:
        return True
    if seen.accounts.mode is BondMode.UNDECIDED:
        return False
    return amount == seen.accounts.credits.get(person, 0)
