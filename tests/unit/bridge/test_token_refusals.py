"""What bridges and tokens refuse with is explained in words."""

import pytest

from opcycle.artifacts import artifact
from opcycle.bridge.token_refusals import NEVER, NOT_NOW, explained
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.reverts import TransactionRevertedError

CONTRACTS = (
    *("L1StandardBridge", "L2StandardBridge", "L1ERC721Bridge", "L2ERC721Bridge"),
    *("OptimismMintableERC20Factory", "OptimismMintableERC721Factory"),
    *("OptimismMintableERC20", "OptimismMintableERC721"),
)
CARRIERS = ("L1CrossDomainMessenger", "OptimismPortal2")
SETTING_UP = {"ProxyAdminOwned_NotAdminOrOwner", "ProxyAdminOwned_NotOwner", "OptimismMintableERC721_Zero"}
"""Nobody who only uses a bridge meets these."""


def errors_of(*names: str) -> set[str]:
    return {entry["name"] for name in names for entry in artifact(name).abi if entry["type"] == "error"}


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_error_of_the_bridges_own_has_words(name: str) -> None:
    declared = {error for error in errors_of(name) if "_" in error}
    assert declared
    assert declared - SETTING_UP <= {*NOT_NOW, *NEVER}


def test_no_error_has_words_that_no_contract_declares() -> None:
    assert {*NOT_NOW, *NEVER} <= errors_of(*CONTRACTS, *CARRIERS)


def test_explained__words_and_values_behind_them() -> None:
    never = explained(TransactionRevertedError("x", "StandardBridge_NotEOA('0x11')"))
    assert isinstance(never, UserError)
    assert str(never).endswith("name who is to get it there (StandardBridge_NotEOA('0x11'))")
    not_now = explained(TransactionRevertedError("x", "StandardBridge_Paused()"))
    assert isinstance(not_now, TemporaryError)
