"""What a server says when it does not take a transaction, sorted by what its sender must do.

The texts are go-ethereum's (`core/txpool/errors.go`, `core/error.go`); other clients use the same ones.
"""

from opcycle.errors import CriticalError, OpcycleError, TemporaryError, UserError
from opcycle.rpc.client import RpcError

KNOWN = "already known"
NO_FUNDS = "insufficient funds"
OTHER_POOL = "address already reserved"
UNDERPRICED = "underpriced"
NONCE_TOO_LOW, NONCE_TOO_HIGH = "nonce too low", "nonce too high"
DETERMINISTIC = (
    "intrinsic gas",
    "exceeds block gas limit",
    "oversized data",
    "gas limit too high",
    "invalid sender",
)


class TransactionRejectedError(CriticalError):
    """The server will never take this transaction; sending it again would change nothing."""


class UnaffordableError(UserError):
    """The account has too little ether for it."""


class UnderpricedError(TemporaryError):
    """The pool has another transaction with this nonce, or better ones than it can hold: offer more."""


class NonceError(TemporaryError):
    """The nonce is used up, or others are missing before it."""


class OtherPoolError(TemporaryError):
    """go-ethereum keeps transactions with blobs in a pool of their own, and an account's in one pool.

    The pool of blobs takes an account's next nonce only, and does not know those that wait in the other.
    """


def refusal(error: RpcError, *, what: str, sender: str, has_blobs: bool) -> OpcycleError | None:
    """The error to raise for an answer to `eth_sendRawTransaction`; None if the server has it already."""
    reason = error.reason.lower()
    if KNOWN in reason:
        return None
    if NO_FUNDS in reason:
        return UnaffordableError(f"{sender} cannot pay for {what}: {reason}")
    if OTHER_POOL in reason or (has_blobs and NONCE_TOO_HIGH in reason):
        return OtherPoolError(
            f"{what} waits for earlier transactions of {sender}: "
            "L1's pool holds those with blobs or those without, not both"
        )
    if UNDERPRICED in reason:
        return UnderpricedError(f"{what} of {sender} offers too little: {reason}")
    if NONCE_TOO_LOW in reason or NONCE_TOO_HIGH in reason:
        return NonceError(
            f"the nonce of {what} is not {sender}'s next ({reason}); "
            "does another program send from this account?"
        )
    if any(part in reason for part in DETERMINISTIC):
        return TransactionRejectedError(f"{what} is refused for good: {reason}")
    return error
