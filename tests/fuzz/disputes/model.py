"""What the whole settlement must do, told again: factory, games, registry, delayed WETH, portal and pause.

Plain Python that shares nothing with the contracts, the challenger or `opcycle.protocol.positions`. Each
action raises Refusal, with the custom error that the contract must answer, before it changes anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import rlp
from eth_abi.abi import encode
from tests.fuzz.disputes.deploy import (
    CANNON,
    L2_CHAIN_ID,
    OTHER_CANNON,
    PERMISSIONED,
    PERMITTED,
    init_bond,
)
from tests.fuzz.disputes.escrow import Escrow
from tests.fuzz.disputes.game import (
    CHALLENGER_WINS,
    DEFENDER_WINS,
    NORMAL,
    REFUND,
    UNDECIDED,
    Game,
    local_key,
)
from tests.fuzz.game_model import Rules
from tests.fuzz.message_passer import Shows, WithdrawalTuple, withdrawal_hash
from tests.fuzz.tally import Refusal

from opcycle.keccak import keccak


@dataclass(slots=True)
class Proof:
    game: Game
    at: int


@dataclass(kw_only=True)
class Settlement(Escrow):
    """Everything on L1. `refuses`: who takes no ether."""

    game_type: ClassVar[type[Game]] = Game

    prestate: bytes
    anchor: tuple[bytes, int]
    bond: Callable[[int], int]
    init_bonds: dict[int, int]
    refuses: frozenset[bytes] = frozenset()
    logics: dict[int, str] = field(
        default_factory=lambda: dict.fromkeys((CANNON, OTHER_CANNON, PERMISSIONED), "the same")
    )
    games: list[Game] = field(default_factory=list)
    by_uuid: dict[bytes, Game] = field(default_factory=dict)
    anchor_game: Game | None = None
    respected: int = CANNON
    retired_at: int = 0
    blacklist: set[bytes] = field(default_factory=set)
    preimages: dict[bytes, bytes] = field(default_factory=dict)
    parts: set[tuple[bytes, int]] = field(default_factory=set)
    proofs: dict[tuple[bytes, bytes], Proof] = field(default_factory=dict)
    submitters: dict[bytes, list[bytes]] = field(default_factory=dict)
    finalized: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        p = self.parameters
        self.rules = Rules(p.max_depth, p.split_depth, p.clock, p.extension, p.preimage_period, self.bond)
        self.listed: list[Game] = []

    # --- the factory ---

    def create(
        self,
        caller: bytes,
        kind: int,
        root: bytes,
        extra: bytes,
        *,
        value: int,
        l1_head: bytes,
        origin: bytes,
        registered: bool = True,
    ) -> Game:
        """A new game; `registered` unless somebody else's factory makes it. `origin` sent the transaction."""
        logics = self.logics if registered else {CANNON: "the same"}
        logic = logics.get(kind, "nothing")
        if logic == "nothing":
            raise Refusal("DisputeGameFactory_NoImplementation", (kind,))
        price = self.price(kind, registered)
        if value != price:
            raise Refusal("DisputeGameFactory_IncorrectBond", (value, price))
        uuid = self.uuid(kind, root, extra, registered)
        if uuid in self.by_uuid:
            raise Refusal(
                "DisputeGameFactory_GameExists",
                (self.uuid(kind, root, extra), self.by_uuid[uuid].address),
            )
        arguments = 4 + 244 + (40 if kind == PERMISSIONED else 0) + 2
        given = 90 + len(extra) if logic == "without arguments" else arguments - 32 + len(extra)
        if given != arguments:
            raise Refusal("FaultDisputeGame_BadArguments", (given, arguments))
        start = self.anchor_root()
        block = int.from_bytes(extra, "big")
        if block <= start[1] or block >= 1 << 64:
            raise Refusal("FaultDisputeGame_BadBlockNumber", (block, start[1]))
        if kind == PERMISSIONED and origin != PERMITTED[0]:
            raise Refusal("PermissionedDisputeGame_NotAParty", (origin,))
        game = self.game_type(
            self.rules,
            kind=kind,
            creator=caller,
            root=root,
            extra=extra,
            bond=value,
            l1_head=l1_head,
            start=start,
            respected=kind == self.respected,
            registered=registered,
            now=self.now,
        )
        self.games.append(game)
        self.by_uuid[uuid] = game
        if registered:
            self.listed.append(game)
        self._pay_bond(game, caller, value)
        return game

    def price(self, kind: int, registered: bool = True) -> int:
        """Wei that a game costs; somebody else's factory has a price of its own."""
        return self.init_bonds.get(kind, 0) if registered else init_bond(kind)

    def set_type(self, caller: bytes, kind: int, logic: str) -> None:
        """`logic`: "nothing", "the same" as all other games, or that "without arguments"."""
        self._require_factory_owner(caller)
        self.logics[kind] = logic

    def set_init_bond(self, caller: bytes, kind: int, wei: int) -> None:
        self._require_factory_owner(caller)
        self.init_bonds[kind] = wei

    def _require_factory_owner(self, caller: bytes) -> None:
        if caller != self.who.owner:
            raise Refusal("OwnableUnauthorizedAccount", (caller,))

    def _pay_bond(self, game: Game, caller: bytes, value: int) -> None:
        self.pay(caller, self.who.weth, value)
        # The game's address is not known yet while it is made: the rig moves this to it then.
        self.weth[game.address] = self.weth.get(game.address, 0) + value

    @staticmethod
    def uuid(kind: int, root: bytes, extra: bytes, registered: bool = True) -> bytes:
        """A game's name; in somebody else's factory names are its own."""
        name = keccak(encode(["uint32", "bytes32", "bytes"], [kind, root, extra]))
        return name if registered else b"alien" + name

    # --- playing ---

    def move(
        self, game: Game, by: bytes, index: int, value: bytes, *, attack: bool, bond: int, disputed: bytes
    ) -> None:
        self._require_party(game, by)
        game.move(by, index, value, attack=attack, bond=bond, now=self.now, disputed=disputed)
        game.deposited[by] = game.deposited.get(by, 0) + bond
        self._pay_bond(game, by, bond)

    def step(
        self, game: Game, by: bytes, index: int, *, attack: bool, state: bytes, run: Callable[[], bytes]
    ) -> None:
        """`run`: the machine's step from the state, by what is loaded."""

        def holds(pre: bytes | None, post: bytes) -> bool:
            expected = self.prestate if pre is None else pre
            if keccak(state)[1:] != expected[1:]:
                raise Refusal("FaultDisputeGame_WrongPrestate", (keccak(state), expected))
            return run() == post

        self._require_party(game, by)
        game.step(by, index, attack=attack, holds=holds)

    @staticmethod
    def _require_party(game: Game, by: bytes) -> None:
        if game.kind == PERMISSIONED and by not in PERMITTED:
            raise Refusal("PermissionedDisputeGame_NotAParty", (by,))

    def show_wrong_block(self, game: Game, by: bytes, output: Sequence[bytes], header: bytes) -> None:
        """The root claim is the output root of the block with this header, whose number is its ninth
        field."""

        def check() -> None:
            root = keccak(b"".join(output))
            if root != game.root:
                raise Refusal("FaultDisputeGame_WrongOutputRoot", (root, game.root))
            if keccak(header) != output[3]:
                raise Refusal("FaultDisputeGame_BadHeader", (keccak(header), output[3]))
            number = int.from_bytes(rlp.decode(header)[8], "big")
            if number == game.block:
                raise Refusal("FaultDisputeGame_BlockNumberMatches", (number,))

        game.show_wrong_block(by, check)

    def add_local_data(self, game: Game, ident: int, index: int, offset: int) -> None:
        """What the machine may read about a game: a word of 32 bytes, or a number of 8."""
        if game.status:
            raise Refusal("FaultDisputeGame_NotInProgress", ())
        if index >= len(game.claims):
            raise Refusal("Panic", (0x32,))
        computation = game.dispute(index)
        words = {
            1: game.l1_head,
            2: computation.agreed[0],
            3: computation.disputed[0],
            4: computation.block.to_bytes(8, "big"),
            5: L2_CHAIN_ID.to_bytes(8, "big"),
        }
        if ident not in words:
            raise Refusal("FaultDisputeGame_UnknownLocalData", (ident,))
        self.load(computation.key(local_key(ident), game.address), words[ident], offset)

    def load(self, key: bytes, preimage: bytes, offset: int) -> None:
        """Into the oracle: 32 bytes of length ‖ preimage from an offset on."""
        if offset >= 8 + len(preimage):
            raise Refusal("PreimageOracle_OffsetTooHigh", (offset, 8 + len(preimage)))
        self.preimages[key] = preimage
        self.parts.add((key, offset))

    def read_part(self, key: bytes, offset: int) -> bytes:
        """What was loaded: 32 bytes at most."""
        if (key, offset) not in self.parts:
            raise Refusal("PreimageOracle_NotLoaded", (key, offset))
        data = self.preimages[key]
        return (len(data).to_bytes(8, "big") + data)[offset : offset + 32]

    # --- closing and payout ---

    def close(self, game: Game) -> None:
        mode, becomes_anchor = self.judge(game)
        game.mode = mode
        if becomes_anchor:
            self.anchor_game = game

    def judge(self, game: Game) -> tuple[int, bool]:
        """The mode that closing gives a game, and whether it becomes the anchor."""
        if game.mode != UNDECIDED:
            return game.mode, False
        if self.is_paused():
            raise Refusal("FaultDisputeGame_Paused", ())
        if not game.resolved_at:
            raise Refusal("FaultDisputeGame_NotResolved", ())
        if not self.is_finalized(game):
            raise Refusal("FaultDisputeGame_NotFinalized", ())
        becomes_anchor = self.is_claim_valid(game) and game.block > self.anchor_root()[1]
        return NORMAL if self.is_proper(game) else REFUND, becomes_anchor

    def claim_credit(self, game: Game, recipient: bytes, *, refuses: bool = False) -> None:
        """First unlocks what somebody has earned, then pays it, unless the recipient refuses to be paid."""
        mode, _ = self.judge(game)
        amount = game.claimable(recipient, mode)
        if recipient not in game.unlocked:
            self.close(game)
            game.unlocked.add(recipient)
            self.unlock(game.address, recipient, amount)
            return
        if amount == 0:
            raise Refusal("FaultDisputeGame_NoCredit", (recipient,))
        self.check_withdraw(game.address, recipient, amount)
        if refuses:
            raise Refusal("FaultDisputeGame_TransferFailed", (recipient, amount))
        self.close(game)
        game.paid[recipient] = game.credit[recipient] = 0
        self.withdraw(game.address, recipient, amount)
        self.pay(game.address, recipient, amount)
        game.received[recipient] = game.received.get(recipient, 0) + amount

    # --- the registry ---

    def anchor_root(self) -> tuple[bytes, int]:
        return self.anchor if self.anchor_game is None else (self.anchor_game.root, self.anchor_game.block)

    def set_anchor(self, game: Game) -> None:
        if not self.is_claim_valid(game):
            raise Refusal("AnchorStateRegistry_InvalidGame", (game.address,))
        if game.block <= self.anchor_root()[1]:
            raise Refusal("AnchorStateRegistry_NotNewer", (game.block, self.anchor_root()[1]))
        self.anchor_game = game

    def respect(self, caller: bytes, kind: int) -> None:
        self._require_registry_guardian(caller)
        self.respected = kind

    def retire(self, caller: bytes) -> None:
        self._require_registry_guardian(caller)
        self.retired_at = self.now

    def blacklist_game(self, caller: bytes, game: Game) -> None:
        self._require_registry_guardian(caller)
        self.blacklist.add(game.address)

    def _require_registry_guardian(self, caller: bytes) -> None:
        if caller != self.who.guardian:
            raise Refusal("AnchorStateRegistry_OnlyGuardian", (caller, self.who.guardian))

    def is_retired(self, game: Game) -> bool:
        return game.created_at <= self.retired_at

    def is_proper(self, game: Game) -> bool:
        barred = game.address in self.blacklist or self.is_retired(game) or self.is_paused()
        return game.registered and not barred

    def is_finalized(self, game: Game) -> bool:
        waited = self.now - game.resolved_at
        return game.status != 0 and waited > self.parameters.finality_delay

    def is_claim_valid(self, game: Game) -> bool:
        won = game.status == DEFENDER_WINS
        return self.is_proper(game) and game.respected and self.is_finalized(game) and won

    # --- the portal ---

    def prove(
        self,
        submitter: bytes,
        withdrawal: WithdrawalTuple,
        index: int,
        *,
        output: Sequence[bytes],
        shows: Shows,
    ) -> None:
        """`output`: the preimage of an output root; `shows`: what the nodes show under its storage root."""
        if self.is_paused():
            raise Refusal("OptimismPortal_Paused", ())
        if index >= len(self.listed):
            raise Refusal("Panic", (0x32,))
        game = self.listed[index]
        if not self.is_proper(game):
            raise Refusal("OptimismPortal_ImproperGame", (game.address,))
        if not game.respected:
            raise Refusal("OptimismPortal_DisrespectedGame", (game.address,))
        if game.status == CHALLENGER_WINS:
            raise Refusal("OptimismPortal_GameLost", (game.address,))
        if self.now <= game.created_at:
            raise Refusal("OptimismPortal_InvalidProofTimestamp", ())
        root = keccak(b"".join(output))
        if root != game.root:
            raise Refusal("Withdrawals_WrongOutputRoot", (root, game.root))
        hash_ = withdrawal_hash(withdrawal)
        if shows is Shows.EMPTY_BRANCH:
            raise Refusal("RLPInvalidEncoding", ())  # OpenZeppelin's library gives up there, in its own words
        if shows is Shows.NOTHING:
            raise Refusal("Withdrawals_NotInOutput", (hash_, output[2]))
        if hash_ in self.finalized:
            raise Refusal("Withdrawals_AlreadyFinalized", (hash_,))
        self.proofs[hash_, submitter] = Proof(game, self.now)
        self.submitters.setdefault(hash_, []).append(submitter)

    def finalize(self, withdrawal: WithdrawalTuple, submitter: bytes) -> None:
        if self.is_paused():
            raise Refusal("OptimismPortal_Paused", ())
        self.check_withdrawal(withdrawal_hash(withdrawal), submitter)
        _, _, target, value, _, _ = withdrawal
        if value > self.balances[self.who.portal]:
            raise Refusal("Withdrawals_Underfunded", (value, self.balances[self.who.portal]))
        self.finalized.add(withdrawal_hash(withdrawal))
        if target not in self.refuses:
            self.pay(self.who.portal, target, value)

    def check_withdrawal(self, hash_: bytes, submitter: bytes) -> None:
        if hash_ in self.finalized:
            raise Refusal("Withdrawals_AlreadyFinalized", (hash_,))
        proof = self.proofs.get((hash_, submitter))
        if proof is None:
            raise Refusal("OptimismPortal_Unproven", ())
        mature_at = proof.at + self.parameters.maturity_delay
        if self.now <= mature_at:
            raise Refusal("OptimismPortal_ProofNotOldEnough", ())
        if not self.is_claim_valid(proof.game):
            raise Refusal("OptimismPortal_InvalidRootClaim", ())
