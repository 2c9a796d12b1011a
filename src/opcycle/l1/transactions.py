"""Sending transactions from one account, so that nothing is sent twice, lost silently or stuck for good.

The nonce is the chain's at the first use and counted from there. What was sent is kept: if a server forgets
its pool (a crash, a reorg), the same signed bytes go out again; what is not mined for some blocks is replaced
by the same with higher fees. If a send breaks off halfway, the next call first finds out what became of it.
One manager per account and process; an agent that restarts waits for `in_flight() == 0` before it sends.
Facts: go-ethereum's pools (`core/txpool`) and op-service's `txmgr`, whose limits are the defaults here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from opcycle.errors import OpcycleError, TemporaryError, UserError
from opcycle.l1.blobs import committed
from opcycle.l1.fees import MAX_TRANSACTION_GAS, TRANSACTION_GAS, Fees, Prices, floor_data_gas, read_prices
from opcycle.l1.offers import Message, Offer, Offers
from opcycle.l1.pool_answers import (
    NonceError,
    OtherPoolError,
    TransactionRejectedError,
    UnaffordableError,
    UnderpricedError,
    refusal,
)
from opcycle.l1.receipts import Receipt, read_receipt
from opcycle.l1.reverts import RevertDecoder, TransactionRevertedError
from opcycle.l1.signer import Signer
from opcycle.protocol.blobs import BLOB_SIZE
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient, RpcError, RpcUnreachableError
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex, to_quantity

MIN_TIP = 1_000_000
"""Wei per gas (0.001 gwei): what geth asks of a transaction by default."""

EMPTY_BLOB = bytes(BLOB_SIZE)


class FeeLimitError(TemporaryError):
    """L1's pool wants more than the account's owner is ready to pay."""


@dataclass(frozen=True, slots=True)
class TransactionRequest:
    """What to send; `value` in wei, `gas` estimated when None. `what` names it in messages.

    `blobs`: 131,072 bytes each, at most six; only with a recipient.
    """

    to: Address | None
    data: bytes = b""
    value: int = 0
    gas: int | None = None
    what: str = "transaction"
    errors: RevertDecoder = field(default_factory=RevertDecoder, compare=False)
    blobs: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Resubmission:
    """When a transaction that is not mined is replaced by the same with higher fees, and how high they get.

    `after`: blocks that it may wait, at first and after each replacement. `fee_limit`: the most that a
    replacement may cost, in multiples of what a new transaction would offer at that moment.
    `owns_account`: nobody else sends from it; then what is stuck there and unknown here was sent by an
    earlier process, and an empty transaction takes its place.
    """

    after: int = 4
    fee_limit: int = 5
    owns_account: bool = False


class TransactionManager:
    """Sends for `signer` over an L1's or L2's `rpc`. `chain_id` is checked before the first send.

    `resubmissions`: what the last `in_flight` did about transactions that waited too long, or why it could
    do nothing, in words.
    """

    def __init__(
        self,
        rpc: RpcClient,
        signer: Signer,
        *,
        chain_id: int,
        min_tip: int = MIN_TIP,
        resubmission: Resubmission | None = None,
    ):
        self._rpc = rpc
        self._signer = signer
        self._chain_id = chain_id
        self._min_tip = min_tip
        self._resubmission = resubmission or Resubmission()
        self._is_checked = False
        self._next_nonce = 0
        self._offers = Offers()
        self._doubtful: tuple[TransactionRequest, int] | None = None
        self._head = self._mined = self._mined_since = 0
        self.resubmissions: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        return self._signer.address

    def send(self, request: TransactionRequest) -> Hash:
        """Sign and send; returns the hash without waiting.

        Raises TransactionRevertedError if it would revert, UserError for a wrong chain, UnaffordableError for
        too little ether, TransactionRejectedError if no server would take it, TemporaryError for what passes.
        """
        self._check_chain()
        self._catch_up()
        doubtful = self._settled()
        if doubtful is None or doubtful[0] != request:
            return self._send(request, self._new_offer(request))
        offer = doubtful[1]
        return offer.hash if offer.nonce < self._next_nonce else self._send(request, offer)

    def send_call(self, *, to: Address, data: bytes, what: str) -> Hash:
        """`send` for callers that do not know this module's types."""
        return self.send(TransactionRequest(to=to, data=data, what=what))

    def send_blobs(self, *, to: Address, blobs: Sequence[bytes], what: str) -> Hash:
        """`send_call`, with blobs and no calldata."""
        return self.send(TransactionRequest(to=to, blobs=tuple(blobs), what=what))

    def receipt(self, transaction: Hash) -> Receipt | None:
        """Of the transaction, or of that which replaced it: its hash is in the receipt.

        None while neither is in a block of the canonical chain.
        """
        receipts = (read_receipt(self._rpc, item) for item in self._offers.hashes_like(transaction))
        return next((receipt for receipt in receipts if receipt is not None), None)

    def is_displaced(self, transaction: Hash) -> bool:
        """Whether its nonce was used up at the last `in_flight`: if it has no receipt now, by another one."""
        nonce = self._offers.nonce_of(transaction)
        return nonce is not None and nonce < self._mined

    def in_flight(self) -> int:
        """How many transactions of the account are sent and not mined.

        Sends again what the server lost, and replaces what has waited too long.
        """
        self._catch_up()
        self.resubmissions = tuple(self._resubmit())
        return self._next_nonce - self._mined

    def next_nonce(self) -> int:
        """The nonce that the next transaction gets."""
        self._catch_up()
        return self._next_nonce

    def require_success(self, receipt: Receipt, request: TransactionRequest) -> None:
        """Raises TransactionRevertedError, with the reason found by calling again on the block before."""
        if receipt.succeeded:
            return
        call = {**self._call(request), "gas": to_quantity(receipt.gas_used * 2)}
        try:
            self._rpc.call("eth_call", call, to_quantity(receipt.block.number - 1))
        except RpcError as error:
            raise _reverted(request, error) from error
        raise TransactionRevertedError(request.what, "an error that its parent block does not reproduce")

    def _check_chain(self) -> None:
        if self._is_checked:
            return
        actual = from_quantity(self._rpc.call("eth_chainId"))
        if actual != self._chain_id:
            raise UserError(f"{self._rpc.url} serves chain {actual}, expected chain {self._chain_id}")
        self._is_checked = True

    def _catch_up(self) -> None:
        """Follow the chain's height and the account's nonces, and send again what a server has lost."""
        address = to_hex(self.address)
        head, mined, pending = map(
            from_quantity,
            self._rpc.batch(
                [
                    ("eth_blockNumber", []),
                    ("eth_getTransactionCount", [address, "latest"]),
                    ("eth_getTransactionCount", [address, "pending"]),
                ]
            ),
        )
        if mined != self._mined or self._head == 0:
            self._mined, self._mined_since = mined, head
        self._head = head
        for nonce in range(pending, self._next_nonce):
            if nonce not in self._offers:
                self._offers.forget_from(nonce)
                self._next_nonce = nonce
                break
            try:
                self._broadcast(self._offers[nonce])
            except (NonceError, UnderpricedError):  # mined just now, or the pool has it from a gap on
                continue
            except OtherPoolError:  # the rest follows when the other pool has let the account go
                break
        self._next_nonce = max(self._next_nonce, pending)

    def _settled(self) -> tuple[TransactionRequest, Offer] | None:
        """A send that broke off, now that it is known what became of it; it counts if the server has it."""
        doubtful, self._doubtful = self._doubtful, None
        if doubtful is None or doubtful[1] not in self._offers:
            return None
        request, offer = doubtful[0], self._offers[doubtful[1]]
        if self._rpc.call("eth_getTransactionByHash", to_hex(offer.hash)) is not None:
            self._next_nonce = max(self._next_nonce, offer.nonce + 1)
        return request, offer

    def _send(self, request: TransactionRequest, offer: Offer) -> Hash:
        """Count the offer as sent unless the server does not take it."""
        try:
            placed = self._place(offer, offer.fees)
        except RpcUnreachableError:
            self._doubtful = request, offer.nonce
            raise
        except OpcycleError:
            self._offers.forget(offer.nonce)
            raise
        self._next_nonce = max(self._next_nonce, offer.nonce + 1)
        return placed.hash

    def _place(self, offer: Offer, current: Fees) -> Offer:
        """Send it, for twice as much as long as the pool has a better one in its place.

        Raises FeeLimitError if that gets too dear by the fees that are `current`.
        """
        limit = self._resubmission.fee_limit * offer.message.price(current)
        while offer.message.price(offer.fees) <= limit:
            self._offers.put(offer)  # before it is out: an answer that is lost must not cost the hash
            try:
                self._broadcast(offer)
            except UnderpricedError:
                offer = self._sign(offer.message, offer.nonce, offer.fees.outbidding())
            else:
                return offer
        raise FeeLimitError(
            f"{offer.message.what} with nonce {offer.nonce} of {checksum(self.address)} waits: the pool "
            f"takes it only for more than {self._resubmission.fee_limit} times the prices of the moment"
        )

    def _resubmit(self) -> Iterator[str]:
        """Outbid what could have been mined and was not; says what was done.

        That is the first of all, and of those that wait behind it whatever L1's prices have outgrown.
        """
        after = self._resubmission.after
        first_is_stuck = self._head - self._mined_since >= after
        overdue = [
            offer
            for offer in self._offers.between(self._mined, self._next_nonce)
            if self._head - offer.since >= after
        ]
        is_foreign = self._next_nonce > self._mined and self._mined not in self._offers
        cancels = is_foreign and first_is_stuck and self._resubmission.owns_account
        if not overdue and not cancels:
            return
        prices = read_prices(self._rpc, min_tip=self._min_tip)
        if cancels:
            yield from self._cancel(prices)
        for offer in overdue:
            is_stuck = offer.nonce == self._mined and first_is_stuck
            if is_stuck or prices.exceed(offer.fees, has_blobs=bool(offer.message.blobs)):
                yield from self._outbid(offer, prices)

    def _outbid(self, offer: Offer, prices: Prices) -> Iterator[str]:
        message, fees = offer.message, offer.raised().at_least(prices.suggested)
        try:
            placed = self._place(self._sign(message, offer.nonce, fees), prices.suggested)
        except RpcUnreachableError:
            raise
        except NonceError:  # it was mined just now
            return
        except OpcycleError as error:
            self._offers.put(replace(offer, since=self._head))
            yield str(error)
        else:
            yield (
                f"{message.what} with nonce {offer.nonce} was not mined in {self._resubmission.after} "
                f"blocks; for {gwei(placed.fees.max_fee)} gwei per gas it is 0x{placed.hash.hex()}"
            )

    def _cancel(self, prices: Prices) -> Iterator[str]:
        """Put an empty transaction in place of the next one, of which nothing is known here."""
        nonce, fees = self._mined, prices.suggested
        message = Message(self.address, b"", 0, TRANSACTION_GAS, (), "an empty transaction")
        try:
            try:
                self._place(self._sign(message, nonce, fees), fees)
            except OtherPoolError:
                message = replace(message, blobs=(committed(EMPTY_BLOB),))
                self._place(self._sign(message, nonce, fees), fees)
        except RpcUnreachableError:
            raise
        except OpcycleError as error:
            self._offers.forget(nonce)
            self._mined_since = self._head
            yield str(error)
        else:
            yield f"what an earlier process sent with nonce {nonce} is stuck; {message.what} is in its place"

    def _new_offer(self, request: TransactionRequest) -> Offer:
        balance = from_quantity(self._rpc.call("eth_getBalance", to_hex(self.address), "latest"))
        if balance < request.value:
            raise self._unfunded(balance, request.value)
        fees = read_prices(self._rpc, min_tip=self._min_tip).suggested
        gas = self._estimate(request) if request.gas is None else request.gas
        blobs = tuple(committed(data) for data in request.blobs)
        message = Message(request.to, request.data, request.value, gas, blobs, request.what)
        needed = request.value + message.price(fees)
        if balance < needed:
            raise self._unfunded(balance, needed)
        return self._sign(message, self._next_nonce, fees)

    def _sign(self, message: Message, nonce: int, fees: Fees) -> Offer:
        return Offer.sign(self._signer, self._chain_id, message, nonce=nonce, fees=fees, since=self._head)

    def _estimate(self, request: TransactionRequest) -> int:
        """The server's estimate and a fifth on top, because the state may change before it is mined."""
        try:
            estimate = from_quantity(self._rpc.call("eth_estimateGas", self._call(request)))
        except RpcError as error:
            if isinstance(error.data, str) or "execution reverted" in error.reason:
                raise _reverted(request, error) from error
            raise
        if estimate > MAX_TRANSACTION_GAS:
            raise TransactionRejectedError(
                f"{request.what} needs {estimate} gas, one transaction may have {MAX_TRANSACTION_GAS}"
            )
        return min(max(estimate * 6 // 5, floor_data_gas(request.data)), MAX_TRANSACTION_GAS)

    def _call(self, request: TransactionRequest) -> dict[str, str]:
        call = {
            "from": to_hex(self.address),
            "data": to_hex(request.data),
            "value": to_quantity(request.value),
        }
        return call if request.to is None else {**call, "to": to_hex(request.to)}

    def _broadcast(self, offer: Offer) -> None:
        try:
            self._rpc.call("eth_sendRawTransaction", to_hex(offer.raw()))
        except RpcError as error:
            message, sender = offer.message, checksum(self.address)
            why = refusal(error, what=message.what, sender=sender, has_blobs=bool(message.blobs))
            if why is not None:
                raise why from error

    def _unfunded(self, have: int, need: int) -> UnaffordableError:
        return UnaffordableError(
            f"{checksum(self.address)} has {ether(have)} ETH on chain {self._chain_id} "
            f"and needs {ether(need)} ETH; send some to it"
        )


def ether(wei: int) -> str:
    """Wei as a decimal number of ETH, exactly, without trailing zeros."""
    whole, rest = divmod(wei, 10**18)
    return f"{whole}.{rest:018d}".rstrip("0").rstrip(".")


def gwei(wei: int) -> str:
    """Wei as a decimal number of gwei, exactly, without trailing zeros."""
    return ether(wei * 10**9)


def _reverted(request: TransactionRequest, error: RpcError) -> TransactionRevertedError:
    if isinstance(error.data, str):
        return TransactionRevertedError(request.what, request.errors.explain(from_hex(error.data)))
    return TransactionRevertedError(request.what, error.reason)
