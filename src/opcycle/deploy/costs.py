"""What a deployment costs: estimated before anything is sent, and counted while it is.

The estimate is of transactions whose contracts do not exist yet, so no server can make it. Creating a
contract costs what its size does; a set-up writes about a storage slot per word of its arguments.
Source: the gas schedule of the Yellow Paper, with EIP-2929, EIP-3860 and EIP-7623.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opcycle.engine.system_contracts import CREATE2_DEPLOYER
from opcycle.errors import UserError
from opcycle.l1.fees import Prices, floor_data_gas, intrinsic_gas, read_prices
from opcycle.l1.receipts import Receipt
from opcycle.l1.transactions import MIN_TIP, TransactionRequest, ether, gwei
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, from_quantity, to_hex

WORD = 32
"""Bytes."""

SLOT_GAS = 22_100
"""Of writing a storage slot for the first time, without having read it."""

CREATE_GAS = 32_000
HASH_GAS, INITCODE_GAS = 6, 2
"""Per word of creation code: for the hash in its address, and for the check of its jumps."""

CODE_BYTE_GAS = 200
"""Per byte of the code that a creation leaves; creation code is only little longer."""

CALLING_GAS = 50_000
"""What a transaction does beside: calls through a proxy, its admin and registries, a slot or two, logs."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Of the `transactions` that are still to be sent; `gas` of all of them, `balance` in wei."""

    account: Address
    chain_id: int
    balance: int
    prices: Prices
    transactions: int
    gas: int

    @property
    def cost(self) -> int:
        """Wei, at the prices of now."""
        return self.gas * (self.prices.base_fee + self.prices.tip)

    def lines(self) -> list[str]:
        if not self.transactions:
            return ["everything is on L1 already; nothing is to be sent"]
        prices, cost = self.prices, short_ether(self.cost)
        return [
            f"{self.transactions} transactions, about {self.gas:,} gas: {cost} ETH at a base fee of "
            f"{gwei(prices.base_fee)} gwei and a tip of {gwei(prices.tip)} gwei",
            f"{checksum(self.account)} has {short_ether(self.balance)} ETH on chain {self.chain_id}; "
            f"this may cost {short_ether(self.reserve)} of it at most",
        ]

    @property
    def reserve(self) -> int:
        """Wei that the account must have: L1 takes transactions from who can pay the most that they may cost.

        Each may use a fifth more gas than it will, at fees that hold for six full blocks in a row.
        """
        return self.gas * 6 // 5 * self.prices.suggested.max_fee

    def require_funds(self) -> None:
        """Raises UserError if L1 would not take the transactions from this account."""
        if self.balance < self.reserve:
            raise UserError(
                f"{checksum(self.account)} has {ether(self.balance)} ETH on chain {self.chain_id} and needs "
                f"{short_ether(self.reserve)} ETH, the most that this may cost; send some to it, nothing was "
                "sent yet"
            )


@dataclass(frozen=True, slots=True)
class Payment:
    """A transaction that is in a block."""

    what: str
    receipt: Receipt


@dataclass(slots=True)
class Ledger:
    """What was sent and paid, in the order of the transactions."""

    payments: list[Payment] = field(default_factory=list)

    def add(self, what: str, receipt: Receipt) -> None:
        self.payments.append(Payment(what, receipt))

    def stands(self, receipt_of: Callable[[Hash], Receipt | None]) -> bool:
        """Whether every transaction is still in the same block."""
        return all(receipt_of(payment.receipt.transaction) == payment.receipt for payment in self.payments)

    def refresh(self, receipt_of: Callable[[Hash], Receipt | None]) -> None:
        """After a reorg, when all that is still valid is in a block again: forget what is not."""
        found = [(payment.what, receipt_of(payment.receipt.transaction)) for payment in self.payments]
        self.payments = [Payment(what, receipt) for what, receipt in found if receipt is not None]

    @property
    def gas(self) -> int:
        return sum(payment.receipt.gas_used for payment in self.payments)

    @property
    def spent(self) -> int:
        """Wei."""
        return sum(payment.receipt.fee for payment in self.payments)

    def at(self, prices: Prices) -> "Ledger":
        """The same at other prices of gas."""
        price = prices.base_fee + prices.tip
        return Ledger([Payment(item.what, replace(item.receipt, gas_price=price)) for item in self.payments])

    def to_json(self) -> dict[str, Any]:
        """Fees in wei, as text: they may be beyond what JSON's numbers keep."""
        return {
            "transactions": [
                {
                    "what": payment.what,
                    "hash": to_hex(payment.receipt.transaction),
                    "block": payment.receipt.block.number,
                    "gasUsed": payment.receipt.gas_used,
                    "fee": str(payment.receipt.fee),
                }
                for payment in self.payments
            ],
            "gasUsed": self.gas,
            "spent": str(self.spent),
        }

    def table(self, *, with_hashes: bool) -> list[str]:
        """A line per transaction."""
        return [
            f"{payment.what:48} {receipt.gas_used:>10,} gas {short_ether(receipt.fee):>12} ETH"
            + (f"  0x{receipt.transaction.hex()}" if with_hashes else "")
            for payment in self.payments
            for receipt in (payment.receipt,)
        ]

    def summary(self) -> str:
        if not self.payments:
            return "nothing was sent"
        price = self.spent // self.gas
        return (
            f"{len(self.payments)} transactions, {self.gas:,} gas: {ether(self.spent)} ETH spent, "
            f"{gwei(price)} gwei per gas"
        )


def read_quote(
    rpc: RpcClient, requests: Sequence[TransactionRequest], *, account: Address, chain_id: int
) -> Quote:
    """At the prices and the balance of now."""
    return Quote(
        account=account,
        chain_id=chain_id,
        balance=from_quantity(rpc.call("eth_getBalance", to_hex(account), "latest")),
        prices=read_prices(rpc, min_tip=MIN_TIP),
        transactions=len(requests),
        gas=sum(map(estimated_gas, requests)),
    )


def estimated_gas(request: TransactionRequest) -> int:
    """A little more than it will use, without asking anybody."""
    data = request.data
    gas = intrinsic_gas(data) + CALLING_GAS
    if request.to == CREATE2_DEPLOYER:
        size = len(data) - WORD
        gas += CREATE_GAS + words(size) * (HASH_GAS + INITCODE_GAS) + size * CODE_BYTE_GAS
    else:
        gas += words(len(data)) * SLOT_GAS
    return max(gas, floor_data_gas(data))


def words(size: int) -> int:
    """How many words hold so many bytes."""
    return -(-size // WORD)


def short_ether(wei: int) -> str:
    """ETH with six digits after the point, rounded up: enough to know whether one has it."""
    micro = -(-wei // 10**12)
    return f"{micro // 10**6}.{micro % 10**6:06d}"
