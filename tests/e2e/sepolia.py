"""An L1 like Sepolia on loopback: its chain id and forks, a block every 12 seconds, and only public methods.

Its time is that of its blocks, which come as fast as they are made, each 12 seconds after its parent. Its
users see `url`, where nothing answers that a public RPC does not offer.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from opcycle.devnet.beacon import beacon_app
from opcycle.devnet.local_l1 import LocalL1
from opcycle.devnet.ports import Ports, free_ports
from opcycle.protocol.l1_chain import SEPOLIA
from opcycle.rpc.client import METHOD_NOT_FOUND, RpcClient, RpcError
from opcycle.rpc.server import serve

SLOT = 12
GENESIS_TIME = 1_760_500_000
"""After Osaka came to Sepolia, and before forks that change only how many blobs there are."""

FINALITY = 4
"""Blocks from the head to the finalized one; Sepolia's 64 and more would only take longer."""

_NAMESPACES = ("eth_", "net_", "web3_")


class Sepolia:
    """Use it as a context. `asked_in_vain`: methods that somebody wanted and a public RPC does not have."""

    def __init__(self, directory: Path, ports: Ports | None = None):
        ports = ports or free_ports()
        self.chain = LocalL1(
            directory,
            http_port=ports.l1_rpc,
            auth_port=ports.l1_engine,
            block_time=SLOT,
            genesis_time=GENESIS_TIME,
            safe_lag=2,
            finalized_lag=FINALITY,
            chain=SEPOLIA,
        )
        self.asked_in_vain: set[str] = set()
        self._ports = ports
        self._stack = ExitStack()
        self._stops = threading.Event()

    def __enter__(self) -> "Sepolia":
        with ExitStack() as on_failure:
            on_failure.push(self._stack)
            self._stack.callback(self.chain.stop)
            self.chain.start()
            self.chain.mine(FINALITY + 1)
            public = serve(self._public_rpc(), self._ports.metrics)
            beacon = serve(beacon_app(self.chain, slot_seconds=SLOT), self._ports.l1_beacon)
            self.url, self.beacon = public.url, beacon.url
            self._stack.callback(public.stop)
            self._stack.callback(beacon.stop)
            on_failure.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stops.set()
        self._stack.close()

    def run(self, *, every: float, unless: Callable[[], bool] = lambda: False) -> None:
        """From now on a block whenever so many seconds of the machine's have passed, `unless` that holds."""
        thread = threading.Thread(target=self._mine, args=(every, unless), daemon=True)
        self._stack.callback(thread.join)
        self._stack.callback(self._stops.set)
        thread.start()

    def _mine(self, every: float, unless: Callable[[], bool]) -> None:
        while not self._stops.wait(every):
            if not unless():
                self.chain.mine()

    def _public_rpc(self) -> Starlette:
        upstream = RpcClient(self.chain.url)

        def one(request: dict[str, Any]) -> dict[str, Any]:
            method = request["method"]
            reply = {"jsonrpc": "2.0", "id": request.get("id")}
            if not method.startswith(_NAMESPACES):
                self.asked_in_vain.add(method)
                message = f"the method {method} does not exist/is not available"
                return {**reply, "error": {"code": METHOD_NOT_FOUND, "message": message}}
            try:
                return {**reply, "result": upstream.call(method, *request.get("params", ()))}
            except RpcError as error:
                told = {"code": error.code, "message": error.reason, "data": error.data}
                return {**reply, "error": {key: value for key, value in told.items() if value is not None}}

        async def endpoint(http: Request) -> JSONResponse:
            body = await http.json()
            if isinstance(body, list):
                return JSONResponse([await run_in_threadpool(one, item) for item in body])
            return JSONResponse(await run_in_threadpool(one, body))

        return Starlette(routes=[Route("/", endpoint, methods=["POST"])])
