"""HTTP POSTs over connections that are kept alive.

Requests are written here, answers read by the standard library. urllib3 spends a third of a millisecond on
each call, four times as much, and sends head and body one after the other, so that the server wakes up twice:
an L2 block costs a verifier a few calls.
"""

import http.client
import select
import socket
import ssl
import weakref
from collections import deque
from urllib.parse import SplitResult, urlsplit

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
        self._idle: deque[socket.socket] = deque()
        # not __del__: garbage in a cycle is finalized in any order, and a socket left open warns
        weakref.finalize(self, _close_all, self._idle)

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer. Raises HttpError if there is none."""
        connection = None
        try:
            url = urlsplit(self._url)
            connection = self._take() or self._connect(url)
            connection.sendall(_request(url, body, headers))
            with http.client.HTTPResponse(connection, method="POST") as response:
                response.begin()
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
        _close_all(self._idle)

    def _take(self) -> socket.socket | None:
        """An idle connection that the server has not closed meanwhile."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not _has_news(connection):
                return connection
            connection.close()
        return None

    def _connect(self, url: SplitResult) -> socket.socket:
        if not url.hostname:
            raise ValueError("it names no machine")
        is_secure = url.scheme == "https"
        port = url.port or (http.client.HTTPS_PORT if is_secure else http.client.HTTP_PORT)
        connection = socket.create_connection((url.hostname, port), CONNECT_TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if is_secure:
            connection = ssl.create_default_context().wrap_socket(connection, server_hostname=url.hostname)
        connection.settimeout(self._timeout)
        return connection


def _close_all(connections: deque[socket.socket]) -> None:
    while connections:
        connections.pop().close()


def _request(url: SplitResult, body: bytes, headers: dict[str, str]) -> bytes:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    fields = {"host": url.netloc.rpartition("@")[2], "content-length": len(body), **headers}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


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
