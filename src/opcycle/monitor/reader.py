"""Games read from L1 as a monitor wants them: newest first, as old as they may be, with their accounts."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from opcycle.errors import CriticalError
from opcycle.l1.anchor_state_registry import AnchorStateRegistry, Judgement
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame, ListedGame
from opcycle.l1.game_accounts import GameAccounts, GameLedger, people_of
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.monitor.snapshot import UnreadGame
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_quantity, to_hex

LIST_AT_ONCE = 100
"""Games asked for in one request."""

READ_AT_ONCE = 8
"""Games that are read at the same time: an L1 that is far away answers late, but many at once."""

SUPER_ROOT_TYPES = frozenset({5, 7, 9})
"""Games about several chains at once, whose roots a rollup node does not know (op-challenger 1.18,
`game/types/game_type.go`). They look like others: their "block number" is a time."""


@dataclass(frozen=True, slots=True)
class ReadGame:
    """A game at the end of an L1 block."""

    listed: ListedGame
    game: DisputeGame
    accounts: GameAccounts


class GameReader:
    """Remembers what cannot change: a game's parameters, and all of a game that is paid out."""

    def __init__(self, factory: DisputeGameFactory, game_at: Callable[[Address], FaultDisputeGame]):
        self.factory = factory
        self._game_at = game_at
        self._known: dict[Address, tuple[FaultDisputeGame, GameLedger]] = {}
        self._over: dict[Address, ReadGame] = {}

    @property
    def rpc(self) -> RpcClient:
        return self.factory.contract.rpc

    def reset(self) -> None:
        self._known.clear()
        self._over.clear()

    def listed(self, *, since: int, block: Hash) -> list[ListedGame]:
        """All games made at or after an L1 time, newest first."""
        found: list[ListedGame] = []
        before: int | None = None
        while page := self.page(before=before, count=LIST_AT_ONCE, block=block):
            recent = [listed for listed in page if listed.created_at >= since]
            found += recent
            if len(recent) < len(page):
                break
            before = page[-1].index
        return found

    def page(self, *, before: int | None, count: int, block: Hash) -> list[ListedGame]:
        """Up to `count` games, newest first, of those below index `before`, or of all."""
        end = self.factory.game_count(block=block)
        if before is not None:
            end = min(end, before)
        indices = range(max(0, end - count), end)
        found: list[ListedGame] = []
        for first in indices[::LIST_AT_ONCE]:
            some = range(first, min(first + LIST_AT_ONCE, end))
            found += self.factory.games(some, block=block)
        return found[::-1]

    def read_all(self, listed: Sequence[ListedGame], *, block: Hash) -> list[ReadGame | UnreadGame]:
        """Several games, in the order of the list; whatever is remembered of others is forgotten."""
        wanted = {game.address for game in listed}
        self._known = {address: known for address, known in self._known.items() if address in wanted}
        self._over = {address: read for address, read in self._over.items() if address in wanted}
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            return list(pool.map(lambda game: self.read(game, block=block), listed))

    def read(self, listed: ListedGame, *, block: Hash) -> ReadGame | UnreadGame:
        """A game, or why it is none that we can read."""
        if listed.game_type in SUPER_ROOT_TYPES:
            return UnreadGame(listed, "it is about several chains at once, whose roots no rollup node knows")
        if listed.address in self._over:
            return self._over[listed.address]
        contract, ledger = self._contracts(listed.address)
        try:
            game = contract.read(block=block)
            accounts = ledger.read(people_of(game), block=block)
        except (TransactionRevertedError, CriticalError) as error:
            return UnreadGame(listed, str(error))
        found = ReadGame(listed, game, accounts)
        if accounts.is_paid_out:
            self._over[listed.address] = found
        return found

    def _contracts(self, address: Address) -> tuple[FaultDisputeGame, GameLedger]:
        if address not in self._known:
            contract = self._game_at(address)
            self._known[address] = contract, GameLedger(contract)
        return self._known[address]

    def judgements(self, games: Sequence[ReadGame], *, block: Hash) -> dict[Address, Judgement]:
        """Of each game, by its own registry."""
        found: dict[Address, Judgement] = {}
        for registry in {read.accounts.registry for read in games}:
            judge = AnchorStateRegistry(self.rpc, registry)
            judged = [read.game.address for read in games if read.accounts.registry == registry]
            for first in range(0, len(judged), LIST_AT_ONCE):
                some = judged[first : first + LIST_AT_ONCE]
                found |= dict(zip(some, judge.judge(some, block=block), strict=True))
        return found

    def balances(self, accounts: Collection[Address], *, block: Hash) -> dict[Address, int]:
        """Wei that accounts have."""
        listed = sorted(accounts)
        at = {"blockHash": to_hex(block)}
        found = self.rpc.batch([("eth_getBalance", [to_hex(account), at]) for account in listed])
        return {account: from_quantity(wei) for account, wei in zip(listed, found, strict=True)}
