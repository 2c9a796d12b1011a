"""Creating games and arguing in them: by anybody, truly or not, as the rules allow or not."""

from abc import abstractmethod
from collections.abc import Callable

from eth_abi.abi import decode
from tests.fuzz.disputes.game import Computation, Game
from tests.fuzz.disputes.machines import KECCAK256, LOCAL, Part, Read, Shown
from tests.fuzz.disputes.rig import PEOPLE, WALLET, WALLETS_OWNER, Rig
from tests.fuzz.disputes.truth import Words
from tests.fuzz.evm import Event
from tests.fuzz.game_model import Place

ROOTS = ("true", "forged", "of another block", "unsafe", "in reach", "random")
VALUES = ("true", "false", "stubborn", "near", "same", "sibling", "wrong status")
STATES = ("known", "prestate", "junk")
EXTRAS = ("block", "padded", "short", "huge", "anchor")


Spoil = Callable[[Shown], Shown]


class Arguing(Rig):
    """Arguments are plain numbers and words, so that a play can be written down."""

    # --- creating ---

    def create(
        self, by: str, root: str, ahead: int, kind: int, lag: int, value: int, extra: str, alien: bool
    ) -> None:
        """A game about the block `ahead` of the anchor; L1 makes all but the last `lag` blocks up to it safe.

        `value`: wei more than the bond. `alien`: in somebody else's factory.
        """
        anchored = self.model.anchor_root()[1]
        block = min(anchored + ahead, self.l2.blocks[-1].number - 1)
        head = self._l1_head(block - lag)
        shown = self._extra(extra, block, anchored)
        claim = self._root(root, block)
        factory = self.deployment.alien_factory if alien else self.deployment.factory
        wei = max(0, self.model.price(kind, registered=not alien) + value)
        caller = PEOPLE[by]
        done = self.act(
            "create",
            lambda: self.model.create(
                *(caller, kind, claim, shown),
                value=wei,
                l1_head=head,
                origin=WALLETS_OWNER if caller == WALLET else caller,
                registered=not alien,
            ),
            *(factory, caller, "create", kind, claim, shown),
            value=wei,
            logs=None,
        )
        if done is not None:
            address = bytes.fromhex(decode(["address"], done[1])[0][2:])
            self.logged("create", [Event("DisputeGameCreated", (address, kind, claim))])
            self._made(done[0], address)

    def propose(self, ahead: int, kind: int) -> None:
        """What the honest party creates: a game about a block that is safe, and in reach of the upper
        tree."""
        anchored = self.model.anchor_root()[1]
        safe = self.safe_of[self._l1_head(anchored + ahead)]
        reach = min(ahead, safe - anchored, 1 << self.parameters.split_depth)
        if reach > 0:
            self.create("honest", "true", reach, kind, 0, 0, "block", False)

    def _made(self, game: Game, address: bytes) -> None:
        game.address = address
        self.model.weth[game.address] = self.model.weth.pop(b"")
        self.observer.made(game)
        self.touch(game)

    def _l1_head(self, block: int) -> bytes:
        """The head of a game that is made now. It makes an L2 block safe, `block` or a later one from
        before."""
        self.safe = max(self.safe, min(block, self.l2.blocks[-1].number))
        self.model.number = self.machine.l1_number(self.model.number, self.safe)
        self.set_block()
        head = self.l1_head()
        self.safe = self.machine.see(self.deployment, head, self.safe)
        return head

    def _extra(self, kind: str, block: int, anchored: int) -> bytes:
        number = {"huge": 1 << 64, "anchor": anchored}.get(kind, block).to_bytes(32, "big")
        return {"padded": number + b"\0", "short": number[:31]}.get(kind, number)

    def _root(self, kind: str, block: int) -> bytes:
        if kind == "forged":
            return self.l2.lies[block - self.l2.first].root
        if kind == "random":
            return self.machine.garbage(block)
        reach = self.model.anchor_root()[1] + (1 << self.parameters.split_depth)
        others = {
            "of another block": block + 1,
            "unsafe": min(self.safe, block),
            "in reach": min(block, reach),
        }
        return self.l2.root(others.get(kind, block))

    # --- moving ---

    def move(
        self, by: str, game: int, claim: int, attack: bool, value: str, salt: int, bond: int, disputed: bool
    ) -> None:
        """Answer a claim. `bond`: wei more than it costs; `disputed`: name the claim that is answered."""
        if self.model.games:
            found = self.pick_open(game)
            self._move(by, found, self.pick_claim(found, claim), attack, value, salt, bond, disputed)

    def _move(
        self, by: str, game: Game, index: int, attack: bool, value: str, salt: int, bond: int, disputed: bool
    ) -> None:
        parent = game.claims[index] if index < len(game.claims) else game.claims[0]
        place = game.child(parent.place, attack=attack)
        said = self._value(game, index, place, value, salt)
        wei = game.rules.bond(min(place[0], game.rules.max_depth)) + bond
        answered = parent.value if disputed else bytes(31) + b"\1"
        self.touch(game)
        done = self.act(
            "move",
            lambda: self.model.move(
                game, PEOPLE[by], index, said, attack=attack, bond=wei, disputed=answered
            ),
            *(self.game_contract(game), PEOPLE[by], "move", answered, index, said, attack),
            value=wei,
            logs=lambda: [Event("Move", (index, said, PEOPLE[by]))],
        )
        if done is not None and (kind := self.machine.kinds.get(said)):
            self.done[f"lie: {kind}"] += 1

    def _value(self, game: Game, index: int, place: Place, kind: str, salt: int) -> bytes:
        """What somebody says at a place."""
        if index >= len(game.claims) or place[0] > game.rules.max_depth:
            return bytes([salt]) * 32
        claim = game.claims[index]
        if kind == "same":
            return claim.value
        if kind == "sibling" and claim.children:
            return game.claims[claim.children[salt % len(claim.children)]].value
        if place[0] <= game.rules.split_depth:
            block = self.block_at(game, place)
            if kind == "near":
                return self.l2.root(max(self.l2.first, min(block + salt - 2, self.l2.blocks[-1].number)))
            if kind == "stubborn":
                return self.l2.lies[block - self.l2.first].root
            return self.l2.root(block) if kind == "true" else self.machine.garbage(salt)
        return self._state_value(game, index, place, kind, salt)

    def _state_value(self, game: Game, index: int, place: Place, kind: str, salt: int) -> bytes:
        words, instant = self.asked(game, index, place)
        if kind == "true" and self.machine.knows(words):
            return self.machine.true(words, instant)
        return self.machine.false(kind, words, instant, salt)

    def block_at(self, game: Game, place: Place) -> int:
        """The L2 block that a place of the upper tree is about, no later than the safe one."""
        block = game.start[1] + 1 + game.last_instant(place, game.rules.split_depth)
        return min(block, game.block, self.safe_of[game.l1_head])

    def asked(self, game: Game, index: int, place: Place) -> tuple[Words, int]:
        """What the machine computes at a place of a lower tree, and after which of its steps."""
        computation = game.dispute(index, place)
        words = Words(game.l1_head, computation.agreed[0], computation.disputed[0], computation.block)
        return words, game.last_instant(place, game.rules.max_depth) % self.parameters.steps

    # --- proving ---

    def step(self, by: str, game: int, claim: int, attack: bool, state: str) -> None:
        if not self.model.games:
            return
        found = self.pick_open(game)
        deepest = [i for i, c in enumerate(found.claims) if c.place[0] == found.rules.max_depth]
        index = deepest[claim % len(deepest)] if deepest and claim % 8 else self.pick_claim(found, claim)
        self._step(by, found, index, attack, state)

    def _step(
        self, by: str, game: Game, index: int, attack: bool, state: str, spoil: Spoil = lambda shown: shown
    ) -> None:
        """`spoil`: what is made of a state and its proof before they are shown."""
        shown = Shown(b"junk")
        if state == "prestate":
            shown = self._known(self.deployment.prestate)
        elif index < len(game.claims) and game.claims[index].place[0] == game.rules.max_depth:
            before, _ = game.neighbours(index, attack=attack)
            shown = self._known(self.deployment.prestate if before < 0 else game.claims[before].value)
        shown = spoil(shown)
        self.touch(game)
        done = self.act(
            "step",
            lambda: self.model.step(
                game,
                PEOPLE[by],
                index,
                attack=attack,
                state=shown.state,
                run=lambda: self.machine.step(shown, self._reader(game.address, game.dispute(index))),
            ),
            *(self.game_contract(game), PEOPLE[by], "step", index, attack, shown.state, shown.proof),
        )
        if done is not None:
            _, after = game.neighbours(index, attack=attack)
            if kind := self.machine.kinds.get(game.claims[after].value):
                self.done[f"shown: {kind}"] += 1

    def _known(self, value: bytes) -> Shown:
        return self.machine.shown(value) or Shown(b"junk")

    def _reader(self, caller: bytes, computation: Computation) -> Read:
        """What the oracle answers a machine that somebody runs: local words are the caller's own."""

        def read(key: bytes, offset: int) -> bytes:
            outside = computation.key(key, caller) if key[0] == LOCAL else key
            return self.model.read_part(outside, offset)

        return read

    def add_local_data(self, by: str, game: int, claim: int, ident: int, offset: int) -> None:
        if self.model.games:
            found = self.pick_open(game)
            self._add_local_data(by, found, self.pick_claim(found, claim), ident, offset)

    def _add_local_data(self, by: str, game: Game, index: int, ident: int, offset: int) -> None:
        self.touch(game)
        self.act(
            "add local data",
            lambda: self.model.add_local_data(game, ident, index, offset),
            *(self.game_contract(game), PEOPLE[by], "addLocalData", ident, index, offset),
        )

    def _load_preimage(self, by: str, part: Part) -> None:
        """Into the oracle, for everybody; under the hash that it has, whatever it is."""
        kind = "Keccak256" if part.key[0] == KECCAK256 else "Sha256"
        self.act(
            "load preimage",
            lambda: self.model.load(part.key, part.data, part.offset),
            *(self.deployment.preimages, PEOPLE[by], f"load{kind}PreimagePart", part.offset, part.data),
        )

    def show_block(self, by: str, game: int, output: str) -> None:
        """Try to show that the root claim is another block's output root."""
        if self.model.games:
            self._show_block(by, self.pick_open(game), output)

    def _show_block(self, by: str, game: Game, output: str) -> None:
        block = self.l2.of_root(game.root) or self.l2.blocks[0]
        if output == "another":
            block = self.l2.blocks[1]
        header = self.l2.blocks[2].header if output == "other header" else block.header
        self.touch(game)
        self.act(
            "show block",
            lambda: self.model.show_wrong_block(game, PEOPLE[by], block.output.preimage, header),
            *(self.game_contract(game), PEOPLE[by]),
            *("challengeRootL2Block", block.output.preimage, header),
        )

    # --- ways of lying ---

    def lie(self, by: str, game: int, way: str, value: str, salt: int, count: int) -> None:
        """Several moves at once, newest claims first: attack or defend everything, or now this, now that."""
        if not self.model.games:
            return
        found = self.pick_open(game)
        claims = [i for i in reversed(range(len(found.claims))) if found.claims[i].by != PEOPLE[by]][:count]
        for nth, index in enumerate(claims):
            if found.claims[index].place[0] == found.rules.max_depth:
                continue
            attack = way == "attack" or (way == "both" and (salt + nth) % 2 == 0)
            if index == 0 or found.claims[index].place[0] == found.rules.split_depth + 1:
                attack = True
            self._move(by, found, index, attack, value, salt + nth, 0, True)

    def flood(self, by: str, game: int, claim: int, count: int) -> None:
        """Many answers to one claim."""
        if not self.model.games:
            return
        found = self.pick_open(game)
        index = found.claims.index(found.claims[claim % len(found.claims)])
        for nth in range(count):
            attack = index == 0 or nth % 2 == 0
            self._move(by, found, index, attack, "false", 16 + nth, 0, True)

    def play_down(self, by: str, game: int, value: str, salt: int) -> None:
        """Against the honest party, turn by turn, as deep as it goes."""
        if not self.model.games:
            return
        found = self.pick_open(game)
        for _ in range(found.rules.max_depth):
            self.honest_turn(found)
            newest = len(found.claims) - 1
            if (
                found.claims[newest].by == PEOPLE[by]
                or found.claims[newest].place[0] == found.rules.max_depth
            ):
                break
            top = newest == 0 or found.claims[newest].place[0] == found.rules.split_depth + 1
            attack = top or self._attacks(found, newest, value, salt)
            self._move(by, found, newest, attack, value, salt, 0, True)
        self.honest_turn(found)

    def _attacks(self, game: Game, index: int, value: str, salt: int) -> bool:
        """Whether somebody who plays down attacks a claim, or defends it."""
        return salt % 3 != 0

    @abstractmethod
    def honest_turn(self, game: Game) -> None:
        """The honest party does all that it can in a game."""
