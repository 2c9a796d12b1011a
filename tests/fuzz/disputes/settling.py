"""Settling games, closing them and being paid; and what the registry, the WETH's owner and the guardian
do."""

from tests.fuzz.disputes.honest import Honest
from tests.fuzz.disputes.model import Game
from tests.fuzz.disputes.rig import PEOPLE, REFUSER
from tests.fuzz.puppet import REVERTER

IDENTIFIERS = ("all", "this chain", "another chain")


class Settling(Honest):
    owner_took = False
    """Whether the owner of WETH has taken any that is not its own."""

    # --- deciding ---

    def resolve_claim(self, by: str, game: int, claim: int, count: int) -> None:
        if self.model.games:
            found = self.pick(game)
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
            self._resolve(by, self.pick(game))

    def _resolve(self, by: str, game: Game) -> None:
        self.touch(game)
        self.act(
            "resolve",
            lambda: game.resolve(self.model.now),
            *(self.game_contract(game), PEOPLE[by], "resolve"),
        )

    def settle(self, by: str, game: int, pages: int) -> None:
        """All that can be settled by now, from the leaves up, looking at `pages` answers at a time (0:
        all)."""
        if self.model.games:
            self._settle(by, self.pick(game), pages)

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
        )

    def claim_credit(self, by: str, game: int, recipient: str) -> None:
        if self.model.games:
            self._claim_credit(by, self.pick(game), PEOPLE[recipient])

    def _claim_credit(self, by: str, game: Game, recipient: bytes) -> None:
        was = game.received.get(recipient, 0)
        self.touch(game)
        if recipient == REFUSER:
            self.chain.set_code(REFUSER, REVERTER)
        self.act(
            "claim credit",
            lambda: self.model.claim_credit(game, recipient),
            *(self.game_contract(game), PEOPLE[by], "claimCredit", recipient),
        )
        if recipient == REFUSER:
            self.chain.set_code(REFUSER, b"")  # an account with code could send nothing
        self.done["paid"] += game.received.get(recipient, 0) > was

    # --- the registry ---

    def set_anchor(self, by: str, game: int) -> None:
        if not self.model.games:
            return
        found = self.pick(game)
        self.act(
            "set anchor",
            lambda: self.model.set_anchor(found),
            *(self.deployment.registry, PEOPLE[by], "setAnchorState", found.address),
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
        )

    def retire(self, by: str) -> None:
        """All games that there are."""
        self.act(
            "retire",
            lambda: self.model.retire(PEOPLE[by]),
            *(self.deployment.registry, PEOPLE[by], "updateRetirementTimestamp"),
        )

    def respect(self, by: str, kind: int) -> None:
        self.act(
            "respect",
            lambda: self.model.respect(PEOPLE[by], kind),
            *(self.deployment.registry, PEOPLE[by], "setRespectedGameType", kind),
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
        self.act(
            function,
            lambda: getattr(self.model, function)(PEOPLE[by], identifier),
            *(self.deployment.superchain, PEOPLE[by], function, identifier),
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
