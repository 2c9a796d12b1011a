"""A play: what everybody did, in order, and the comparison after each step. Needs no Hypothesis.

A run is a list of steps `[rule, arguments]`, plain JSON; `Play.do` takes one. Which rules there are:
`rules.py`.
"""

from typing import Any

from tests.fuzz.bridge.checks import ALWAYS
from tests.fuzz.bridge.codec import Message
from tests.fuzz.bridge.deploy import FLAKY, GENESIS, GREEDY, PEOPLE, PUPPET
from tests.fuzz.bridge.doing import Doing
from tests.fuzz.bridge.observe import Observer
from tests.fuzz.bridge.properties import BrokenError, broken

Step = tuple[str, dict[str, Any]]
"""A rule's name and its arguments: numbers, words, truth values."""

FULL_LOOK_EVERY = 16
"""Steps."""

COPIES = {1: ("silver",), 2: ("gold", "mute", "echo")}
"""By chain: tokens there that stand for one of the other's."""


class Play(Doing):
    """`run` is what has been done so far; `story`, step by step, when and what came of it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.run: list[Step] = []
        self.story: list[tuple[int, list[str]]] = []
        self.broke: BrokenError | None = None
        self.observer = Observer(self)
        self.price = self.world.l1.portal.read("params")[::2]

    def do(self, rule: str, **arguments: Any) -> None:
        """One step, and the comparison after it. Raises BrokenError if a property does not hold."""
        self.run.append((rule, arguments))
        self.outcomes = []
        self.story.append((self.model.now - GENESIS, self.outcomes))
        try:
            getattr(self, rule)(**arguments)
            self.look()
        except BrokenError as error:
            self.broke = error
            raise

    def look(self) -> None:
        """A call changes only the chain that it is made on; the other one is looked at now and then."""
        self.observer.look((1, 2) if len(self.run) % FULL_LOOK_EVERY == 0 else sorted(self.touched))
        self.touched.clear()
        for check in ALWAYS:
            check(self)

    # --- what is where ---

    def under_way(self, to: int) -> list[Message]:
        """Messages to a chain that have not come there successfully."""
        _, side = self.sides(to)
        return [message for message in self.sent[2 - to] if message.hash not in side.state.successful]

    # --- the end ---

    def finish(self) -> None:
        """Everything that is under way arrives; what failed is relayed again; what can succeed does."""
        try:
            self._finish()
        except BrokenError as error:
            self.broke = error
            raise

    def _finish(self) -> None:
        for what in ("all", "this chain"):
            self.unpause("guardian", what)
        for chain in (1, 2):
            self.train(chain, [])
            self.mend(chain, works=True)
        for _ in range(4):  # what arrives may send
            self._arrive()
        self._go_home()
        self._arrive()
        for chain in (1, 2):
            for message in self.came_twice(chain)[:1]:  # and no more
                self._replay(chain, message, "relayer")
        self.touched.update((1, 2))
        self.look()
        for chain in (1, 2):
            for message in self.under_way(chain):
                if self.must_arrive(chain, message):
                    broken("M-3", f"a message to L{chain} with every chance is still under way: {message}")

    def _arrive(self) -> None:
        self.advance(1, 1)
        self.derive(len(self.deposits))
        self.deliver("relayer")
        for chain in (1, 2):
            for message in self.failed(chain):
                self._replay(chain, message, "relayer")

    def _go_home(self) -> None:
        """Everybody sends all copies of tokens back to where the originals are."""
        for chain, names in COPIES.items():
            _, side = self.sides(chain)
            for who in ("alice", "bob", "mallory"):
                for name in names:
                    amount = side.state.tokens.get((self.token(chain, name), PEOPLE[who]), 0)
                    if amount:
                        self.bridge_tokens(chain, who, name, "true", who, amount, 400_000, "bridge to")
                if chain == 2:  # one of their pictures, if they have any
                    self.bridge_art(chain, who, "art", "true", who, 1, 400_000, "bridge to")

    def must_arrive(self, chain: int, message: Message) -> bool:
        """Whether nothing is wrong with it, when everything works: a plain message to somebody who takes
        it."""
        is_there = message.hash in self.sides(chain)[1].state.failed
        return is_there and message.target in (FLAKY, GREEDY, PUPPET)
