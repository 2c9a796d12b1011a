"""A liar and the challenger in one dispute game, from a claim that is a lie to the step that settles it."""

from collections.abc import Callable

from opcycle.challenger.traces import Trace
from opcycle.devnet.accounts import ACCOUNTS, TestAccount
from opcycle.devnet.demo.liar import Liar
from opcycle.devnet.demo.scene import Scene
from opcycle.devnet.demo.stage import check
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.monitor.drawing import changes, draw
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.types import Address

LIAR = ACCOUNTS["third user"]
NAMES = {account.address: role for role, account in ACCOUNTS.items()} | {LIAR.address: "liar"}


class Duel:
    """The liar's side; the other one is an agent of the devnet. The tree of claims is drawn as it grows."""

    def __init__(self, scene: Scene, liar: Liar, challenger: TestAccount):
        self._scene = scene
        self._liar = liar
        self._challenger = challenger
        sender = scene.devnet.assembly.l1_sender
        self._senders = [sender(KeySigner(account.key)) for account in (LIAR, challenger)]
        self._contract: FaultDisputeGame
        self._seen: DisputeGame | None = None

    def claim(self, block: int) -> DisputeGame:
        """Claim a wrong root for an L2 block, and defend it."""
        devnet = self._scene.devnet
        factory, kind, root = devnet.assembly.factory(), devnet.config.games.game_type, self._liar.root(block)
        bond = factory.init_bond(kind, block="latest")
        self._send("the wrong claim", factory.create(kind, root, block, bond=bond))
        address = factory.find(kind, root, block, block="latest")
        check("the factory lists the liar's game", holds=address is not None)
        assert address is not None
        return self.defend(address)

    def defend(self, address: Address) -> DisputeGame:
        """Answer each claim against a wrong root claim, until nothing can be said."""
        self._contract = FaultDisputeGame(self._scene.devnet.l1.rpc, address)
        return self._argue(self._until("the challenger's first claim", lambda game: len(game.claims) > 1))

    def attack(self, address: Address) -> DisputeGame:
        """Answer a right root claim and each claim for it, until nothing can be said."""
        self._contract = FaultDisputeGame(self._scene.devnet.l1.rpc, address)
        return self._argue(self._scene.look(self._contract))

    def step(self, game: DisputeGame, trace: Trace) -> str:
        """Try to counter the challenger's last claim by a step, which must be refused; why."""
        step = self._liar.step(game, game.claims[-1])
        proof = trace.proof(step.dispute, step.instant)
        request = self._contract.step(
            step.claim, is_attack=step.is_attack, state=proof.state, proof=proof.proof
        )
        try:
            self._senders[0].send(request)
        except TransactionRevertedError as error:
            return error.reason
        check("the liar's step is refused", holds=False)
        return ""

    def _argue(self, game: DisputeGame) -> DisputeGame:
        """Down to the greatest depth. If the last word there is the liar's, the challenger takes the step."""
        while game.claims[-1].position.depth < game.parameters.max_depth:
            game = self._answer(game)
        if game.claims[-1].claimant != LIAR.address:
            return game
        return self._until("the step", lambda game: game.claims[-1].countered_by == self._challenger.address)

    def _answer(self, game: DisputeGame) -> DisputeGame:
        """The liar's answer to the last claim, and what the challenger says to it."""
        claim = game.claims[-1]
        answer = self._scene.compute("the liar's machine", lambda: self._liar.answer(game, claim))
        (bond,) = self._contract.bonds([claim.position.move(is_attack=answer.is_attack)], block="latest")
        move = self._contract.move(claim, answer.value, is_attack=answer.is_attack, bond=bond)
        self._send("the liar's answer", move)
        count, deepest, split = len(game.claims) + 1, game.parameters.max_depth, game.parameters.split_depth
        if claim.position.depth + 1 == split:
            said = self._until("it to be seen", lambda game: len(game.claims) >= count)
            self._scene.compute("the machine", lambda: self._liar.foresee(said, said.claims[count - 1]))

        def is_answered(game: DisputeGame) -> bool:
            return len(game.claims) > count or game.claims[-1].position.depth == deepest

        return self._until("the challenger's answer", is_answered)

    def _send(self, what: str, request: TransactionRequest) -> None:
        liar, _ = self._senders
        transaction = liar.send(request)

        def mined() -> object:
            self._hurry()
            return liar.receipt(transaction)

        self._scene.until(what, mined)
        receipt = liar.receipt(transaction)
        check(f"L1 takes {what}", holds=receipt is not None and receipt.succeeded)

    def _until(self, what: str, condition: Callable[[DisputeGame], bool]) -> DisputeGame:
        def look() -> DisputeGame | None:
            self._hurry()
            game = self._scene.look(self._contract)
            self._show(game)
            return game if condition(game) else None

        return self._scene.until(what, look)

    def _hurry(self) -> None:
        """L1 makes its next block as soon as there is something for it: nobody wants to see each wait."""
        if any(sender.in_flight() for sender in self._senders):
            self._scene.devnet.travel(self._scene.devnet.config.l1_block_time)

    def _show(self, game: DisputeGame) -> None:
        now = self._scene.devnet.l1.head.timestamp
        news = changes(self._seen, game, now=now, names=NAMES)
        if news:
            self._scene.view.draw(draw(game, now=now, names=NAMES), news)
            self._seen = game
