"""Keys of preimages: what a fault-proof machine reads by; the first byte says of which kind a key is.

Source: OP Stack specs, "Fault Proof", pre-image key types.
"""

from opcycle.keccak import keccak
from opcycle.protocol.types import Address, Hash

LOCAL, KECCAK256, SHA256 = 1, 2, 4

DISPUTED_BLOCK_NUMBER = 4
"""The local word that says which L2 block is computed."""


def local_key(ident: int, context: Hash, game: Address) -> Hash:
    """The key of a local word in one dispute of one game, whose address is left-padded to 32 bytes here."""
    word = bytes([LOCAL]) + ident.to_bytes(31, "big")
    return bytes([LOCAL]) + keccak(word + game.rjust(32, b"\0") + context)[1:]
