"""Time travel of a stepped devnet: over days in a few blocks, and L2 catching up afterwards.

L1 may skip any time between two blocks, L2 none: it must make every block of its cadence. So L1 leaps and L2
keeps its own time; its L1 origin stays where it is, users' transactions go on for 1,800 s of L2 time, and
deposits wait until L2 has caught up (see `Devnet.travel`).

A leap stops where a clock of a dispute game runs out on the way. Who must act then does, in blocks of the
usual cadence; else a game that can be decided after 3.5 days would be decided only at the end of a week.
"""

from collections.abc import Iterable, Iterator

from opcycle.deploy.config import Settlement
from opcycle.devnet.devnet import Devnet
from opcycle.l1.contract import read_across
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import GameStatus

BLOCKS_AT_STOP = 4
"""L1 blocks of the usual cadence at each stop: enough to resolve a claim, its parent and the game."""

TOGETHER = 30
"""Seconds: clocks that run out so shortly after each other share a stop."""

CATCH_UP_STRETCH = 300
"""L2 blocks between two L1 blocks while L2 catches up."""


def leap(devnet: Devnet, seconds: int) -> None:
    """Move L1 that far ahead, in as few blocks as what is under way takes.

    Only games that are there at the start make it stop: agents may begin new ones at each stop.
    """
    devnet.settle()
    start = devnet.l1.head.timestamp
    target = start + seconds
    for stop in stops(_clock_ends(devnet, start), before=target):
        _jump_to(devnet, stop)
        devnet.advance(BLOCKS_AT_STOP * devnet.config.l1_block_time)
    _jump_to(devnet, target)


def catch_up(devnet: Devnet) -> None:
    """Let L2 make all the blocks that it is behind L1."""
    block_time, l1_block_time = devnet.config.block_time, devnet.config.l1_block_time
    while (behind := devnet.lag) > 0:
        devnet.travel_l2(min(CATCH_UP_STRETCH * block_time, behind))
        devnet.advance(l1_block_time)


def stops(ends: Iterable[int], *, before: int) -> list[int]:
    """Times at which every clock of those that end `before` has run out, none of them by more than `TOGETHER`
    seconds: always the end of the last one."""
    found: list[int] = []
    first = 0
    for end in sorted(end for end in ends if end < before):
        if found and end <= first + TOGETHER:
            found[-1] = end
        else:
            first = end
            found.append(end)
    return found


def _jump_to(devnet: Devnet, time: int) -> None:
    """One L1 block at that time, unless the stop before took longer."""
    ahead = time - devnet.l1.head.timestamp
    if ahead > 0:
        devnet.travel(ahead)
        devnet.settle()


def _clock_ends(devnet: Devnet, now: int) -> Iterator[int]:
    """Of all games that are not decided yet: when each claim that nobody has settled can be, from now on."""
    if devnet.config.settlement is not Settlement.GAMES:
        return
    head = devnet.l1.head.hash
    factory = devnet.assembly.factory()
    listed = factory.games(range(factory.game_count(block=head)), block=head)
    games = [FaultDisputeGame(devnet.l1.rpc, game.address) for game in listed]
    statuses = read_across([(game.contract, "status", ()) for game in games], block=head)
    for game, status in zip(games, statuses, strict=True):
        if status != GameStatus.IN_PROGRESS:
            continue
        found = game.read(block=head)
        for claim in found.claims:
            left = found.parameters.max_clock - found.clock(claim, now)
            if claim.index not in found.resolved and left > 0:
                yield now + left
