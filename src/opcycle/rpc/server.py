"""Serving HTTP from a thread: JSON-RPC (the node) and plain routes (the local L1's beacon endpoint).

Methods are plain functions and run in worker threads, several at once: one that waits for another server
holds up nobody. What they read must be safe to read from another thread.
"""

import contextlib
import inspect
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from opcycle.errors import OpcycleError, UserError

Method = Callable[..., Any]

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000

STOP_TIMEOUT = 5
"""Seconds that answers on their way have when the server stops."""


class RpcFaultError(OpcycleError):
    """What a method raises to answer with a JSON-RPC error of its own choosing."""

    def __init__(self, message: str, code: int = SERVER_ERROR, data: Any = None):
        super().__init__(message)
        self.code, self.data = code, data


def json_rpc_app(methods: Mapping[str, Method]) -> Starlette:
    """A JSON-RPC 2.0 endpoint at `/` (batches and notifications included) and `GET /healthz`.

    A method takes its parameters by position and returns what becomes JSON. It raises ValueError for a
    malformed parameter, RpcFaultError or any other OpcycleError for an answer that is an error. Anything
    else is a bug: the caller gets "internal error", the server's log the traceback.
    """
    dispatch = _Dispatcher(methods)

    async def endpoint(request: Request) -> Response:
        reply = await run_in_threadpool(dispatch, await request.body())
        if reply is None:
            return Response(status_code=204)
        return Response(orjson.dumps(reply), media_type="application/json")

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def internal_error(_: Request, __: Exception) -> Response:
        closing = {"connection": "close"}  # uvicorn closes it after a bug; the client should know
        return JSONResponse(_error(None, INTERNAL_ERROR, "internal error"), status_code=500, headers=closing)

    routes = [Route("/", endpoint, methods=["POST"]), Route("/healthz", healthz)]
    return Starlette(routes=routes, exception_handlers={500: internal_error})


class _Dispatcher:
    """The body of a request to what is answered: an object, a list for a batch, None for notifications."""

    def __init__(self, methods: Mapping[str, Method]):
        self._methods = methods
        self._signatures = {name: inspect.signature(method) for name, method in methods.items()}

    def __call__(self, body: bytes) -> Any:
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _error(None, PARSE_ERROR, "parse error")
        if not isinstance(request, list):
            return self._answer(request)
        if not request:
            return _error(None, INVALID_REQUEST, "empty batch")
        return [reply for item in request if (reply := self._answer(item)) is not None] or None

    def _answer(self, request: Any) -> dict[str, Any] | None:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _error(None, INVALID_REQUEST, "invalid request")
        reply = self._call(request.get("id"), request["method"], request.get("params", []))
        return reply if "id" in request else None

    def _call(self, request_id: Any, name: str, params: Any) -> dict[str, Any]:
        if name not in self._methods:
            return _error(request_id, METHOD_NOT_FOUND, f"the method {name} does not exist/is not available")
        if not isinstance(params, list):
            return _error(request_id, INVALID_PARAMS, "invalid params: they must be a list")
        try:
            self._signatures[name].bind(*params)
        except TypeError as error:
            return _error(request_id, INVALID_PARAMS, f"invalid params: {error}")
        try:
            return {"jsonrpc": "2.0", "id": request_id, "result": self._methods[name](*params)}
        except RpcFaultError as fault:
            return _error(request_id, fault.code, str(fault), fault.data)
        except ValueError as error:
            return _error(request_id, INVALID_PARAMS, f"invalid params: {error}")
        except OpcycleError as error:
            return _error(request_id, SERVER_ERROR, str(error))


def _error(request_id: Any, code: int, message: str, data: Any = None) -> dict[str, Any]:
    error = {"code": code, "message": message} | ({} if data is None else {"data": data})
    return {"jsonrpc": "2.0", "id": request_id, "error": error}


class _Uvicorn(uvicorn.Server):
    """Says when it serves: told to exit while it starts, uvicorn would leave its sockets open."""

    def __init__(self, config: uvicorn.Config):
        super().__init__(config)
        self.serving = threading.Event()

    async def main_loop(self) -> None:
        self.serving.set()
        await super().main_loop()


class Server:
    """An application served on a port of this machine by a daemon thread, from `start()` to `stop()`."""

    def __init__(self, app: ASGIApp, port: int, *, host: str = "127.0.0.1"):
        self.url = f"http://{host}:{port}"
        self._address = (host, port)
        config = uvicorn.Config(
            app,
            interface="asgi3",  # it would not see that of a bound method
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=STOP_TIMEOUT,
        )
        self._server = _Uvicorn(config)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen at once (a request sent now is answered). Raises UserError for a busy port."""
        listener = _listen(self._address)
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [listener]},
            daemon=True,
            name=f"http-{self._address[1]}",
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered and free the port."""
        if self._thread is not None:
            self._server.serving.wait(STOP_TIMEOUT)
            self._server.should_exit = True
            self._thread.join(timeout=2 * STOP_TIMEOUT)
            self._thread = None


def serve(app: Starlette, port: int, *, host: str = "127.0.0.1") -> Server:
    """A started `Server`. Raises UserError for a busy port."""
    server = Server(app, port, host=host)
    server.start()
    return server


def _listen(address: tuple[str, int]) -> socket.socket:
    with contextlib.ExitStack() as on_failure:
        # asyncio sends without delay only where the protocol is named; else each answer's body waits 40 ms
        # for the client to acknowledge its head
        listener = on_failure.enter_context(socket.socket(proto=socket.IPPROTO_TCP))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(128)
        except OSError as error:
            raise UserError(
                f"cannot listen on port {address[1]} ({error.strerror}); "
                "stop the program that listens there, or use another port (demo and devnet: --auto-ports)"
            ) from error
        on_failure.pop_all()
        return listener
