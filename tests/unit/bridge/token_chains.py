"""L1 and L2 as a bridge for tokens sees them: two EVMs of this process with the real bridges and factories.

Between them are stand-ins of messengers; `World.carry` brings to the other chain what one sent last.
"""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from tests.fuzz.evm import Chain, RefusedError
from tests.fuzz.stand_ins import messenger

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.bridge.token_pairs import Standard
from opcycle.keccak import keccak
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol import predeploys
from opcycle.rpc.client import RpcError

USER, OTHER, MAKER = b"\x22" * 20, b"\x33" * 20, b"\x44" * 20
CONFIG, L1_BRIDGE, L1_FACTORY, L1_MESSENGER = b"\x51" * 20, b"\x52" * 20, b"\x53" * 20, b"\x54" * 20
SUPERCHAIN = b"\x55" * 20
L1_CHAIN_ID = 900


class Rpc:
    """What is asked of a chain: always as of now."""

    def __init__(self, chain: Chain):
        self.chain = chain
        self.receipts: dict[str, Any] = {}

    def call(self, method: str, *params: Any) -> Any:
        if method == "eth_getCode":
            return "0x" + bytes(self.chain.evm.get_code(params[0]) or b"").hex()
        if method == "eth_getTransactionReceipt":
            return self.receipts.get(params[0])
        assert method == "eth_call"
        query = params[0]
        to, data = (bytes.fromhex(query[key][2:]) for key in ("to", "data"))
        try:
            return "0x" + self.chain.call(bytes(20), to, data).hex()
        except RefusedError:
            raise RpcError(method, 3, "execution reverted") from None

    def batch(self, calls: Any) -> list[Any]:
        return [self.call(method, *params) for method, params in calls]


class Sender:
    """Sends for `address`; what it sends is in a block at once."""

    def __init__(self, rpc: Rpc, address: bytes = USER):
        self.rpc, self.address = rpc, address
        self.requests: list[Any] = []

    def send(self, request: Any) -> bytes:
        chain = self.rpc.chain
        try:
            chain.send(self.address, request.to, request.data, value=request.value)
        except RefusedError as error:
            _, data = error.args  # nothing is known to the EVM itself
            raise TransactionRevertedError(request.what, request.errors.explain(data)) from None
        self.requests.append(request)
        transaction = keccak(request.data + bytes([len(self.requests)]))
        self.rpc.receipts["0x" + transaction.hex()] = {
            "transactionHash": "0x" + transaction.hex(),
            "blockHash": "0x" + bytes(32).hex(),
            "blockNumber": "0x1",
            "status": "0x1",
            "gasUsed": "0x1",
            "effectiveGasPrice": "0x1",
            "logs": [
                {
                    "address": "0x" + log.address.hex(),
                    "topics": ["0x" + topic.hex() for topic in log.topics],
                    "data": "0x" + log.data.hex(),
                    "logIndex": hex(log.index),
                }
                for log in chain.logs()
            ],
        }
        return transaction


@dataclass(frozen=True)
class _End:
    """Where a chain has its contracts."""

    bridge: bytes
    messenger: bytes
    factory: bytes


class World:
    """Both chains with the bridges for one kind of token; L1's has no factory for ERC-721."""

    def __init__(self, standard: Standard):
        self.standard = standard
        is_erc20 = standard is Standard.ERC20
        self.ends = {
            Layer.L1: _End(L1_BRIDGE, L1_MESSENGER, L1_FACTORY),
            Layer.L2: _End(
                predeploys.L2_STANDARD_BRIDGE if is_erc20 else predeploys.L2_ERC721_BRIDGE,
                predeploys.L2_CROSS_DOMAIN_MESSENGER,
                predeploys.OPTIMISM_MINTABLE_ERC20_FACTORY
                if is_erc20
                else predeploys.OPTIMISM_MINTABLE_ERC721_FACTORY,
            ),
        }
        self.rpcs = {layer: Rpc(Chain()) for layer in Layer}
        self.senders = {layer: Sender(self.rpcs[layer]) for layer in Layer}
        for layer in Layer:
            self._build(layer)
        self._name_bridges()

    def new(self, kind: Any, senders: Any = None) -> Any:
        """A user's `Tokens` or `Collectibles`."""
        by = self.senders if senders is None else senders
        rpcs = {"l1": self.rpcs[Layer.L1], "l2": self.rpcs[Layer.L2]}
        return kind(**rpcs, system_config=CONFIG, l1_sender=by.get(Layer.L1), l2_sender=by.get(Layer.L2))

    def chain(self, layer: Layer) -> Chain:
        return self.rpcs[layer].chain

    def deploy(self, layer: Layer, code: bytes, *types_and_values: Any) -> bytes:
        types, values = zip(*types_and_values, strict=True) if types_and_values else ((), ())
        return self.chain(layer).deploy(MAKER, code + encode(types, values))

    def do(self, layer: Layer, sender: bytes, to: bytes, signature: str, *args: Any, value: int = 0) -> bytes:
        kinds = signature[signature.index("(") + 1 : -1]
        data = keccak(signature.encode())[:4] + encode(kinds.split(",") if kinds else [], args)
        return self.chain(layer).send(sender, to, data, value=value)

    def sent(self, layer: Layer) -> tuple[bytes, bytes, int]:
        """Target, data and least gas of the message that the chain sent last."""
        (log,) = (log for log in self.chain(layer).logs() if log.address == self.ends[layer].messenger)
        target, data, gas = decode(["address", "bytes", "uint32"], log.data[4:])
        return bytes.fromhex(target[2:]), data, gas

    def carry(self, layer: Layer) -> None:
        """What that chain sent last."""
        target, data, _ = self.sent(layer)
        assert target == self.ends[layer.other].bridge
        self.chain(layer.other).send(OTHER, self.ends[layer.other].messenger, data)

    def _build(self, layer: Layer) -> None:
        chain, end, other = self.chain(layer), self.ends[layer], self.ends[layer.other]
        chain.set_block(1000, 1_700_000_000)
        for person in (USER, OTHER, MAKER):
            chain.set_balance(person, 10**24)
        chain.set_code(end.messenger, messenger(end.bridge, other.bridge))
        is_erc20 = self.standard is Standard.ERC20
        first = 3 if is_erc20 else 1
        slots = {first: end.messenger, first + 1: other.bridge}
        if layer is Layer.L1:
            slots[52 if is_erc20 else 51] = CONFIG
        self._place(layer, end.bridge, self.standard.bridge_on(layer), slots)
        if is_erc20:
            self._place(layer, end.factory, "OptimismMintableERC20Factory", {1: end.bridge})
        elif layer is Layer.L2:
            factory = {1: end.bridge + bytes(2), 2: L1_CHAIN_ID.to_bytes(2, "big")}
            self._place(layer, end.factory, "OptimismMintableERC721Factory", factory)

    def _place(self, layer: Layer, address: bytes, name: str, slots: dict[int, bytes]) -> None:
        chain = self.chain(layer)
        chain.set_code(address, artifact(name).runtime)
        for slot, value in slots.items():
            chain.set_storage(address, slot.to_bytes(32, "big"), value.rjust(32, b"\0"))

    def _name_bridges(self) -> None:
        """SystemConfig, which knows L1's addresses, and whom to ask whether anything is paused."""
        self._place(Layer.L1, CONFIG, "SystemConfig", {108: SUPERCHAIN})
        self._place(Layer.L1, SUPERCHAIN, "SuperchainConfig", {})
        bridge = "l1standardbridge" if self.standard is Standard.ERC20 else "l1erc721bridge"
        for name, value in ((bridge, L1_BRIDGE), ("optimismmintableerc20factory", L1_FACTORY)):
            slot = int.from_bytes(keccak(f"systemconfig.{name}".encode()), "big") - 1
            chain = self.chain(Layer.L1)
            chain.set_storage(CONFIG, slot.to_bytes(32, "big"), value.rjust(32, b"\0"))
