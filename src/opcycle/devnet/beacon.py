"""The local L1's beacon endpoint: what op-node asks a beacon node for, blobs above all.

Slots last one second and begin at the L1's genesis: slot = timestamp - genesis time. Source: Ethereum
Beacon APIs (`node/version`, `config/spec`, `beacon/genesis`, `beacon/blobs/{slot}`).
"""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opcycle import __version__
from opcycle.rpc.hexjson import from_hex, to_hex


def beacon_app(blobs: Path, genesis_time: int) -> Starlette:
    """Serve the blobs in the directory `blobs`, one file per versioned hash (hex)."""

    async def version(_: Request) -> Response:
        return JSONResponse({"data": {"version": f"opcycle/{__version__}"}})

    async def spec(_: Request) -> Response:
        return JSONResponse({"data": {"SECONDS_PER_SLOT": "1"}})

    async def genesis(_: Request) -> Response:
        data = {
            "genesis_time": str(genesis_time),
            "genesis_validators_root": to_hex(bytes(32)),
            "genesis_fork_version": "0x00000000",
        }
        return JSONResponse({"data": data})

    async def blobs_of_slot(request: Request) -> Response:
        asked = [
            item for value in request.query_params.getlist("versioned_hashes") for item in value.split(",")
        ]
        try:
            found = [(blobs / from_hex(item).hex()).read_bytes() for item in asked]
        except (ValueError, FileNotFoundError):
            return JSONResponse({"code": 404, "message": "blob not found"}, status_code=404)
        body = {"execution_optimistic": False, "finalized": False, "data": [to_hex(blob) for blob in found]}
        return JSONResponse(body)

    return Starlette(
        routes=[
            Route("/eth/v1/node/version", version),
            Route("/eth/v1/config/spec", spec),
            Route("/eth/v1/beacon/genesis", genesis),
            Route("/eth/v1/beacon/blobs/{slot:int}", blobs_of_slot),
        ]
    )
