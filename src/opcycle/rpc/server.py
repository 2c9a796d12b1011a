"""Serving HTTP from a thread: JSON-RPC (the node) and plain routes (the local L1's beacon endpoint)."""

import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opcycle.errors import OpcycleError, UserError

Method = Callable[..., Any]


class RpcFaultError(OpcycleError):
    """What a method raises to answer with a JSON-RPC error of its own choosing."""

    def __init__(self, message: str, code: int = -32000):
        super().__init__(message)
        self.code = code


def json_rpc_app(methods: Mapping[str, Method]) -> Starlette:
    """A JSON-RPC 2.0 endpoint at `/` (batches included) and `GET /healthz`."""

    def answer(request: Any) -> dict[str, Any]:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _error(None, -32600, "invalid request")
        request_id, name, params = request.get("id"), request["method"], request.get("params", [])
        if name not in methods:
            return _error(request_id, -32601, f"the method {name} does not exist/is not available")
        if not isinstance(params, list):
            return _error(request_id, -32602, "params must be a list")
        try:
            return {"jsonrpc": "2.0", "id": request_id, "result": methods[name](*params)}
        except RpcFaultError as fault:
            return _error(request_id, fault.code, str(fault))
        except (TypeError, ValueError) as error:
            return _error(request_id, -32602, f"invalid params: {error}")
        except OpcycleError as error:
            return _error(request_id, -32000, str(error))

    def handle(body: bytes) -> Any:
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _error(None, -32700, "parse error")
        return [answer(item) for item in request] if isinstance(request, list) else answer(request)

    async def endpoint(request: Request) -> Response:
        reply = handle(await request.body())
        return Response(orjson.dumps(reply), media_type="application/json")

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/", endpoint, methods=["POST"]), Route("/healthz", healthz)])


class Server:
    """An application served on a loopback port by a daemon thread, from `start()` to `stop()`."""

    def __init__(self, app: Starlette, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen at once (a request sent now is answered). Raises UserError for a busy port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", self._port))
        except OSError as error:
            listener.close()
            raise UserError(
                f"port {self._port} is busy: another program listens there; stop it, or use --auto-ports"
            ) from error
        listener.listen(128)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True, name=f"http-{self._port}"
        )
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=10)
            self._thread = None


def _error(request_id: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message}}
