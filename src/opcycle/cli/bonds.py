"""`opcycle bonds`: what arguing costs in dispute games, what an attacker can do with how much, and how long
it all can take."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import click
import orjson

from opcycle.cli import parse
from opcycle.cli.games_at import GamesAt, where_options
from opcycle.cli.options import options
from opcycle.errors import UserError
from opcycle.l1.game_accounts import GameLedger
from opcycle.monitor.griefing import Duel, Terms, delays, duel
from opcycle.monitor.table import aligned
from opcycle.monitor.words import duration, eth
from opcycle.protocol.bonds import BondCurve
from opcycle.protocol.positions import Position

DEEPEST = 125
_EVERY = 10
"""Of the depths in between, the table shows every tenth."""

terms_options = options(
    click.option("--depth", type=click.IntRange(4, DEEPEST), default=73, show_default=True),
    click.option("--split", type=click.IntRange(2, DEEPEST - 2), default=30, show_default=True),
    click.option("--clock", default="84h", show_default=True, help="Of each side."),
    click.option("--extension", default="3h", show_default=True, help="Kept at least after a move."),
    click.option("--preimage-period", default="1d", show_default=True, help="For a large preimage."),
    click.option("--finality", default="84h", show_default=True, help="From decision until a game counts."),
    click.option("--payout-delay", default="84h", show_default=True, help="DelayedWETH's."),
    click.option("--maturity", default="7d", show_default=True, help="From a withdrawal's proof on."),
    click.option("--init-bond", default="0.08", show_default=True, help="ETH, of the root claim."),
    click.option("--assumed-base-fee", default="200", show_default=True, help="Gwei, in the bonds' formula."),
    click.option(
        "--low-gas", type=click.IntRange(1), default=400_000, show_default=True, help="At the root."
    ),
    click.option(
        "--high-gas", type=click.IntRange(1), default=300_000_000, show_default=True, help="At the bottom."
    ),
)


@dataclass(frozen=True, slots=True)
class Attack:
    """`games` at once, in each of which every lie is told `copies` times. `gas_price` in wei."""

    games: int
    copies: int
    gas_price: int


@click.command()
@terms_options
@click.option("--game", help="The address of a game: take all this, but for the maturity, from it.")
@click.option("--games", "count", type=click.IntRange(1), default=1, show_default=True, help="At once.")
@click.option("--copies", type=click.IntRange(1), default=1, show_default=True, help="Of each lie.")
@click.option("--gas-price", default="10", show_default=True, help="Gwei that the honest side pays.")
@click.option("--all", "whole", is_flag=True, help="Every depth.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts in wei, times in seconds.")
@where_options
def bonds(
    *,
    game: str | None,
    count: int,
    copies: int,
    gas_price: str,
    whole: bool,
    as_json: bool,
    where: Callable[[], GamesAt],
    **given: Any,
) -> None:
    """Bonds at each depth, the honest capital that attacks can bind, what they cost, and the longest delays.

    Asks no chain, unless --game is given. The defaults are those of OP Mainnet.

    \b
    opcycle bonds
    opcycle bonds --games 10 --copies 3 --gas-price 50
    opcycle bonds --game 0x…
    """
    terms = _given(**given) if game is None else _of_game(where(), game, parse.seconds(given["maturity"]))
    attack = Attack(count, copies, parse.gwei(gas_price))
    if as_json:
        click.echo(orjson.dumps(to_json(terms, attack), option=orjson.OPT_INDENT_2).decode())
        return
    for line in lines(terms, attack, whole=whole):
        click.echo(line)


def lines(terms: Terms, attack: Attack, *, whole: bool = False) -> Iterator[str]:
    """The table by depth, then the sums."""
    yield (
        f"{terms.max_depth} levels, the first {terms.split_depth} of them about output roots; "
        f"clocks {duration(terms.max_clock)}, extension {duration(terms.clock_extension)}"
    )
    yield f"an answer costs {terms.bond(2) / terms.bond(1):.4f} times as much as what it answers"
    yield from _table(terms, whole=whole)
    for root_is_right in (False, True):
        yield ""
        yield from _duel_lines(terms, attack, root_is_right=root_is_right)
    yield ""
    yield from _delay_lines(terms)


def to_json(terms: Terms, attack: Attack) -> dict[str, Any]:
    """Amounts in wei as text: they are beyond what JSON's numbers keep."""
    kinds = {"wrongRoot": False, "rightRoot": True}
    duels = {name: duel(terms, root_is_right=right, copies=attack.copies) for name, right in kinds.items()}
    return {
        "terms": {name: value for name, value in asdict(terms).items() if name not in ("bonds", "init_bond")},
        "bonds": [str(terms.bond(depth)) for depth in range(terms.max_depth + 1)],
        "attack": {"games": attack.games, "copies": attack.copies, "gasPrice": str(attack.gas_price)},
        "duels": {
            name: {
                "attackerLoses": str(attack.games * found.attacker),
                "honestCapital": str(attack.games * found.honest),
                "honestGas": attack.games * found.honest_gas,
                "honestProfit": str(attack.games * found.profit(attack.gas_price)),
            }
            for name, found in duels.items()
        },
        "delays": asdict(delays(terms)),
    }


def _table(terms: Terms, *, whole: bool) -> Iterator[str]:
    """Sums of one line of claims."""
    rows: list[tuple[str, ...]] = []
    sums = [0, 0]
    ends = (0, 1, 2, 3, terms.split_depth, terms.split_depth + 1, terms.max_depth - 1, terms.max_depth)
    for depth in range(terms.max_depth + 1):
        bond = terms.bond(depth)
        sums[depth % 2] += bond
        if whole or depth in ends or depth % _EVERY == 0:
            about = "an output root" if depth <= terms.split_depth else "a machine's state"
            by = "challenger" if depth % 2 else "defender"
            rows.append((str(depth), about, by, eth(bond), eth(sums[0]), eth(sums[1])))
    titles = ("depth", "about", "by", "bond, ETH", "all of the defender", "all of the challenger")
    yield from aligned(titles, rows)


def _duel_lines(terms: Terms, attack: Attack, *, root_is_right: bool) -> Iterator[str]:
    found = duel(terms, root_is_right=root_is_right, copies=attack.copies)
    what = "a right root claim is attacked" if root_is_right else "a wrong root claim is defended"
    games = "" if attack.games == 1 else f", in {attack.games:,} games at once"
    copies = "" if attack.copies == 1 else f", {attack.copies:,} lies at each depth"
    yield f"{what} down to the bottom{copies}{games}:"
    yield f"  attacker stakes and loses  {_eth(attack.games * found.attacker)}"
    yield f"  honest capital needed      {_eth(attack.games * found.honest)}{_ratio(found)}"
    yield f"  honest side pays for gas   {_eth(attack.games * found.honest_gas * attack.gas_price)}"
    yield f"  honest side is better off  {_eth(attack.games * found.profit(attack.gas_price))}"


def _delay_lines(terms: Terms) -> Iterator[str]:
    found = delays(terms)
    yield "how long it takes, whatever anybody does:"
    for what, seconds in (
        ("a game that nobody disputes", found.undisputed_game),
        ("the longest game", found.longest_game),
        ("a withdrawal that nobody disputes", found.undisputed_withdrawal),
        ("a withdrawal, proven at once", found.longest_withdrawal),
        ("a withdrawal, proven once the game is decided", found.proven_late),
        ("until a bond is back", found.capital),
    ):
        yield f"  {what:<46} {duration(seconds)}"


def _ratio(found: Duel) -> str:
    return f" ({found.honest / found.attacker:.3f} of what the attacker stakes)" if found.attacker else ""


def _eth(wei: int) -> str:
    return f"{'-' if wei < 0 else ''}{eth(abs(wei))} ETH"


def _given(
    *,
    depth: int,
    split: int,
    clock: str,
    extension: str,
    preimage_period: str,
    finality: str,
    payout_delay: str,
    maturity: str,
    init_bond: str,
    assumed_base_fee: str,
    low_gas: int,
    high_gas: int,
) -> Terms:
    """Raises UserError for what no contract would take."""
    if high_gas < low_gas:
        raise UserError("--high-gas must not be less than --low-gas")
    curve = BondCurve(depth, parse.gwei(assumed_base_fee), low_gas, high_gas)
    found = Terms(
        max_depth=depth,
        split_depth=split,
        max_clock=parse.seconds(clock),
        clock_extension=parse.seconds(extension),
        preimage_period=parse.seconds(preimage_period),
        finality_delay=parse.seconds(finality),
        payout_delay=parse.seconds(payout_delay),
        maturity=parse.seconds(maturity),
        init_bond=parse.wei(init_bond),
        bonds=[curve.required(at) for at in range(depth + 1)],
    )
    if split + 1 >= depth:
        raise UserError(f"--split {split} must be less than --depth {depth} by two at least")
    longest = max(map(found.extension, range(1, depth + 1)))
    if longest > found.max_clock:
        raise UserError(
            f"a clock of {clock} cannot hold an extension of {duration(longest)}; give --clock more"
        )
    return found


def _of_game(games: GamesAt, name: str, maturity: int) -> Terms:
    """What the contract itself says, its bonds at every depth included."""
    contract, block = games.game(parse.address(name)), games.lookout().head().hash
    seen = contract.read(block=block)
    accounts = GameLedger(contract).read((), block=block)
    parameters = seen.parameters
    positions = [Position.at(depth, 0) for depth in range(parameters.max_depth + 1)]
    return Terms(
        max_depth=parameters.max_depth,
        split_depth=parameters.split_depth,
        max_clock=parameters.max_clock,
        clock_extension=parameters.clock_extension,
        preimage_period=contract.preimages(block=block).contract.read("challengePeriod", block=block),
        finality_delay=accounts.finality_delay,
        payout_delay=accounts.payout_delay,
        maturity=maturity,
        init_bond=seen.root.bond,
        bonds=contract.bonds(positions, block=block),
    )
