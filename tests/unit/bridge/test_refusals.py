"""What contracts refuse with is explained in words."""

import pytest

from opcycle.artifacts import artifact
from opcycle.bridge.refusals import NEVER, NOT_NOW, explained
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.reverts import TransactionRevertedError


@pytest.mark.parametrize("name", ["L1CrossDomainMessenger", "L2CrossDomainMessenger"])
def test_every_error_of_the_messengers_has_words(name: str) -> None:
    declared = {
        entry["name"]
        for entry in artifact(name).abi
        if entry["type"] == "error" and entry["name"].startswith("CrossDomainMessenger_")
    }
    assert declared
    assert declared <= {*NOT_NOW, *NEVER}


def test_no_error_has_words_that_no_contract_declares() -> None:
    contracts = ("L1CrossDomainMessenger", "OptimismPortal2")
    declared = {entry.get("name") for name in contracts for entry in artifact(name).abi}
    assert {*NOT_NOW, *NEVER} <= declared


def test_explained__words_and_values_behind_them() -> None:
    never = explained(TransactionRevertedError("x", "CrossDomainMessenger_ReplayWithValue(5)"))
    assert isinstance(never, UserError)
    assert str(never).endswith("send none along (CrossDomainMessenger_ReplayWithValue(5))")
    not_now = explained(TransactionRevertedError("x", "CrossDomainMessenger_Paused()"))
    assert isinstance(not_now, TemporaryError)


def test_explained__of_an_unknown_error__itself() -> None:
    error = TransactionRevertedError("x", "Unheard_Of(1)")
    assert explained(error) is error
