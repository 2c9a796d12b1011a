"""What bridges and tokens mean by the errors that they refuse a call with, in words, and what to do next."""

from opcycle.bridge import refusals
from opcycle.errors import OpcycleError
from opcycle.l1.reverts import TransactionRevertedError

_CONTRACT = "a contract may have another owner on the other chain: name who is to get it there"
_BRIDGES_ONLY = "only a message of the other chain's bridge can do this: send from there instead"
_ALLOWANCE = "the bridge may not take that much: approve it first"

NOT_NOW = {
    **refusals.NOT_NOW,
    "StandardBridge_Paused": "the guardian has paused this chain's withdrawals on L1: nothing is lost; try "
    "again once it has ended the pause, or the pause has expired",
    "ERC721Bridge_Paused": "the guardian has paused this chain's withdrawals on L1: nothing is lost; try "
    "again once it has ended the pause, or the pause has expired",
}
"""By an error's name: what may be over later."""

NEVER = {
    **refusals.NEVER,
    "ERC20InsufficientAllowance": _ALLOWANCE,
    "ERC20InsufficientBalance": "the sender has less of the token: send less",
    "ERC721IncorrectOwner": "the sender does not own this token: only its owner can send it",
    "ERC721InsufficientApproval": "the bridge may not take this token: approve it first",
    "ERC721NonexistentToken": "there is no token of this id: it may be on the other chain",
    "ERC721Bridge_NoRecipient": "the zero address is nobody's: name who is to get it",
    "ERC721Bridge_NoRemoteToken": "the other chain's token is not named: name the contract there",
    "ERC721Bridge_NotEOA": _CONTRACT,
    "ERC721Bridge_NotOtherBridge": _BRIDGES_ONLY,
    "ERC721Bridge_NotOwner": "the sender does not own this token, or it does not move: only its owner can "
    "send it",
    "ERC721Bridge_NotToken": "no token is at that address: is it of this chain?",
    "L1ERC721Bridge_NotDeposited": "no such token is locked for that pair: is it the one that went to L2?",
    "L2ERC721Bridge_NotMintable": "this token is no copy that the bridge mints: L2's own tokens do not cross",
    "L2ERC721Bridge_WrongPair": "the token stands for another one on L1: name that",
    "L2StandardBridge_NoL1Token": "the token does not say what it stands for: L2's own tokens go by "
    "`bridgeERC20`, which names both",
    "OptimismMintableERC20_NotBridge": "the token is minted and burnt by another bridge: use that",
    "OptimismMintableERC20Factory_NoRemoteToken": "the token to stand for is not named: give its address",
    "OptimismMintableERC721Factory_NoRemoteToken": "the token to stand for is not named: give its address",
    "OptimismMintableERC721_NotBridge": "the token is minted and burnt by another bridge: use that",
    "SafeERC20FailedOperation": "the token has refused to move and does not say why: ask its makers",
    "StandardBridge_BadRecipient": "the recipient could never get it (nobody, or a bridge or messenger "
    "itself): name another",
    "StandardBridge_ETHTransferFailed": "the recipient does not take ETH: see to it that it does, then relay "
    "the message again",
    "StandardBridge_NoRemoteToken": "the other chain's token is not named: name it, or have a copy made with "
    "`opcycle token create`",
    "StandardBridge_NotDeposited": "less than that is locked for that pair: are these the two tokens?",
    "StandardBridge_NotEOA": _CONTRACT,
    "StandardBridge_NotOtherBridge": _BRIDGES_ONLY,
    "StandardBridge_NotToken": "no token is at that address: is it of this chain?",
    "StandardBridge_NotWhole": "the token takes a fee when it moves, or does not move: such tokens do not "
    "cross the bridge",
    "StandardBridge_WrongPair": "the token stands for another one on the other chain: name that",
    "StandardBridge_WrongValue": "the ETH that came along is not what the call is about: send exactly that, "
    "and none with tokens",
}
"""By an error's name: what the same call will always be refused for."""


def explained(error: TransactionRevertedError) -> OpcycleError:
    """See `opcycle.bridge.refusals.explained`."""
    return refusals.explained(error, not_now=NOT_NOW, never=NEVER)
