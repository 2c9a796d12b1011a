"""Either chain of a devnet as the network that Ape is connected to, inside `ape test` as anywhere.

    with connected(devnet.l2):
        counter = project.Counter.deploy(sender=ape_account(user))
        assert counter.count() == 0

A devnet's blocks are made only when time passes, and Ape waits for receipts: here each transaction that Ape
sends is mined before it goes on. Ape forgets at the end what it learned about contracts inside: addresses of
L1 and L2 coincide, and a test's chains begin where those of the test before did.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from ape import chain as ape_chain
from ape import networks
from ape.api.config import PluginConfig
from ape.api.networks import NetworkAPI, ProviderContextManager
from ape_ethereum.provider import EthereumNodeProvider
from ape_test.accounts import TestAccount
from eth_account.signers.local import LocalAccount
from pydantic import PrivateAttr
from web3 import Web3
from web3.types import RPCEndpoint, RPCResponse

from opcycle.rpc.hexjson import from_hex
from opcycle.testing.chain import Chain
from opcycle.testing.provider import RpcProvider

_numbers = count(1)


@contextmanager
def connected(chain: Chain) -> Iterator["DevnetProvider"]:
    """Ape is connected to `chain` inside; may be nested, for the other chain or for one of Ape's own."""
    network = DevnetNetwork(name="local", ecosystem=networks.ethereum)
    provider = DevnetProvider.of(chain, network)
    forgotten = ape_chain.contracts.use_temporary_caches()
    with ProviderContextManager(provider, disconnect_after=True):
        forgotten.__enter__()
        try:
            yield provider
        finally:
            forgotten.__exit__(None, None, None)  # with an exception it would not put Ape's own back


def ape_account(user: LocalAccount) -> TestAccount:
    """The same account as Ape's transactions take it: `sender=ape_account(user)`."""
    return TestAccount(index=next(_numbers), address_str=user.address, private_key=user.key.hex())


class DevnetNetwork(NetworkAPI):  # type: ignore[misc]
    """A local network: Ape keeps nothing of it on disk, and a transaction gets the gas that it needs."""

    @property
    def config(self) -> Any:
        """None of the project's for its own local network."""
        return PluginConfig()


class DevnetProvider(EthereumNodeProvider):  # type: ignore[misc]
    """Ape's provider for one chain of a devnet, over the connection that the devnet has."""

    _chain: Chain = PrivateAttr()
    _connection: str = PrivateAttr()

    @classmethod
    def of(cls, chain: Chain, network: DevnetNetwork) -> "DevnetProvider":
        new = cls(name=f"opcycle-{chain.name}", network=network)
        new._chain = chain
        new._connection = f"{new.name}-{next(_numbers)}"  # never one that Ape has kept
        return new

    @property
    def connection_id(self) -> str:
        return self._connection

    @property
    def uri(self) -> str:
        return self._chain.url

    def connect(self) -> None:
        self._web3 = Web3(_MinedAtOnce(self._chain))

    def disconnect(self) -> None:
        """The connection stays the devnet's."""
        self._web3 = None  # type: ignore[assignment]


class _MinedAtOnce(RpcProvider):
    """Answers after the block that a transaction is in."""

    def __init__(self, chain: Chain):
        super().__init__(chain.rpc)
        self._chain = chain

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        response = super().make_request(method, params)
        if method == "eth_sendRawTransaction" and "result" in response:
            self._chain.wait_for(from_hex(response["result"]), "a transaction of Ape")
        return response
