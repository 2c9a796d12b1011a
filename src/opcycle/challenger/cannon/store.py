"""What op-program has fetched, in the format `directory` in which it keeps that.

    DIRECTORY/<first 4 hex digits of the key>/<the other 60>.txt      the preimage in hex, without 0x

Source: op-program v1.18.1, `host/kvstore/directory.go`.
"""

from pathlib import Path

from opcycle.errors import TemporaryError
from opcycle.protocol.types import Hash


class PreimageStore:
    def __init__(self, directory: Path):
        self._directory = directory

    def get(self, key: Hash) -> bytes:
        """Raises TemporaryError if it is missing or damaged."""
        digits = key.hex()
        file = self._directory / digits[:4] / f"{digits[4:]}.txt"
        try:
            return bytes.fromhex(file.read_text())
        except (OSError, ValueError) as error:
            raise TemporaryError(f"op-program has kept no good preimage of 0x{digits}: {error}") from error
