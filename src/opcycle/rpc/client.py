"""A JSON-RPC client over kept-alive HTTP connections.

http.client and orjson rather than web3.py: an L2 block costs a few calls, and a verifier makes hundreds of
blocks a second possible only if a call costs well under a millisecond on our side.
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeAlias

import orjson

from opcycle.errors import TemporaryError
from opcycle.rpc.http import HttpError, KeptConnections

HeaderSource = Callable[[], dict[str, str]]

METHOD_NOT_FOUND = -32601
"""The code of the error for a method that the server does not serve."""

Call: TypeAlias = tuple[str, Sequence[Any]]
"""A method and its parameters."""


class RpcError(TemporaryError):
    """The server answered with a JSON-RPC error object.

    `code` is the JSON-RPC error code, `data` whatever the server attached (revert data, as a hex string).
    """

    def __init__(self, method: str, code: int, message: str, data: Any = None):
        super().__init__(f"{method}: {message} (code {code})")
        self.method, self.code, self.reason, self.data = method, code, message, data


class RpcUnreachableError(TemporaryError):
    """Nothing that speaks JSON-RPC answers at the URL; `why` in a user's words."""

    def __init__(self, url: str, why: str):
        super().__init__(f"no JSON-RPC server answers at {url} ({why}); is it running, and is the URL right?")
        self.url = url


class RpcClient:
    """`client.call("eth_chainId")`; thread-safe; `headers` is asked before each request (JWT)."""

    def __init__(self, url: str, *, timeout: float = 60.0, headers: HeaderSource | None = None):
        self.url = url
        self._headers = headers or dict
        self._ids = count(1)
        self._connections = KeptConnections(url, timeout=timeout)

    def call(self, method: str, *params: Any) -> Any:
        """The `result` of one call. Raises RpcError or RpcUnreachableError."""
        reply = self._post({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params})
        return self._result(method, reply)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results of several calls in one request, in the order asked. Raises at the first error."""
        results = self.results_or_errors(calls)
        for result in results:
            if isinstance(result, RpcError):
                raise result
        return results

    def results_or_errors(self, calls: Sequence[Call]) -> list[Any]:
        """As `batch`, with an RpcError in the place of a result where the server answers with an error."""
        if not calls:
            return []
        ids = [next(self._ids) for _ in calls]
        replies = self._post(
            [
                {"jsonrpc": "2.0", "id": i, "method": method, "params": params}
                for i, (method, params) in zip(ids, calls, strict=True)
            ]
        )
        if not isinstance(replies, list):  # a server refuses a whole batch with one error object
            self._result("batch", replies)
        by_id = {reply.get("id"): reply for reply in replies if isinstance(reply, dict)}
        return [
            self._result_or_error(method, by_id.get(i)) for i, (method, _) in zip(ids, calls, strict=True)
        ]

    def close(self) -> None:
        self._connections.close()

    def _post(self, body: object) -> Any:
        if not self.url.startswith(("http://", "https://")):
            raise RpcUnreachableError(self.url, "its URL would begin with http:// or https://")
        headers = {"content-type": "application/json", **self._headers()}
        try:
            status, answer = self._connections.post(orjson.dumps(body), headers)
        except HttpError as error:
            raise RpcUnreachableError(self.url, error.why) from error
        try:
            return orjson.loads(answer)
        except orjson.JSONDecodeError as error:
            raise RpcUnreachableError(self.url, f"HTTP {status}, not JSON") from error

    def _result(self, method: str, reply: Any) -> Any:
        match reply:
            case {"error": dict(error)} if error:
                raise RpcError(method, error.get("code", 0), error.get("message", ""), error.get("data"))
            case {"error": error} if error:
                raise RpcError(method, 0, str(error))
            case {"result": result}:
                return result
            case _:
                raise RpcUnreachableError(self.url, f"{method} is answered by {str(reply)[:100]!r}")

    def _result_or_error(self, method: str, reply: Any) -> Any:
        try:
            return self._result(method, reply)
        except RpcError as error:
            return error
