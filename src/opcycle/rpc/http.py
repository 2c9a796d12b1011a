"""HTTP POSTs over connections that are kept alive.

The standard library's client rather than urllib3, which spends a third of a millisecond on each call, three
times as much: an L2 block costs a verifier a few of them.
"""

import http.client
import select
import socket
from collections import deque
from urllib.parse import urlsplit

CONNECT_TIMEOUT = 5.0
"""Seconds until a machine must accept a connection."""


class HttpError(Exception):
    """There was no answer; `why` in a user's words."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


class KeptConnections:
    """Connections to the server at `url`: as many as threads that ask at once. Thread-safe.

    `timeout`: seconds in which something of an answer must come.
    """

    def __init__(self, url: str, *, timeout: float):
        self._url = url
        self._timeout = timeout
        self._idle: deque[http.client.HTTPConnection] = deque()

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer. Raises HttpError if there is none."""
        connection = None
        try:
            connection = self._take() or self._connect()
            connection.request("POST", self._target, body, headers)
            response = connection.getresponse()
            answer = response.status, response.read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            if connection is not None:
                connection.close()
            raise HttpError(_why(error)) from error
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Those that nobody uses at the moment."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        self.close()

    @property
    def _target(self) -> str:
        """Path and query."""
        parts = urlsplit(self._url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _take(self) -> http.client.HTTPConnection | None:
        """An idle connection that the server has not closed meanwhile."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not _has_news(connection.sock):
                return connection
            connection.close()
        return None

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._url)
        if not parts.hostname:
            raise ValueError("it names no machine")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=CONNECT_TIMEOUT)
        connection.connect()
        connection.sock.settimeout(self._timeout)
        return connection


def _has_news(connected: socket.socket) -> bool:
    """Whether there is something to read before anything was asked: the end, that is."""
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


def _why(error: Exception) -> str:
    match error:
        case socket.gaierror():
            return "no machine has that name"
        case TimeoutError():
            return "it takes too long to answer"
        case ConnectionRefusedError(strerror=str(reason)):
            return reason.lower()
        case ConnectionError() | http.client.HTTPException():
            return "the connection broke off"
        case OSError(strerror=str(reason)):
            return reason.lower()
        case _:
            return str(error)
