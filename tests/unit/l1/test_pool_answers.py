"""What go-ethereum answers to a transaction, and what its sender makes of it."""

import pytest

from opcycle.errors import TemporaryError
from opcycle.l1.pool_answers import (
    NonceError,
    OtherPoolError,
    TransactionRejectedError,
    UnaffordableError,
    UnderpricedError,
    refusal,
)
from opcycle.rpc.client import RpcError


def answer(reason, *, has_blobs=False):
    error = RpcError("eth_sendRawTransaction", -32000, reason)
    return refusal(error, what="batch", sender="0xab", has_blobs=has_blobs)


def test_already_known__is_no_refusal():
    assert answer("already known") is None


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("replacement transaction underpriced", UnderpricedError),
        ("replacement transaction underpriced: new tx gas tip cap 1 <= 2 queued", UnderpricedError),
        ("transaction underpriced", UnderpricedError),
        ("nonce too low: next nonce 7, tx nonce 6", NonceError),
        ("nonce too high: tx nonce 9, gapped nonce 7", NonceError),
        ("address already reserved", OtherPoolError),
        ("insufficient funds for gas * price + value: balance 1, tx cost 2", UnaffordableError),
        ("exceeds block gas limit", TransactionRejectedError),
        ("txpool is full", RpcError),
    ],
)
def test_each_answer__its_kind(reason, kind):
    assert type(answer(reason)) is kind


def test_nonce_gap_before_blobs__the_pool_of_blobs_does_not_know_what_waits_in_the_other():
    error = answer("nonce too high: tx nonce 9, gapped nonce 7", has_blobs=True)
    assert isinstance(error, OtherPoolError)
    assert isinstance(error, TemporaryError)
