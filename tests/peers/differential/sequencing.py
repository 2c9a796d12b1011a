"""Making L2 blocks that could come next: executed, so that a batch of each has its parent's hash."""

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from eth_account import Account
from tests.e2e.rollup import L2, L2_CHAIN_ID
from tests.peers.differential.rig import Rig

from opcycle.derivation.attributes import prepare_attributes
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.engine.client import InvalidAttributesError
from opcycle.protocol.l1_chain import local_l1
from opcycle.protocol.l2_block import L2Block, l2_block_of_payload
from opcycle.protocol.payload import ForkchoiceState, PayloadAttributes
from opcycle.protocol.types import ZERO_HASH, L1Block
from opcycle.rpc.client import RpcError
from opcycle.rpc.hexjson import from_quantity, to_hex

USER = ACCOUNTS["user"]
SHORT_CODE = bytes.fromhex("60015f5560015ff3")
"""Creation code: writes a slot and leaves a byte of code behind."""
UNDECODABLE = re.compile(r"transaction \d+ is not valid")


class Sequencing:
    """Blocks on any parent, on an engine that nobody else uses; `follow` tells it the safe chain first."""

    def __init__(self, rig: Rig, rng: Random):
        self._rig = rig
        self._rng = rng
        self._engine: L2 = rig.builder
        self._signed: set[bytes] = set()
        self._known = {rig.config.genesis_l2.hash}

    def follow(self, safe_head: L2Block) -> None:
        """Build the blocks up to `safe_head` that were derived and are none of ours."""
        missing = [safe_head]
        while missing[-1].ref.parent_hash not in self._known and missing[-1].ref.hash not in self._known:
            missing.append(self._rig.ours.client.block(missing[-1].ref.parent_hash))
        for block in reversed(missing):
            if block.ref.hash not in self._known:
                parent = self._rig.ours.client.block(block.ref.parent_hash)
                epoch = self._rig.l1_block(block.ref.l1_origin.number)
                built = self._build(parent, epoch, block.user_transactions)
                assert built.ref == block.ref, "the same block, built twice, differs"

    def extend(self, parent: L2Block, count: int, *, l1_head: int, eager: bool) -> list[L2Block]:
        """`count` blocks on `parent`, with transactions of all kinds; `eager` to adopt each L1 origin."""
        nonce = self._nonce(parent)
        blocks: list[L2Block] = []
        for _ in range(count):
            kinds = self._rng.choices(range(len(_KINDS)), k=self._rng.choice([0, 0, 1, 1, 2, 4]))
            transactions = tuple(_signed(kind, nonce + index) for index, kind in enumerate(kinds))
            self._signed.update(transactions)
            nonce += len(transactions)
            parent = self._build(parent, self._epoch(parent, l1_head, eager), transactions)
            blocks.append(parent)
        return blocks

    def can_judge(self, parent: L2Block, transactions: Sequence[bytes]) -> bool:
        """Whether op-geth executes or refuses them; asked with a block that nobody wants."""
        unknown = tuple(tx for tx in transactions if tx not in self._signed)
        if not unknown:
            return True
        epoch = self._rig.l1_block(parent.ref.l1_origin.number)
        try:
            self._engine.engine.forkchoice_updated(*self._order(parent, epoch, unknown))
        except InvalidAttributesError as error:
            return not UNDECODABLE.search(str(error))
        except RpcError:  # it crashed
            return False
        return True

    def _epoch(self, parent: L2Block, l1_head: int, eager: bool) -> L1Block:
        origin = parent.ref.l1_origin.number
        if origin < l1_head:
            after = self._rig.l1_block(origin + 1)
            may_adopt = after.header.timestamp <= parent.ref.timestamp + self._rig.config.block_time
            if may_adopt and (eager or self._rng.random() < 0.8):
                return after
        return self._rig.l1_block(origin)

    def _build(self, parent: L2Block, epoch: L1Block, transactions: tuple[bytes, ...]) -> L2Block:
        envelope = self._engine.engine.build(*self._order(parent, epoch, transactions))
        block = l2_block_of_payload(envelope.payload)
        self._known.add(block.ref.hash)
        return block

    def _order(
        self, parent: L2Block, epoch: L1Block, transactions: tuple[bytes, ...]
    ) -> tuple[ForkchoiceState, PayloadAttributes]:
        attributes = prepare_attributes(
            self._rig.config, local_l1(), parent.ref, parent.system_config, epoch=epoch
        )
        forced = (*(attributes.transactions or ()), *transactions)
        heads = ForkchoiceState(head=parent.ref.hash, safe=ZERO_HASH, finalized=ZERO_HASH)
        return heads, replace(attributes, transactions=forced)

    def _nonce(self, block: L2Block) -> int:
        """The user's next nonce after `block`."""
        state = {"blockHash": to_hex(block.ref.hash)}
        return from_quantity(
            self._engine.client.rpc.call("eth_getTransactionCount", to_hex(USER.address), state)
        )


_FEES = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**6}
_ACCESS = [{"address": "0x" + "77" * 20, "storageKeys": ["0x" + "00" * 32]}]
_KINDS: tuple[dict[str, Any], ...] = (
    {"gasPrice": 10**10, "to": b"\x77" * 20, "value": 1, "chainId": L2_CHAIN_ID},
    {"gasPrice": 10**10, "to": b"\x78" * 20, "value": 0, "data": b"unprotected", "chainId": None},
    {"type": 1, "gasPrice": 10**10, "to": b"\x77" * 20, "accessList": _ACCESS, "chainId": L2_CHAIN_ID},
    {"type": 2, **_FEES, "to": b"\x77" * 20, "value": 3, "chainId": L2_CHAIN_ID},
    {"type": 2, **_FEES, "to": b"", "data": SHORT_CODE, "chainId": L2_CHAIN_ID},
    {"type": 4, **_FEES, "to": b"\x79" * 20, "chainId": L2_CHAIN_ID},
)


def _signed(kind: int, nonce: int) -> bytes:
    """The user's transaction of one of the kinds: legacy (protected or not), 1, 2 (call or creation), 4."""
    fields = {"value": 0, "data": b"", "gas": 200_000, "nonce": nonce, **_KINDS[kind]}
    if fields["chainId"] is None:
        del fields["chainId"]
    if fields.get("type") == 4:
        nobody = {"chainId": L2_CHAIN_ID, "address": bytes(20), "nonce": 2**32}
        fields["authorizationList"] = [Account.sign_authorization(nobody, ACCOUNTS["fourth user"].key)]
    return bytes(Account.sign_transaction(fields, USER.key).raw_transaction)
