"""The honest player's seat at one game, as of one L1 block: what to send, in words and as transactions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from opcycle.challenger.knowing import actions_of
from opcycle.challenger.settle import ResolveClaim, settle
from opcycle.challenger.solver import ChallengeBlockNumber, Move, Step
from opcycle.challenger.traces import Trace
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import DisputeGame, local_context
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.preimages import local_key
from opcycle.protocol.types import L1BlockRef
from opcycle.rpc.hexjson import to_hex

RESOLVE_GAS = 150_000
"""Gas to settle a claim, or to decide a game. Not estimated: what is settled in one step relies on what is
settled before it."""

ANSWER_GAS = 15_000
"""Gas for each answer that settling a claim looks at."""

SECONDS_TO_MINE = 60
"""A move that would be mined after its clock has run out would only cost gas."""


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def output_at_block(self, number: int) -> OutputAtBlock: ...


class L2Source(Protocol):
    """`opcycle.engine.l2.L2Client` is one."""

    def header_rlp(self, number: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Send:
    """`stake`: wei of it that are a bond."""

    request: TransactionRequest
    why: str
    stake: int = 0


@dataclass(slots=True)
class Seat:
    """`l1`: the block at whose end `game` was read. `waits` says what could not be decided yet."""

    name: str
    contract: FaultDisputeGame
    game: DisputeGame
    trace: Trace
    node: RollupNode
    l2: L2Source
    l1: L1BlockRef
    waits: list[str] = field(default_factory=list)

    def settle(self) -> Iterator[Send]:
        """Whatever has run out of time."""
        for due in settle(self.game, now=self.l1.timestamp):
            if not isinstance(due, ResolveClaim):
                yield Send(self.contract.resolve(gas=RESOLVE_GAS), f"{self.name}: decided")
                continue
            answers = sum(claim.parent == due.index for claim in self.game.claims)
            request = self.contract.resolve_claim(due.index, gas=RESOLVE_GAS + ANSWER_GAS * answers)
            yield Send(request, f"{self.name}: settled claim {due.index}")

    def argue(self, *, safe_block: int) -> Iterator[Send]:
        """What the solver says, as far as enough is known. `safe_block`: as of the game's L1 head."""
        actions, why = actions_of(self.game, safe_block=safe_block, outputs=self.node, trace=self.trace)
        if why:
            self.waits.append(f"{self.name}: {why}")
        yield from self._moves([action for action in actions if isinstance(action, Move)])
        for action in actions:
            if isinstance(action, Step):
                yield self._step(action)
            elif isinstance(action, ChallengeBlockNumber):
                yield self._challenge(action.block)

    def _moves(self, moves: Sequence[Move]) -> Iterator[Send]:
        latest = self.game.parameters.max_clock - SECONDS_TO_MINE
        in_time = [move for move in moves if self.game.clock(move.claim, self.l1.timestamp) < latest]
        positions = [move.claim.position.move(is_attack=move.is_attack) for move in in_time]
        bonds = self.contract.bonds(positions, block=self.l1.hash)
        for move, bond in zip(in_time, bonds, strict=True):
            request = self.contract.move(move.claim, move.value, is_attack=move.is_attack, bond=bond)
            verb = "attacked" if move.is_attack else "defended"
            yield Send(
                request, f"{self.name}: {verb} claim {move.claim.index} with {to_hex(move.value)}", bond
            )

    def _step(self, step: Step) -> Send:
        """The step, or first the local word that it reads."""
        proof = self.trace.proof(step.dispute, step.instant)
        if proof.local_data is not None:
            ident, offset = proof.local_data
            key = local_key(ident, local_context(step.dispute), self.game.address)
            if not self.contract.preimages(block=self.l1.hash).has(key, offset, block=self.l1.hash):
                request = self.contract.add_local_data(step.claim, ident=ident, offset=offset)
                return Send(request, f"{self.name}: loaded local word {ident} for claim {step.claim.index}")
        request = self.contract.step(
            step.claim, is_attack=step.is_attack, state=proof.state, proof=proof.proof
        )
        return Send(request, f"{self.name}: countered claim {step.claim.index} by step {step.instant}")

    def _challenge(self, block: int) -> Send:
        output = self.node.output_at_block(block).output
        request = self.contract.challenge_block_number(output, self.l2.header_rlp(block))
        return Send(request, f"{self.name}: the root claim is of L2 block {block}, and names another")
