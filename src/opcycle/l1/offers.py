"""What an account has offered to a chain: signed transactions, nonce by nonce, with all that replaced them.

For one nonce several transactions may be under way, the same but for their fees; at most one is ever mined.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from opcycle.keccak import keccak
from opcycle.l1.blobs import BLOB_TRANSACTION, with_sidecar
from opcycle.l1.fees import BLOB_REPLACEMENT_PERCENT, GAS_PER_BLOB, REPLACEMENT_PERCENT, Fees
from opcycle.l1.signer import Signer
from opcycle.protocol.payload import Blob
from opcycle.protocol.types import Address, Hash

KEPT = 64
"""How many nonces are remembered; a reorg that drops more makes the agent start over."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a transaction does, whatever it pays for it; `value` in wei, `what` names it to people."""

    to: Address | None
    data: bytes
    value: int
    gas: int
    blobs: tuple[Blob, ...]
    what: str

    def price(self, fees: Fees) -> int:
        """The most that it costs beside its value, in wei."""
        return fees.cost(self.gas, GAS_PER_BLOB * len(self.blobs))

    def fields(self, fees: Fees) -> dict[str, Any]:
        """As JSON-RPC names them, but for nonce and chain id."""
        fields: dict[str, Any] = {
            "type": 2,
            "value": self.value,
            "data": self.data,
            "gas": self.gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.max_priority_fee,
        }
        if self.to is not None:
            fields["to"] = self.to
        if self.blobs:
            fields["type"] = BLOB_TRANSACTION
            fields["maxFeePerBlobGas"] = fees.max_blob_fee
            fields["blobVersionedHashes"] = [blob.versioned_hash for blob in self.blobs]
        return fields


@dataclass(frozen=True, slots=True)
class Offer:
    """The newest transaction for a nonce; `hashes` are of all there were, its own last.

    `since` is the height of the chain when it was sent.
    """

    message: Message
    nonce: int
    fees: Fees
    since: int
    signed: bytes
    hashes: tuple[Hash, ...]

    @classmethod
    def sign(
        cls, signer: Signer, chain_id: int, message: Message, *, nonce: int, fees: Fees, since: int
    ) -> "Offer":
        """The first for its nonce."""
        signed = signer.sign_transaction({"chainId": chain_id, "nonce": nonce, **message.fields(fees)})
        return cls(message, nonce, fees, since, signed, (keccak(signed),))

    def after(self, before: "Offer") -> "Offer":
        """The same, as the successor of another for the same nonce."""
        earlier = tuple(item for item in before.hashes if item not in self.hashes)
        return replace(self, hashes=(*earlier, *self.hashes))

    @property
    def hash(self) -> Hash:
        return self.hashes[-1]

    def raw(self) -> bytes:
        """What the network takes: with the blobs, which are no part of what `hash` is of."""
        return with_sidecar(self.signed, self.message.blobs) if self.message.blobs else self.signed

    def raised(self) -> Fees:
        """The least fees of a replacement."""
        percent = BLOB_REPLACEMENT_PERCENT if self.message.blobs else REPLACEMENT_PERCENT
        return self.fees.raised(percent)


class Offers:
    """Those of the last `KEPT` nonces."""

    def __init__(self) -> None:
        self._by_nonce: OrderedDict[int, Offer] = OrderedDict()

    def __contains__(self, nonce: int) -> bool:
        return nonce in self._by_nonce

    def __getitem__(self, nonce: int) -> Offer:
        return self._by_nonce[nonce]

    def between(self, first: int, end: int) -> Iterator[Offer]:
        """Those with nonces from `first` to before `end`, in order."""
        return (self._by_nonce[nonce] for nonce in range(first, end) if nonce in self._by_nonce)

    def put(self, offer: Offer) -> None:
        """Take it as the newest for its nonce; one that does something else is forgotten."""
        before = self._by_nonce.get(offer.nonce)
        is_same = before is not None and before.message == offer.message
        self._by_nonce[offer.nonce] = offer.after(before) if before and is_same else offer
        while len(self._by_nonce) > KEPT:
            self._by_nonce.popitem(last=False)

    def forget(self, nonce: int) -> None:
        self._by_nonce.pop(nonce, None)

    def forget_from(self, nonce: int) -> None:
        for lost in [item for item in self._by_nonce if item >= nonce]:
            del self._by_nonce[lost]

    def nonce_of(self, transaction: Hash) -> int | None:
        """None if it is unknown."""
        return next((nonce for nonce, offer in self._by_nonce.items() if transaction in offer.hashes), None)

    def hashes_like(self, transaction: Hash) -> tuple[Hash, ...]:
        """Of all transactions for the same nonce, the newest first; only itself if it is unknown."""
        for offer in self._by_nonce.values():
            if transaction in offer.hashes:
                return tuple(reversed(offer.hashes))
        return (transaction,)
