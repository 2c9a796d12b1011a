"""How far a deposit has come."""

from dataclasses import dataclass

from opcycle.bridge.pick import pick
from opcycle.engine.l2 import Receipt as L2Receipt
from opcycle.errors import UserError
from opcycle.l1.receipts import Receipt
from opcycle.protocol.deposits import DepositTransaction, deposits_from_logs
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import to_hex


@dataclass(frozen=True, slots=True)
class DepositStatus:
    """A deposit on both chains.

    `deposit` is what L2 will execute, None while L1 has not mined it; an L1 reorg can change it, and with it
    the hash. `l2_receipt` is None until an L2 block has it. Even if the call on L2 fails, the sender has the
    minted ETH there.
    """

    l1_receipt: Receipt | None
    deposit: DepositTransaction | None
    l2_receipt: L2Receipt | None

    @property
    def l2_transaction(self) -> Hash | None:
        """The hash that L2 knows it by."""
        return None if self.deposit is None else self.deposit.hash

    def __str__(self) -> str:
        if self.l1_receipt is None:
            return "waiting for an L1 block"
        if self.l2_receipt is None:
            return f"in L1 block {self.l1_receipt.block}, waiting for L2 to take it up"
        if not self.l2_receipt.succeeded:
            return f"failed in L2 block {self.l2_receipt.block}; its ETH stays with the sender on L2"
        return f"arrived in L2 block {self.l2_receipt.block}"


def deposit_of(receipt: Receipt, index: int | None = None, *, portal: Address) -> DepositTransaction:
    """A deposit that an L1 transaction has made. Raises UserError if it has not made it; see `pick`."""
    name = f"L1 transaction {to_hex(receipt.transaction)}"
    if not receipt.succeeded:
        raise UserError(f"{name} failed in block {receipt.block}: it has deposited nothing")
    deposits, _ = deposits_from_logs(receipt.logs, portal=portal, l1_hash=receipt.block.hash)
    return pick(deposits, index, maker=name, what="deposit")
