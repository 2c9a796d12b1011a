"""The money side of a dispute game: what everybody who takes part may have, and what there is to pay it from.

For one account that wants its bonds back, see `opcycle.l1.game_bonds`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from opcycle.artifacts import artifact
from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.contract import Contract, read_across
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.types import Address, Hash

PEOPLE_PER_READ = 200
"""Accounts asked about in one request."""


class BondMode(IntEnum):
    """Who gets the bonds: decided once, when a game closes."""

    UNDECIDED = 0
    NORMAL = 1
    REFUND = 2


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What DelayedWETH holds ready for an account: wei, and since when (L1 time, seconds)."""

    amount: int
    unlocked_at: int


@dataclass(frozen=True, slots=True)
class GameAccounts:
    """Amounts in wei, `resolved_at` in seconds of L1 time (0: not yet), delays in seconds.

    `credits`: what each account may still have, by `mode`. `weth` is the DelayedWETH, which games may share;
    `escrow` is what it holds for this game. `payout_delay`: from unlocking to paying; `finality_delay`: from
    the decision to closing. `registry` judges the game.
    """

    mode: BondMode
    resolved_at: int
    credits: Mapping[Address, int]
    withdrawals: Mapping[Address, Withdrawal]
    weth: Address
    escrow: int
    payout_delay: int
    registry: Address
    finality_delay: int

    @property
    def is_paid_out(self) -> bool:
        """Whether everybody has everything; then nothing of the game changes any more."""
        is_decided = self.mode is not BondMode.UNDECIDED
        is_waiting = any(self.credits.values()) or any(w.amount for w in self.withdrawals.values())
        return is_decided and not is_waiting


def people_of(game: DisputeGame) -> set[Address]:
    """Everybody who may have something to get out of a game."""
    people = {claim.claimant for claim in game.claims}
    people |= {claim.countered_by for claim in game.claims if claim.countered_by is not None}
    return people | ({game.block_number_challenger} if game.block_number_challenger is not None else set())


class GameLedger:
    """Reads the accounts of one game. What cannot change is read once."""

    def __init__(self, game: FaultDisputeGame):
        self._game = game.contract
        self._terms: _Terms | None = None

    def read(self, people: Collection[Address], *, block: Hash) -> GameAccounts:
        """At the end of an L1 block. Raises TransactionRevertedError or CriticalError if this is no such
        game."""
        game, terms = self._game, self._terms or self._read_terms(block)
        self._terms = terms
        listed = sorted(people)
        mode, resolved_at, escrow = read_across(
            [
                (game, "bondDistributionMode", ()),
                (game, "resolvedAt", ()),
                (terms.weth, "balanceOf", (game.address,)),
            ],
            block=block,
        )
        may_have: dict[Address, int] = {}
        withdrawals: dict[Address, Withdrawal] = {}
        for first in range(0, len(listed), PEOPLE_PER_READ):
            some = listed[first : first + PEOPLE_PER_READ]
            calls = [(game, "credit", (person,)) for person in some]
            requests = [(terms.weth, "withdrawals", (game.address, person)) for person in some]
            found = read_across([*calls, *requests], block=block)
            may_have |= dict(zip(some, found[: len(some)], strict=True))
            withdrawals |= {p: Withdrawal(*w) for p, w in zip(some, found[len(some) :], strict=True)}
        return GameAccounts(
            mode=BondMode(mode),
            resolved_at=resolved_at,
            credits=may_have,
            withdrawals=withdrawals,
            weth=terms.weth.address,
            escrow=escrow,
            payout_delay=terms.payout_delay,
            registry=terms.registry,
            finality_delay=terms.finality_delay,
        )

    def _read_terms(self, block: Hash) -> "_Terms":
        rpc = self._game.rpc
        weth_address, registry_address = self._game.read_many(
            [("weth", ()), ("anchorStateRegistry", ())], block=block
        )
        weth = Contract(rpc, weth_address, artifact("DelayedWETH").abi)
        registry = AnchorStateRegistry(rpc, registry_address)
        payout_delay, finality_delay = read_across(
            [(weth, "delay", ()), (registry.contract, "disputeGameFinalityDelaySeconds", ())], block=block
        )
        return _Terms(weth, registry_address, payout_delay, finality_delay)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a game cannot change."""

    weth: Contract
    registry: Address
    payout_delay: int
    finality_delay: int
