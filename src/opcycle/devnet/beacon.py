"""The local L1's beacon endpoint: what op-node asks a beacon node for, blobs above all.

Slots begin at the L1's genesis. They last one second, so that a block may stand at any, unless the L1 has a
rhythm. Source: Ethereum Beacon APIs (`node/version`, `config/spec`, `beacon/genesis`, `beacon/blobs/{slot}`).
"""

from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opcycle import __version__
from opcycle.protocol.types import Hash, L1BlockRef
from opcycle.rpc.hexjson import from_hex, to_hex


class BlobSource(Protocol):
    """What the endpoint must know of its chain: `LocalL1` does."""

    @property
    def genesis(self) -> L1BlockRef: ...

    def blob(self, versioned_hash: Hash) -> bytes | None:
        """The 131,072 bytes, None for a blob that was never in a block."""
        ...

    def blob_hashes_at(self, timestamp: int) -> tuple[Hash, ...] | None:
        """Versioned hashes of the block with that timestamp, in order; None without such a block."""
        ...


def beacon_app(source: BlobSource, *, slot_seconds: int = 1) -> Starlette:
    """The four routes. Blobs asked for by hash are served even when a reorg has removed their block."""

    def version(_: Request) -> Response:
        return JSONResponse({"data": {"version": f"opcycle/{__version__}"}})

    def spec(_: Request) -> Response:
        return JSONResponse({"data": {"SECONDS_PER_SLOT": str(slot_seconds)}})

    def genesis(_: Request) -> Response:
        data = {
            "genesis_time": str(source.genesis.timestamp),
            "genesis_validators_root": to_hex(bytes(32)),
            "genesis_fork_version": "0x00000000",
        }
        return JSONResponse({"data": data})

    def blobs(request: Request) -> Response:
        lists = request.query_params.getlist("versioned_hashes")
        try:
            asked = tuple(from_hex(item) for text in lists for item in text.split(","))
        except ValueError as error:
            return _refusal(400, f"invalid versioned_hashes: {error}")
        at = source.genesis.timestamp + request.path_params["slot"] * slot_seconds
        hashes = asked or source.blob_hashes_at(at)
        if hashes is None:
            return _refusal(404, "no block in this slot")
        found = [blob for item in hashes if (blob := source.blob(item)) is not None]
        if len(found) < len(hashes):
            return _refusal(404, "blob not found")
        return JSONResponse(
            {"execution_optimistic": False, "finalized": False, "data": [to_hex(blob) for blob in found]}
        )

    return Starlette(
        routes=[
            Route("/eth/v1/node/version", version),
            Route("/eth/v1/config/spec", spec),
            Route("/eth/v1/beacon/genesis", genesis),
            Route("/eth/v1/beacon/blobs/{slot:int}", blobs),
        ]
    )


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"code": status, "message": message}, status_code=status)
