"""Accounts of a genesis state, and the roots over them."""

import rlp
from eth_utils.crypto import keccak

from opcycle.engine.alloc import (
    ADMIN_SLOT,
    IMPLEMENTATION_SLOT,
    INITIALIZED_SLOT,
    Account,
    storage_root,
    trie_root,
)
from opcycle.engine.genesis import EMPTY_TRIE_ROOT


def test_slots__of_eip_1967_and_of_openzeppelin() -> None:
    assert IMPLEMENTATION_SLOT.hex() == "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
    assert ADMIN_SLOT.hex() == "b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103"
    assert INITIALIZED_SLOT.hex() == "f0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00"


def test_trie_root__nothing__root_of_the_empty_trie() -> None:
    assert trie_root({}) == storage_root({}) == EMPTY_TRIE_ROOT
    assert EMPTY_TRIE_ROOT.hex() == "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"


def test_storage_root__one_slot__hash_of_its_leaf() -> None:
    slot, value = b"\x07".rjust(32, b"\0"), 0x1234
    leaf = rlp.encode([b"\x20" + keccak(slot), rlp.encode(b"\x12\x34")])
    assert storage_root({slot: value.to_bytes(32, "big")}) == keccak(leaf)


def test_storage_root__order_of_slots__does_not_matter() -> None:
    slots = {bytes([n]) * 32: bytes(31) + bytes([n]) for n in range(1, 40)}
    assert storage_root(slots) == storage_root(dict(reversed(slots.items())))
    assert storage_root(slots) != storage_root({**slots, b"\x01" * 32: bytes(31) + b"\xff"})


def test_account__rlp__nonce_balance_storage_root_code_hash() -> None:
    account = Account(balance=256, nonce=3, code=b"\x5f", storage={bytes(32): (1).to_bytes(32, "big")})
    assert rlp.decode(account.encode()) == [
        b"\x03",
        b"\x01\x00",
        storage_root({bytes(32): (1).to_bytes(32, "big")}),
        keccak(b"\x5f"),
    ]
    assert rlp.decode(Account().encode()) == [b"", b"", EMPTY_TRIE_ROOT, keccak(b"")]


def test_account__json__only_what_is_there() -> None:
    assert Account(balance=10**18).to_json() == {"balance": "0xde0b6b3a7640000"}
    slot, value = b"\x01" * 32, b"\x02" * 32
    assert Account(nonce=1, code=b"\xfe", storage={slot: value}).to_json() == {
        "balance": "0x0",
        "nonce": "0x1",
        "code": "0xfe",
        "storage": {"0x" + "01" * 32: "0x" + "02" * 32},
    }
