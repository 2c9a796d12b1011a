"""Ether, the WETH that bonds are, and the pause that stops its withdrawal, told again. See `model.py`."""

from dataclasses import dataclass, field

from tests.fuzz.disputes.deploy import Parameters
from tests.fuzz.tally import Refusal

PAUSE_EXPIRY = 7_884_000


@dataclass(frozen=True, slots=True)
class Who:
    """The contracts' addresses, and who may do what."""

    factory: bytes
    weth: bytes
    portal: bytes
    oracle: bytes
    guardian: bytes
    owner: bytes


@dataclass(slots=True)
class Request:
    """WETH that its owner has unlocked for somebody, and when it last did."""

    amount: int = 0
    at: int = 0


@dataclass(kw_only=True)
class Escrow:
    """`balances`: ether of all accounts that take part. `recovered`: ether that WETH's owner has taken."""

    parameters: Parameters
    who: Who
    balances: dict[bytes, int]
    number: int
    now: int
    weth: dict[bytes, int] = field(default_factory=dict)
    requests: dict[tuple[bytes, bytes], Request] = field(default_factory=dict)
    recovered: int = 0
    pauses: dict[bytes, int] = field(default_factory=dict)

    # --- money ---

    def pay(self, payer: bytes, payee: bytes, wei: int) -> None:
        self.balances[payer] = self.balances.get(payer, 0) - wei
        self.balances[payee] = self.balances.get(payee, 0) + wei

    def wrap(self, payer: bytes, holder: bytes, wei: int) -> None:
        """Ether becomes WETH of `holder`."""
        self.pay(payer, self.who.weth, wei)
        self.weth[holder] = self.weth.get(holder, 0) + wei

    # --- delayed WETH ---

    def unlock(self, owner: bytes, guy: bytes, wad: int) -> None:
        request = self.requests.setdefault((owner, guy), Request())
        request.amount += wad
        request.at = self.now

    def check_withdraw(self, owner: bytes, guy: bytes, wad: int) -> None:
        if self.is_paused():
            raise Refusal("DelayedWETH_Paused", ())
        request = self.requests.get((owner, guy), Request())
        if not request.at or request.amount < wad:
            raise Refusal("DelayedWETH_NotUnlocked", (wad, request.amount))
        available_at = request.at + self.parameters.weth_delay
        if self.now < available_at:
            raise Refusal("DelayedWETH_TooEarly", (available_at, self.now))
        self._require_weth(owner, wad)
        if self.balances[self.who.weth] < wad:
            raise Refusal("WrappedEther_TransferFailed", (owner, wad))

    def withdraw(self, owner: bytes, guy: bytes, wad: int) -> None:
        """WETH that was unlocked for `guy` becomes ether of its owner."""
        self.check_withdraw(owner, guy, wad)
        if (owner, guy) in self.requests:
            self.requests[owner, guy].amount -= wad
        self.weth[owner] = self.weth.get(owner, 0) - wad
        self.pay(self.who.weth, owner, wad)

    def hold(self, caller: bytes, guy: bytes, wad: int) -> None:
        self._require_weth_owner(caller)
        self._require_weth(guy, wad)
        self.weth[guy] = self.weth.get(guy, 0) - wad
        self.weth[caller] = self.weth.get(caller, 0) + wad

    def recover(self, caller: bytes, wad: int) -> None:
        self._require_weth_owner(caller)
        amount = min(wad, self.balances[self.who.weth])
        self.recovered += amount
        self.pay(self.who.weth, caller, amount)

    def _require_weth(self, holder: bytes, wad: int) -> None:
        held = self.weth.get(holder, 0)
        if held < wad:
            raise Refusal("WrappedEther_InsufficientBalance", (holder, wad, held))

    def _require_weth_owner(self, caller: bytes) -> None:
        if caller != self.who.owner:
            raise Refusal("ProxyAdminOwned_NotOwner", (caller, self.who.owner))

    # --- the pause ---

    def pause(self, caller: bytes, identifier: bytes) -> None:
        self._require_pauser(caller)
        if since := self.pauses.get(identifier, 0):
            raise Refusal("SuperchainConfig_AlreadyPaused", (identifier, since))
        self.pauses[identifier] = self.now

    def extend(self, caller: bytes, identifier: bytes) -> None:
        self._require_pauser(caller)
        if not self._is_paused(identifier):
            raise Refusal("SuperchainConfig_NotPaused", (identifier,))
        self.pauses[identifier] = self.now

    def unpause(self, caller: bytes, identifier: bytes) -> None:
        self._require_pauser(caller)
        self.pauses.pop(identifier, None)

    def is_paused(self) -> bool:
        """For this chain: everything is, or its own portal."""
        return self._is_paused(bytes(20)) or self._is_paused(self.who.portal)

    def _is_paused(self, identifier: bytes) -> bool:
        return identifier in self.pauses and self.now < self.pauses[identifier] + PAUSE_EXPIRY

    def _require_pauser(self, caller: bytes) -> None:
        if caller != self.who.guardian:
            raise Refusal("SuperchainConfig_OnlyGuardian", (caller, self.who.guardian))
