"""An external signer on loopback: one that signs, one that refuses, and liars."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eth_account import Account
from tests.unit.deploy.configs import DEPLOYER, DEPLOYER_KEY

from opcycle.devnet.ports import free_ports
from opcycle.errors import UserError
from opcycle.l1.remote_signer import RemoteSigner
from opcycle.l1.signer import KeySigner
from opcycle.rpc.client import RpcUnreachableError
from opcycle.rpc.hexjson import from_hex, to_hex
from opcycle.rpc.server import RpcFaultError, json_rpc_app, serve

CALL = {
    "type": 2,
    "chainId": 11155111,
    "nonce": 0,
    "to": b"\x11" * 20,
    "value": 0,
    "data": b"\x00\x01",
    "gas": 21_000,
    "maxFeePerGas": 2 * 10**9,
    "maxPriorityFeePerGas": 10**9,
}
CREATION = {name: value for name, value in CALL.items() if name != "to"}
BLOBS = {**CALL, "type": 3, "maxFeePerBlobGas": 7, "blobVersionedHashes": [b"\x01" + b"\x22" * 31]}


class SigningServer:
    """Has the deployer's key; signs as web3signer answers (`raw` alone) or as Clef does (an object)."""

    def __init__(self) -> None:
        self.accounts = [to_hex(DEPLOYER)]
        self.key = DEPLOYER_KEY
        self.is_clef = False
        self.change: dict[str, str] = {}
        self.answer: Callable[[dict[str, Any]], Any] = self.sign
        self.asked: list[dict[str, Any]] = []

    def eth_accounts(self) -> list[str]:
        return self.accounts

    def eth_sign_transaction(self, transaction: dict[str, Any]) -> Any:
        self.asked.append(transaction)
        return self.answer(transaction)

    def sign(self, transaction: dict[str, Any]) -> Any:
        assert transaction["from"] == to_hex(DEPLOYER)
        fields = {**{name: value for name, value in transaction.items() if name != "from"}, **self.change}
        raw = to_hex(bytes(Account.sign_transaction(fields, self.key).raw_transaction))
        return {"raw": raw, "tx": {}} if self.is_clef else raw


@pytest.fixture
def server() -> SigningServer:
    return SigningServer()


@pytest.fixture
def signer(server: SigningServer) -> Iterator[RemoteSigner]:
    methods = {"eth_accounts": server.eth_accounts, "eth_signTransaction": server.eth_sign_transaction}
    served = serve(json_rpc_app(methods), free_ports().metrics)
    yield RemoteSigner(served.url, DEPLOYER)
    served.stop()


@pytest.mark.parametrize("is_clef", [False, True], ids=["web3signer", "clef"])
@pytest.mark.parametrize("fields", [CALL, CREATION, BLOBS], ids=["call", "creation", "blobs"])
def test_it_signs_what_a_key_in_memory_would(
    server: SigningServer, signer: RemoteSigner, fields: dict[str, Any], *, is_clef: bool
) -> None:
    server.is_clef = is_clef
    signer.require_account()
    assert signer.address == DEPLOYER
    assert signer.sign_transaction(fields) == KeySigner(DEPLOYER_KEY).sign_transaction(fields)


def test_it_is_asked_in_the_words_of_json_rpc(server: SigningServer, signer: RemoteSigner) -> None:
    signer.sign_transaction(CALL)
    assert server.asked == [
        {
            "from": to_hex(DEPLOYER),
            "chainId": "0xaa36a7",
            "nonce": "0x0",
            "to": "0x" + "11" * 20,
            "value": "0x0",
            "data": "0x0001",
            "gas": "0x5208",
            "maxFeePerGas": "0x77359400",
            "maxPriorityFeePerGas": "0x3b9aca00",
        }
    ]


def test_a_refusal_is_one_sentence_with_its_reason(server: SigningServer, signer: RemoteSigner) -> None:
    def refuse(_: dict[str, Any]) -> None:
        raise RpcFaultError("request denied by the rules")

    server.answer = refuse
    with pytest.raises(
        UserError, match=r"does not sign for 0x.*: request denied by the rules; nothing was sent"
    ):
        signer.sign_transaction(CALL)


@pytest.mark.parametrize(
    "change",
    [
        {"to": "0x" + "66" * 20},
        {"value": "0x1"},
        {"data": "0x"},
        {"nonce": "0x1"},
        {"chainId": "0x1"},
        {"gas": "0x5209"},
        {"maxFeePerGas": "0x77359401"},
        {"maxPriorityFeePerGas": "0x1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_field_is_noticed(
    server: SigningServer, signer: RemoteSigner, change: dict[str, str]
) -> None:
    server.change = change
    with pytest.raises(
        UserError, match="it signed another transaction than it was asked to; nothing was sent"
    ):
        signer.sign_transaction(CALL)


def test_another_account_is_noticed(server: SigningServer, signer: RemoteSigner) -> None:
    server.key = bytes(31) + b"\x01"
    with pytest.raises(UserError, match="it signed as 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"):
        signer.sign_transaction(CALL)


@pytest.mark.parametrize(
    "answer", [None, 7, "", "0x", "0x02", "0x02c0", "raw", {}, {"raw": None}, "0x" + "ff" * 40]
)
def test_what_is_no_transaction_is_refused(server: SigningServer, signer: RemoteSigner, answer: Any) -> None:
    server.answer = lambda _: answer
    with pytest.raises(UserError, match="what it returns is no signed transaction"):
        signer.sign_transaction(CALL)


def test_an_account_that_it_does_not_have_is_told_beforehand(
    server: SigningServer, signer: RemoteSigner
) -> None:
    server.accounts = ["0x" + "AB" * 20]
    with pytest.raises(UserError, match=f"has no account 0x.*; it has 0x{'AB' * 20}"):
        signer.require_account()


def test_a_signer_that_lists_no_accounts_is_asked_to_sign_all_the_same(signer: RemoteSigner) -> None:
    served = serve(json_rpc_app({}), free_ports().metrics)
    RemoteSigner(served.url, DEPLOYER).require_account()
    served.stop()


def test_a_server_that_is_not_there_may_come_back(signer: RemoteSigner) -> None:
    gone = RemoteSigner(f"http://127.0.0.1:{free_ports().metrics}", DEPLOYER)
    with pytest.raises(RpcUnreachableError, match="no JSON-RPC server answers"):
        gone.sign_transaction(CALL)
    assert from_hex(to_hex(gone.address)) == DEPLOYER
