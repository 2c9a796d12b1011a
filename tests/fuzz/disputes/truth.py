"""What is true: an L2 chain, what it withdraws, and the machine that checks its output roots.

Nothing here comes from `opcycle` or the contracts; the L2's trie is `message_passer`'s.
"""

from dataclasses import dataclass
from functools import cache

import rlp
from tests.fuzz.disputes.deploy import L2_CHAIN_ID, Parameters, account
from tests.fuzz.message_passer import Claim as Output
from tests.fuzz.message_passer import MessagePasser, WithdrawalTuple

from opcycle.keccak import keccak

VALID, INVALID, PANIC, UNFINISHED = 0, 1, 2, 3

PRESTATE = b"before the first step"
"""Preimage of the machine's first state."""

WITHDRAWALS = 6


def with_status(digest: bytes, status: int) -> bytes:
    return bytes([status]) + digest[1:]


PRESTATE_HASH = with_status(keccak(PRESTATE), UNFINISHED)


@dataclass(frozen=True, slots=True)
class Words:
    """The local words of a computation, as the machine reads them."""

    l1_head: bytes
    agreed: bytes
    disputed: bytes
    number: int
    chain_id: int = L2_CHAIN_ID

    def word(self, ident: int) -> bytes:
        """Word 1 to 5."""
        numbers = {4: self.number.to_bytes(8, "big"), 5: self.chain_id.to_bytes(8, "big")}
        return numbers.get(ident) or (self.l1_head, self.agreed, self.disputed)[ident - 1]


@dataclass(frozen=True, slots=True)
class Block:
    """An L2 block: its header (only hash and number matter) and its output."""

    number: int
    header: bytes
    output: Output
    root: bytes


class L2:
    """Blocks from the anchor on. Withdrawal k happens in block 1 + 3 k after it."""

    def __init__(self, first: int, last: int):
        self.first = first
        self.passer = MessagePasser()
        self.withdrawals = [_withdrawal(k) for k in range(WITHDRAWALS)]
        self.forged = _withdrawal(WITHDRAWALS)
        self.blocks: list[Block] = []
        for offset in range(last - first + 1):
            if offset % 3 == 1 and offset // 3 < WITHDRAWALS:
                self.passer.record(self.withdrawals[offset // 3])
            self.blocks.append(self._block(first + offset, "true", self.passer.claim()))
        forged = self.passer.claim(self.forged)
        self.lies = [self._block(first + o, "forged", forged) for o in range(last - first + 1)]
        """Other outputs, with a withdrawal in them that never was."""
        self._numbers = {block.root: block.number for block in self.blocks}
        self._of_root = {block.root: block for block in (*self.blocks, *self.lies)}

    def root(self, number: int) -> bytes:
        """The output root of a block."""
        return self.blocks[number - self.first].root

    def number(self, root: bytes) -> int | None:
        """Which block's output root this is."""
        return self._numbers.get(root)

    def of_root(self, root: bytes) -> Block | None:
        """The block, true or not, whose output root this is, as far as anybody knows its output."""
        return self._of_root.get(root)

    @staticmethod
    def _block(number: int, kind: str, claim: Output) -> Block:
        fields = [keccak(f"{kind} {number}".encode()), *[b""] * 7, number, *[b""] * 7]
        header: bytes = rlp.encode(fields)
        output = Output(
            bytes(32),
            keccak(f"{kind} state {number}".encode()),
            claim.storage_root,
            keccak(header),
            claim.members,
        )
        return Block(number, header, output, output.root)


def _withdrawal(k: int) -> WithdrawalTuple:
    """Different amounts, to those who take them, come back for more (rig.RETURNING_TARGET), or refuse."""
    target = account((f"payee {k}", "returning target", "refusing target")[k % 3])
    return (1 << 240 | k, account("withdrawer on L2"), target, 10**18 * (k + 1), 50_000, b"")


class Machine:
    """The rule of `OutputMachine.sol`, told again."""

    def __init__(self, l2: L2, steps: int):
        self.l2, self.steps = l2, steps

    def verdict(self, words: Words, safe: int) -> int:
        """How a run ends."""
        agreed = self.l2.number(words.agreed)
        if agreed is None:
            return PANIC
        last = min(words.number, safe)
        result = self.l2.root(last) if agreed < last else words.agreed
        return VALID if result == words.disputed else INVALID

    def preimage(self, words: Words, safe: int, instant: int) -> bytes:
        """The state after step `instant`; -1 is before the first."""
        if instant < 0:
            return PRESTATE
        return self.state(words, self.verdict(words, safe), instant)

    def state(self, words: Words, verdict: int, instant: int) -> bytes:
        """A state that is as sure of a verdict as only a liar can be."""
        number = words.number.to_bytes(32, "big")
        chain_id = words.chain_id.to_bytes(8, "big").ljust(32, b"\0")
        digest = keccak(words.l1_head + words.agreed + words.disputed + number + chain_id)
        return digest + verdict.to_bytes(32, "big") + (instant + 1).to_bytes(32, "big")

    def hash(self, state: bytes) -> bytes:
        """Of a state after a step, its status in the first byte."""
        verdict, count = int.from_bytes(state[32:64], "big"), int.from_bytes(state[64:], "big")
        return with_status(keccak(state), verdict if count == self.steps else UNFINISHED)

    def step(self, state: bytes, words: Words, safe: int) -> bytes:
        """The hash of the state after one more step."""
        if state == PRESTATE:
            return self.hash(self.preimage(words, safe, 0))
        count = int.from_bytes(state[64:], "big")
        return self.hash(state[:64] + (count + 1).to_bytes(32, "big"))


@cache
def l2(first: int = Parameters().anchor_block, last: int = Parameters().last_block) -> L2:
    """The one L2 of this process with these blocks."""
    return L2(first, last)


def l2_of(parameters: Parameters) -> L2:
    """What a play is about."""
    return l2(parameters.anchor_block, parameters.last_block)
