"""A model's claims as the solver, the forecast and the challenger see them."""

from tests.fuzz.game_model import GameModel

from opcycle.protocol.dispute_game import Claim
from opcycle.protocol.positions import Position


def claims_of(model: GameModel) -> list[Claim]:
    return [
        Claim(
            index,
            None if made.parent < 0 else made.parent,
            made.by,
            made.countered_by,
            made.bond,
            made.value,
            Position.at(*made.place),
            made.used,
            made.at,
        )
        for index, made in enumerate(model.claims)
    ]
