"""A small DA server that keeps every input in a file of its own, for local chains and tests.

The routes are those that `opcycle.da.client` says. Keccak or generic is one server's choice; its generic
commitments are 0x01 ++ 0xff ++ keccak256(data), of a made-up DA layer 0xff as in op-alt-da's own test server.
What is stored under a keccak commitment must be of it. Source: op-alt-da `daserver.go`, `cmd/daserver`.
"""

from pathlib import Path
from uuid import uuid4

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from opcycle.keccak import keccak
from opcycle.protocol.alt_da import Commitment, CommitmentError, CommitmentType
from opcycle.rpc.hexjson import from_hex
from opcycle.rpc.server import Server

DA_LAYER = b"\xff"
"""First byte of this server's generic commitments."""

MAX_INPUT = 16 * 2**20
"""Bytes of one input."""


class InputFiles:
    """Inputs by commitment, in files that its hex names. Survives a restart, even a killed server's."""

    def __init__(self, directory: Path):
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def get(self, commitment: Commitment) -> bytes | None:
        try:
            return self._file(commitment).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, commitment: Commitment, data: bytes) -> None:
        """Whole or not at all; again is the same as once."""
        file = self._file(commitment)
        fresh = file.with_name(f".{uuid4().hex}")
        fresh.write_bytes(data)
        fresh.replace(file)

    def _file(self, commitment: Commitment) -> Path:
        digest = commitment.body if commitment.kind is CommitmentType.KECCAK else keccak(commitment.body)
        return self._directory / f"{commitment.kind}-{digest.hex()}"


def da_server_app(files: InputFiles, kind: CommitmentType) -> Starlette:
    """The three routes. A malformed request is answered with 400, an input that is too large with 413."""

    def get(request: Request) -> Response:
        data = files.get(_commitment(request))
        return Response(status_code=404) if data is None else _bytes(data)

    async def put(request: Request) -> Response:
        data = await _input(request)
        body = DA_LAYER + keccak(data) if kind is CommitmentType.GENERIC else keccak(data)
        commitment = Commitment(kind, body)
        await run_in_threadpool(files.put, commitment, data)
        return _bytes(commitment.encode())

    async def put_named(request: Request) -> Response:
        data, commitment = await _input(request), _commitment(request)
        if commitment.kind is not CommitmentType.KECCAK or not commitment.fits(data):
            raise HTTPException(400, "the input is not of this commitment")
        await run_in_threadpool(files.put, commitment, data)
        return Response()

    return Starlette(
        routes=[
            Route("/get/{commitment}", get),
            Route("/put", put, methods=["POST", "PUT"]),
            Route("/put/", put, methods=["POST", "PUT"]),
            Route("/put/{commitment}", put_named, methods=["POST", "PUT"]),
        ]
    )


class DAServer:
    """The server on a port of this machine, over the files in `directory`. It may be started again."""

    def __init__(self, directory: Path, kind: CommitmentType, port: int, *, host: str = "127.0.0.1"):
        self._app = da_server_app(InputFiles(directory), kind)
        self._address = host, port
        self._server: Server | None = None
        self.url = f"http://{host}:{port}"

    def start(self) -> None:
        """Listen at once. Raises UserError for a busy port."""
        host, port = self._address
        server = Server(self._app, port, host=host)
        server.start()
        self._server = server

    def stop(self) -> None:
        """Finish what is being answered and free the port."""
        if self._server is not None:
            self._server.stop()
            self._server = None


def _commitment(request: Request) -> Commitment:
    try:
        return Commitment.decode(from_hex(request.path_params["commitment"]))
    except (CommitmentError, ValueError) as error:
        raise HTTPException(400, str(error)) from error


async def _input(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_INPUT:
            raise HTTPException(413, f"an input has at most {MAX_INPUT} bytes")
    if not data:
        raise HTTPException(400, "no input")
    return bytes(data)


def _bytes(data: bytes) -> Response:
    return Response(data, media_type="application/octet-stream")
