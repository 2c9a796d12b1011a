"""An HTTP server that answers every request with the same bytes, whatever they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from opcycle.devnet.ports import free_ports
from opcycle.rpc.server import Server


@contextmanager
def answering(body: bytes, *, status: int = 200) -> Iterator[str]:
    """Its URL, while the context lasts."""

    def answer(_: Request) -> Response:
        return Response(body, status_code=status)

    server = Server(Starlette(routes=[Route("/", answer, methods=["POST"])]), free_ports().node_rpc)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
