"""A contract that passes every call on, with its ETH: what a deposit from a contract or a re-entry needs."""

from typing import Any


def deploy_forwarder(web3: Any, target: str, *, sender: Any) -> str:
    """Address of a new contract that calls `target` with whatever it is called with, and fails with it."""
    runtime = b"".join(
        (
            bytes.fromhex("365f5f37"),  # calldatacopy(0, 0, calldatasize())
            bytes.fromhex("5f5f365f3473") + bytes.fromhex(target[2:]) + bytes.fromhex("5af1"),  # call
            bytes.fromhex("3d5f5f3e"),  # returndatacopy(0, 0, returndatasize())
            bytes.fromhex("602a573d5ffd"),  # revert(0, returndatasize()) unless it succeeded
            bytes.fromhex("5b3d5ff3"),  # 0x2a: return(0, returndatasize())
        )
    )
    size = len(runtime).to_bytes(1, "big")
    creation = b"\x60" + size + bytes.fromhex("600a5f39") + b"\x60" + size + bytes.fromhex("5ff3") + runtime
    sent = web3.eth.send_transaction({"from": sender.address, "data": creation, "gas": 200_000})
    address: str = web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
    return address
