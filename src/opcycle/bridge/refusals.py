"""What contracts mean by the errors that they refuse a call with, in words, and what to do next."""

from collections.abc import Mapping

from opcycle.errors import OpcycleError, TemporaryError, UserError
from opcycle.l1.reverts import TransactionRevertedError

NOT_NOW = {
    "CrossDomainMessenger_Paused": "the guardian has paused this chain's withdrawals on L1: try again "
    "once it has ended the pause, or the pause has expired",
    "ResourceMetering_LimitReached": "deposits have bought all gas that L1 sells for one of its blocks: send "
    "again in the next block, or ask for less gas",
}
"""By an error's name: what may be over later."""

NEVER = {
    "CrossDomainMessenger_AlreadyReceived": "the message was received before, and failed: relay it again",
    "CrossDomainMessenger_AlreadyRelayed": "the message has been relayed: nothing is left to do",
    "CrossDomainMessenger_GasEstimation": "the message's target still fails, or needs more gas than a "
    "transaction can have: see to it that its call succeeds, then relay again",
    "CrossDomainMessenger_LegacyAlreadyRelayed": "the message was relayed before Bedrock: nothing is left to "
    "do",
    "CrossDomainMessenger_NoMessage": "no message is being relayed: only its target can ask who sent one",
    "CrossDomainMessenger_NotFailed": "the messenger has not seen this message fail: only what failed there "
    "can be relayed again, and every field must be as it was sent",
    "CrossDomainMessenger_ReplayWithValue": "a message that is relayed again brings its own ETH, which waits "
    "at the messenger: send none along",
    "CrossDomainMessenger_UnknownVersion": "the message's nonce is of a version that does not exist: take it "
    "from the SentMessage event",
    "CrossDomainMessenger_UnsafeTarget": "the message is for a contract that messages may not call (the "
    "messenger itself, the portal, the message passer): it can never be relayed",
    "CrossDomainMessenger_WrongValue": "the message did not come with its own ETH: it must come from the "
    "messenger on the other chain",
    "Deposits_DataTooLong": "the message is too long for a deposit: split it",
    "Deposits_GasLimitTooLow": "the deposit's gas does not pay for its data: ask for more gas",
}
"""By an error's name: what the same call will always be refused for."""


def explained(
    error: TransactionRevertedError,
    *,
    not_now: Mapping[str, str] = NOT_NOW,
    never: Mapping[str, str] = NEVER,
) -> OpcycleError:
    """The refusal in words, with the error and its values behind; the same error if it is unknown here.

    TemporaryError for what passes by itself, UserError for the rest.
    """
    name = error.reason.partition("(")[0]
    if name in not_now:
        return TemporaryError(f"{not_now[name]} ({error.reason})")
    if name in never:
        return UserError(f"{never[name]} ({error.reason})")
    return error
