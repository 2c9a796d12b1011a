"""Games about op-program in which nobody but the honest side runs it.

The liar says the same lie everywhere, and comes down to a step in the middle all the same: it goes along with
one state of the honest side's, and lies about all that are later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from eth_abi.abi import encode
from tests.e2e.games import GAMES, Arena, arena

from opcycle.artifacts import artifact
from opcycle.deploy.config import VM
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.engine.fault_proof_program import FaultProofProgram, find_program
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.rpc.hexjson import from_quantity

HONEST, LIAR = "challenger", "third user"
LIE = b"\x01" + b"\x66" * 31
"""As a state of the machine it says that the program found the output root wrong."""

SHALLOW, MAINNET = (36, 4), (73, 30)
"""Depths of a game, and of its tree of output roots. The liar has the last word: about a wrong root it is at
even depths, about a right one at odd ones."""

AGREED = 1 << 27
"""The liar goes along with the state before this step, a quarter of the program."""


@contextmanager
def proof_arena(directory: Path, depths: tuple[int, int]) -> Iterator[Arena]:
    """On a devnet whose own proposer and challenger are idle."""
    depth, split = depths
    games = replace(GAMES, vm=VM.MIPS64, max_game_depth=depth, split_depth=split)
    with Devnet.stepped(DevnetConfig(directory, games=games, ports=free_ports())) as devnet:
        for agent in ("proposer", "challenger"):
            devnet.pace.pause(agent)
        devnet.advance(60)
        yield arena(devnet)


def program_of(place: Arena) -> FaultProofProgram:
    """What its games are about."""
    kind = place.devnet.config.games.game_type
    return find_program(place.factory.contract.read("gameArgs", kind, block="latest")[:32])


def deepen(place: Arena, depths: tuple[int, int]) -> None:
    """From now on games have other depths."""
    games, factory = place.devnet.config.games, place.factory.contract
    constructor = (*depths, games.clock_extension, games.max_clock_duration)
    code = artifact("FaultDisputeGame").bytecode + encode(["(uint256,uint256,uint64,uint64)"], [constructor])
    sender = place.sender("deployer")
    created = sender.send(TransactionRequest(None, code, what="games of other depths"))
    place.devnet.advance(2)
    receipt = sender.receipt(created)
    assert receipt is not None
    assert receipt.contract is not None
    arguments = factory.read("gameArgs", games.game_type, block="latest")
    place.send("deployer", factory.request("setImplementation", games.game_type, receipt.contract, arguments))


def argue(
    place: Arena, game: FaultDisputeGame, wait: Callable[[str, Callable[[], bool]], None], *, first: int
) -> DisputeGame:
    """Answer each claim of the honest side by the lie, until its step counters the last one.

    `first`: the liar's claim that is there. `wait` returns when a condition holds, which has a name.
    """
    parameters = place.look(game).parameters
    for index in range(first, parameters.max_depth, 2):
        depth = place.look(game).claims[index].position.depth + 1

        def is_answered(answer: int = index + 1) -> bool:
            return len(place.look(game).claims) > answer

        wait(f"the claim at depth {depth}", is_answered)
        seen = place.look(game)
        answer = seen.claims[index + 1]
        is_about_steps = depth > parameters.split_depth + 1
        is_agreed = is_about_steps and seen.step_of(answer.position) + 1 == AGREED
        place.lie(LIAR, game, index + 1, LIE, is_attack=not is_agreed)
    honest = ACCOUNTS[HONEST].address
    wait("the step", lambda: place.look(game).claims[-1].countered_by == honest)
    seen = place.look(game)
    assert seen.step_of(seen.claims[-1].position) == AGREED, "the first step after what both agree on"
    assert {claim.claimant for claim in seen.claims[first + 1 :: 2]} == {honest}
    return seen


def is_something_to_mine(place: Arena) -> bool:
    return from_quantity(place.devnet.l1.rpc.call("txpool_status")["pending"]) > 0
