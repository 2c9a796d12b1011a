"""The proposer of the `games` settlement mode: a dispute game per interval, about the newest provable block.

It remembers nothing: the factory says when this account made its last game, so a restart changes nothing, and
a game that an L1 reorg has taken back is made again. Anyone may propose; others' games are not waited for.
Source: op-proposer 1.18, `proposer/driver.go`, whose flags and metrics it shares.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from opcycle.agent import Outcome
from opcycle.errors import UserError
from opcycle.l1.anchor_state_registry import Anchor
from opcycle.l1.dispute_games import GameKind
from opcycle.l1.transactions import TransactionRequest
from opcycle.proposer.account import Account, Transactions
from opcycle.proposer.decide import Wait
from opcycle.proposer.next_game import Create, GameOptions, Snapshot, Terms, decide, not_due, target
from opcycle.proposer.sources import L1Source, RollupNode, has
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import SyncStatus
from opcycle.protocol.types import Address, Hash, L1BlockRef
from opcycle.rpc.hexjson import checksum, to_hex


class Factory(Protocol):
    """`opcycle.l1.dispute_games.DisputeGameFactory` is one."""

    def kind(self, game_type: int, *, block: int | str | bytes) -> GameKind | None: ...

    def last_proposed(self, game_type: int, proposer: Address, *, since: int, block: Hash) -> int | None: ...

    def find(
        self, game_type: int, root: Hash, l2_block_number: int, *, block: int | str | bytes
    ) -> Address | None: ...

    def create(
        self, game_type: int, root: Hash, l2_block_number: int, *, bond: int
    ) -> TransactionRequest: ...


class Registry(Protocol):
    """`opcycle.l1.anchor_state_registry.AnchorStateRegistry` is one."""

    def respected_type(self, *, block: int | str | bytes) -> int: ...

    def anchor(self, *, block: int | str | bytes) -> Anchor: ...


@dataclass(frozen=True, slots=True)
class _Settled:
    """What the end of an L1 block says; see `Snapshot`. It never changes, and is read once."""

    l1: L1BlockRef
    terms: Terms | None
    proposed_at: int | None


class GamesProposer:
    """`proposed`: the L2 block of the last game since it started, for any thread to read.

    The bonds of its games come back by `claimCredit`, which anybody may call: the challenger does.
    """

    name = "proposer"

    def __init__(
        self,
        config: RollupConfig,
        *,
        factory: Factory,
        registry_at: Callable[[Address], Registry],
        node: RollupNode,
        l1: L1Source,
        transactions: Transactions,
        options: GameOptions,
    ):
        self._config = config
        self._factory = factory
        self._registry_at = registry_at
        self._node = node
        self._l1 = l1
        self._account = Account(transactions)
        self._options = options
        self._is_node_checked = False
        self.proposed: int | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the last proposal, and what was read."""
        self._account.forget()
        self._settled: _Settled | None = None

    def step(self) -> Outcome:
        """Make the next game if it is time.

        Raises TransactionRevertedError once for each proposal that L1 has refused, UserError if the node or
        the games are about another chain, or if only another account may make them.
        """
        if not self._account.is_quiet():
            return Outcome.idle("L1 to take the last proposal")
        self._check_node()
        # Read after the account was found quiet, so that it has whatever was mined.
        l1 = self._l1.header("latest").ref
        did = []
        for action in decide(self._read(l1), self._options):
            match action:
                case Create():
                    did.append(self._create(action))
                case Wait(reason):
                    return Outcome.idle(reason)
        return Outcome.done(*did)

    def _read(self, l1: L1BlockRef) -> Snapshot:
        settled = self._read_l1(l1)
        status = self._node.sync_status()
        reads_this_l1 = has(self._l1, status.current_l1.id, head=l1)
        output = self._output(status, settled) if reads_this_l1 else None
        return Snapshot(
            l1=l1,
            terms=settled.terms,
            proposed_at=settled.proposed_at,
            status=status,
            reads_this_l1=reads_this_l1,
            output=output,
            twin=None if output is None else self._twin(output, l1),
        )

    def _read_l1(self, l1: L1BlockRef) -> _Settled:
        if self._settled is None or self._settled.l1 != l1:
            since = l1.timestamp - self._options.interval
            proposed_at = self._factory.last_proposed(
                self._options.game_type, self._account.address, since=since, block=l1.hash
            )
            self._settled = _Settled(l1, self._terms(l1), proposed_at)
        return self._settled

    def _terms(self, l1: L1BlockRef) -> Terms | None:
        kind = self._factory.kind(self._options.game_type, block=l1.hash)
        if kind is None:
            return None
        self._check_kind(kind)
        registry = self._registry_at(kind.registry)
        return Terms(kind, registry.respected_type(block=l1.hash), registry.anchor(block=l1.hash))

    def _check_kind(self, kind: GameKind) -> None:
        game_type = self._options.game_type
        if kind.chain_id != self._config.l2_chain_id:
            raise UserError(
                f"games of type {game_type} at this factory are about chain {kind.chain_id}, the "
                f"deployment's L2 is chain {self._config.l2_chain_id}; name this chain's factory"
            )
        if kind.proposer not in (None, self._account.address):
            raise UserError(
                f"the key is that of {checksum(self._account.address)}, only {checksum(kind.proposer)} may "
                f"make games of type {game_type}; use that account's key"
            )

    def _output(self, status: SyncStatus, settled: _Settled) -> OutputAtBlock | None:
        """The output to propose, if any is due."""
        terms = settled.terms
        if terms is None or not_due(settled.l1, terms, settled.proposed_at, self._options) is not None:
            return None
        number = target(status, terms, allow_non_finalized=self._options.allow_non_finalized)
        return None if number is None else self._node.output_at_block(number)

    def _twin(self, output: OutputAtBlock, l1: L1BlockRef) -> Address | None:
        return self._factory.find(
            self._options.game_type, output.output_root, output.block.number, block=l1.hash
        )

    def _create(self, action: Create) -> str:
        request = self._factory.create(
            self._options.game_type, action.root, action.l2_block, bond=action.bond
        )
        transaction = self._account.send(request)
        self.proposed = action.l2_block
        return (
            f"proposed output root {to_hex(action.root)} for L2 block {action.l2_block} in a game of type "
            f"{self._options.game_type}, in {to_hex(transaction)}"
        )

    def _check_node(self) -> None:
        if self._is_node_checked:
            return
        self._config.require_followed_by(self._node.rollup_config(), subject="the games are about")
        self._is_node_checked = True
