"""Has the parts of preimages that steps read loaded, each once however many steps read it.

What fits into one transaction is loaded in one: local words through the game, which knows them, the rest at
the oracle by anybody. What is large is proposed (`proposing`), and read when its period is over.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from opcycle.challenger.due import Due, Kind
from opcycle.challenger.preimages.proposing import Add, Propose, Wait, decide, is_large
from opcycle.challenger.preimages.watch import ProposalWatch
from opcycle.challenger.waits import Waits
from opcycle.errors import CriticalError, TemporaryError
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame
from opcycle.l1.preimage_oracle import PreimageOracle
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol.dispute_game import Claim
from opcycle.protocol.large_preimages import MAX_LEAVES, LargePreimage
from opcycle.protocol.preimages import Hashed, LocalWord, PreimageRead, oracle_key
from opcycle.protocol.types import Address, Hash, L1BlockRef
from opcycle.rpc.client import RpcUnreachableError
from opcycle.rpc.hexjson import to_hex

ADD_GAS, LEAF_GAS = 200_000, 10_000
"""Gas to add leaves, and for each of them, where it cannot be estimated because others go before."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the step against `claim` reads. `game`: its name, for messages. `context`: of its dispute.

    `left`: seconds of L1 time in which the step must be mined.
    """

    read: PreimageRead
    claim: Claim
    context: Hash
    game: str
    left: int

    def __str__(self) -> str:
        step = f"for the step at claim {self.claim.index}"
        if isinstance(self.read, LocalWord):
            return f"local word {self.read.ident} {step}"
        return f"preimage {to_hex(self.read.key)} at {self.read.offset} {step}"


class Preimages:
    """The preimages of all games. `us`: our account.

    `begin` a turn, `watch` its oracles, `load` what steps want, then `police` what others propose.
    """

    def __init__(self, us: Address):
        self._us = us
        self.reset()

    def reset(self) -> None:
        """Forget all: L1 was reorganised."""
        self._oracles: dict[Address, PreimageOracle] = {}  # by game
        self._watches: dict[Address, ProposalWatch] = {}

    def begin(self, l1: L1BlockRef) -> None:
        """A turn as of an L1 block."""
        self._l1 = l1
        self._asked: set[tuple[Address, Hash, int]] = set()
        self._spare: dict[Address, set[int]] = {}
        self._waits = Waits()

    @property
    def watches(self) -> Sequence[ProposalWatch]:
        """Of the oracles that were watched in this turn."""
        return [self._watches[address] for address in self._spare]

    def watch(self, oracle: PreimageOracle) -> ProposalWatch:
        """What is proposed there as of this turn's L1 block."""
        watch = self._watches.setdefault(oracle.address, ProposalWatch(oracle, self._us))
        if oracle.address not in self._spare:
            watch.look(self._l1)
            self._spare[oracle.address] = set()
        return watch

    def watch_game(self, contract: FaultDisputeGame) -> ProposalWatch:
        """`watch` the oracle that a game's machine reads."""
        game = contract.contract.address
        if game not in self._oracles:
            self._oracles[game] = contract.preimages(block=self._l1.hash)
        return self.watch(self._oracles[game])

    def watch_all(
        self, factory: DisputeGameFactory, game_types: Sequence[int], played: Iterable[FaultDisputeGame]
    ) -> None:
        """`watch` the oracles of these games, and of new ones of the types. What fails holds up nothing else.

        Raises RpcUnreachableError.
        """
        block = self._l1.hash
        looks: list[Callable[[], object]] = [partial(self.watch_game, contract) for contract in played]
        looks.append(lambda: [self.watch(oracle) for oracle in factory.preimages(game_types, block=block)])
        for look in looks:
            try:
                look()
            except RpcUnreachableError:
                raise
            except (CriticalError, TransactionRevertedError) as error:  # there is no oracle, or another one
                self._waits.for_l1.append(f"the proposals of preimages: {error}")
            except TemporaryError as error:
                self._waits.for_others.append(f"the proposals of preimages: {error}")

    def load(self, contract: FaultDisputeGame, wanted: Wanted) -> tuple[list[Due], str] | None:
        """What is due to get it loaded, or what that waits for; None if it is loaded."""
        game, read, watch = contract.contract.address, wanted.read, self.watch_game(contract)
        key = oracle_key(read, wanted.context, game)
        if watch.oracle.has(key, read.offset, block=self._l1.hash):
            return None
        part = watch.oracle.address, key, read.offset
        if part in self._asked:
            return [], ""
        self._asked.add(part)
        if is_large(read, watch.oracle.rules(block=self._l1.hash)):
            return self._propose(watch, wanted, read, game)
        if isinstance(read, LocalWord):
            request = contract.add_local_data(wanted.claim, ident=read.ident, offset=read.offset)
        else:
            request = watch.oracle.load(read)
        why = f"{wanted.game}: loaded {wanted}"
        return [Due(game, Kind.PREIMAGE, request, why, left=wanted.left)], ""

    def police(self) -> tuple[list[Due], Waits]:
        """What is due about the proposals in all oracles, besides what was asked to be loaded."""
        due, waits = list[Due](), self._waits
        for address, spare in self._spare.items():
            try:
                more, why = self._watches[address].police(self._l1, spare=spare)
            except RpcUnreachableError:
                raise
            except TemporaryError as error:
                waits.for_others.append(str(error))
                continue
            due += more
            waits.add(why)
        return due, waits

    def _propose(
        self, watch: ProposalWatch, wanted: Wanted, read: Hashed, game: Address
    ) -> tuple[list[Due], str]:
        oracle, rules = watch.oracle, watch.oracle.rules(block=self._l1.hash)
        preimage = _proposed(read.data)
        if len(preimage.leaves) > MAX_LEAVES:
            return [], f"nothing: {wanted} has {len(read.data)} bytes, more than the oracle takes"
        now, left = self._l1.timestamp, wanted.left - rules.period
        action = decide(preimage, read.offset, watch.known, us=self._us, period=rules.period, now=now)
        if isinstance(action, Wait):
            return [], f"{wanted}: its proposal may be challenged until L1 time {action.until}"
        if isinstance(action, Propose):
            size = len(read.data)
            request = oracle.propose(action.uuid, offset=read.offset, size=size, bond=rules.bond)
            why = f"{wanted.game}: proposed {wanted} ({size} bytes)"
            return [Due(game, Kind.PROPOSAL, request, why, left=left, stake=rules.bond)], ""
        if isinstance(action, Add):
            return [*self._add(oracle, action, wanted, game, left=left)], ""
        self._spare[oracle.address].add(action.proposal.index)
        request = oracle.squeeze(action.proposal, preimage.last)
        why = f"{wanted.game}: loaded {wanted}, whose proposal nobody could challenge"
        is_ours = action.proposal.claimant == self._us
        paid = action.proposal.bond if is_ours else 0
        return [Due(game, Kind.PREIMAGE, request, why, left=wanted.left, paid=paid)], ""

    def _add(
        self, oracle: PreimageOracle, action: Add, wanted: Wanted, game: Address, *, left: int
    ) -> Iterator[Due]:
        """Each chunk relies on the one before, and is refused without it."""
        for place, chunk in enumerate(action.chunks):
            count, is_first = len(chunk.commitments), place == 0
            request = oracle.add(chunk, gas=None if is_first else ADD_GAS + LEAF_GAS * count)
            why = f"{wanted.game}: added leaves {chunk.start} to {chunk.start + count - 1} of {wanted}"
            yield Due(game, Kind.PROPOSAL, request, why, left=left, follows=not is_first)


@lru_cache(maxsize=4)
def _proposed(data: bytes) -> LargePreimage:
    """Some are kept: the leaves of 8 megabytes take half a minute to compute."""
    return LargePreimage(data)
