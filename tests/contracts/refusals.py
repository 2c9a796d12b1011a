"""Reverts, checked to the last argument: Ape's own helper lets other errors and misspelt arguments pass."""

from collections.abc import Mapping
from typing import Any

import pytest
from ape.exceptions import ContractLogicError
from eth_abi.abi import decode
from eth_utils.abi import collapse_if_tuple
from eth_utils.crypto import keccak
from web3.exceptions import ContractCustomError


def assert_refused(
    method: Any, *arguments: Any, sender: Any, error: str, value: int = 0, **expected: Any
) -> None:
    """Calling `method` reverts with the custom error `error` and exactly the arguments `expected`; so does
    the transaction. Integers, addresses as hex text, bytes as bytes."""
    contract = method.contract
    web3 = contract.provider.web3
    call = {
        "from": str(sender.address),
        "to": str(contract.address),
        "data": method.encode_input(*arguments),
        "value": value,
    }
    with pytest.raises(ContractCustomError) as caught:
        web3.eth.call(call)
    data = bytes.fromhex(str(caught.value.data).removeprefix("0x"))
    found = _decoded(contract, data)
    assert found == (error, expected), f"{found[0]}({found[1]}) instead of {error}({expected})"
    with pytest.raises(ContractLogicError):
        method(*arguments, sender=sender, value=value)


def _decoded(contract: Any, data: bytes) -> tuple[str, Mapping[str, Any]]:
    for entry in (item.model_dump() for item in contract.contract_type.errors):
        types = [collapse_if_tuple(item) for item in entry["inputs"]]
        if keccak(text=f"{entry['name']}({','.join(types)})")[:4] == data[:4]:
            names = [item["name"] for item in entry["inputs"]]
            return entry["name"], dict(zip(names, decode(types, data[4:]), strict=True))
    return f"unknown error 0x{data[:4].hex()}", {}
