"""What it costs to argue in dispute games, on both sides, and how long it can take. Pure.

Whoever is wrong loses every bond to the honest side; but the honest side must have its own bonds ready, and
gets them back only when the game is over. So an attacker with much money can lock up a little more of the
honest side's, for as long as `longest_game` says, and loses all of its own by doing so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from opcycle.protocol.bonds import BondCurve

MOVE_GAS = 290_000
STEP_GAS = 700_000
SETTLE_GAS = 125_000
END_GAS = 550_000
"""Gas, rather too much: a claim with its bond; a step of the MIPS64 machine with its witness; settling a
claim; deciding, closing and collecting, once a game."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What all games of a type have in common: depths in levels, times in seconds, bonds in wei by depth.

    `init_bond` is the root claim's. `finality_delay`: from the decision until a game counts; `payout_delay`:
    from then until bonds are paid; `maturity`: from a withdrawal's proof until it may be executed.
    """

    max_depth: int = 73
    split_depth: int = 30
    max_clock: int = 302_400
    clock_extension: int = 10_800
    preimage_period: int = 86_400
    finality_delay: int = 302_400
    payout_delay: int = 302_400
    maturity: int = 604_800
    init_bond: int = 8 * 10**16
    bonds: Sequence[int] = ()

    def bond(self, depth: int) -> int:
        """By the formula, if it is not said otherwise."""
        if depth == 0:
            return self.init_bond
        return self.bonds[depth] if self.bonds else BondCurve(self.max_depth).required(depth)

    def extension(self, depth: int) -> int:
        """Seconds that a side keeps at least once it has made a claim at a depth."""
        if depth == self.max_depth - 1:
            return self.clock_extension + self.preimage_period
        return self.clock_extension * (2 if depth == self.split_depth - 1 else 1)


@dataclass(frozen=True, slots=True)
class Duel:
    """A game argued to the bottom. Wei staked by each side, and the gas that the honest side uses.

    The attacker loses all that it has staked, and the honest side earns it.
    """

    attacker: int
    honest: int
    honest_gas: int

    def profit(self, gas_price: int) -> int:
        """What is left for the honest side, at wei per gas."""
        return self.attacker - self.honest_gas * gas_price


def duel(terms: Terms, *, root_is_right: bool, copies: int = 1) -> Duel:
    """The attacker makes `copies` different claims at each of its depths, and each is answered.

    Of a wrong root claim there is one, and one answer to it. At the greatest depth a step answers, for which
    no bond is due.
    """
    attacker = honest = moves = steps = claims = 0
    for depth in range(terms.max_depth + 1):
        is_honest = (depth % 2 == 0) is root_is_right
        is_first_answer = depth == 1 and not root_is_right
        count = 1 if depth == 0 or is_first_answer else copies
        claims += count
        if is_honest:
            honest += count * terms.bond(depth)
            moves += count
        else:
            attacker += count * terms.bond(depth)
            steps += count if depth == terms.max_depth else 0
    return Duel(attacker, honest, moves * MOVE_GAS + steps * STEP_GAS + claims * SETTLE_GAS + END_GAS)


def longest_game(terms: Terms) -> int:
    """Seconds until a game can be decided, whatever anybody does.

    It takes longest if each side makes each of its moves in the last second of its clock, down to the bottom.
    A side's clock runs on from what it had used, and a move sets it back only if less than the extension is
    left, to just that. So a side has, over a whole line of claims, its clock and an extension for each of its
    moves; and a game ends with the last of its lines.
    """
    elapsed, used = 0, [0, 0]
    for depth in range(1, terms.max_depth + 1):
        side = depth % 2
        last_second = terms.max_clock - 1
        elapsed += last_second - used[side]
        used[side] = min(last_second, terms.max_clock - terms.extension(depth))
    return elapsed + terms.max_clock - used[(terms.max_depth + 1) % 2]


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds. A withdrawal that is proven as soon as there is a game: if nobody disputes it, and at worst;
    `proven_late`: if it is proven only against a decided game. `capital`: how long a bond may be away."""

    undisputed_game: int
    longest_game: int
    undisputed_withdrawal: int
    longest_withdrawal: int
    proven_late: int
    capital: int


def delays(terms: Terms) -> Delays:
    """A game counts once more than its delay has passed, and a proof is mature after more than its own."""
    longest, counts, mature = longest_game(terms), terms.finality_delay + 1, terms.maturity + 1
    return Delays(
        undisputed_game=terms.max_clock,
        longest_game=longest,
        undisputed_withdrawal=max(terms.max_clock + counts, mature),
        longest_withdrawal=max(longest + counts, mature),
        proven_late=longest + max(counts, mature),
        capital=longest + counts + terms.payout_delay,
    )
