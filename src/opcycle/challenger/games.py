"""The challenger of the `games` settlement mode: plays every dispute game honestly, from both seats.

    factory ──► each game as of one L1 block ─────┐
    node (its own output roots, its safe heads) ──┴─► what is due, with reasons ──► most urgent first ──► L1

It defends root claims that its node agrees with and counters the others, settles what has run out of time,
and collects what was earned. It keeps nothing that it cannot read again, and never guesses: where its node or
the machine has no answer (yet), it says what it waits for and goes on with the rest.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.challenger.collecting import collect
from opcycle.challenger.counts import Counts
from opcycle.challenger.due import Due
from opcycle.challenger.preimages.loading import Preimages
from opcycle.challenger.responder import send_all
from opcycle.challenger.seat import L2Source, Seat
from opcycle.challenger.traces import Trace
from opcycle.challenger.waits import Waits
from opcycle.errors import CriticalError, TemporaryError
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame, ListedGame
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.dispute_game import GameStatus
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import Address, BlockId, Hash, L1BlockRef, L1Header
from opcycle.rpc.client import RpcUnreachableError

GAME_WINDOW = 28 * 24 * 3600
"""Seconds of L1 time after which a game is over, with all its delays, and is looked at no more."""

LIST_AT_ONCE = 100
"""Games asked for in one request."""

NEXT = "the next game, or the next move in one"


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

    @property
    def resubmissions(self) -> tuple[str, ...]: ...

    def in_flight(self) -> int: ...

    def send(self, request: TransactionRequest) -> Hash: ...


@dataclass(frozen=True, slots=True)
class GamesOptions:
    """`bond_budget`: wei that may be at stake at once; None for no limit. `window`: seconds of L1 time since
    its creation for which a game is looked at. `claimants`: who else's bonds are collected. `is_selective`:
    settle only what pays us or them. `allowlist`: the only games that are played; empty for all."""

    bond_budget: int | None = None
    window: int = GAME_WINDOW
    claimants: tuple[Address, ...] = ()
    is_selective: bool = False
    allowlist: frozenset[Address] = frozenset()


@dataclass(slots=True)
class _Turn:
    """What was found in one step. `derived`: the L1 block up to which the node has read this L1; None if that
    is not known, or it reads another. `at_stake`: wei in bonds of ours that are not settled. `l1_heads`: of
    games in progress, all of them if `is_complete`."""

    l1: L1BlockRef
    derived: BlockId | None = None
    due: list[Due] = field(default_factory=list)
    waits: Waits = field(default_factory=Waits)
    at_stake: int = 0
    played: list[FaultDisputeGame] = field(default_factory=list)
    statuses: list[GameStatus] = field(default_factory=list)
    l1_heads: set[Hash] = field(default_factory=set)
    is_complete: bool = True


class GamesChallenger:
    """`traces` has the machine for each type of game that is played; games of other types are left alone.

    `counts`: what it has done, for metrics.
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
        options: GamesOptions | None = None,
    ):
        self._config = config
        self._factory = factory
        self._game_at = game_at
        self._traces = traces
        self._node = node
        self._l1 = l1
        self._l2 = l2
        self._transactions = transactions
        self._options = options or GamesOptions()
        self._claimants = (transactions.address, *self._options.claimants)
        self._preimages = Preimages(transactions.address)
        self.counts = Counts()
        self.reset()

    def reset(self) -> None:
        """Forget which games are over, what was proposed, and that the node was checked."""
        self._is_node_checked = False
        self._over: set[Address] = set()
        self._preimages.reset()
        self._seen: BlockId | None = None
        self._l1_heads: set[Hash] | None = None  # of the games in progress, as the traces were told
        self._at_rest: tuple[Hash, Outcome] | None = (
            None  # all was looked at there, and only L1 can change it
        )

    def step(self) -> Outcome:
        """Do in every game what is due. Raises UserError if the node has another chain."""
        if self._transactions.in_flight() > 0:
            return Outcome(False, self._transactions.resubmissions, "L1 to take what was sent")
        turn = _Turn(self._l1.header("latest").ref)
        if self._at_rest is not None and turn.l1.hash == self._at_rest[0]:
            return self._at_rest[1]
        self._forget_what_l1_replaced(turn.l1)
        self._ask_node(turn)
        self._preimages.begin(turn.l1)
        for listed in self._open_games(turn.l1):
            try:
                self._look_at(listed, turn)
            except RpcUnreachableError:
                raise
            except TemporaryError as error:
                turn.is_complete = False
                turn.waits.for_others.append(f"game {listed.index}: {error}")
        self._forget_disputes(turn)
        self._police(turn)
        if turn.due and not self._has(turn.l1.id, self._l1.header("latest").ref):
            return Outcome.idle(f"L1 to settle down: it has replaced block {turn.l1} meanwhile")
        return self._send(turn)

    # --- reading ---

    def _forget_what_l1_replaced(self, l1: L1BlockRef) -> None:
        """A game that was over may not be after a reorg."""
        if self._seen is not None and not self._has(self._seen, l1):
            self._over.clear()
            self._preimages.reset()
        self._seen = l1.id

    def _forget_disputes(self, turn: _Turn) -> None:
        """What was computed for games that are over, or that L1 has replaced."""
        if turn.is_complete and turn.l1_heads != self._l1_heads:
            for trace in self._traces.values():
                trace.keep(turn.l1_heads)
            self._l1_heads = turn.l1_heads

    def _ask_node(self, turn: _Turn) -> None:
        """Without the node there is still something to do: nothing that depends on what is true."""
        try:
            self._check_node()
            current = self._node.sync_status().current_l1
        except TemporaryError as error:
            turn.waits.for_others.append(str(error))
            return
        if self._has(current.id, turn.l1):
            turn.derived = current.id
        else:
            turn.waits.for_others.append(f"the node to read this L1; it is at {current}, L1 at {turn.l1}")

    def _open_games(self, l1: L1BlockRef) -> Iterator[ListedGame]:
        """Those that may still want something, newest first."""
        options = self._options
        end = self._factory.game_count(block=l1.hash)
        while end > 0:
            start = max(0, end - LIST_AT_ONCE)
            for listed in reversed(self._factory.games(range(start, end), block=l1.hash)):
                if listed.created_at + options.window < l1.timestamp:
                    return
                is_played = listed.game_type in self._traces and listed.address not in self._over
                if is_played and (not options.allowlist or listed.address in options.allowlist):
                    yield listed
            end = start

    def _look_at(self, listed: ListedGame, turn: _Turn) -> None:
        contract, name = self._game_at(listed.address), f"game {listed.index}"
        try:
            status = contract.status(block=turn.l1.hash)
        except CriticalError as error:  # a contract of the factory's owner that is no game of this kind
            turn.waits.for_l1.append(f"{name}: {error}")
            return
        turn.statuses.append(status)
        if status is not GameStatus.IN_PROGRESS:
            self._collect(contract, name, turn)
            return
        game = contract.read(block=turn.l1.hash)
        turn.l1_heads.add(game.l1_head)
        us = self._transactions.address
        turn.at_stake += sum(c.bond for c in game.claims if c.claimant == us and c.index not in game.resolved)
        trace = self._traces[listed.game_type]
        self._play(Seat(name, contract, game, trace, self._node, self._l2, turn.l1, self._preimages), turn)
        turn.played.append(contract)

    def _play(self, seat: Seat, turn: _Turn) -> None:
        spare: Collection[int] = set(seat.undecided())
        safe_block = self._safe_block(seat, turn)
        if safe_block is not None:
            due, spare = seat.argue(safe_block=safe_block)
            turn.due += due
        payees = self._claimants if self._options.is_selective else None
        turn.due += seat.settle(spare=spare, payees=payees)
        turn.waits.add(seat.waits)

    def _safe_block(self, seat: Seat, turn: _Turn) -> int | None:
        """The L2 block that is safe as of the game's L1 head; None if it is not known (yet)."""
        if turn.derived is None:
            return None
        head = self._l1.header(seat.game.l1_head)
        if not self._has(head.id, turn.l1):
            seat.wait(f"an L1 that has block {head.id}, by which it is decided")
            return None
        if turn.derived.number <= head.number:
            seat.wait(f"the node to read L1 beyond block {head.id} (it is at {turn.derived})")
            return None
        try:
            found = self._node.safe_head_at_l1_block(head.number)
        except TemporaryError as error:
            if isinstance(error, RpcUnreachableError):
                turn.derived = None  # the other games need not find out, too
            seat.wait(str(error))
            return None
        if not self._has(found.l1_block, turn.l1):
            seat.wait(f"the node to read this L1; it says what was safe as of {found.l1_block}")
            return None
        return found.safe_head.number

    def _collect(self, contract: FaultDisputeGame, name: str, turn: _Turn) -> None:
        found = collect(contract, name, self._claimants, l1=turn.l1, closes=not self._options.is_selective)
        turn.due += found.due
        turn.waits.add(found.waits)
        if found.is_over:
            self._over.add(contract.contract.address)

    def _police(self, turn: _Turn) -> None:
        """Large preimages that anybody proposes, also before there is a game that could read them."""
        self._preimages.watch_all(self._factory, [*self._traces], turn.played)
        due, waits = self._preimages.police()
        turn.due += due
        turn.waits.add(waits)
        watches = self._preimages.watches
        turn.at_stake += sum(watch.at_stake for watch in watches)
        self.counts.proposals = sum(len(watch.proposals) for watch in watches)
        self.counts.examined = sum(watch.examined for watch in watches)

    def _has(self, block: BlockId, l1: L1BlockRef) -> bool:
        """Whether L1 has the block, as far as it was read."""
        return block.number <= l1.number and self._l1.header(block.number).hash == block.hash

    def _check_node(self) -> None:
        """On another chain every output looks wrong."""
        if self._is_node_checked:
            return
        self._config.require_followed_by(self._node.rollup_config(), subject="the games are about")
        self._is_node_checked = True

    # --- sending ---

    def _send(self, turn: _Turn) -> Outcome:
        sent = send_all(
            self._transactions, turn.due, budget=self._options.bond_budget, at_stake=turn.at_stake
        )
        self.counts.add(sent.done, failed=sent.failed)
        self.counts.games = Counter(turn.statuses)
        self.counts.at_stake = turn.at_stake + sum(due.stake for due in sent.done)
        if sent.done:
            self.counts.acted_on = turn.l1.number
        turn.waits.add(sent.waits)
        outcome = Outcome(bool(sent.did), tuple(sent.did), str(turn.waits) or NEXT)
        if not sent.done and not turn.waits.for_others:
            self._at_rest = turn.l1.hash, outcome
        return outcome
