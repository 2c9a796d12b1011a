"""A contract that makes one fixed call when it is called, and logs what came of it. Attackers are made of it."""

PREFIX_SIZE = 64

REVERTER = bytes.fromhex("5f5ffd")
GAS_EATER = bytes.fromhex("fe")


def puppet_code(target: bytes, calldata: bytes, *, forwards_value: bool) -> bytes:
    """Runtime code that calls `target` with `calldata` and never fails itself.

    Its log has no topic: gas at its start u256 ++ whether the call succeeded u256 ++ what the call returned.
    """
    size = b"\x62" + len(calldata).to_bytes(3, "big")  # PUSH3
    code = b"".join(
        (
            bytes.fromhex("5a5f52"),  # mstore(0, gas())
            size + bytes.fromhex("60406060" "39"),  # codecopy(0x60, PREFIX_SIZE, size)
            bytes.fromhex("5f5f") + size + bytes.fromhex("6060"),  # returns nothing; calldata at 0x60
            bytes.fromhex("34" if forwards_value else "5f"),  # callvalue() or 0
            b"\x73" + target + bytes.fromhex("5af1"),  # call(gas(), target, …)
            bytes.fromhex("602052"),  # mstore(0x20, success)
            bytes.fromhex("3d5f60403e"),  # returndatacopy(0x40, 0, returndatasize())
            bytes.fromhex("3d6040015fa000"),  # log0(0, 0x40 + returndatasize()); stop()
        )
    )
    return code.ljust(PREFIX_SIZE, b"\0") + calldata
