"""A seeded run: L1 blocks with mutated channels and good ones, derived by our node as they come.

Blocks that could come next are made on our node's safe head, so a good channel behind the mutated ones moves
the chain on, unless one of them has moved it elsewhere.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.peers.differential.channel_mutations import CHANNEL
from tests.peers.differential.frame_mutations import FRAME
from tests.peers.differential.known import foreseen, met
from tests.peers.differential.material import Make, Material, Posting
from tests.peers.differential.rig import L1Tx, Rig, config_update, deposit
from tests.peers.differential.sequencing import Sequencing
from tests.peers.differential.singular_mutations import SINGULAR
from tests.peers.differential.span_mutations import SPAN

from opcycle.protocol.l2_block import L2Block

REGISTRIES = (SINGULAR, SPAN, CHANNEL, FRAME)
MAKES: dict[str, Make] = {name: make for registry in REGISTRIES for name, make in registry.makes.items()}
FIRST, ALONE, SELDOM = (
    frozenset().union(*(getattr(registry, kind) for registry in REGISTRIES))
    for kind in ("first", "alone", "seldom")
)
DISTANCE_OF_SELDOM = 30
"""Mutants between two that take long."""

MEMORY = 8
"""Safe blocks that spans overlap, and twice as many L1 blocks that they may name."""

ATTEMPTS = 10

JUNK_UPDATES = (0, 1, 2, 3, 6, 7, 8, 9)
"""Kinds of config updates that may be of random bytes; at random EIP-1559 parameters (4) op-geth crashes
(docs/findings/elasticity-beyond-the-gas-limit.md), and a random operator fee (5) nobody can pay."""


@dataclass
class Fuzz:
    """`posted` says what each L1 block was given, `counts` how often each mutation was made, `avoided` how
    often a known difference was. `ended_by` is one that was met all the same: the run ends there."""

    rig: Rig
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    avoided: Counter[str] = field(default_factory=Counter)
    posted: dict[int, list[tuple[str, L1Tx]]] = field(default_factory=dict)
    ended_by: str | None = None

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)
        self._sequencing = Sequencing(self.rig, self._rng)
        self._deck = self._endless_deck()
        self._put_back: list[str] = []
        self._history: list[bytes] = []
        self._seen = 0

    def run(self, mutants: int) -> None:
        """Post a good channel, that many mutated ones or a few more, and two empty L1 blocks after them."""
        self.rig.derive()
        material = self._material()
        self._make_l1_block([("good", tx) for tx in material.post(material.singulars())[0]])
        while self.counts.total() < mutants and self.ended_by is None:
            self._round()
        for _ in range(2):
            self._make_l1_block([])

    def _round(self) -> None:
        material = self._material()
        names = self._draw()
        if names[0] in ALONE:
            for transactions in self._mutant(names[0], material):
                self._make_l1_block([(names[0], tx) for tx in transactions])
            return
        block = [(name, tx) for name in names for tx in self._mutant(name, material)[0]]
        if self._rng.random() < 0.7:
            block += [("good", tx) for tx in material.post(material.singulars())[0]]
        if self._rng.random() < 0.2:
            block.append(("L1", self._from_l1()))
        self._make_l1_block(block)

    def _draw(self) -> list[str]:
        """What the next L1 block gets: one that wants to be alone, or others, with a span first if any."""
        drawn = [next(self._deck) for _ in range(self._rng.choice([1, 2, 2, 3]))]
        names = [*self._put_back, *drawn]
        alone = [name for name in names if name in ALONE]
        spans = [name for name in names if name in FIRST]
        chosen = alone[:1] or spans[:1] + [name for name in names if name not in ALONE | FIRST]
        for name in chosen:
            names.remove(name)
        self._put_back = names
        return chosen

    def _mutant(self, name: str, material: Material) -> Posting:
        """Empty if it always comes out as a difference that is known."""
        for _ in range(ATTEMPTS):
            posting = MAKES[name](material)
            difference = foreseen(
                material,
                [tx for transactions in posting for tx in transactions],
                material.l1[-1].number + 1,
                can_judge=lambda transactions: self._sequencing.can_judge(material.safe, transactions),
            )
            if difference is None:
                break
            self.avoided[difference] += 1
        else:
            return [[]]
        self.counts[name] += 1
        return posting

    def _material(self) -> Material:
        safe = self.rig.safe_head
        self._sequencing.follow(safe)
        head = self.rig.l1.head
        lag = max(0, head.timestamp - safe.ref.timestamp) // self.rig.config.block_time
        count = max(2, min(8, lag + self._rng.randint(0, 2)))
        first = max(0, head.number - 2 * MEMORY)
        return Material(
            rng=self._rng,
            config=self.rig.config,
            safe=safe,
            earlier=self._before(safe),
            blocks=self._sequencing.extend(safe, count, l1_head=head.number, eager=lag > 4),
            l1=[self.rig.l1_block(number).ref for number in range(first, head.number + 1)],
            posted=self._history[-20:] or [b""],
        )

    def _before(self, block: L2Block) -> list[L2Block]:
        first = max(0, block.ref.number - MEMORY)
        return self.rig.ours.client.blocks(first, block.ref.number - 1) if block.ref.number else []

    def _make_l1_block(self, block: list[tuple[str, L1Tx]]) -> None:
        """Nothing more is posted once a known difference was met."""
        if self.ended_by is not None:
            return
        self.rig.send(*(tx for _, tx in block))
        head = self.rig.mine(timestamp=self.rig.l1.head.timestamp + self._rng.choice([1, 1, 2, 3]))
        self.posted[head.number] = block
        self._history += [tx.data for _, tx in block if tx.sender == "batcher" and not tx.blobs]
        self.rig.derive()
        new = self.rig.verdicts.seen[self._seen :]
        self._seen += len(new)
        self.ended_by = met(new)

    def _from_l1(self) -> L1Tx:
        rng = self._rng
        updates = [
            config_update(1, bytes(32) + b"\x01" + bytes(23) + rng.randbytes(2).rjust(4, b"\0") * 2),
            config_update(2, rng.randint(20_000_000, 60_000_000).to_bytes(32, "big")),
            config_update(4, bytes(24) + rng.randint(50, 300).to_bytes(4, "big") + b"\0\0\0\x06"),
            config_update(
                5, bytes(20) + rng.randint(0, 500).to_bytes(4, "big") + rng.randbytes(2).rjust(8, b"\0")
            ),
            config_update(6, rng.randint(0, 1000).to_bytes(32, "big")),
            config_update(7, rng.randint(0, 800).to_bytes(32, "big")),
            config_update(rng.choice(JUNK_UPDATES), rng.randbytes(rng.choice([32, 64]))),
        ]
        deposits = [
            deposit(to=rng.randbytes(20), mint=rng.randrange(10**18), value=rng.randrange(10**18)),
            deposit(to=bytes(20), is_creation=True, data=bytes.fromhex("60015f5560015ff3"), gas=200_000),
            deposit(to=rng.randbytes(20), value=10**30),  # more than anybody has
        ]
        return rng.choice([*updates, *deposits * 2])

    def _endless_deck(self) -> Iterator[str]:
        """Every mutation as often as any other; those that take long in turn, at a distance."""
        seldom = sorted(SELDOM)
        drawn = 0
        while True:
            names = sorted(set(MAKES) - SELDOM)
            self._rng.shuffle(names)
            for name in names:
                if drawn % DISTANCE_OF_SELDOM == DISTANCE_OF_SELDOM - 1:
                    yield seldom[drawn // DISTANCE_OF_SELDOM % len(seldom)]
                drawn += 1
                yield name
