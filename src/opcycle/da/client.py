"""A client of a DA server: data in exchange for commitments, and the other way round.

    GET  /get/0x<commitment>     200 the data | 404 not found
    POST /put/0x<commitment>     keccak: the client names what it stores          200
    POST /put                    generic: the server names it                     200 the commitment

Source: OP Stack specs, "Alt-DA Mode" ("DA Server"); op-alt-da `daclient.go`, `daserver.go`.
"""

from contextlib import closing
from time import monotonic

import urllib3

from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.alt_da import Commitment, CommitmentError, CommitmentType

MAX_ANSWER = 32 * 2**20
"""Bytes that are read of an answer. Derivation takes frames of 1 MB at most, so no batcher has so much."""

MAX_COMMITMENT = 1024
"""Bytes of a generic commitment; those in use have a few hundred."""

OK, NOT_FOUND = 200, 404
DOWN = (502, 503, 504)
"""Of the server itself, or of a gateway before it."""

_CHUNK = 2**16


class DAServerDownError(TemporaryError):
    """Nobody can reach the data, or store any, for now."""


class DAClient:
    """`url` without a path. Thread-safe. An answer must be complete within `timeout` seconds.

    Requests raise nothing but TemporaryErrors: data that cannot be had must be waited for, never skipped.
    """

    def __init__(self, url: str, *, timeout: float = 30.0):
        """Raises UserError for what is no URL."""
        if not url.startswith(("http://", "https://")):
            raise UserError(f"{url!r} is no DA server's URL; it would begin with http:// or https://")
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5.0, read=timeout), retries=urllib3.Retry(1, redirect=0)
        )

    def get(self, commitment: Commitment) -> bytes | None:
        """The data behind a commitment, None if the server has none.

        Raises DAServerDownError, or TemporaryError for data that is not what was committed to.
        """
        status, data = self._request("GET", f"get/0x{commitment.encode().hex()}", limit=MAX_ANSWER)
        if status == NOT_FOUND:
            return None
        self._require_ok(status, f"to give the data of {commitment}")
        if not commitment.fits(data):
            raise TemporaryError(
                f"the DA server at {self.url} gave {len(data)} bytes for {commitment} that it is not of; "
                "waiting for the right ones"
            )
        return data

    def put(self, data: bytes, kind: CommitmentType) -> Commitment:
        """Store data; what to post for it. Raises DAServerDownError, or TemporaryError if it is refused."""
        if kind is CommitmentType.KECCAK:
            commitment = Commitment.keccak_of(data)
            status, _ = self._request("POST", f"put/0x{commitment.encode().hex()}", data)
            self._require_ok(status, f"to store {len(data)} bytes")
            return commitment
        status, answer = self._request("POST", "put", data, limit=MAX_COMMITMENT)
        self._require_ok(status, f"to store {len(data)} bytes")
        try:
            commitment = Commitment.decode(answer)
        except CommitmentError as error:
            raise TemporaryError(f"the DA server at {self.url} answered with {error}") from error
        if commitment.kind is not kind:
            raise TemporaryError(
                f"the DA server at {self.url} gives {commitment.kind} commitments, the chain uses {kind} ones"
            )
        return commitment

    def close(self) -> None:
        self._pool.clear()

    def _request(
        self, method: str, path: str, body: bytes | None = None, *, limit: int = MAX_COMMITMENT
    ) -> tuple[int, bytes]:
        """Status and body of an answer."""
        deadline = monotonic() + self._timeout
        headers = {} if body is None else {"content-type": "application/octet-stream"}
        try:
            response = self._pool.request(
                method, f"{self.url}/{path}", body=body, headers=headers, preload_content=False
            )
            with closing(response):
                return response.status, self._body(response, limit, deadline)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise DAServerDownError(
                f"no DA server answers at {self.url} ({type(error).__name__}); is it running, and is the URL "
                "right?"
            ) from error

    def _body(self, response: urllib3.BaseHTTPResponse, limit: int, deadline: float) -> bytes:
        data = bytearray()
        for chunk in response.stream(_CHUNK):
            data += chunk
            if len(data) > limit:
                raise TemporaryError(f"the DA server at {self.url} answers with more than {limit} bytes")
            if monotonic() > deadline:
                raise DAServerDownError(
                    f"the DA server at {self.url} takes more than {self._timeout:g} s for an answer"
                )
        return bytes(data)

    def _require_ok(self, status: int, what: str) -> None:
        if status in DOWN:
            raise DAServerDownError(f"the DA server at {self.url} is down (HTTP {status})")
        if status != OK:
            raise TemporaryError(f"the DA server at {self.url} refuses {what} (HTTP {status})")
