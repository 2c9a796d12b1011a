"""What third parties show the real machine, and load for it: witnesses that are cut, changed or another
state's, preimages that are garbage, words in their own name, other disputes' contexts."""

from dataclasses import replace
from hashlib import sha256

from tests.fuzz.disputes.arguing import Arguing
from tests.fuzz.disputes.game import Computation, Game, local_key
from tests.fuzz.disputes.machines import KECCAK256, Part, Shown
from tests.fuzz.disputes.mips64 import FIELDS, NOWHERE, flipped
from tests.fuzz.disputes.properties import broken
from tests.fuzz.disputes.rig import PEOPLE
from tests.fuzz.mips64.fields import PROOF
from tests.fuzz.mips64.world import HEADS, l1_number

from opcycle.keccak import keccak

CUTS = (0, 1, 298, 329, 330, 331, 330 + PROOF - 1, 330 + PROOF, 330 + 2 * PROOF - 1, 330 + 2 * PROOF)
"""Bytes that are left of a proof: around each of its parts' ends."""

PARTS = {
    "thread": (0, 298),
    "stack": (298, 330),
    "instruction": (330, 362),
    "instruction's proof": (362, 330 + PROOF),
    "data": (330 + PROOF, 362 + PROOF),
    "data's proof": (362 + PROOF, 330 + 2 * PROOF),
    "rest": (330 + 2 * PROOF, 330 + 3 * PROOF),
}
"""Of a proof, from where to where."""

SPOILT = ("nothing", "cut", "longer", "foreign", "state", *PARTS)
PREIMAGES = ("head", "roots", "false roots", "nothing", "long")


class Showing(Arguing):
    """Arguments are plain numbers and words."""

    def step_with(self, by: str, game: int, claim: int, attack: bool, spoilt: str, salt: int) -> None:
        """A step from a state that is known; but its witness is not what it should be."""
        if not self.model.games:
            return
        found = self.pick_open(game)
        deepest = [i for i, c in enumerate(found.claims) if c.place[0] == found.rules.max_depth]
        if not deepest:
            return

        index = deepest[claim % len(deepest)]
        self._step(by, found, index, attack, "known", lambda shown: self._spoil(shown, spoilt, salt))

    def _spoil(self, shown: Shown, how: str, salt: int) -> Shown:
        state, proof = shown.state, shown.proof
        self.done[f"witness: {how}"] += 1
        if how == "cut":
            proof = proof[: CUTS[salt % len(CUTS)]]
        elif how == "longer":
            proof += bytes(1 + salt)
        elif how == "foreign":
            other = self.machine.shown(self.deployment.prestate)
            proof = other.proof if other else b""
        elif how == "state":
            state = flipped(state, FIELDS[salt % len(FIELDS)])
        elif how in PARTS:
            start, end = PARTS[how]
            proof = flipped(proof, start + salt * 37 % (end - start))
        return replace(shown, state=state, proof=proof)

    def _attacks(self, game: Game, index: int, value: str, salt: int) -> bool:
        """Whoever follows a run of the machine attacks what it does not say."""
        place = game.claims[index].place
        if value != "stubborn" or place[0] <= game.rules.split_depth:
            return super()._attacks(game, index, value, salt)
        words, instant = self.asked(game, index, place)
        return self.machine.false(value, words, instant, salt) != game.claims[index].value

    def load(self, by: str, which: str, kind: int, offset: int) -> None:
        """A preimage for everybody: one that the program asks for, or garbage, under its own hash."""
        roots = b"".join(block.root for block in self.l2.blocks)
        data = {
            "head": str(l1_number(HEADS[offset % 2])).encode(),
            "roots": roots,
            "false roots": roots[32:] + roots[:32],
            "nothing": b"",
            "long": bytes(range(256)) * 3,
        }[which]
        hash_ = keccak(data) if kind == KECCAK256 else sha256(data).digest()
        self._load_preimage(by, Part(bytes([kind]) + hash_[1:], offset, data))

    def whisper(self, by: str, game: int, claim: int, ident: int, offset: int) -> None:
        """A false word in a game's context, but in one's own name."""
        if (found := self._disputed(game, claim)) is None:
            return
        chosen, computation = found
        word = self.machine.garbage(ident)
        oracle = self.deployment.preimages
        self.act(
            "whisper",
            lambda: self.model.load(computation.key(local_key(ident), PEOPLE[by]), word, offset),
            *(oracle, PEOPLE[by], "loadLocalData", ident, computation.context, word, 32, offset),
        )
        self.touch(chosen)

    def ask_machine(self, by: str, game: int, claim: int, spoilt: str, salt: int) -> None:
        """Let the machine step from a claimed state, in a game's context but for oneself: it reads what one
        has said, not what the game has, and nobody's game is any different for it."""
        if (found := self._disputed(game, claim)) is None:
            return
        chosen, computation = found
        said = chosen.claims[claim % len(chosen.claims)].value
        shown = self.machine.shown(said)
        if shown is None:
            return
        shown = self._spoil(shown, spoilt, salt)
        self.touch(chosen)
        done = self.act(
            "ask machine",
            lambda: self.machine.step(shown, self._reader(PEOPLE[by], computation)),
            *(self.deployment.machine, PEOPLE[by]),
            *("step", shown.state, shown.proof, computation.context),
            logs=None,
        )
        if done is not None:
            wanted, answered = done
            if wanted != answered and (wanted != NOWHERE or self.machine.shown(answered)):
                broken("V-1", f"a step from 0x{said.hex()} leads to 0x{answered.hex()}, not 0x{wanted.hex()}")
            if shown.state[98:99] == b"\1":
                self.done["stand still"] += 1
                if answered[1:] != keccak(shown.state)[1:]:
                    broken("V-4", f"after 0x{shown.state.hex()} comes 0x{answered.hex()}")

    def _disputed(self, game: int, claim: int) -> tuple[Game, Computation] | None:
        """A game, and what is computed at one of its claims in a lower tree."""
        if not self.model.games:
            return None
        found = self.pick(game)
        below = [i for i, c in enumerate(found.claims) if c.place[0] > found.rules.split_depth]
        return (found, found.dispute(below[claim % len(below)])) if below else None
