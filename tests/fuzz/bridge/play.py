"""A play on the bridge: the comparison after each step, and the end. Which steps there are: `rules.py`."""

from typing import Any

from tests.fuzz.bridge.checks import ALWAYS
from tests.fuzz.bridge.codec import Message
from tests.fuzz.bridge.deploy import FLAKY, GENESIS, GREEDY, PEOPLE, PUPPET
from tests.fuzz.bridge.doing import Doing
from tests.fuzz.bridge.observe import Observer
from tests.fuzz.bridge.properties import broken

FULL_LOOK_EVERY = 16
"""Steps."""

COPIES = {1: ("silver",), 2: ("gold", "mute", "echo")}
"""By chain: tokens there that stand for one of the other's."""


class Play(Doing):
    """On both chains."""

    genesis = GENESIS

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.observer = Observer(self)
        self.price = self.world.l1.portal.read("params")[::2]

    @property
    def terms(self) -> dict[str, Any]:
        return {"settlement": self.settlement}

    @property
    def about(self) -> str:
        return f"Withdrawals are settled by {self.settlement}."

    @property
    def now(self) -> int:
        return self.model.now

    @staticmethod
    def actor(rule: str) -> str:
        return "time" if rule.startswith("wait") else "L2" if rule == "derive" else "a contract"

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

    def come_to_an_end(self) -> None:
        """Everything that is under way arrives; what failed is relayed again; what can succeed does."""
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
