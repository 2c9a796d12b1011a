"""Keys."""

import pytest

from opcycle.errors import UserError
from opcycle.l1.signer import KeySigner


def test_key_signer__well_known_test_key__its_address():
    key = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")  # public test key
    assert KeySigner(key).address.hex() == "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), b"\xff" * 32])
def test_key_signer__no_key__user_error(key):
    with pytest.raises(UserError, match="private key"):
        KeySigner(key)
