"""A client of a beacon node: the blobs that an L1 block only names.

Blobs are in no block, and the beacon node need not be trusted with them: what it gives out counts only if
the commitment computed from it has the versioned hash that was asked for. Beacon nodes drop blobs after 18
days; archives serve them on the same interface. Source: Ethereum Beacon APIs (`config/spec`,
`beacon/genesis`, `beacon/blobs/{slot}`); op-node `sources/l1_beacon_client.go`.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson
import urllib3

from opcycle.errors import TemporaryError
from opcycle.l1.blobs import committed
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import from_hex, to_hex

NOT_FOUND = 404


class BeaconClient:
    """`url` without `/eth/v1`. Thread-safe. Everything it raises is a TemporaryError."""

    def __init__(self, url: str, *, timeout: float = 60.0):
        self.url = url.rstrip("/")
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5.0, read=timeout), retries=urllib3.Retry(1, redirect=0)
        )

    def blobs(self, timestamp: int, hashes: Sequence[Hash]) -> Mapping[Hash, bytes]:
        """The blobs with these versioned hashes, from the L1 block at `timestamp`.

        Raises TemporaryError unless each of them was given, and can be verified.
        """
        slot = self.slot_at(timestamp)
        wanted = ",".join(to_hex(item) for item in dict.fromkeys(hashes))
        data = self._get(f"beacon/blobs/{slot}?versioned_hashes={wanted}")
        try:
            found = [committed(from_hex(item)) for item in data]
        except (TypeError, ValueError) as error:
            raise TemporaryError(f"the beacon node at {self.url} gave no blob: {error}") from error
        verified = {blob.versioned_hash: blob.data for blob in found}
        for item in hashes:
            if item not in verified:
                raise TemporaryError(
                    f"the beacon node at {self.url} did not give blob {to_hex(item)} of slot {slot}"
                )
        return {item: verified[item] for item in hashes}

    def slot_at(self, timestamp: int) -> int:
        """The slot that begins at or before `timestamp`, in seconds."""
        genesis_time, seconds_per_slot = self._timing
        return (timestamp - genesis_time) // seconds_per_slot

    def close(self) -> None:
        self._pool.clear()

    @cached_property
    def _timing(self) -> tuple[int, int]:
        """Genesis time and the length of a slot, in seconds."""
        genesis, spec = self._get("beacon/genesis"), self._get("config/spec")
        try:
            return int(genesis["genesis_time"]), int(spec["SECONDS_PER_SLOT"])
        except (KeyError, TypeError, ValueError) as error:
            raise TemporaryError(f"the beacon node at {self.url} does not tell its slot times") from error

    def _get(self, path: str) -> Any:
        """The `data` of an answer."""
        try:
            response = self._pool.request("GET", f"{self.url}/eth/v1/{path}")
        except urllib3.exceptions.HTTPError as error:
            raise TemporaryError(
                f"no beacon node answers at {self.url} ({type(error).__name__}); is the URL right?"
            ) from error
        what = path.partition("?")[0]
        if response.status == NOT_FOUND:
            raise TemporaryError(
                f"the beacon node at {self.url} has no {what} (yet); only archives keep blobs beyond 18 days"
            )
        try:
            return orjson.loads(response.data)["data"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise TemporaryError(
                f"the beacon node at {self.url} answers {what} with HTTP {response.status} and no data"
            ) from error
