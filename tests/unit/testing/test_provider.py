"""web3.py over our RPC client."""

from typing import Any

import pytest
from web3.exceptions import Web3RPCError

from opcycle.rpc.client import RpcClient, RpcError, RpcUnreachableError
from opcycle.testing.provider import RpcProvider, web3_of


class Server(RpcClient):
    """Answers without a network."""

    def __init__(self, answers: dict[str, Any]):
        super().__init__("http://server")
        self.answers = answers
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def call(self, method: str, *params: Any) -> Any:
        self.asked.append((method, params))
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_web3_asks_and_understands() -> None:
    server = Server({"eth_chainId": "0x385", "eth_getBalance": "0x7"})
    web3 = web3_of(server)
    assert web3.eth.chain_id == 901
    assert web3.eth.get_balance("0x" + "11" * 20) == 7
    assert server.asked[-1] == ("eth_getBalance", ("0x" + "11" * 20, "latest"))


def test_an_error_reaches_web3_as_one() -> None:
    web3 = web3_of(Server({"eth_blockNumber": RpcError("eth_blockNumber", -32000, "not today")}))
    with pytest.raises(Web3RPCError, match="not today"):
        _ = web3.eth.block_number


@pytest.mark.parametrize(
    ("answer", "is_connected"),
    [("geth", True), (RpcUnreachableError("http://server", "refused"), False)],
)
def test_whether_somebody_answers(answer: Any, is_connected: bool) -> None:
    provider = RpcProvider(Server({"web3_clientVersion": answer}))
    assert provider.is_connected() is is_connected
    if not is_connected:
        with pytest.raises(RpcUnreachableError):
            provider.is_connected(show_traceback=True)
