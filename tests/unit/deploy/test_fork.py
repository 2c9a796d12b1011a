"""Sending as an account without its key, on a fork; `tests/e2e/test_deploying.py` does it on real ones."""

from typing import Any

import pytest
from eth_utils.crypto import keccak
from tests.unit.deploy.configs import DEPLOYER, DEPLOYER_KEY

from opcycle.deploy.fork import ForkRpc, UnsignedAccount, fork_of
from opcycle.errors import UserError
from opcycle.l1.signer import KeySigner
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import to_hex

CALL = {
    "type": 2,
    "chainId": 11155111,
    "nonce": 7,
    "to": b"\x11" * 20,
    "value": 0,
    "data": b"\x00\x01",
    "gas": 21_000,
    "maxFeePerGas": 2 * 10**9,
    "maxPriorityFeePerGas": 10**9,
}
SENT = "0x" + "5e" * 32


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the fork's RPC is asked; it answers everything with one hash."""
    calls: list[tuple[Any, ...]] = []

    def call(_: RpcClient, method: str, *params: Any) -> str:
        calls.append((method, *params))
        return SENT

    monkeypatch.setattr(RpcClient, "call", call)
    return calls


def test_what_was_not_signed_is_sent_as_the_accounts_and_found_by_its_hash(
    asked: list[tuple[Any, ...]],
) -> None:
    account, rpc = UnsignedAccount(DEPLOYER), ForkRpc("http://fork", DEPLOYER)
    raw = account.sign_transaction(CALL)
    known_as = rpc.call("eth_sendRawTransaction", to_hex(raw))
    assert known_as == to_hex(keccak(raw)) != SENT
    assert asked == [
        (
            "eth_sendTransaction",
            {
                "from": to_hex(DEPLOYER),
                "to": "0x" + "11" * 20,
                "nonce": "0x7",
                "data": "0x0001",
                "value": "0x0",
                "gas": "0x5208",
                "maxFeePerGas": "0x77359400",
                "maxPriorityFeePerGas": "0x3b9aca00",
            },
        )
    ]
    rpc.call("eth_getTransactionReceipt", known_as)
    rpc.call("eth_getTransactionReceipt", "0x01")
    assert asked[1:] == [("eth_getTransactionReceipt", SENT), ("eth_getTransactionReceipt", "0x01")]


def test_a_creation_has_no_recipient(asked: list[tuple[Any, ...]]) -> None:
    fields = {name: value for name, value in CALL.items() if name != "to"}
    raw = UnsignedAccount(DEPLOYER).sign_transaction(fields)
    ForkRpc("http://fork", DEPLOYER).call("eth_sendRawTransaction", to_hex(raw))
    assert "to" not in asked[0][1]


def test_what_was_not_signed_is_no_transaction_of_the_account() -> None:
    signed, unsigned = (
        who.sign_transaction(CALL) for who in (KeySigner(DEPLOYER_KEY), UnsignedAccount(DEPLOYER))
    )
    assert unsigned != signed
    assert unsigned.endswith(b"\xc0\x80\x80\x80"), "an empty access list, and three zeros"


def test_without_anvil_it_is_said_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(UserError, match="a dry run needs anvil, which is not on PATH"),
        fork_of("http://l1", DEPLOYER),
    ):
        pass
