"""What must be true of the bridge, whatever anybody does. Each property has a name; reports begin with it.

Most are checked by comparison: after each step, all that the contracts of both chains say must be what the
model says, and what the model refuses they must refuse, for the same reason. Which property a difference
breaks is told by `VIEWS` (what was asked) and `REFUSALS` (what was, or should have been, refused). The others
are functions of `checks.py`, of what the contracts say and of nothing else.

"Honest" tokens are those that transfer what they are told to, and say so.
"""

from typing import NoReturn

from tests.fuzz.plays import BrokenError
from tests.fuzz.tally import Refusal

PROPERTIES = {
    "E-1": "No ether is made or lost: L1 has as much as before; L2 has what deposits minted more, and what "
    "was burned less.",
    "E-2": "The portal holds the ether that L2 has, that is on its way, and whose withdrawal's call failed.",
    "E-3": "A messenger holds the ether of the messages that failed in it, and no other.",
    "E-4": "Bridges keep no ether.",
    "M-1": "A message is relayed successfully at most once.",
    "M-2": "A message that arrives, with no less than its base gas, ends as successful or as failed; never "
    "as both, nor as neither.",
    "M-3": "Anybody can replay a failed message, at no value, as often as it fails; what it carries is not "
    "lost. What did not fail cannot be replayed.",
    "M-4": "Only the other messenger brings a message: through the portal on L1, from its alias on L2.",
    "M-5": "Outside of a relay nobody is the cross-domain sender; inside, the message's sender is. What is "
    "relayed inside of a relay fails, and can be replayed.",
    "M-6": "A target gets the gas that the sender asked for, or the message stays to be replayed.",
    "M-7": "No message acts, in the messenger's name, on the messenger itself, the portal or the message "
    "passer.",
    "M-8": "Nonces count up by one and carry their version; no two messages of a messenger have one hash.",
    "M-9": "A message is sent with the base gas that the spec computes, to the other messenger, as the call "
    "that relays it.",
    "M-10": "Estimation of gas sees a failed relay as a revert.",
    "A-1": "On L2 an EOA acts as itself and a contract of L1 as its alias; undoing an alias gives the "
    "contract. So no contract of L1 acts as an EOA, nor as another contract.",
    "D-1": "A deposit succeeds unless it is a creation with a target, has too little gas or too much data, "
    "or its block is full. No pause stops it.",
    "D-2": "A deposit mints what was paid for it, whether its call succeeds or not.",
    "D-3": "A deposit's event is what was asked for.",
    "R-1": "The deposits of a block buy no more gas than the limit, at a price within its bounds.",
    "R-2": "From block to block the price falls by an eighth at most, and rises by an eighth for each "
    "target's worth beyond the target.",
    "R-3": "A deposit uses as much of L1's gas as its L2 gas costs.",
    "W-1": "A withdrawal is executed at most once, whatever its target does.",
    "W-2": "It is executed only if it was proven to be in an output, and both are older than their delays.",
    "W-3": "A withdrawal whose call fails stays executed, and its ether in the portal.",
    "W-4": "Outside of a withdrawal the portal acts for nobody, and inside of one no other is executed.",
    "W-5": "The message passer records each withdrawal, once, for good; it burns only what it holds.",
    "T-1": "What a bridge holds of a token for one of the other chain is its supply there, plus what is on "
    "its way. So for every pair that a factory made.",
    "T-2": "A bridge holds what it owes of each honest token, or more.",
    "T-3": "A token is minted and released only by a message of the other bridge about the same pair; a lie "
    "about a pair gains nothing.",
    "T-4": "Only its bridge mints or burns a token of a factory.",
    "T-5": "Tokens on their way come to whom they were sent, to the last unit, once; where that fails they "
    "stay on their way.",
    "T-6": "Only EOAs bridge without naming a recipient.",
    "T-7": "A factory makes a token for anybody, once for the same words, at an address that anybody can "
    "compute.",
    "N-1": "A token of art is in one place: with its owner on L1, or in escrow and then with an owner on L2 "
    "or on its way.",
    "N-2": "Art moves by its owner's will only, to whom takes it.",
    "S-1": "While everything, or this chain, is paused, nothing is proven, executed or relayed on L1, and "
    "no bridge pays there. L2 goes on.",
    "S-2": "Only the guardian pauses; a pause ends by itself; another chain's changes nothing.",
    "I-1": "Nothing is initialized twice, nor by a stranger.",
    "L-1": "What is done is logged, by whom and as it was done, in order, and nothing else.",
    "H-1": "Hashes and bytes of messages, withdrawals and deposits are the spec's.",
}

_BY_PROPERTY = {
    "E-1": "ether",
    "E-2": "portal's ether",
    "E-3": "messenger's ether; too little ether",
    "E-4": "bridge's ether",
    "M-1": "successfulMessages; relayed already",
    "M-2": "failedMessages; impossible",
    "M-3": "; not failed, value with a replay",
    "M-5": "xDomainMessageSender; no message",
    "M-7": "; unsafe target",
    "M-8": "messageNonce; unknown version",
    "M-9": "baseGas",
    "M-10": "; estimation",
    "D-1": "; creation with a target, too little deposit gas, too much data",
    "R-1": "params; too much deposit gas",
    "W-1": "finalizedWithdrawals; finalized already",
    "W-2": "provenWithdrawals; unproven, proof too young, output too young, not in the output, output of "
    "this second, proven already",
    "W-4": "l2Sender; reentrant",
    "W-5": "sentMessages, passer's nonce, passer's ether",
    "T-1": "deposits; Panic",
    "T-2": "bridge's tokens; keeps a part",
    "T-3": "; wrong pair, no remote token, not the other bridge, other amount, not a token, no such function",
    "T-4": "; not the bridge",
    "T-5": "tokens; too few tokens, token says no, nobody to pay, no leave to spend",
    "T-6": "; not an EOA",
    "T-7": "deployments; made already",
    "N-1": "escrow, art; not here, art is there",
    "N-2": "; not the owner, does not take art, no such art",
    "S-1": "; paused",
    "S-2": "paused; not the guardian, paused already",
    "I-1": "; initialized already",
}


def _words(row: str, part: int) -> list[str]:
    return [word.strip() for word in row.partition(";")[part].split(",") if word.strip()]


VIEWS = {view: id_ for id_, row in _BY_PROPERTY.items() for view in _words(row, 0)}
REFUSALS = {reason: id_ for id_, row in _BY_PROPERTY.items() for reason in _words(row, 2)}
DEEDS = {"deposit": "D-1", "prove": "W-2", "finalize": "W-2", "relay": "M-3", "withdraw": "W-5"}
"""Whose fault it is if something is refused, in words that nobody knows, that should be done."""


def broken(property_: str, detail: str) -> NoReturn:
    raise BrokenError(property_, PROPERTIES[property_], detail)


def judged(deed: str, wanted: str | None, found: Refusal | None) -> None:
    """Model and contract both do it, or both refuse for the same reason; of several, for any of them."""
    if wanted is None and found is None:
        return
    if wanted is None:
        assert found is not None
        broken(_blamed(found, deed), f"{deed} is refused: {told(found)}")
    property_ = REFUSALS.get(wanted.partition(" | ")[0], "T-3")
    if found is None:
        broken(property_, f"{deed} is done; it must be refused: {wanted}")
    if not any(means(found, reason) for reason in wanted.split(" | ")):
        broken(property_, f"{deed} is refused with {told(found)}; the reason is: {wanted}")


def _blamed(refusal: Refusal, deed: str) -> str:
    for reason, id_ in REFUSALS.items():
        if reason in WORDS and means(refusal, reason):
            return id_
    return DEEDS.get(deed, "M-4")


def means(refusal: Refusal, reason: str) -> bool:
    """Whether an error, ours or Optimism's, gives a reason of the model's. Where we know no words for it, any
    will do."""
    name, args = refusal.args
    called = str(args[0]) if name == "Error" else name
    called = called.partition(": ")[0] if called.startswith("MerkleTrie: ") else called
    words = WORDS.get(reason)
    return words is None or any(called == word or called.endswith(word) for word in words)


def told(refusal: Refusal) -> str:
    name, args = refusal.args
    shown = [f"0x{arg.hex()}" if isinstance(arg, bytes) else str(arg) for arg in args]
    return f"{name}({', '.join(shown)})"


WORDS = {
    "paused": (
        *(
            "OptimismPortal_Paused",
            "CrossDomainMessenger_Paused",
            "StandardBridge_Paused",
            "ERC721Bridge_Paused",
        ),
        *("OptimismPortal_CallPaused", ": paused"),
    ),
    "creation with a target": ("Deposits_CreationTarget", "OptimismPortal_BadTarget"),
    "too little deposit gas": ("Deposits_GasLimitTooLow", "OptimismPortal_GasLimitTooLow"),
    "too much data": ("Deposits_DataTooLong", "OptimismPortal_CalldataTooLarge"),
    "too much deposit gas": ("ResourceMetering_LimitReached", "OutOfGas", "Panic"),
    "finalized already": ("Withdrawals_AlreadyFinalized", "OptimismPortal_AlreadyFinalized"),
    "unproven": ("OptimismPortal_Unproven", "OptimismPortal_NotProven"),
    "proof too young": ("OptimismPortal_ProofNotOldEnough", "OptimismPortal_ProofTooYoung"),
    "output too young": ("OptimismPortal_InvalidRootClaim", "OptimismPortal_OutputTooYoung"),
    "output of this second": ("OptimismPortal_InvalidProofTimestamp",),
    "not in the output": (
        *("Withdrawals_NotInOutput", "Withdrawals_WrongOutputRoot"),
        *("OptimismPortal_InvalidMerkleProof", "OptimismPortal_InvalidOutputRootProof"),
        *("RLPInvalidEncoding", "MerkleTrie"),
    ),
    "proven already": ("OptimismPortal_AlreadyProven",),
    "unsafe target": (
        *("CrossDomainMessenger_UnsafeTarget", "Withdrawals_BadTarget", "OptimismPortal_BadTarget"),
        *("StandardBridge_BadRecipient", "ERC721Bridge_NotToken"),
        *("CrossDomainMessenger: cannot send message to blocked system address", "cannot send to self"),
        *("cannot send to messenger", "local token cannot be self"),
    ),
    "reentrant": (
        *("Withdrawals_Reentrant", "OptimismPortal_NoReentrancy", "Withdrawals_AlreadyFinalized"),
        *("OptimismPortal_Unproven", "OptimismPortal_NotProven", "OptimismPortal_ProofNotOldEnough"),
        *("OptimismPortal_ProofTooYoung", "OptimismPortal_InvalidRootClaim", "OptimismPortal_OutputTooYoung"),
    ),
    "unknown version": ("CrossDomainMessenger_UnknownVersion", "supported at this time"),
    "relayed already": (
        *("CrossDomainMessenger_AlreadyRelayed", "CrossDomainMessenger_LegacyAlreadyRelayed"),
        *("message has already been relayed", "legacy withdrawal already relayed"),
    ),
    "impossible": ("CrossDomainMessenger_AlreadyReceived", "CrossDomainMessenger_WrongValue", "Panic"),
    "value with a replay": (
        "CrossDomainMessenger_ReplayWithValue",
        "value must be zero unless message is from a system address",
    ),
    "not failed": ("CrossDomainMessenger_NotFailed", "message cannot be replayed"),
    "estimation": (
        *("CrossDomainMessenger_GasEstimation", "Withdrawals_GasEstimation", "OptimismPortal_GasEstimation"),
        "failed to relay message",
    ),
    "no message": ("CrossDomainMessenger_NoMessage", "xDomainMessageSender is not set"),
    "wrong pair": (
        *("StandardBridge_WrongPair", "L2ERC721Bridge_WrongPair"),
        *(
            "wrong remote token for Optimism Mintable ERC20 local token",
            "remote token does not match given value",
        ),
        "wrong remote token for Optimism Mintable ERC721 local token",
    ),
    "no remote token": (
        *("StandardBridge_NoRemoteToken", "ERC721Bridge_NoRemoteToken", "remote token cannot be address(0)"),
        *("OptimismMintableERC20Factory_NoRemoteToken", "must provide remote token address"),
    ),
    "not the other bridge": (
        *("StandardBridge_NotOtherBridge", "ERC721Bridge_NotOtherBridge"),
        "function can only be called from the other bridge",
    ),
    "other amount": (
        "StandardBridge_WrongValue",
        "cannot send value",
        "must include sufficient ETH value",
        "",
    ),
    "keeps a part": ("StandardBridge_NotWhole",),
    "Panic": ("Panic", "StandardBridge_NotDeposited"),
    "not the bridge": (
        *("OptimismMintableERC20_NotBridge", "OptimismMintableERC721_NotBridge"),
        *("only bridge can mint and burn", "only bridge can call this function"),
    ),
    "nobody to pay": (
        *(
            "StandardBridge_BadRecipient",
            "ERC721Bridge_NoRecipient",
            "ERC20InvalidReceiver",
            "ERC721InvalidReceiver",
        ),
        *("nft recipient cannot be address(0)",),
    ),
    "too few tokens": ("ERC20InsufficientBalance", "Panic", "ERC20: burn amount exceeds balance"),
    "token says no": ("SafeERC20FailedOperation", "SafeERC20: ERC20 operation did not succeed"),
    "not an EOA": (
        "StandardBridge_NotEOA",
        "ERC721Bridge_NotEOA",
        "from an EOA",
        "account is not externally owned",
    ),
    "not here": ("L1ERC721Bridge_NotDeposited", "Token ID is not escrowed in the L1 Bridge"),
    "not the owner": ("ERC721Bridge_NotOwner", "ERC721IncorrectOwner", "not being initiated by NFT owner"),
    "no such art": ("ERC721NonexistentToken", "ERC721: invalid token ID"),
    "not the guardian": ("SuperchainConfig_OnlyGuardian",),
    "paused already": ("SuperchainConfig_AlreadyPaused",),
    "initialized already": ("InvalidInitialization", "Initializable: contract is already initialized"),
}
"""A reason, and how the contracts call it: ours, and Optimism's. Of a `require`, how its text ends."""
