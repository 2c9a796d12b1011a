"""`opcycle step`: the instruction that a claim of a dispute game is about."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson
from rich.console import Console

from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.challenger.traces import CANNON, Trace
from opcycle.cli.game import find
from opcycle.cli.games_at import GamesAt, games_options
from opcycle.cli.machine_at import MachineAt, machine_options
from opcycle.devnet.runner import Runner
from opcycle.devnet.steps import look_at, step_that_settles, steps_of
from opcycle.engine.fault_proof_program import find_program
from opcycle.engine.symbols import function_at
from opcycle.errors import TemporaryError, UserError
from opcycle.monitor.drawing import about
from opcycle.monitor.step_drawing import draw_step, step_to_json
from opcycle.monitor.words import who
from opcycle.protocol.dispute_game import Claim, DisputeGame, dispute_of
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import to_hex

T = TypeVar("T")


@click.command()
@click.argument("name", metavar="GAME")
@click.option("--claim", "index", type=click.IntRange(0), help="Its number; the deepest, if not given.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; values in hexadecimal.")
@click.option("--l2-eth-rpc", help="The L2 RPC URL of the node's engine, for no devnet.")
@machine_options
@games_options
def step(
    *,
    name: str,
    games: GamesAt,
    index: int | None,
    as_json: bool,
    l2_eth_rpc: str | None,
    l1_beacon: str | None,
    **machine: Path | None,
) -> None:
    """The instruction that a claim of GAME is about: disassembled, with what it really does.

    For games about MIPS64. Shown is the step that leads to the claimed state or, for a claim as deep as can
    be, the one that settles it. Registers and memory are those before and after, as a machine here computes
    them: it runs the program, for minutes, unless a challenger here has run it.

    \b
    opcycle step 3
    opcycle step 0x5d4c… --claim 70
    """
    lookout = games.lookout()
    l1 = lookout.head()
    listed = find(name, games, lookout, l1)
    if listed.game_type != CANNON:
        raise UserError(f"game {listed.index} is not about MIPS64, so no instruction is in dispute")
    game = games.game(listed.address).read(block=l1.hash)
    claim = claim_of(game, index)
    found = machine_of(games, l2_eth_rpc, l1_beacon, MachineAt(**machine))
    with closing(found) as trace:
        told, lines = tell(game, claim, trace)
    if as_json:
        told |= {"game": to_hex(game.address), "claim": claim.index}
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"claim {claim.index} of {who(claim.claimant, games.names or {})}: {about(game, claim)}")
    for line in lines:
        click.echo(line)


def claim_of(game: DisputeGame, index: int | None) -> Claim:
    """Raises UserError if there is none, or none about the machine."""
    if index is None:
        claim = max(game.claims, key=lambda claim: claim.position.depth)
    elif index < len(game.claims):
        claim = game.claims[index]
    else:
        raise UserError(f"there is no claim {index}; the game has {len(game.claims)}")
    split = game.parameters.split_depth
    if claim.position.depth <= split:
        raise UserError(
            f"claim {claim.index} is an output root, at depth {claim.position.depth}; claims about the "
            f"machine are those below depth {split}"
        )
    return claim


def machine_of(games: GamesAt, l2: str | None, beacon: str | None, machine: MachineAt) -> CannonTrace:
    """Raises UserError if something is missing."""
    assembly = games.assembly
    if assembly is None:
        raise UserError("a factory does not say of which chain it is; give --data or --deployment instead")
    assembly = replace(assembly, node_l2=l2 or assembly.node_l2, l1_beacon=beacon or assembly.l1_beacon)
    for url, flag in ((assembly.node, "--node"), (assembly.node_l2, "--l2-eth-rpc")):
        if not url:
            raise UserError(f"to run the program, {flag} is needed beside --deployment")
    return replace(machine, datadir=machine.datadir or games.cannon).trace(assembly)


def tell(game: DisputeGame, claim: Claim, trace: Trace) -> tuple[dict[str, Any], Iterator[str]]:
    """The step for programs, and for people. Raises UserError if the claim is about none that is taken."""
    played = game.parameters.absolute_prestate
    if trace.absolute_prestate != played:
        raise UserError(
            f"the game is about the program {to_hex(played)}, we have {to_hex(trace.absolute_prestate)}"
        )
    dispute, instant = dispute_of(game, claim, claim.position), game.step_of(claim.position)
    steps = _wait(lambda: steps_of(trace, dispute))
    if claim.position.depth == game.parameters.max_depth:
        _, instant = _wait(lambda: step_that_settles(trace, game, claim))
    if instant >= steps:
        raise UserError(
            f"claim {claim.index} is about step {instant:,}, but the program ends after {steps:,} and its "
            "last state stays; look at a deeper claim"
        )
    found = _wait(lambda: look_at(trace, dispute, instant))
    with suppress(ValueError):  # nobody need have claimed anything about the end of a trace
        found = found.claiming(game.claim_of_step(claim, instant).value)
    symbol = _symbol(played, found.thread.pc)
    return step_to_json(found, symbol=symbol), draw_step(found, symbol=symbol)


def _symbol(absolute_prestate: Hash, pc: int) -> str:
    """The function at an address, if the program was built here."""
    with suppress(UserError, OSError):
        return function_at(find_program(absolute_prestate).symbols, pc)
    return ""


def _wait(ask: Callable[[], T]) -> T:
    """Until there is an answer, however long the machine takes; how far it is, on standard error."""
    found: list[T] = []
    with Console(stderr=True).status("asking the machine") as status:

        def is_known() -> bool:
            try:
                found.append(ask())
            except TemporaryError as error:
                status.update(str(error))
            return bool(found)

        Runner().until(is_known, seconds=float("inf"))
    return found[0]
