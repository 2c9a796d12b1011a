"""Where a deployment started, written down before its first transaction, for a later run to go on with."""

from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployment import ADDRESSES_FILE, write_json
from opcycle.deploy.validation import LOCAL_L1_CHAIN_IDS
from opcycle.errors import UserError
from opcycle.keccak import keccak
from opcycle.protocol.types import Address, Hash, L1BlockRef
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex, to_quantity

STATE_FILE = "started.json"


@dataclass(frozen=True, slots=True)
class Start:
    """`anchor` is the L1 block that the rollup begins after; `config` a hash of the configuration.

    `prestate` is the absolute prestate of the chain's program if it was built for this: another version of
    Go, later, would make another.
    """

    anchor: L1BlockRef
    deployer: Address
    config: bytes
    prestate: Hash | None = None

    def write(self, directory: Path) -> None:
        """Until `addresses.json` is there again, nothing is deployed. Raises UserError if it cannot be."""
        (directory / ADDRESSES_FILE).unlink(missing_ok=True)
        write_json(
            directory / STATE_FILE,
            {
                "anchor": {
                    "hash": to_hex(self.anchor.hash),
                    "number": self.anchor.number,
                    "parentHash": to_hex(self.anchor.parent_hash),
                    "timestamp": self.anchor.timestamp,
                },
                "deployer": checksum(self.deployer),
                "config": to_hex(self.config),
                "absolutePrestate": None if self.prestate is None else to_hex(self.prestate),
            },
        )

    @classmethod
    def read(cls, directory: Path) -> "Start | None":
        """None where nothing was started. Raises UserError for a damaged file."""
        file = directory / STATE_FILE
        try:
            data = orjson.loads(file.read_bytes())
            anchor, prestate = data["anchor"], data.get("absolutePrestate")
            return cls(
                anchor=L1BlockRef(
                    hash=from_hex(anchor["hash"]),
                    number=int(anchor["number"]),
                    parent_hash=from_hex(anchor["parentHash"]),
                    timestamp=int(anchor["timestamp"]),
                ),
                deployer=from_hex(data["deployer"]),
                config=from_hex(data["config"]),
                prestate=None if prestate is None else from_hex(prestate),
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(f"cannot read {file}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{file} is damaged ({error!r}), so the deployment cannot go on; use an empty directory"
            ) from error


def find_start(
    config: DeployConfig,
    *,
    rpc: RpcClient,
    l1_chain_id: int,
    deployer: Address,
    directory: Path,
    confirmations: int,
) -> Start:
    """Of the deployment in `directory`: the one written there, or at the block below L1's head that has so
    many `confirmations`.

    A local L1 without the block written there is a new one, so the deployment begins anew. On any other L1
    that is a UserError; so is a deployment that was started otherwise.
    """
    fingerprint = _fingerprint(config)
    start = Start.read(directory)
    is_gone = start is not None and l1_chain_id in LOCAL_L1_CHAIN_IDS and not _is_canonical(start.anchor, rpc)
    if start is None or is_gone:
        head = from_quantity(rpc.call("eth_blockNumber"))
        anchor = _block(rpc, to_quantity(max(0, head - confirmations)))
        if anchor is None:
            raise UserError(f"the L1 at {rpc.url} has no block {head - confirmations}, though newer ones")
        return Start(anchor, deployer, fingerprint)
    if start.config != fingerprint:
        raise UserError(
            f"the deployment in {directory} was started with another configuration; "
            "restore it, or deploy under another name"
        )
    if start.deployer != deployer:
        raise UserError(
            f"the deployment in {directory} was started by {checksum(start.deployer)}; "
            f"go on with that account instead of {checksum(deployer)}, or deploy under another name"
        )
    require_canonical(start.anchor, rpc=rpc, directory=directory)
    return start


def _fingerprint(config: DeployConfig) -> bytes:
    """Of everything that makes a chain what it is: the absolute prestate follows from that."""
    games = replace(config.games, absolute_prestate=None)
    return keccak(repr(replace(config, games=games)).encode())


def require_canonical(anchor: L1BlockRef, *, rpc: RpcClient, directory: Path) -> None:
    """Raises UserError if L1 has another block at the anchor's number: a reorg, or another chain."""
    if not _is_canonical(anchor, rpc):
        raise UserError(
            f"the deployment in {directory} began on L1 block {anchor}, which the chain at {rpc.url} does "
            "not have; if it is the right chain, a reorg took the block: delete the directory, deploy again"
        )


def _is_canonical(block: L1BlockRef, rpc: RpcClient) -> bool:
    return _block(rpc, to_quantity(block.number)) == block


def _block(rpc: RpcClient, label: str) -> L1BlockRef | None:
    body = rpc.call("eth_getBlockByNumber", label, False)
    if body is None:
        return None
    return L1BlockRef(
        hash=from_hex(body["hash"]),
        number=from_quantity(body["number"]),
        parent_hash=from_hex(body["parentHash"]),
        timestamp=from_quantity(body["timestamp"]),
    )
