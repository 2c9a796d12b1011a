"""Calls and errors of a small contract, answered by a server of canned replies."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from opcycle.errors import CriticalError
from opcycle.l1.contract import Contract, read_across
from opcycle.l1.reverts import RevertDecoder, TransactionRevertedError
from opcycle.rpc.client import RpcError

ADDRESS = b"\x11" * 20
OWNER = b"\x22" * 20
OUTPUT = {
    "type": "tuple",
    "components": [{"type": "bytes32"}, {"type": "uint128"}],
}
ABI = [
    {"type": "constructor", "inputs": []},
    {"type": "function", "name": "owner", "inputs": [], "outputs": [{"type": "address"}]},
    {"type": "function", "name": "output", "inputs": [{"type": "uint256"}], "outputs": [OUTPUT]},
    {
        "type": "function",
        "name": "pair",
        "inputs": [],
        "outputs": [{"type": "uint64"}, {"type": "address"}],
    },
    {"type": "function", "name": "set", "inputs": [OUTPUT], "outputs": []},
    {"type": "error", "name": "NotOwner", "inputs": [{"type": "address"}]},
]


class FakeServer:
    def __init__(self):
        self.replies, self.queries = [], []

    def batch(self, calls):
        self.queries += [params for _, params in calls]
        if isinstance(self.replies, RpcError):
            raise self.replies
        return [self.replies.pop(0) for _ in calls]


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def contract(server):
    return Contract(server, ADDRESS, ABI)


def hexed(types, values):
    return "0x" + encode(types, values).hex()


def test_read__address__bytes_at_the_named_block(server, contract):
    server.replies = [hexed(["address"], [OWNER])]
    assert contract.read("owner", block=keccak(b"")) == OWNER
    query, tag = server.queries[0]
    assert query == {"to": "0x" + "11" * 20, "data": "0x" + keccak(text="owner()")[:4].hex()}
    assert tag == {"blockHash": "0x" + keccak(b"").hex()}


def test_read__block_number__quantity(server, contract):
    server.replies = [hexed(["address"], [OWNER])]
    contract.read("owner", block=16)
    assert server.queries[0][1] == "0x10"


def test_read__struct_and_several_values__tuples(server, contract):
    server.replies = [
        hexed(["(bytes32,uint128)"], [(b"\x01" * 32, 5)]),
        hexed(["uint64", "address"], [9, OWNER]),
    ]
    assert contract.read("output", 3, block="latest") == (b"\x01" * 32, 5)
    assert contract.read("pair", block="latest") == (9, OWNER)


def test_read_across__each_contract_at_its_address_in_one_request_at_one_block(server, contract):
    other = Contract(server, OWNER, ABI)
    server.replies = [hexed(["address"], [OWNER]), hexed(["uint64", "address"], [9, ADDRESS])]
    found = read_across([(contract, "owner", ()), (other, "pair", ())], block=keccak(b""))
    assert found == [OWNER, (9, ADDRESS)]
    assert [query["to"] for query, _ in server.queries] == ["0x" + "11" * 20, "0x" + "22" * 20]
    assert {tag["blockHash"] for _, tag in server.queries} == {"0x" + keccak(b"").hex()}


def test_read_across__nothing_asked__no_request(server):
    assert read_across([], block="latest") == []
    assert server.queries == []


def test_read__no_contract_there__says_so(server, contract):
    server.replies = ["0x"]
    with pytest.raises(CriticalError, match=r"nothing answers owner\(\) at 0x1111"):
        contract.read("owner", block="latest")


def test_read__reverts__custom_error_decoded(server, contract):
    data = keccak(text="NotOwner(address)")[:4] + encode(["address"], [OWNER])
    server.replies = RpcError("eth_call", 3, "execution reverted", "0x" + data.hex())
    with pytest.raises(TransactionRevertedError, match=r"owner reverts with NotOwner\('0x2222"):
        contract.read("owner", block="latest")


def test_read__server_error_without_data__passes_through(server, contract):
    server.replies = RpcError("eth_call", -32000, "header not found")
    with pytest.raises(RpcError, match="header not found"):
        contract.read("owner", block="latest")


def test_request__struct_argument__canonical_calldata(contract):
    request = contract.request("set", (b"\x01" * 32, 5), value=7)
    assert request.data[:4] == keccak(text="set((bytes32,uint128))")[:4]
    assert request.data[4:] == b"\x01" * 32 + (5).to_bytes(32, "big")
    assert (request.to, request.value, request.what) == (ADDRESS, 7, "set")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "no reason"),
        (keccak(text="Error(string)")[:4] + encode(["string"], ["paused"]), "Error('paused')"),
        (keccak(text="Panic(uint256)")[:4] + encode(["uint256"], [0x11]), "Panic(17)"),
        (keccak(text="Error(string)")[:4] + b"\x01", "Error with malformed arguments 0x01"),
        (b"\xde\xad\xbe\xef\x00", "unknown error 0xdeadbeef (1 bytes of arguments)"),
    ],
)
def test_explain__revert_data__words(data, text):
    assert RevertDecoder().explain(data) == text
