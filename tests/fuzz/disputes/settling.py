"""Settling games, closing them and being paid; and what the registry, the WETH's owner and the guardian
do."""

from collections.abc import Callable
from typing import Any

from tests.fuzz.disputes.game import NORMAL, Game
from tests.fuzz.disputes.honest import Honest
from tests.fuzz.disputes.properties import judged
from tests.fuzz.disputes.rig import PEOPLE, WALLET
from tests.fuzz.evm import Contract, Event
from tests.fuzz.puppet import REVERTER, Call, puppet_code
from tests.fuzz.tally import Refusal

IDENTIFIERS = ("all", "this chain", "another chain")
LOGICS = ("the same", "without arguments", "nothing")
PAYEES = ("take it", "refuse", "come back")
"""What a recipient's code does when it is paid."""


def refused(refusal: Refusal) -> Callable[[], None]:
    """What nobody may do."""

    def refuse() -> None:
        raise refusal

    return refuse


class Settling(Honest):
    owner_took = False
    """Whether the owner of WETH has taken any that is not its own."""

    # --- deciding ---

    def resolve_claim(self, by: str, game: int, claim: int, count: int) -> None:
        if self.model.games:
            found = self.pick_open(game)
            self._resolve_claim(by, found, self.pick_claim(found, claim), count)

    def _resolve_claim(self, by: str, game: Game, index: int, count: int) -> None:
        self.touch(game)
        self.act(
            "resolve claim",
            lambda: game.resolve_claim(index, self.model.now, count),
            *(self.game_contract(game), PEOPLE[by], "resolveClaim", index, count),
        )

    def resolve(self, by: str, game: int) -> None:
        if self.model.games:
            self._resolve(by, self.pick_open(game))

    def _resolve(self, by: str, game: Game) -> None:
        self.touch(game)
        self.act(
            "resolve",
            lambda: game.resolve(self.model.now),
            *(self.game_contract(game), PEOPLE[by], "resolve"),
            logs=lambda: [Event("Resolved", (game.status,))],
        )

    def settle(self, by: str, game: int, pages: int) -> None:
        """All that can be settled by now, from the leaves up, looking at `pages` answers at a time (0:
        all)."""
        if self.model.games:
            self._settle(by, self.pick_open(game), pages)

    def _settle(self, by: str, game: Game, pages: int) -> None:
        for index in reversed(range(len(game.claims))):
            claim = game.claims[index]
            while not game.status and not claim.settled and self._is_ripe(game, index):
                self._resolve_claim(by, game, index, pages)
        if game.claims[0].settled and not game.status:
            self._resolve(by, game)

    def _is_ripe(self, game: Game, index: int) -> bool:
        """Time is up, and all answers are settled."""
        below = all(game.claims[child].settled for child in game.claims[index].children)
        return below and game.used(index, self.model.now) == game.rules.clock

    # --- closing and payout ---

    def close(self, by: str, game: int) -> None:
        if self.model.games:
            self._close(by, self.pick(game))

    def _close(self, by: str, game: Game) -> None:
        self.touch(game)
        self.act(
            "close",
            lambda: self.model.close(game),
            *(self.game_contract(game), PEOPLE[by], "closeGame"),
            logs=self._closing(game),
        )

    def _closing(self, game: Game) -> Callable[[], list[Event]]:
        """What is logged if a game is closed by what comes now."""
        mode, anchor = game.mode, self.model.anchor_game

        def logs() -> list[Event]:
            moved = [Event("AnchorUpdated", (game.address,))] if self.model.anchor_game is not anchor else []
            return moved + ([Event("GameClosed", (game.mode,))] if game.mode != mode else [])

        return logs

    def close_with_gas(self, by: str, game: int, gas: int) -> None:
        """With so little gas, perhaps, that it cannot be done: then nothing is."""
        if not self.model.games:
            return
        found = self.pick(game)
        at, logs = self.game_contract(found), self._closing(found)
        self.touch(found)
        _, refusal = self.call(at, PEOPLE[by], at.encode("closeGame"), 0, gas)
        try:
            self.model.judge(found)
        except Refusal as wanted:
            if refusal is None:
                judged("close", wanted, None)
            return
        if refusal is None:
            self.model.close(found)
            self.logged("close", logs())
            self.done["close with gas"] += 1

    def claim_credit(self, by: str, game: int, recipient: str, recipient_does: str) -> None:
        if self.model.games:
            self._claim_credit(by, self.pick(game), PEOPLE[recipient], recipient_does)

    def _claim_credit(self, by: str, game: Game, recipient: bytes, does: str = "take it") -> None:
        """`does`: what the recipient's code does when it is paid."""
        was = game.received.get(recipient, 0)
        does = "take it" if recipient == WALLET else does
        at = self.game_contract(game)
        codes = {
            "take it": b"",
            "refuse": REVERTER,
            "come back": puppet_code(self._for_more(game, at, recipient)) if does == "come back" else b"",
        }
        self.touch(game)
        if recipient != WALLET:
            self.chain.set_code(recipient, codes[does])
        try:
            self.act(
                "claim credit",
                lambda: self.model.claim_credit(game, recipient, refuses=does == "refuse"),
                *(at, PEOPLE["withdrawer" if PEOPLE[by] == recipient else by], "claimCredit", recipient),
                logs=self._closing(game),
            )
        finally:
            if recipient != WALLET:
                self.chain.set_code(recipient, b"")  # an account with code could send nothing
        if game.received.get(recipient, 0) > was:
            self.done[f"paid, recipient: {does}"] += 1

    def _for_more(self, game: Game, at: Contract, recipient: bytes) -> list[Call]:
        """What somebody tries who is called while it is paid."""
        weth = self.deployment.weth
        wei = game.claimable(recipient, game.mode or NORMAL)
        return [
            Call(game.address, at.encode("claimCredit", recipient)),
            Call(weth.address, weth.encode("withdraw(address,uint256)", recipient, wei)),
            Call(weth.address, weth.encode("transferFrom", game.address, recipient, 1)),
            Call(game.address, at.encode("resolve")),
        ]

    # --- the registry ---

    def set_anchor(self, by: str, game: int) -> None:
        if not self.model.games:
            return
        found = self.pick(game)
        self.act(
            "set anchor",
            lambda: self.model.set_anchor(found),
            *(self.deployment.registry, PEOPLE[by], "setAnchorState", found.address),
            logs=lambda: [Event("AnchorUpdated", (found.address,))],
        )

    def blacklist(self, by: str, game: int) -> None:
        if not self.model.games:
            return
        found = self.pick(game)
        self.touch(found)
        self.act(
            "blacklist",
            lambda: self.model.blacklist_game(PEOPLE[by], found),
            *(self.deployment.registry, PEOPLE[by], "blacklistDisputeGame", found.address),
            logs=lambda: [Event("DisputeGameBlacklisted", (found.address,))],
        )

    def retire(self, by: str) -> None:
        """All games that there are."""
        self.touch_all()
        self.act(
            "retire",
            lambda: self.model.retire(PEOPLE[by]),
            *(self.deployment.registry, PEOPLE[by], "updateRetirementTimestamp"),
            logs=lambda: [Event("RetirementTimestampSet", (self.model.now,))],
        )

    def respect(self, by: str, kind: int) -> None:
        self.act(
            "respect",
            lambda: self.model.respect(PEOPLE[by], kind),
            *(self.deployment.registry, PEOPLE[by], "setRespectedGameType", kind),
            logs=lambda: [Event("RespectedGameTypeSet", (kind,))],
        )

    # --- who owns what ---

    def set_up_again(self, by: str, what: str, game: int) -> None:
        """Nothing is set up twice."""
        found = self.deployment
        config = found.system_config.address
        again: dict[str, tuple[Contract, tuple[Any, ...]]] = {
            "factory": (found.factory, (PEOPLE[by],)),
            "registry": (found.registry, (config, found.factory.address, (bytes(31) + b"\1", 1), 0)),
            "weth": (found.weth, (config,)),
            "portal": (found.portal, (config, found.registry.address)),
        }
        refusal = Refusal("InvalidInitialization", ())
        if what == "game" and self.model.games:
            again["game"] = (self.game_contract(self.pick(game)), ())
            refusal = Refusal("FaultDisputeGame_AlreadyInitialized", ())
        if what in again:
            contract, arguments = again[what]
            self.act("set up again", refused(refusal), contract, PEOPLE[by], "initialize", *arguments)

    def set_type(self, by: str, kind: int, logic: str) -> None:
        """What games of a type are made of."""
        found = self.deployment
        address = bytes(20) if logic == "nothing" else found.logic
        arguments = found.game_arguments() if logic == "the same" else b""
        self.act(
            "set type",
            lambda: self.model.set_type(PEOPLE[by], kind, logic),
            *(found.factory, PEOPLE[by], "setImplementation(uint32,address,bytes)"),
            *(kind, address, arguments),
            logs=lambda: [
                Event("ImplementationSet", (address, kind)),
                Event("ImplementationArgsSet", (kind, arguments)),
            ],
        )

    def set_init_bond(self, by: str, kind: int, wei: int) -> None:
        self.act(
            "set init bond",
            lambda: self.model.set_init_bond(PEOPLE[by], kind, wei),
            *(self.deployment.factory, PEOPLE[by], "setInitBond", kind, wei),
            logs=lambda: [Event("InitBondUpdated", (kind, wei))],
        )

    # --- the pause ---

    def pause(self, by: str, what: str) -> None:
        self._pausing("pause", by, what)

    def extend(self, by: str, what: str) -> None:
        self._pausing("extend", by, what)

    def unpause(self, by: str, what: str) -> None:
        self._pausing("unpause", by, what)

    def _pausing(self, function: str, by: str, what: str) -> None:
        identifiers = (bytes(20), self.model.who.portal, b"\x77" * 20)
        identifier = identifiers[IDENTIFIERS.index(what)]
        self.touch_all()
        self.act(
            function,
            lambda: getattr(self.model, function)(PEOPLE[by], identifier),
            *(self.deployment.superchain, PEOPLE[by], function, identifier),
            logs=lambda: [Event("Unpaused" if function == "unpause" else "Paused", (identifier,))],
        )

    # --- WETH ---

    def wrap(self, by: str, wei: int) -> None:
        self.act(
            "wrap",
            lambda: self.model.wrap(PEOPLE[by], PEOPLE[by], wei),
            *(self.deployment.weth, PEOPLE[by], "deposit"),
            value=wei,
        )

    def unlock(self, by: str, guy: str, wei: int) -> None:
        self.act(
            "unlock",
            lambda: self.model.unlock(PEOPLE[by], PEOPLE[guy], wei),
            *(self.deployment.weth, PEOPLE[by], "unlock", PEOPLE[guy], wei),
        )

    def unwrap(self, by: str, guy: str, wei: int) -> None:
        self.act(
            "unwrap",
            lambda: self.model.withdraw(PEOPLE[by], PEOPLE[guy], wei),
            *(self.deployment.weth, PEOPLE[by], "withdraw(address,uint256)", PEOPLE[guy], wei),
        )

    def hold(self, by: str, game: int, wei: int) -> None:
        """The owner of WETH takes a game's."""
        if not self.model.games:
            return
        found = self.pick(game)
        self.touch(found)
        done = self.act(
            "hold",
            lambda: self.model.hold(PEOPLE[by], found.address, wei),
            *(self.deployment.weth, PEOPLE[by], "hold(address,uint256)", found.address, wei),
        )
        self.owner_took |= done is not None and wei > 0

    def recover(self, by: str, wei: int) -> None:
        """The owner of WETH takes the ether behind it."""
        done = self.act(
            "recover",
            lambda: self.model.recover(PEOPLE[by], wei),
            *(self.deployment.weth, PEOPLE[by], "recover", wei),
        )
        self.owner_took |= done is not None and wei > 0
