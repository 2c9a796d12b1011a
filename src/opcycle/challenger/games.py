"""The challenger of the `games` settlement mode: plays every dispute game honestly, from both seats.

It defends root claims that its node agrees with and counters the others, settles what has run out of time,
and collects what it has earned. It keeps nothing that it cannot read again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.challenger.seat import L2Source, Seat, Send
from opcycle.challenger.traces import Trace
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame, ListedGame
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import Address, BlockId, Hash, L1BlockRef, L1Header
from opcycle.rpc.hexjson import to_hex

GAME_WINDOW = 28 * 24 * 3600
"""Seconds of L1 time after which a game is over, with all its delays, and is looked at no more."""

LIST_AT_ONCE = 100
"""Games asked for in one request."""


class RollupNode(Protocol):
    """`opcycle.engine.rollup_client.RollupClient` is one."""

    def rollup_config(self) -> RollupConfig: ...

    def sync_status(self) -> SyncStatus: ...

    def output_at_block(self, number: int) -> OutputAtBlock: ...

    def safe_head_at_l1_block(self, number: int) -> SafeHead: ...


class L1Source(Protocol):
    """`opcycle.l1.reader.L1Reader` is one."""

    def header(self, label: int | str | bytes) -> L1Header: ...


class Transactions(Protocol):
    """The challenger's account on L1; `opcycle.l1.transactions.TransactionManager` is one."""

    @property
    def address(self) -> Address: ...

    def in_flight(self) -> int: ...

    def send(self, request: TransactionRequest) -> Hash: ...


@dataclass(slots=True)
class _Turn:
    """What one step did and what it waits for. `at_stake`: wei in bonds of ours that are not settled."""

    did: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    at_stake: int = 0


class GamesChallenger:
    """`traces` has the machine for each type of game that is played; games of other types are left alone.

    `bond_budget`: wei that may be at stake at once; None for no limit.
    """

    name = "challenger"

    def __init__(
        self,
        config: RollupConfig,
        *,
        factory: DisputeGameFactory,
        game_at: Callable[[Address], FaultDisputeGame],
        traces: Mapping[int, Trace],
        node: RollupNode,
        l1: L1Source,
        l2: L2Source,
        transactions: Transactions,
        bond_budget: int | None = None,
    ):
        self._config = config
        self._factory = factory
        self._game_at = game_at
        self._traces = traces
        self._node = node
        self._l1 = l1
        self._l2 = l2
        self._transactions = transactions
        self._bond_budget = bond_budget
        self.reset()

    def reset(self) -> None:
        """Forget which games are over, and that the node was checked."""
        self._is_node_checked = False
        self._over: set[Address] = set()

    def step(self) -> Outcome:
        """Do in every game what is due.

        Raises TransactionRevertedError if L1 has changed meanwhile, UserError if the node has another chain.
        """
        if self._transactions.in_flight() > 0:
            return Outcome.idle("L1 to take what was sent")
        self._check_node()
        l1 = self._l1.header("latest").ref
        status = self._node.sync_status()
        if not self._has(status.current_l1.id, l1):
            return Outcome.idle(f"the node to read this L1; it is at {status.current_l1}, L1 at {l1}")
        turn = _Turn()
        for listed in self._open_games(l1):
            self._play(listed, l1, status.current_l1.id, turn)
        waiting_for = "; ".join(turn.waits) or "the next game, or the next move in one"
        return Outcome(progress=bool(turn.did), did=tuple(turn.did), waiting_for=waiting_for)

    def _open_games(self, l1: L1BlockRef) -> Iterator[ListedGame]:
        """Those that may still want something, newest first."""
        end = self._factory.game_count(block=l1.hash)
        while end > 0:
            start = max(0, end - LIST_AT_ONCE)
            for listed in reversed(self._factory.games(range(start, end), block=l1.hash)):
                if listed.created_at + GAME_WINDOW < l1.timestamp:
                    return
                if listed.game_type in self._traces and listed.address not in self._over:
                    yield listed
            end = start

    def _play(self, listed: ListedGame, l1: L1BlockRef, derived: BlockId, turn: _Turn) -> None:
        """`derived`: the L1 block up to which the node has read."""
        contract = self._game_at(listed.address)
        game = contract.read(block=l1.hash)
        name, us = f"game {listed.index}", self._transactions.address
        if game.status is not GameStatus.IN_PROGRESS:
            self._collect(contract, name, l1, turn)
            return
        turn.at_stake += sum(c.bond for c in game.claims if c.claimant == us and c.index not in game.resolved)
        trace = self._traces[listed.game_type]
        seat = Seat(name, contract, game, trace, self._node, self._l2, l1)
        self._send(seat.settle(), turn)
        head = self._l1.header(game.l1_head)
        if derived.number <= head.number:
            turn.waits.append(f"{name}: the node to read L1 beyond block {head.id} (it is at {derived})")
            return
        safe_block = self._node.safe_head_at_l1_block(head.number).safe_head.number
        self._send(seat.argue(safe_block=safe_block), turn)
        turn.waits += seat.waits

    def _collect(self, contract: FaultDisputeGame, name: str, l1: L1BlockRef, turn: _Turn) -> None:
        """What we have earned in a decided game, as soon as it may be had."""
        us = self._transactions.address
        earnings = contract.earnings(us, block=l1.hash)
        if earnings.amount == 0:
            self._over.add(contract.contract.address)
        elif l1.timestamp < earnings.claimable_from:
            turn.waits.append(f"{name}: L1 time {earnings.claimable_from}, to claim {earnings.amount} wei")
        else:
            request = contract.claim_credit(us)
            self._send([Send(request, f"{name}: claimed {earnings.amount} wei")], turn)

    def _send(self, sends: Iterable[Send], turn: _Turn) -> None:
        for send in sends:
            if (
                send.stake
                and self._bond_budget is not None
                and turn.at_stake + send.stake > self._bond_budget
            ):
                turn.waits.append(f"bonds to come back: {turn.at_stake} wei at stake, {send.stake} more due")
                continue
            transaction = self._transactions.send(send.request)
            turn.at_stake += send.stake
            turn.did.append(f"{send.why} in {to_hex(transaction)}")

    def _has(self, block: BlockId, l1: L1BlockRef) -> bool:
        """Whether L1 has the block, as far as it was read."""
        return block.number <= l1.number and self._l1.header(block.number).hash == block.hash

    def _check_node(self) -> None:
        """On another chain every output looks wrong."""
        if self._is_node_checked:
            return
        self._config.require_followed_by(self._node.rollup_config(), subject="the games are about")
        self._is_node_checked = True
