"""The rollup node's RPC: op-node's `optimism_` methods, name for name, `admin_postUnsafePayload` where it is
allowed, and three of our own.

Source: op-node 1.18, `node/api.go`. Numbers in parameters are hex quantities, in answers JSON numbers.
"""

import re
from typing import Any

from starlette.applications import Starlette

from opcycle import __version__
from opcycle.engine.codec import posted_envelope_from_json
from opcycle.engine.l2 import L2Client
from opcycle.errors import TemporaryError
from opcycle.node.agent import Node
from opcycle.node.explain import Branch, explain
from opcycle.node.safedb import SafeDB
from opcycle.node.verdict_store import StoredVerdict, VerdictStore
from opcycle.protocol.block_payload import block_hash_of
from opcycle.protocol.output_at_block import OutputAtBlock
from opcycle.protocol.rollup import RollupConfig
from opcycle.protocol.sync_status import block_id_to_json
from opcycle.rpc.server import RpcFaultError, json_rpc_app

MAX_VERDICTS = 1_000
"""Verdicts in one answer."""

_UINT64 = re.compile("0x(0|[1-9a-f][0-9a-f]{0,15})", re.IGNORECASE)
"""A block number as op-node takes it (go-ethereum's `hexutil.Uint64`): hex, without leading zeros."""


def node_app(
    node: Node,
    *,
    l2: L2Client,
    safe_db: SafeDB,
    verdicts: VerdictStore,
    config: RollupConfig,
    with_admin: bool = False,
) -> Starlette:
    """`optimism_syncStatus`, `_outputAtBlock`, `_safeHeadAtL1Block`, `_rollupConfig`, `_version`;
    `opcycle_waitingFor` (why the safe head stands where it is), `opcycle_verdicts` (the newest ones) and
    `opcycle_explain` (what a batcher transaction, channel or L2 block came from and became); `with_admin`
    also `admin_postUnsafePayload`, which is for those only who may say what the unsafe chain is.
    """
    methods = _Methods(node, l2, safe_db, verdicts, config)
    admin = {"admin_postUnsafePayload": methods.post_unsafe_payload} if with_admin else {}
    return json_rpc_app(
        {
            "optimism_syncStatus": methods.sync_status,
            "optimism_outputAtBlock": methods.output_at_block,
            "optimism_safeHeadAtL1Block": methods.safe_head_at_l1_block,
            "optimism_rollupConfig": methods.rollup_config,
            "optimism_version": methods.version,
            "opcycle_waitingFor": methods.waiting_for,
            "opcycle_verdicts": methods.verdicts,
            "opcycle_explain": methods.explain,
            **admin,
        }
    )


class _Methods:
    """Called by the server's threads; reads only what is immutable or guards itself."""

    def __init__(
        self, node: Node, l2: L2Client, safe_db: SafeDB, verdicts: VerdictStore, config: RollupConfig
    ):
        self._node = node
        self._l2 = l2
        self._safe_db = safe_db
        self._verdicts = verdicts
        self._config = config

    def sync_status(self) -> dict[str, Any]:
        return self._node.status.to_json()

    def output_at_block(self, number: str) -> dict[str, Any]:
        """The status first: what it calls safe cannot be replaced before the block is read, but by a reorg
        that the next status will tell of."""
        status, wanted = self._node.status, _block_number(number)
        try:
            block = self._l2.block(wanted)
        except TemporaryError as error:
            if wanted <= status.unsafe_l2.number:
                raise
            # By these two words, as op-node says them, op-dispute-mon knows that a claim is about nothing.
            raise RpcFaultError(f"{error}: not found") from error
        return OutputAtBlock(block.ref, self._l2.output(block), status).to_json()

    def safe_head_at_l1_block(self, number: str) -> dict[str, Any]:
        """The safe head as of an L1 block, and the L1 block that gave it."""
        l1_number = _block_number(number)
        entry = self._safe_db.at(l1_number)
        if entry is None:
            raise RpcFaultError(
                f"the safe head at L1 block {l1_number} is not known: this node's records start later"
            )
        return entry.to_json()

    def rollup_config(self) -> dict[str, Any]:
        return self._config.to_json()

    def version(self) -> str:
        return f"opcycle-{__version__}"

    def post_unsafe_payload(self, body: Any) -> None:
        """Take a block ahead of L1: inserted at the node's next step, if it follows the unsafe head then."""
        try:
            envelope = posted_envelope_from_json(body)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"this is no payload envelope ({error!r})") from error
        stated, actual = envelope.payload.block_hash, block_hash_of(envelope)
        if stated != actual:
            raise RpcFaultError(
                f"payload has bad block hash: 0x{stated.hex()}, actual block hash is: 0x{actual.hex()}"
            )
        self._node.post_unsafe(envelope)

    def waiting_for(self) -> dict[str, Any]:
        return self._node.waiting.to_json()

    def verdicts(self, count: int = 100) -> list[dict[str, Any]]:
        """Newest first."""
        if type(count) is not int or not 0 < count <= MAX_VERDICTS:
            raise ValueError(f"count must be between 1 and {MAX_VERDICTS}")
        return [
            {"subject": verdict.subject.value, "identity": verdict.identity, **_verdict_json(verdict)}
            for verdict in self._verdicts.newest(count)
        ]

    def explain(self, name: str) -> list[dict[str, Any]]:
        """The trees that `name` is part of; see `opcycle.node.explain`."""
        roots = explain(self._verdicts, name)
        if not roots:
            raise RpcFaultError(
                f"this node knows nothing of {name}: it is not on L1 (yet), or has been forgotten, "
                "or L1 has nothing to do with it"
            )
        return [_branch_json(root) for root in roots]


def _branch_json(branch: Branch) -> dict[str, Any]:
    return {
        "subject": branch.subject,
        "identity": branch.identity,
        "detail": branch.detail,
        "verdicts": [_verdict_json(verdict) for verdict in branch.verdicts],
        "children": [_branch_json(child) for child in branch.children],
    }


def _verdict_json(verdict: StoredVerdict) -> dict[str, Any]:
    return {
        "decision": verdict.decision.value,
        "reason": verdict.reason.name,
        "meaning": verdict.reason.value,
        "detail": verdict.detail,
        "l1Block": block_id_to_json(verdict.inclusion),
    }


def _block_number(text: Any) -> int:
    if not isinstance(text, str) or not _UINT64.fullmatch(text):
        raise ValueError(f'{text!r} is no block number; they are written in hex, "0x1a" for 26')
    return int(text, 16)
