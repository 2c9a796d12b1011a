"""Sending transactions from one account, so that nothing is sent twice and nothing is lost silently.

The nonce is the chain's at the first use and counted from there. What was sent is kept: if a server forgets
its pool (a crash, a reorg), the same signed bytes go out again. If a send breaks off halfway, the next call
first finds out what became of it. One manager per account and process; an agent that restarts waits for
`in_flight() == 0` before it sends.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.keccak import keccak
from opcycle.l1.blobs import BLOB_TRANSACTION, committed, with_sidecar
from opcycle.l1.fees import GAS_PER_BLOB, MAX_TRANSACTION_GAS, Fees, floor_data_gas, suggest_fees
from opcycle.l1.receipts import Receipt, read_receipt
from opcycle.l1.reverts import RevertDecoder, TransactionRevertedError
from opcycle.l1.signer import Signer
from opcycle.protocol.payload import Blob
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.client import RpcClient, RpcError, RpcUnreachableError
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex, to_quantity

KEPT = 64
"""How many sent transactions are remembered; a reorg that drops more makes the agent start over."""

MIN_TIP = 1_000_000
"""Wei per gas (0.001 gwei): what geth asks of a transaction by default."""

NONCE_CONFLICTS = (
    "nonce too low",
    "nonce too high",
    "replacement transaction underpriced",
)
OTHER_POOL = "address already reserved"
"""go-ethereum keeps transactions with blobs in a pool of their own, and those of one account in one pool."""

DETERMINISTIC = (
    "intrinsic gas",
    "exceeds block gas limit",
    "oversized data",
    "gas limit too high",
    "invalid sender",
)


class TransactionRejectedError(CriticalError):
    """The server will never take this transaction; sending it again would change nothing."""


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
class _Sent:
    """`raw` is what the network takes: with the blobs, which are no part of what `hash` is of."""

    request: TransactionRequest
    nonce: int
    raw: bytes
    hash: Hash


class TransactionManager:
    """Sends for `signer` over an L1's or L2's `rpc`. `chain_id` is checked before the first send."""

    def __init__(self, rpc: RpcClient, signer: Signer, *, chain_id: int, min_tip: int = MIN_TIP):
        self._rpc = rpc
        self._signer = signer
        self._chain_id = chain_id
        self._min_tip = min_tip
        self._is_checked = False
        self._next_nonce = 0
        self._sent: OrderedDict[int, _Sent] = OrderedDict()
        self._doubtful: _Sent | None = None

    @property
    def address(self) -> Address:
        return self._signer.address

    def send(self, request: TransactionRequest) -> Hash:
        """Sign and send; returns the hash without waiting.

        Raises TransactionRevertedError if it would revert, UserError for a wrong chain or too little ether,
        TransactionRejectedError if no server would take it, TemporaryError for what may pass.
        """
        self._check_chain()
        settled = self._settle(request)
        if settled is not None:
            return settled
        self._catch_up()
        sent = self._sign(request)
        try:
            self._broadcast(sent)
        except RpcUnreachableError:
            self._doubtful = sent
            raise
        self._remember(sent)
        return sent.hash

    def send_call(self, *, to: Address, data: bytes, what: str) -> Hash:
        """`send` for callers that do not know this module's types."""
        return self.send(TransactionRequest(to=to, data=data, what=what))

    def send_blobs(self, *, to: Address, blobs: Sequence[bytes], what: str) -> Hash:
        """`send_call`, with blobs and no calldata."""
        return self.send(TransactionRequest(to=to, blobs=tuple(blobs), what=what))

    def receipt(self, transaction: Hash) -> Receipt | None:
        """None while it is in no block of the canonical chain."""
        return read_receipt(self._rpc, transaction)

    def in_flight(self) -> int:
        """How many transactions of the account are sent and not mined; sends again what the server lost."""
        mined = self._catch_up()  # first: it moves the next nonce
        return self._next_nonce - mined

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

    def _catch_up(self) -> int:
        """Follow the account's nonces; returns the number of transactions mined so far."""
        address = to_hex(self.address)
        mined, pending = (
            from_quantity(count)
            for count in self._rpc.batch(
                [("eth_getTransactionCount", [address, tag]) for tag in ("latest", "pending")]
            )
        )
        for nonce in range(pending, self._next_nonce):
            if nonce not in self._sent:
                self._forget_from(nonce)
                break
            self._broadcast(self._sent[nonce])
        self._next_nonce = max(self._next_nonce, pending)
        return mined

    def _forget_from(self, nonce: int) -> None:
        for lost in [n for n in self._sent if n >= nonce]:
            del self._sent[lost]
        self._next_nonce = nonce

    def _settle(self, request: TransactionRequest) -> Hash | None:
        """Finds out what became of a send that broke off; its hash if it was this very request."""
        sent = self._doubtful
        if sent is None:
            return None
        is_known = self._rpc.call("eth_getTransactionByHash", to_hex(sent.hash)) is not None
        if not is_known and sent.request == request:
            self._broadcast(sent)
            is_known = True
        self._doubtful = None
        if not is_known:
            return None
        self._remember(sent)
        return sent.hash if sent.request == request else None

    def _remember(self, sent: _Sent) -> None:
        self._sent[sent.nonce] = sent
        self._next_nonce = max(self._next_nonce, sent.nonce + 1)
        while len(self._sent) > KEPT:
            self._sent.popitem(last=False)

    def _sign(self, request: TransactionRequest) -> _Sent:
        balance = from_quantity(self._rpc.call("eth_getBalance", to_hex(self.address), "latest"))
        if balance < request.value:
            raise self._unfunded(balance, request.value)
        fees = suggest_fees(self._rpc, min_tip=self._min_tip)
        gas = self._estimate(request) if request.gas is None else request.gas
        blob_gas = GAS_PER_BLOB * len(request.blobs)
        needed = request.value + gas * fees.max_fee + blob_gas * fees.max_blob_fee
        if balance < needed:
            raise self._unfunded(balance, needed)
        blobs = [committed(data) for data in request.blobs]
        signed = self._signer.sign_transaction(self._fields(request, gas, fees, blobs))
        raw = with_sidecar(signed, blobs) if blobs else signed
        return _Sent(request, self._next_nonce, raw, keccak(signed))

    def _fields(
        self, request: TransactionRequest, gas: int, fees: Fees, blobs: Sequence[Blob]
    ) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self._chain_id,
            "nonce": self._next_nonce,
            "value": request.value,
            "data": request.data,
            "gas": gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.max_priority_fee,
        }
        if blobs:
            fields["type"] = BLOB_TRANSACTION
            fields["maxFeePerBlobGas"] = fees.max_blob_fee
            fields["blobVersionedHashes"] = [blob.versioned_hash for blob in blobs]
        return fields if request.to is None else {**fields, "to": request.to}

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

    def _broadcast(self, sent: _Sent) -> None:
        try:
            self._rpc.call("eth_sendRawTransaction", to_hex(sent.raw))
        except RpcError as error:
            reason = error.reason.lower()
            if "already known" in reason:
                return
            if "insufficient funds" in reason:
                raise UserError(
                    f"{checksum(self.address)} cannot pay for {sent.request.what}: {reason}"
                ) from error
            if OTHER_POOL in reason:
                raise TemporaryError(
                    f"{sent.request.what} waits for earlier transactions of {checksum(self.address)}: "
                    "L1's pool holds those with blobs or those without, not both"
                ) from error
            if any(part in reason for part in NONCE_CONFLICTS):
                self._forget_from(sent.nonce)
                raise TemporaryError(
                    f"nonce {sent.nonce} of {checksum(self.address)} is taken ({reason}); "
                    "does another program send from this account?"
                ) from error
            if any(part in reason for part in DETERMINISTIC):
                raise TransactionRejectedError(
                    f"{sent.request.what} is refused for good: {reason}"
                ) from error
            raise

    def _unfunded(self, have: int, need: int) -> UserError:
        return UserError(
            f"{checksum(self.address)} has {ether(have)} ETH on chain {self._chain_id} "
            f"and needs {ether(need)} ETH; send some to it"
        )


def ether(wei: int) -> str:
    """Wei as a decimal number of ETH, exactly, without trailing zeros."""
    whole, rest = divmod(wei, 10**18)
    return f"{whole}.{rest:018d}".rstrip("0").rstrip(".")


def _reverted(request: TransactionRequest, error: RpcError) -> TransactionRevertedError:
    if isinstance(error.data, str):
        return TransactionRevertedError(request.what, request.errors.explain(from_hex(error.data)))
    return TransactionRevertedError(request.what, error.reason)
