"""What portal, oracle and pause must do, told again: plain Python that shares nothing with the contracts.

Each action returns the events that it causes, or raises Refusal before it changes anything. Rules that a test
flips, to see that the machine notices, are methods of one line.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext

from tests.fuzz.evm import Event
from tests.fuzz.message_passer import Claim, Shows, WithdrawalTuple, withdrawal_hash
from tests.fuzz.tally import Refusal

NOBODY = bytes.fromhex("000000000000000000000000000000000000dead")
ESTIMATOR = bytes(19) + b"\x01"
PAUSE_EXPIRY = 7_884_000
GWEI = 10**9


class GasLeft:
    """An amount of gas that nobody can know in advance: more than none, less than was sent along."""

    def __init__(self, most: int):
        self.most = most

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and 0 < other < self.most

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"0…{self.most}"


@dataclass(frozen=True, slots=True)
class Setup:
    """Who and what the system was deployed with; seconds, wei, L2 blocks."""

    portal: bytes
    proposer: bytes
    challenger: bytes
    guardian: bytes
    interval: int
    l2_block_time: int
    l2_start: int
    period: int
    market_limit: int
    market_target: int
    market_denominator: int
    market_minimum: int
    market_maximum: int


@dataclass(frozen=True, slots=True)
class Output:
    root: bytes
    timestamp: int
    l2_block: int


@dataclass(frozen=True, slots=True)
class Proof:
    root: bytes
    timestamp: int
    index: int


@dataclass(slots=True)
class Market:
    price: int
    bought: int
    block: int


@dataclass
class SettlementModel:
    """The state of L1 as far as it matters. `accounts` tells how a target behaves when it is called."""

    setup: Setup
    number: int
    now: int
    base_fee: int
    market: Market
    block_hash: Callable[[int], bytes]
    balances: dict[bytes, int]
    is_contract: frozenset[bytes]
    outputs: list[Output] = field(default_factory=list)
    proofs: dict[bytes, Proof] = field(default_factory=dict)
    finalized: set[bytes] = field(default_factory=set)
    pauses: dict[bytes, int] = field(default_factory=dict)
    l2_sender: bytes = NOBODY
    targets: dict[bytes, Callable[[int], list[Event]]] = field(default_factory=dict)

    # --- rules that can be flipped ----------------------------------------------------------------

    def has_aged(self, since: int) -> bool:
        return self.now > since + self.setup.period

    def is_final(self, output: Output) -> bool:
        return self.now >= output.timestamp + self.setup.period

    def still_stands(self, proof: Proof) -> bool:
        return proof.index < len(self.outputs) and self.outputs[proof.index].root == proof.root

    def was_finalized(self, hash_: bytes) -> bool:
        return hash_ in self.finalized

    def pauses_portal(self, identifier: bytes) -> bool:
        return identifier in (bytes(20), self.setup.portal)

    def l2_sender_of(self, depositor: bytes) -> bytes:
        if depositor not in self.is_contract:
            return depositor
        offset = 0x1111000000000000000000000000000000001111
        return ((int.from_bytes(depositor, "big") + offset) % 2**160).to_bytes(20, "big")

    def empty_blocks(self) -> int:
        return self.number - self.market.block - 1

    # --- the clock --------------------------------------------------------------------------------

    def advance(self, blocks: int, seconds: int, base_fee: int) -> None:
        self.number += blocks
        self.now += seconds
        self.base_fee = base_fee

    # --- deposits ---------------------------------------------------------------------------------

    def deposit(
        self, caller: bytes, to: bytes, mint: int, value: int, gas: int, is_creation: bool, data: bytes
    ) -> list[Event]:
        minimum = len(data) * 40 + 21_000
        if is_creation and any(to):
            raise Refusal("Deposits_CreationTarget", (to,))
        if gas < minimum:
            raise Refusal("Deposits_GasLimitTooLow", (gas, minimum))
        if len(data) > 120_000:
            raise Refusal("Deposits_DataTooLong", (len(data), 120_000))
        market = self.market_of_this_block()
        if market.bought + gas > self.setup.market_limit:
            args = (market.bought + gas, self.setup.market_limit)
            raise Refusal("ResourceMetering_LimitReached", args)
        self.market = replace(market, bought=market.bought + gas)
        self.pay(caller, self.setup.portal, mint)
        opaque = mint.to_bytes(32, "big") + value.to_bytes(32, "big") + gas.to_bytes(8, "big")
        opaque += bytes([is_creation]) + data
        return [Event("TransactionDeposited", (self.l2_sender_of(caller), to, 0, opaque))]

    def plain_transfer(self, caller: bytes, value: int) -> list[Event]:
        return self.deposit(caller, caller, value, value, 100_000, False, b"")

    def donate(self, caller: bytes, value: int) -> list[Event]:
        self.pay(caller, self.setup.portal, value)
        return []

    def burned_gas(self, gas: int) -> int:
        """What L1 gas a deposit of `gas` costs at least, at this block's price."""
        return gas * self.market.price // max(self.base_fee, GWEI)

    def market_of_this_block(self) -> Market:
        """Spec, "Guaranteed Gas Fee Market": a step by the last demand, then decay by empty blocks."""
        market, setup = self.market, self.setup
        if self.number == market.block:
            return market
        change = market.price * (market.bought - setup.market_target)
        step = abs(change) // (setup.market_target * setup.market_denominator)
        price = self._bounded(market.price + (step if change > 0 else -step))
        if self.empty_blocks() > 0:
            with localcontext(prec=60):
                decay = (1 - Decimal(1) / setup.market_denominator) ** self.empty_blocks()
                price = self._bounded(int(price * decay))
        return Market(price, 0, self.number)

    def _bounded(self, price: int) -> int:
        return min(max(price, self.setup.market_minimum), self.setup.market_maximum)

    # --- outputs ----------------------------------------------------------------------------------

    def propose(
        self, caller: bytes, root: bytes, l2_block: int, l1_hash: bytes, l1_number: int
    ) -> list[Event]:
        if caller != self.setup.proposer:
            raise Refusal("L2OutputOracle_OnlyProposer", (caller, self.setup.proposer))
        if l2_block != self.next_l2_block():
            raise Refusal("L2OutputOracle_UnexpectedBlockNumber", (l2_block, self.next_l2_block()))
        l2_time = self.setup.l2_start + l2_block * self.setup.l2_block_time
        if l2_time >= self.now:
            raise Refusal("L2OutputOracle_BlockInFuture", (l2_time, self.now))
        if not any(root):
            raise Refusal("L2OutputOracle_ZeroOutputRoot", ())
        if any(l1_hash) and self.known_hash(l1_number) != l1_hash:
            raise Refusal("L2OutputOracle_L1Reorged", (l1_number, l1_hash, self.known_hash(l1_number)))
        self.outputs.append(Output(root, self.now, l2_block))
        return [Event("OutputProposed", (root, len(self.outputs) - 1, l2_block, self.now))]

    def delete(self, caller: bytes, index: int) -> list[Event]:
        if caller != self.setup.challenger:
            raise Refusal("L2OutputOracle_OnlyChallenger", (caller, self.setup.challenger))
        self._require_output(index)
        if self.is_final(self.outputs[index]):
            since = self.outputs[index].timestamp + self.setup.period
            raise Refusal("L2OutputOracle_AlreadyFinalized", (index, since, self.now))
        count = len(self.outputs)
        del self.outputs[index:]
        return [Event("OutputsDeleted", (count, index))]

    def next_l2_block(self) -> int:
        return (len(self.outputs) + 1) * self.setup.interval

    def known_hash(self, number: int) -> bytes:
        """The EVM knows the hashes of the last 256 blocks."""
        return self.block_hash(number) if self.number - 256 <= number < self.number else bytes(32)

    def _require_output(self, index: int) -> None:
        if index >= len(self.outputs):
            raise Refusal("L2OutputOracle_NoSuchOutput", (index, len(self.outputs)))

    # --- withdrawals ------------------------------------------------------------------------------

    def prove(self, withdrawal: WithdrawalTuple, index: int, claim: Claim, *, shows: Shows) -> list[Event]:
        self._require_not_paused()
        self._require_output(index)
        _, sender, target, *_ = withdrawal
        if target == self.setup.portal:
            raise Refusal("Withdrawals_BadTarget", (target,))
        root = self.outputs[index].root
        if claim.root != root:
            raise Refusal("Withdrawals_WrongOutputRoot", (claim.root, root))
        hash_ = withdrawal_hash(withdrawal)
        if shows is Shows.EMPTY_BRANCH:
            raise Refusal("RLPInvalidEncoding", ())  # OpenZeppelin's library gives up there, in its own words
        if shows is Shows.NOTHING:
            raise Refusal("Withdrawals_NotInOutput", (hash_, claim.storage_root))
        earlier = self.proofs.get(hash_)
        if earlier and self.still_stands(earlier):
            raise Refusal("OptimismPortal_AlreadyProven", (hash_, earlier.index))
        self.proofs[hash_] = Proof(root, self.now, index)
        return [Event("WithdrawalProven", (hash_, sender, target))]

    def finalize(self, caller: bytes, withdrawal: WithdrawalTuple, gas: int) -> list[Event]:
        """`gas` bounds what is left of the transaction's gas when the target is called."""
        self._require_not_paused()
        hash_ = withdrawal_hash(withdrawal)
        self._require_mature(hash_)
        _, sender, target, value, gas_limit, _ = withdrawal
        if self.l2_sender != NOBODY:
            raise Refusal("Withdrawals_Reentrant", (self.l2_sender,))
        if self.was_finalized(hash_):
            raise Refusal("Withdrawals_AlreadyFinalized", (hash_,))
        if value > self.balances[self.setup.portal]:
            raise Refusal("Withdrawals_Underfunded", (value, self.balances[self.setup.portal]))
        if gas_limit * 64 + 40_000 * 63 > gas * 63:
            raise Refusal("SafeCall_InsufficientGas", (GasLeft(gas), gas_limit))
        self.finalized.add(hash_)
        try:
            events = self._call(sender, target, value)
        except Refusal:
            if caller == ESTIMATOR:
                self.finalized.discard(hash_)
                raise Refusal("Withdrawals_GasEstimation", ()) from None
            return [Event("WithdrawalFinalized", (hash_, False))]
        return [*events, Event("WithdrawalFinalized", (hash_, True))]

    def _require_mature(self, hash_: bytes) -> None:
        proof, period = self.proofs.get(hash_), self.setup.period
        if proof is None:
            raise Refusal("OptimismPortal_NotProven", (hash_,))
        if not self.has_aged(proof.timestamp):
            raise Refusal("OptimismPortal_ProofTooYoung", (proof.timestamp + period, self.now))
        if not self.still_stands(proof):
            self._require_output(proof.index)
            current = self.outputs[proof.index].root
            raise Refusal("OptimismPortal_OutputReplaced", (proof.index, proof.root, current))
        if not self.has_aged(self.outputs[proof.index].timestamp):
            since = self.outputs[proof.index].timestamp + period
            raise Refusal("OptimismPortal_OutputTooYoung", (since, self.now))

    def _call(self, l2_sender: bytes, target: bytes, value: int) -> list[Event]:
        self.l2_sender = l2_sender
        try:
            self.pay(self.setup.portal, target, value)
            return self.targets[target](value) if target in self.targets else []
        except Refusal:
            self.pay(target, self.setup.portal, value)
            raise
        finally:
            self.l2_sender = NOBODY

    def pay(self, payer: bytes, payee: bytes, value: int) -> None:
        self.balances[payer] -= value
        self.balances[payee] += value

    # --- the pause --------------------------------------------------------------------------------

    def pause(self, caller: bytes, identifier: bytes) -> list[Event]:
        self._require_guardian(caller)
        since = self.pauses.get(identifier, 0)
        if since:
            raise Refusal("SuperchainConfig_AlreadyPaused", (identifier, since))
        self.pauses[identifier] = self.now
        return [Event("Paused", (identifier,))]

    def extend(self, caller: bytes, identifier: bytes) -> list[Event]:
        self._require_guardian(caller)
        if not self.is_paused(identifier):
            raise Refusal("SuperchainConfig_NotPaused", (identifier,))
        self.pauses[identifier] = self.now
        return [Event("Paused", (identifier,))]

    def unpause(self, caller: bytes, identifier: bytes) -> list[Event]:
        self._require_guardian(caller)
        self.pauses.pop(identifier, None)
        return [Event("Unpaused", (identifier,))]

    def is_paused(self, identifier: bytes) -> bool:
        return identifier in self.pauses and self.now < self.pauses[identifier] + PAUSE_EXPIRY

    def is_portal_paused(self) -> bool:
        return any(
            self.is_paused(identifier) and self.pauses_portal(identifier) for identifier in self.pauses
        )

    def _require_guardian(self, caller: bytes) -> None:
        if caller != self.setup.guardian:
            raise Refusal("SuperchainConfig_OnlyGuardian", (caller, self.setup.guardian))

    def _require_not_paused(self) -> None:
        if self.is_portal_paused():
            raise Refusal("OptimismPortal_Paused", ())
