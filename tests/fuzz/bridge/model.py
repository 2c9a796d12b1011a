"""Both chains told again: balances, messages and time, in plain Python that shares nothing with the
contracts.

Rules that a test flips, to see that the comparison notices, are methods of one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fuzz.bridge.bridges import Factory, L1ArtBridge, L1StandardBridge, L2ArtBridge, L2StandardBridge
from tests.fuzz.bridge.carriers import L1Messenger, L2Messenger, Passer, Portal
from tests.fuzz.bridge.codec import Deposit, alias
from tests.fuzz.bridge.deploy import (
    ART,
    FIRST_BLOCK,
    FLAKY,
    GENESIS,
    GREEDY,
    GUARDIAN,
    HUNGRY,
    L1,
    L2,
    OUTPUT_DELAY,
    PEOPLE,
    PROOF_DELAY,
    PUPPET,
    REFUSING,
    RICH,
    USERS,
    WEALTH,
    World,
)
from tests.fuzz.bridge.ledger import Call, Code, GasLog, PuppetLog, Side, function, require, require_all
from tests.fuzz.bridge.tokens import (
    Art,
    EchoToken,
    FalseToken,
    LyingToken,
    MintableArt,
    MintableToken,
    MuteToken,
    TaxedToken,
    Token,
)
from tests.fuzz.puppet import Call as Deed
from tests.fuzz.tally import Refusal

PAUSE_EXPIRY = 7_884_000


class Accepting(Code):
    """Takes whatever it gets."""

    def run(self, call: Call) -> bytes:
        return b""


class Noting(Code):
    """Logs the gas that it gets."""

    def run(self, call: Call) -> bytes:
        side = self.side
        is_promised = call.sender in (L1["portal"], L1["messenger"], L2["messenger"])
        side.logs.append(GasLog(self.address, side.state.promised if is_promised else 0))
        return b""


class Refusing(Code):
    def run(self, call: Call) -> bytes:
        raise Refusal("target reverts")


class Puppet(Code):
    """Makes its calls one after the other, and survives them all."""

    deeds: Sequence[Deed] = ()

    def run(self, call: Call) -> bytes:
        for deed in self.deeds:
            value = call.value if deed.forwards_value else 0
            try:
                self.side.call(Call(self.address, value, deed.calldata, call.origin), deed.target)
                self.side.logs.append(PuppetLog(None))
            except Refusal as refusal:
                self.side.logs.append(PuppetLog(str(refusal)))
        return b""


class Superchain(Code):
    """SuperchainConfig: who pauses what."""

    def __init__(self, side: Side, address: bytes, model: "Model"):
        super().__init__(side, address)
        self.model = model

    @function("pause(address)")
    def pause(self, call: Call, what: bytes) -> None:
        require(call.sender == GUARDIAN, "not the guardian")
        require(what not in self.state.pauses, "paused already")
        self.state.pauses[what] = self.model.now
        self.log("Paused(address)", what)

    @function("unpause(address)")
    def unpause(self, call: Call, what: bytes) -> None:
        require(call.sender == GUARDIAN, "not the guardian")
        self.state.pauses.pop(what, None)
        self.log("Unpaused(address)", what)

    @function("initialize(address)")
    def initialize(self, call: Call, guardian: bytes) -> None:
        raise Refusal("initialized already")


@dataclass
class Model:
    """`settlement` as in `World`. `outputs`: when each was proposed."""

    world: World
    now: int = GENESIS
    number: int = FIRST_BLOCK
    outputs: list[int] = field(default_factory=list)
    fates: dict[bytes, bool] = field(default_factory=dict)
    """How the relay of a message ended where gas decides: by its hash. Only observed, not known in
    advance."""

    reasons: dict[bytes, str] = field(default_factory=dict)
    """Why the relay of a message, or a withdrawal's call, failed the last time."""

    def __post_init__(self) -> None:
        self.l1, self.l2 = Side(), Side()
        self.portal = Portal(self.l1, L1["portal"], self)
        self.passer = Passer(self.l2, L2["passer"])
        self.messengers = (
            L1Messenger(self.l1, L1["messenger"], L2["messenger"], self),
            L2Messenger(self.l2, L2["messenger"], L1["messenger"], self),
        )
        L1StandardBridge(self.l1, L1["bridge"], L1["messenger"], L2["bridge"], self)
        L2StandardBridge(self.l2, L2["bridge"], L2["messenger"], L1["bridge"], self)
        L1ArtBridge(self.l1, L1["nft_bridge"], L1["messenger"], L2["nft_bridge"], self)
        L2ArtBridge(self.l2, L2["nft_bridge"], L2["messenger"], L1["nft_bridge"], self)
        Superchain(self.l1, L1["superchain"], self)
        token = self.world.l1.artifacts("OptimismMintableERC20").bytecode
        for side, addresses in ((self.l1, L1), (self.l2, L2)):
            for name in ("factory", "nft_factory", "system"):
                if name in addresses:
                    Factory(side, addresses[name], addresses["bridge"], token)
            Refusing(side, REFUSING)
            Refusing(side, HUNGRY)
            Refusing(side, FLAKY)
            Accepting(side, GREEDY)
            Puppet(side, PUPPET)
            side.state.ether = dict.fromkeys(PEOPLE.values(), RICH)
        self.l1.state.ether[L1["portal"]] = RICH * len(PEOPLE)
        self._make_tokens()

    def _make_tokens(self) -> None:
        ours, theirs = self.world.l1.tokens, self.world.l2.tokens
        honest = {"gold": Token, "taxed": TaxedToken, "mute": MuteToken, "false": FalseToken}
        for name, kind in honest.items():
            local, remote = ours[name].address, theirs[name].address
            kind(self.l1, local)
            MintableToken(self.l2, remote, local, L2["bridge"])
            self.l1.state.tokens |= {(local, user): WEALTH for user in USERS}
            self.l2.state.made[remote] = local
        echo, twin = ours["echo"].address, theirs["echo"].address
        EchoToken(self.l1, echo, L1["bridge"])
        MintableToken(self.l2, twin, echo, L2["bridge"])
        self.l1.state.tokens |= {(echo, user): WEALTH for user in USERS}
        self.l2.state.made[twin] = echo
        silver = theirs["silver"].address
        Token(self.l2, silver)
        MintableToken(self.l1, ours["silver"].address, silver, L1["bridge"])
        self.l1.state.made[ours["silver"].address] = silver
        self.l2.state.tokens |= {(silver, user): WEALTH for user in USERS}
        art = ours["art"].address
        Art(self.l1, art)
        MintableArt(self.l2, theirs["art"].address, art, L2["nft_bridge"])
        self.l1.state.art |= {(art, 1 + n): USERS[n // ART] for n in range(ART * len(USERS))}
        LyingToken(self.l1, ours["liar"].address, theirs["gold"].address)
        LyingToken(self.l2, theirs["liar"].address, ours["gold"].address)
        LyingToken(self.l2, theirs["lying art"].address, art)

    # --- rules that can be flipped ---

    def alias_of(self, contract: bytes) -> bytes:
        return alias(contract)

    def is_paused(self) -> bool:
        return any(self.is_paused_by(what) for what in self.l1.state.pauses)

    def is_paused_by(self, what: bytes) -> bool:
        return what in (bytes(20), L1["portal"]) and self.now < self.l1.state.pauses[what] + PAUSE_EXPIRY

    # --- settlement ---

    def propose(self) -> None:
        self.outputs.append(self.now)

    def maturity(self, hash_: bytes, submitter: bytes) -> list[tuple[bool, str]]:
        """What must be true of a withdrawal's proof, for `require_all`."""
        proofs, is_games = self.l1.state.proofs, self.world.settlement == "games"
        proof = proofs.get((hash_, submitter if is_games else b""))
        if proof is None:
            return [(False, "unproven")]
        index, since = proof
        output_ripe = self.outputs[index] + (OUTPUT_DELAY if is_games else PROOF_DELAY)
        return [
            (self.now > since + PROOF_DELAY, "proof too young"),
            (self.now > output_ripe, "output too young"),
        ]

    def is_unsafe(self, target: bytes) -> bool:
        """Of a withdrawal. Optimism's takes nobody for the lockbox that it has not got."""
        return target == L1["portal"] or (not self.world.is_strict and not any(target))

    def prove(self, hash_: bytes, target: bytes, submitter: bytes, index: int, *, is_in_it: bool) -> None:
        proofs, is_games = self.l1.state.proofs, self.world.settlement == "games"
        key = (hash_, submitter if is_games else b"")
        asks_again = is_games and self.world.is_strict
        require_all(
            (not self.is_paused(), "paused"),
            (not is_games or self.now > self.outputs[index], "output of this second"),
            (not self.is_unsafe(target), "unsafe target"),
            (is_in_it, "not in the output"),
            (not asks_again or hash_ not in self.l1.state.finalized, "finalized already"),
            (is_games or key not in proofs, "proven already"),
        )
        proofs[key] = index, self.now

    # --- derivation ---

    def execute(self, deposit: Deposit, *, has_failed: bool = False) -> str | None:
        """A deposit on L2: it mints in any case. Why its call failed, or None. `has_failed`: for want of gas,
        as was seen."""
        ether = self.l2.state.ether
        ether[deposit.sender] = ether.get(deposit.sender, 0) + deposit.mint
        try:
            require(not has_failed, "too little gas")
            self.l2.transact(deposit.sender, deposit.to, deposit.data, deposit.value)
        except Refusal as refusal:
            self.l2.logs.clear()
            self.l2.outbox.clear()
            return str(refusal)
        return None
