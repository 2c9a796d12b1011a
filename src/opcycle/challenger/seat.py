"""The honest player's seat at one game, as of one L1 block: what is due there, and why."""

from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from opcycle.challenger.due import Due, Kind
from opcycle.challenger.knowing import actions_of
from opcycle.challenger.preimages.loading import Preimages, Wanted
from opcycle.challenger.settle import ResolveClaim, settle
from opcycle.challenger.solver import ChallengeBlockNumber, Move, Step
from opcycle.challenger.traces import Trace
from opcycle.challenger.waits import Waits
from opcycle.errors import TemporaryError
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import Claim, DisputeGame, local_context
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.types import Address, L1BlockRef
from opcycle.rpc.hexjson import to_hex

RESOLVE_GAS = 150_000
"""Gas to settle a claim or to decide a game, where it cannot be estimated because it relies on what is
settled before it in the same step."""

ANSWER_GAS = 15_000
"""Gas for each answer that settling a claim looks at."""

ANSWERS_AT_ONCE = 512
"""Answers that one transaction looks at, as op-challenger's: some 1,600 would fit into 16,777,216 gas, which
is the most that a transaction may have (EIP-7825)."""


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def output_at_block(self, number: int) -> OutputAtBlock: ...


class L2Source(Protocol):
    """`opcycle.engine.l2.L2Client` is one."""

    def header_rlp(self, number: int) -> bytes: ...


@dataclass(slots=True)
class Seat:
    """`l1`: the block at whose end `game` was read. `preimages`: of all games, in the turn of this block."""

    name: str
    contract: FaultDisputeGame
    game: DisputeGame
    trace: Trace
    node: RollupNode
    l2: L2Source
    l1: L1BlockRef
    preimages: Preimages
    waits: Waits = field(default_factory=Waits)

    # --- arguing ---

    def argue(self, *, safe_block: int) -> tuple[list[Due], Collection[int]]:
        """What the solver says as far as enough is known, and the claims that must not be settled before that
        is done. `safe_block`: as of the game's L1 head."""
        if not self._is_fair():
            return [], set(self.undecided())
        actions, why = actions_of(self.game, safe_block=safe_block, outputs=self.node, trace=self.trace)
        if why:
            self.wait(why)
        due = self._moves([action for action in actions if isinstance(action, Move)])
        spare = set(self.undecided()) if why else set()
        for action in actions:
            if isinstance(action, Move):
                continue
            spare.add(0 if isinstance(action, ChallengeBlockNumber) else action.claim.index)
            try:
                due += self._prove(action)
            except TemporaryError as error:
                self.wait(str(error))
        return due, spare

    def _is_fair(self) -> bool:
        """Whether we agree with what both sides must agree with.

        Whoever plays such a game argues about another truth than the contract's, and may lose its bonds.
        """
        game = self.game
        ours, theirs = self.trace.absolute_prestate, game.parameters.absolute_prestate
        if ours != theirs:
            self.wait_for_l1(f"it is about the program {to_hex(theirs)}, we have {to_hex(ours)}; not played")
            return False
        try:
            known = self.node.output_at_block(game.starting_block).output_root
        except TemporaryError as error:
            self.wait(str(error))
            return False
        agreed = self.contract.starting_root(block=self.l1.hash)
        if agreed != known:
            self.wait_for_l1(
                f"it begins from {to_hex(agreed)} as the output of L2 block {game.starting_block}, which is "
                f"{to_hex(known)}; not played"
            )
        return agreed == known

    def undecided(self) -> Iterator[int]:
        """Claims about which something may have to be done even when their clocks have run out."""
        yield 0
        bottom = self.game.parameters.max_depth
        for claim in self.game.claims:
            is_open = claim.countered_by is None and claim.index not in self.game.resolved
            if claim.position.depth == bottom and is_open:
                yield claim.index

    def _moves(self, moves: Sequence[Move]) -> list[Due]:
        positions = {
            move.claim.position.depth + 1: move.claim.position.move(is_attack=True) for move in moves
        }
        bonds = self.contract.bonds(list(positions.values()), block=self.l1.hash)
        bond_at = dict(zip(positions, bonds, strict=True))
        due = []
        for move in moves:
            # The next block is at least a second later.
            left = self._left(move.claim) - 1
            if left <= 0:
                self.wait_for_l1(f"too late to answer claim {move.claim.index}")
                continue
            due.append(self._move(move, left=left, bond=bond_at[move.claim.position.depth + 1]))
        return due

    def _move(self, move: Move, *, left: int, bond: int) -> Due:
        claim, verb = move.claim, "attacked" if move.is_attack else "defended"
        request = self.contract.move(claim, move.value, is_attack=move.is_attack, bond=bond)
        why = self._about(claim, is_wrong=move.is_attack)
        words = f"{self.name}: {verb} claim {claim.index} with {to_hex(move.value)}, because it is {why}"
        return Due(self.game.address, Kind.MOVE, request, words, left=left, stake=bond)

    def _about(self, claim: Claim, *, is_wrong: bool) -> str:
        """What an honest player thinks of a claim."""
        if claim.position.depth <= self.game.parameters.split_depth:
            subject = f"about L2 block {self.game.block_of(claim.position)}"
        else:
            subject = "about the machine's state"
        return f"wrong {subject}" if is_wrong else f"right {subject}, and what it answers is wrong later on"

    def _prove(self, action: Step | ChallengeBlockNumber) -> Iterator[Due]:
        if isinstance(action, Step):
            yield from self._step(action)
            return
        output = self.node.output_at_block(action.block).output
        request = self.contract.challenge_block_number(output, self.l2.header_rlp(action.block))
        words = f"{self.name}: the root claim is of L2 block {action.block}, and names another"
        yield Due(self.game.address, Kind.BLOCK_CHALLENGE, request, words, left=self._left(self.game.root))

    def _step(self, step: Step) -> Iterator[Due]:
        """The step, or first what loads the part of a preimage that it reads."""
        claim, left = step.claim, self._left(step.claim)
        proof = self.trace.proof(step.dispute, step.instant)
        if proof.read is not None:
            context = local_context(step.dispute)
            missing = self.preimages.load(
                self.contract, Wanted(proof.read, claim, context, game=self.name, left=left)
            )
            if missing is not None:
                due, why = missing
                yield from due
                if why:
                    self.wait_for_l1(why)
                return
        request = self.contract.step(claim, is_attack=step.is_attack, state=proof.state, proof=proof.proof)
        words = f"{self.name}: countered claim {claim.index} by running step {step.instant} of the machine"
        yield Due(self.game.address, Kind.STEP, request, words, left=left)

    def _left(self, claim: Claim) -> int:
        """Seconds for which a claim can still be answered."""
        return self.game.parameters.max_clock - self.game.clock(claim, self.l1.timestamp)

    # --- settling ---

    def settle(self, *, spare: Container[int], payees: Container[Address] | None = None) -> list[Due]:
        """Whatever has run out of time; `spare` and `payees` as for `opcycle.challenger.settle`."""
        due: list[Due] = []
        for action in settle(self.game, now=self.l1.timestamp, spare=spare, payees=payees):
            gas = RESOLVE_GAS if action.follows else None
            if isinstance(action, ResolveClaim):
                due += self._resolve(action)
            else:
                request = self.contract.resolve(gas=gas)
                words = f"{self.name}: decided"
                due.append(Due(self.game.address, Kind.SETTLING, request, words, follows=action.follows))
        return due

    def _resolve(self, action: ResolveClaim) -> Iterator[Due]:
        """In pages, of those answers that nobody has looked at yet: a page too many would revert."""
        left = action.answers
        if left > ANSWERS_AT_ONCE:
            left = self.contract.answers_to_look_at(action.index, block=self.l1.hash)
        pages = max(1, -(-left // ANSWERS_AT_ONCE))
        for page in range(pages):
            follows = action.follows or page > 0
            count = min(action.answers, ANSWERS_AT_ONCE)
            gas = RESOLVE_GAS + ANSWER_GAS * count if follows else None
            request = self.contract.resolve_claim(action.index, count, gas=gas)
            words = f"{self.name}: settled claim {action.index}, whose time was up"
            if pages > 1:
                words += f" (page {page + 1} of {pages})"
            yield Due(self.game.address, Kind.SETTLING, request, words, follows=follows)

    def wait(self, why: str) -> None:
        """Say why something cannot be decided or done yet, at this L1 block."""
        self.waits.for_others.append(f"{self.name}: {why}")

    def wait_for_l1(self, why: str) -> None:
        """Say why something cannot be done unless L1 changes."""
        self.waits.for_l1.append(f"{self.name}: {why}")
