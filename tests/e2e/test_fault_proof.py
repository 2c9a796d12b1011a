"""Fault proofs on real chains: op-program in cannon off chain, one of its instructions on our MIPS64 on L1.

Three games about two computations, each of which takes more than a minute. Two games have the depths of OP
Mainnet, 73 and 30: there the last word about a right root is the liar's and about a wrong one the
challenger's. In the third one, which is shallower, it is the other way round.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner
from eth_abi.abi import encode
from tests.e2e.games import CLOCK, FINALITY_DELAY, GAMES, WETH_DELAY, Arena, arena

from opcycle.artifacts import artifact
from opcycle.bridge.status import Finalized
from opcycle.challenger.games import GamesOptions
from opcycle.challenger.traces import Trace
from opcycle.cli.step import step as step_command
from opcycle.cli.where import Endpoints
from opcycle.deploy.config import VM, Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.demo.duel import LIAR, Duel
from opcycle.devnet.demo.liar import Liar
from opcycle.devnet.demo.lying_trace import LyingTrace, preimage_offset
from opcycle.devnet.demo.proof_acts import other_end
from opcycle.devnet.demo.scene import Scene
from opcycle.devnet.demo.view import JsonView
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.devnet.steps import NEVER, look_at, step_that_settles, steps_of
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import Claim, Dispute, DisputeGame, GameStatus, VMStatus
from opcycle.protocol.mips64 import MachineState
from opcycle.protocol.preimages import LocalWord
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import from_quantity, to_hex

pytestmark = pytest.mark.timeout(1800)

CANNON, SHALLOW = 0, 8
"""Types of games; the second one is only here."""

DEPTHS = {CANNON: (73, 30), SHALLOW: (36, 4)}
CHALLENGER, USER = ACCOUNTS["challenger"], ACCOUNTS["user"]
AMOUNT, RECIPIENT = 10**17, b"\x77" * 20
OTHER_PROGRAM = b"\x03" + b"\x11" * 31
SAFE = 40
"""L2 blocks that are safe when the games begin."""


@dataclass
class Court(Arena):
    """Where the devnet's own challenger plays games of both types."""

    def __post_init__(self) -> None:
        self.trace = self.devnet.cannon()

    def liar(self, lie: LyingTrace, *, since: int) -> Liar:
        """`since`: the first L2 block about which the liar lies."""
        return Liar(lambda block: self.devnet.l2.block(block).output.root, lie, since=since)

    def duel(self, liar: Liar) -> Duel:
        scene = Scene(JsonView())
        scene.devnet = self.devnet
        return Duel(scene, liar, CHALLENGER)

    def propose_in_one_block(self, role: str, root: Hash, block: int) -> list[Address]:
        """In a game of each type."""
        sender, kinds = self.sender(role), (SHALLOW, CANNON)
        for kind in kinds:
            bond = self.factory.init_bond(kind, block="latest")
            sender.send(self.factory.create(kind, root, block, bond=bond))
        self.devnet.advance(2)
        found = [self.factory.find(kind, root, block, block="latest") for kind in kinds]
        return [game for game in found if game is not None]

    def balance(self, account: Address) -> int:
        return from_quantity(self.devnet.l1.rpc.call("eth_getBalance", to_hex(account), "latest"))

    def wait(self, seconds: int) -> None:
        self.devnet.travel(seconds + 1)
        self.devnet.advance(10)

    def status(self, game: Address) -> GameStatus:
        return FaultDisputeGame(self.devnet.l1.rpc, game).status(block="latest")


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    depth, split = DEPTHS[CANNON]
    games = replace(GAMES, vm=VM.MIPS64, max_game_depth=depth, split_depth=split, proof_maturity_delay=500)
    directory = tmp_path_factory.mktemp("proofs") / "devnet"
    config = DevnetConfig(directory, settlement=Settlement.GAMES, games=games, ports=free_ports())
    with Devnet.stepped(config) as devnet:
        devnet.pace.pause("proposer")
        devnet.until("blocks", lambda: devnet.node.sync_status().safe_l2.number >= SAFE, seconds=120)
        place = arena(devnet)
        court = Court(devnet, place.factory, place.registry)
        _add_game_type(court, SHALLOW)
        traces: dict[int, Trace] = dict.fromkeys(DEPTHS, devnet.cannon())
        devnet.pace.remove("challenger")
        devnet.pace.add(
            devnet.assembly.games_challenger(KeySigner(CHALLENGER.key), GamesOptions(), traces=traces)
        )
        yield court


def _add_game_type(court: Court, kind: int) -> None:
    """The same as the chain's own but for the depths."""
    games = court.devnet.config.games
    parameters = (*DEPTHS[kind], games.clock_extension, games.max_clock_duration)
    constructor = encode(["(uint256,uint256,uint64,uint64)"], [parameters])
    sender = court.sender("deployer")
    code = artifact("FaultDisputeGame").bytecode + constructor
    created = sender.send(TransactionRequest(None, code, what="another type of games"))
    court.devnet.advance(2)
    receipt = sender.receipt(created)
    assert receipt is not None
    assert receipt.contract is not None
    arguments = court.factory.contract.read("gameArgs", CANNON, block="latest")
    factory = court.factory.contract
    court.send("deployer", factory.request("setImplementation", kind, receipt.contract, arguments))
    court.send("deployer", factory.request("setInitBond", kind, games.init_bond))


def test_a_right_root_that_is_attacked_is_saved_by_a_step_that_reads_a_preimage(court: Court) -> None:
    """… and it becomes the anchor, and a withdrawal is finalized against it."""
    devnet, bridge, since = court.devnet, court.devnet.bridge(USER), 7
    bridge.deposit(USER.address, 10 * AMOUNT)
    devnet.advance(6)
    withdrawal = bridge.withdraw(RECIPIENT, AMOUNT)
    devnet.advance(2)
    claimed = devnet.l2.block("latest").ref.number
    devnet.until("the block", lambda: devnet.node.sync_status().safe_l2.number >= claimed, seconds=60)
    game = court.propose("proposer", devnet.node.output_at_block(claimed).output_root, claimed)
    before, first = court.balance(CHALLENGER.address), first_read(court.trace)
    lie = LyingTrace(court.trace, since=first, lie=preimage_offset(24))
    seen = court.duel(court.liar(lie, since=since)).attack(game.contract.address)
    last = _deepest(seen, 73)
    assert (last.claimant, last.countered_by) == (LIAR.address, CHALLENGER.address)
    dispute, instant = step_that_settles(court.trace, seen, last)
    assert (dispute.disputed_block, instant) == (since, first(dispute))
    step = look_at(court.trace, dispute, instant)
    assert step.read == LocalWord(1, 0), "the L1 head: what the program asks for first"
    assert step.after.word == 32, "its length, in memory"
    assert court.trace.state(dispute, NEVER)[0] == VMStatus.VALID

    proof = bridge.prove(withdrawal)
    court.wait(CLOCK)
    receipt = bridge.receipt(proof)
    assert receipt is not None
    assert receipt.succeeded
    assert court.status(seen.address) is GameStatus.DEFENDER_WINS
    court.wait(FINALITY_DELAY)
    assert court.registry.read("getAnchorRoot", block="latest") == (seen.root.value, claimed)
    bridge.finalize(withdrawal)
    devnet.advance(2)
    assert bridge.status(withdrawal).stage == Finalized()
    assert court.balance(RECIPIENT) == AMOUNT
    court.wait(WETH_DELAY)
    _has_won(court, before, seen)


def test_a_wrong_root_is_refuted_by_a_step_and_at_full_depth_the_liars_own_step_is_refused(
    court: Court,
) -> None:
    """Both games are made in one L1 block, so that the program computes the same in both."""
    devnet, before = court.devnet, court.balance(CHALLENGER.address)
    anchor = court.registry.read("getAnchorRoot", block="latest")[1]
    since, claimed = anchor + 3, anchor + 8
    liar = court.liar(other_end(court.trace), since=since)
    devnet.until("the block", lambda: devnet.node.sync_status().safe_l2.number >= claimed, seconds=60)
    shallow, deep = court.propose_in_one_block("third user", liar.root(claimed), claimed)

    refuted = court.duel(liar).defend(shallow)
    last = _deepest(refuted, 36)
    assert (last.claimant, last.countered_by) == (LIAR.address, CHALLENGER.address)
    dispute, instant = step_that_settles(court.trace, refuted, last)
    assert dispute.disputed_block == since
    step = look_at(court.trace, dispute, instant)
    assert step.instruction.text == "lw $a0, 8($sp)"
    assert step.after.thread is not None
    assert step.after.thread.register("a0") == 1, "the exit code of a program that finds the root wrong"
    assert court.trace.state(dispute, instant + 2)[0] == VMStatus.INVALID, "and with which it exits"

    duel = court.duel(liar)
    outlasted = duel.defend(deep)
    assert outlasted.l1_head == refuted.l1_head
    last = _deepest(outlasted, 73)
    assert (last.claimant, last.countered_by) == (CHALLENGER.address, None)
    assert duel.step(outlasted, court.trace).startswith("FaultDisputeGame_ClaimIsRight(")
    told = _shown_to_people(court, deep)
    assert told["step"] in (instant, instant + 1), "the last claim is about the one or about the one before"
    assert told["symbol"] == "runtime.exit"

    court.wait(CLOCK)
    assert [court.status(game) for game in (shallow, deep)] == [GameStatus.CHALLENGER_WINS] * 2
    for delay in (FINALITY_DELAY, WETH_DELAY):
        court.wait(delay)
    _has_won(court, before, refuted, outlasted)


def test_a_game_about_another_program_is_left_alone(court: Court) -> None:
    """Whoever plays it argues about another truth than the contract's."""
    factory, kind = court.factory.contract, CANNON
    own = factory.read("gameArgs", kind, block="latest")
    logic = factory.read("gameImpls", kind, block="latest")
    court.send("deployer", factory.request("setImplementation", kind, logic, OTHER_PROGRAM + own[32:]))
    claimed = court.devnet.node.sync_status().safe_l2.number
    game = court.propose("third user", bytes(32), claimed)
    court.devnet.advance(10)
    assert len(court.look(game).claims) == 1
    (challenger,) = [s.agent for s in court.devnet.pace.steppings if s.agent.name == "challenger"]
    waits = challenger.step().waiting_for
    assert f"it is about the program {to_hex(OTHER_PROGRAM)}, we have {to_hex(own[:32])}" in waits


def _shown_to_people(court: Court, game: Address) -> Any:
    """By `opcycle step`, as for a devnet that runs in another process."""
    directory = court.devnet.config.directory
    Endpoints.of(court.devnet).write(directory)
    shown = CliRunner().invoke(step_command, [to_hex(game), "--data", str(directory), "--json"])
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.stdout)


def first_read(trace: Trace) -> Callable[[Dispute], int]:
    """The first step that reads a preimage, the L1 head: the last one before which the machine has at
    most been told the key of that, eight bytes at a time."""
    key = int.from_bytes(LocalWord(1, 0).key, "big")
    told = {key >> 64 * parts for parts in range(5)}

    @cache
    def found(dispute: Dispute) -> int:
        end, step = steps_of(trace, dispute), 0
        for level in reversed(range(end.bit_length())):  # as disputes do: these states are known soonest
            asked = step + (1 << level)
            if asked < end:
                state = MachineState.decode(trace.proof(dispute, asked).state)
                if int.from_bytes(state.preimage_key, "big") in told and state.preimage_offset == 0:
                    step = asked
        return step

    return found


def _deepest(game: DisputeGame, depth: int) -> Claim:
    """The last claim, of one at each depth."""
    assert [claim.position.depth for claim in game.claims] == list(range(depth + 1))
    return game.claims[-1]


def _has_won(court: Court, before: int, *games: DisputeGame) -> None:
    """The challenger has what the liar staked, less gas."""
    staked = sum(claim.bond for game in games for claim in game.claims if claim.claimant == LIAR.address)
    assert staked * 9 // 10 < court.balance(CHALLENGER.address) - before <= staked
