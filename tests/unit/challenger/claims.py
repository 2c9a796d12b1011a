"""Dispute games as values, claim by claim."""

from opcycle.protocol.dispute_game import Claim, DisputeGame, GameParameters, GameStatus
from opcycle.protocol.positions import Position

SPLIT, DEPTH = 3, 6
CLOCK = 100


def claim(index: int, parent: int | None, by: bytes, position: Position, **more) -> Claim:
    fields = {"countered_by": None, "bond": 1, "value": bytes(32), "used": 0, "made_at": 0, **more}
    return Claim(index=index, parent=parent, claimant=by, position=position, **fields)


def game(*claims: Claim, **more) -> DisputeGame:
    fields = {
        "address": bytes(20),
        "parameters": GameParameters(DEPTH, SPLIT, CLOCK, 10, bytes(32)),
        "status": GameStatus.IN_PROGRESS,
        "created_at": 0,
        "starting_block": 0,
        "claimed_block": 8,
        "l1_head": bytes(32),
        "block_number_challenger": None,
        **more,
    }
    return DisputeGame(claims=claims, **fields)
