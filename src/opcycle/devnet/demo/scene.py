"""What every stage of the demo works with: the devnet, the view, and waiting for what must come."""

from collections.abc import Callable
from typing import TypeVar

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.demo.stage import check
from opcycle.devnet.demo.view import View
from opcycle.devnet.devnet import Devnet, NotInTimeError
from opcycle.devnet.runner import Runner
from opcycle.errors import TemporaryError
from opcycle.keccak import keccak
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.transactions import ether
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum, from_quantity, to_hex

PATIENCE = 120
"""Seconds, of chain time if stepped, in which anything that is waited for must have come."""

LONGEST_RUN = 1800
"""Seconds in which a machine has run a program of minutes, on however busy a computer."""

USER = ACCOUNTS["user"]

WITHDRAWN = 4 * 10**17
"""Wei that the user withdraws."""

RECIPIENT: Address = keccak(b"the demo's recipient on L1")[12:]
"""Whoever gets the withdrawal: an account that has nothing before."""

T = TypeVar("T")


class Scene:
    """`devnet` is there from the first stage on, the withdrawal once an L2 block has it."""

    devnet: Devnet
    withdrawal: Hash
    withdrawal_block: int

    def __init__(self, view: View):
        self.view = view

    def until(self, what: str, look: Callable[[], T | None], *, patience: int = PATIENCE) -> T:
        """What `look` finds, once it finds something. `patience` as `PATIENCE`."""
        self.view.note(f"waiting for {what}")
        found: list[T] = []

        def has_come() -> bool:
            seen = look()
            if seen is not None:
                found.append(seen)
            return seen is not None

        self.devnet.until(what, has_come, seconds=patience)
        return found[0]

    def compute(self, what: str, ask: Callable[[], T]) -> T:
        """The answer of a machine that takes its time, which is not the chains'; meanwhile it says how far it
        is, as a TemporaryError."""
        found: list[T] = []

        def is_known() -> bool:
            try:
                found.append(ask())
            except TemporaryError as error:
                self.view.progress(str(error))
            return bool(found)

        pace = self.devnet.pace if isinstance(self.devnet.pace, Runner) else Runner()
        if not pace.until(is_known, seconds=LONGEST_RUN):
            raise NotInTimeError(f"waited {LONGEST_RUN} s in vain for {what}")
        return found[0]

    def prove(self) -> Hash:
        """Prove the withdrawal on L1; the transaction."""
        bridge = self.devnet.bridge(USER)
        proof = bridge.prove(self.withdrawal)
        receipt = self.until("the proof", lambda: bridge.receipt(proof))
        check("the proof was accepted", holds=receipt.succeeded)
        return proof

    def finalize(self) -> dict[str, str | int]:
        """Execute the withdrawal on L1, once that can be; the evidence."""
        bridge = self.devnet.bridge(USER)
        self.until("the end of the delay", lambda: bridge.status(self.withdrawal).is_finalizable or None)
        before = self.l1_balance(RECIPIENT)
        finalization = bridge.finalize(self.withdrawal)
        receipt = self.until("the finalization", lambda: bridge.receipt(finalization))
        check("the finalization succeeded", holds=receipt.succeeded)
        received = self.l1_balance(RECIPIENT) - before
        check(f"{ether(WITHDRAWN)} ETH arrived, not {ether(received)}", holds=received == WITHDRAWN)
        return {
            "finalized in": to_hex(finalization),
            "received": f"{ether(received)} ETH by {checksum(RECIPIENT)}",
        }

    def l1_balance(self, address: Address) -> int:
        """In wei."""
        return from_quantity(self.devnet.l1.rpc.call("eth_getBalance", to_hex(address), "latest"))

    def look(self, game: FaultDisputeGame) -> DisputeGame:
        """As L1 has it now."""
        return game.read(block=self.devnet.l1.head.hash)
