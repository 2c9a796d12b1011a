"""Whether two verifiers made the same of L1: the safe head after each L1 block, as each remembers it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.peers.differential.rig import L1Tx

from opcycle.derivation.verdicts import Verdict
from opcycle.devnet.runner import Runner
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import TemporaryError
from opcycle.protocol.safe_head import SafeHead

SafeHeadAt = Callable[[int], SafeHead | None]
PATIENCE = 90
"""Seconds in which op-node must get on by one L1 block at least."""


@dataclass(frozen=True)
class Difference:
    """The first L1 block after which the safe heads differ, and what each says."""

    l1_number: int
    ours: SafeHead | None
    theirs: SafeHead | None

    def report(self, posted: list[tuple[str, L1Tx]], verdicts: list[Verdict]) -> str:
        """In words, with what L1 held and what we made of it."""
        lines = [f"the safe heads differ from L1 block {self.l1_number} on"]
        for name, head in (("ours", self.ours), ("op-node's", self.theirs)):
            text = "none" if head is None else f"L2 block {head.safe_head} since L1 block {head.l1_block}"
            lines.append(f"  {name}: {text}")
        lines += ["it was given:"]
        lines += [f"  {name}: type {tx.kind}, {len(tx.data)} bytes 0x{tx.data.hex()}" for name, tx in posted]
        lines += ["our verdicts:"]
        lines += [f"  {verdict}" for verdict in verdicts if verdict.inclusion.number == self.l1_number]
        return "\n".join(lines)


def first_difference(ours: SafeHeadAt, theirs: SafeHeadAt, last: int) -> Difference | None:
    """In L1 blocks up to `last`. One that has no record yet has the genesis, as the other may say."""
    for number in range(last + 1):
        our, their = ours(number), theirs(number)
        if our != their and not (their is None and our is not None and our.safe_head.number == 0):
            return Difference(number, our, their)
    return None


def safe_heads_of(client: RollupClient) -> SafeHeadAt:
    """As a node's RPC tells them."""

    def at(number: int) -> SafeHead | None:
        try:
            return client.safe_head_at_l1_block(number)
        except TemporaryError:  # nothing was recorded before it
            return None

    return at


def wait_until_read(client: RollupClient, l1_number: int) -> int:
    """Until op-node has read L1 up to that block, or gets no further; the block that it has read."""
    runner = Runner()
    for number in _numbers_read(client, runner):
        if number >= l1_number:
            break
    return number


def _numbers_read(client: RollupClient, runner: Runner) -> Iterator[int]:
    """Each time that it has got on; ends when it does no more."""
    read = -1

    def has_got_on() -> bool:
        nonlocal read
        try:
            number = client.sync_status().current_l1.number
        except TemporaryError:  # it is starting
            return False
        if number <= read:
            return False
        read = number
        return True

    yield read
    while runner.until(has_got_on, seconds=PATIENCE):
        yield read
