"""Withdrawals where outputs are claimed in dispute games: what L1 says about one.

The game to prove against is the one that viem's `getGame` finds, the newest of the respected type that covers
the withdrawal; but none that is lost or void, and none whose claim our own L2 contradicts.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from opcycle.artifacts import artifact
from opcycle.bridge.games_status import (
    Candidate,
    Game,
    ProofOf,
    Snapshot,
    can_be_proven_against,
    stage_of,
)
from opcycle.bridge.status import Finalizable, Stage
from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.contract import Contract, read_across
from opcycle.l1.dispute_games import GAMES_PER_READ, DisputeGameFactory
from opcycle.l1.portal2 import OptimismPortal2
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.l2_block import L2Block
from opcycle.protocol.types import Address, Hash, L1BlockRef
from opcycle.protocol.withdrawals import Withdrawal

L2_AHEAD = 1800
"""Seconds that L2's time may be ahead of L1's: the sequencer's drift, by Fjord's rules."""

MOST_PROOFS = 100
"""Proofs of others that are looked at, the newest first."""

_GETTERS = ("l2BlockNumber", "rootClaim", "createdAt", "status", "resolvedAt", "maxClockDuration")


class L2(Protocol):
    """`opcycle.engine.l2.L2Client` is one."""

    def number(self, label: str = "latest") -> int | None: ...

    def block(self, label: int | str) -> L2Block: ...


class GamesSettlement:
    """A `Settlement` of the mode `games`. `asker`: who would prove, None for somebody who only looks."""

    def __init__(
        self,
        portal: OptimismPortal2,
        *,
        factory: DisputeGameFactory,
        registry: AnchorStateRegistry,
        l2: L2,
        asker: Address | None,
    ):
        self.portal = portal
        self._factory = factory
        self._registry = registry
        self._l2 = l2
        self._asker = asker

    def stage(self, withdrawal: Withdrawal, l2_block: int, *, l1: L1BlockRef) -> Stage:
        return stage_of(self._read(withdrawal, l2_block, l1))

    def finalization(self, withdrawal: Withdrawal, stage: Finalizable) -> TransactionRequest:
        if stage.submitter is None or stage.submitter == self._asker:
            return self.portal.finalize(withdrawal)
        return self.portal.finalize_for(withdrawal, stage.submitter)

    def _read(self, withdrawal: Withdrawal, l2_block: int, l1: L1BlockRef) -> Snapshot:
        block = l1.hash
        game_type = self._registry.respected_type(block=block)
        return Snapshot(
            l1_time=l1.timestamp,
            l2_block=l2_block,
            game_type=game_type,
            maturity_delay=self.portal.maturity_delay(block=block),
            finality_delay=self._registry.finality_delay(block=block),
            asker=self._asker,
            proofs=self._proofs(withdrawal.hash, block),
            candidates=list(self._candidates(game_type, l2_block, l1)),
            is_paused=self.portal.is_paused(block=block),
            is_finalized=self.portal.is_finalized(withdrawal.hash, block=block),
        )

    def _proofs(self, withdrawal_hash: Hash, block: Hash) -> list[ProofOf]:
        """The asker's, however many others there are, and theirs."""
        submitters = self.portal.submitters(withdrawal_hash, most=MOST_PROOFS, block=block)
        if self._asker is not None and self._asker not in submitters:
            submitters.append(self._asker)
        proofs = self.portal.proofs(withdrawal_hash, submitters, block=block)
        games = self._games([proof.game for proof in proofs], block)
        return [
            ProofOf(proof.submitter, proof.timestamp, game) for proof, game in zip(proofs, games, strict=True)
        ]

    def _candidates(self, game_type: int, l2_block: int, l1: L1BlockRef) -> Iterator[Candidate]:
        """Games that cover an L2 block, newest first, up to the one to prove against.

        None is older than the block itself: who claimed its output before it was made has guessed.
        """
        oldest = self._l2.block(l2_block).ref.timestamp - L2_AHEAD
        until = self._factory.game_count(block=l1.hash)
        while until > 0:
            page = self._factory.latest_games(game_type, until=until, block=l1.hash)
            recent = [game for game in page if game.created_at >= oldest]
            covering = [game for game in recent if game.l2_block >= l2_block]
            games = self._games([game.address for game in covering], l1.hash)
            for listed, game in zip(covering, games, strict=True):
                yield Candidate(listed.index, game)
                if can_be_proven_against(game, l1_time=l1.timestamp):
                    return
            if len(recent) < GAMES_PER_READ:
                return
            until = page[-1].index

    def _games(self, addresses: Sequence[Address], block: Hash) -> Iterator[Game]:
        """Asked of L1 all at once, and each of our L2 when it is wanted."""
        abi, rpc = artifact("FaultDisputeGame").abi, self.portal.contract.rpc
        contracts = [Contract(rpc, address, abi) for address in addresses]
        calls = [(contract, getter, ()) for contract in contracts for getter in _GETTERS]
        found = iter(read_across(calls, block=block))
        judgements = self._registry.judge(addresses, block=block)
        for address, judgement in zip(addresses, judgements, strict=True):
            l2_block, root, created_at, status, resolved_at, clock = islice(found, len(_GETTERS))
            yield Game(
                address=address,
                l2_block=l2_block,
                root=root,
                created_at=created_at,
                status=GameStatus(status),
                resolved_at=resolved_at,
                decidable_from=created_at + clock,
                judgement=judgement,
                is_right=self._is_right(l2_block, root),
            )

    def _is_right(self, l2_block: int, root: Hash) -> bool | None:
        head = self._l2.number()
        if head is None or l2_block > head:
            return None
        return self._l2.block(l2_block).output.root == root
