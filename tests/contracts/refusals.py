"""Why a mined transaction reverted, to the last argument.

Ape's own `reverts` lets other errors and misspelt arguments pass; here a test compares whole values:

    assert refused(oracle.deleteL2Outputs, 1, sender=user) == refusal(
        "L2OutputOracle_OnlyChallenger", caller=user, challenger=challenger
    )
"""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_utils.abi import collapse_if_tuple
from eth_utils.crypto import keccak
from hexbytes import HexBytes

GAS = 1_000_000
"""Given, not estimated: an estimate would refuse before anything is mined."""


@dataclass(frozen=True)
class Refusal:
    """A custom error; addresses among its arguments are lower-case hex, bytes are bytes."""

    name: str
    arguments: dict[str, Any]


def refusal(name: str, **arguments: Any) -> Refusal:
    """What a test expects; accounts and contracts stand for their addresses."""
    return Refusal(name, {key: _plain(value) for key, value in arguments.items()})


def refused(method: Any, *arguments: Any, sender: Any, value: int = 0, gas: int = GAS) -> Refusal:
    """Has `method` mined and returns why it reverted. Fails if it did not."""
    transaction = send(method, *arguments, sender=sender, value=value, gas=gas)
    return reason(method.contract, transaction)


def send(method: Any, *arguments: Any, sender: Any, value: int = 0, gas: int = GAS) -> HexBytes:
    """To the pool, from an account that anvil holds the key of; returns the transaction's hash."""
    web3 = method.contract.provider.web3
    transaction: HexBytes = web3.eth.send_transaction(
        {
            "from": sender.address,
            "to": method.contract.address,
            "data": method.encode_input(*arguments),
            "value": value,
            "gas": gas,
            "gasPrice": 2 * web3.eth.gas_price,
        }
    )
    return transaction


def reason(contract: Any, transaction: HexBytes) -> Refusal:
    """Why a call of `contract` that is mined reverted. Fails if it did not."""
    receipt = contract.provider.web3.eth.wait_for_transaction_receipt(transaction)
    assert receipt["status"] == 0, "the transaction was not refused"
    frame = contract.provider.make_request(
        "debug_traceTransaction", [transaction.to_0x_hex(), {"tracer": "callTracer"}]
    )
    return _decoded(contract.contract_type, bytes(HexBytes(frame.get("output", "0x"))))


def _decoded(contract_type: Any, data: bytes) -> Refusal:
    for entry in (item.model_dump() for item in contract_type.errors):
        types = [collapse_if_tuple(item) for item in entry["inputs"]]
        if keccak(text=f"{entry['name']}({','.join(types)})")[:4] == data[:4]:
            names = [item["name"] for item in entry["inputs"]]
            return Refusal(entry["name"], dict(zip(names, decode(types, data[4:]), strict=True)))
    return Refusal("", {"data": data})


def _plain(value: Any) -> Any:
    value = getattr(value, "address", value)
    return value.lower() if isinstance(value, str) else value
