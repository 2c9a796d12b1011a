"""The first L2 block: every predeploy in place, all forks active, and its hash computed by us.

`rollup.json` needs the hash before any engine runs, so the state root is built here with a Merkle-Patricia
trie library; op-geth must come to the same hash (tests/e2e hold it to that).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import rlp

from opcycle.engine.alloc import Account, storage_root, trie_root
from opcycle.engine.predeploy_state import FeeVaultConfig, L1Side, predeploy_alloc
from opcycle.keccak import keccak
from opcycle.protocol.l1_chain import BLOCK_FORKS
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER, SEQUENCER_FEE_VAULT
from opcycle.protocol.rollup import FeeCurve, Fork
from opcycle.protocol.types import ZERO_HASH, Address, BlockId, Hash
from opcycle.rpc.hexjson import to_hex, to_quantity

EMPTY_LIST_HASH = keccak(rlp.encode([]))
EMPTY_TRIE_ROOT = keccak(rlp.encode(b""))
EMPTY_REQUESTS_HASH = sha256(b"").digest()

_L1_TWIN = {Fork.CANYON: "shanghai", Fork.ECOTONE: "cancun", Fork.ISTHMUS: "prague"}
"""The Ethereum fork that an L2 fork brings with it; op-geth insists on equal times."""


@dataclass(frozen=True)
class L2GenesisConfig:
    """What the first block depends on. `timestamp` in seconds, fees and balances in wei, `gas_limit` in gas.

    `newest_fork` is Isthmus or Jovian: it and all forks before it are active from the start.
    """

    chain_id: int
    timestamp: int
    gas_limit: int
    proxy_admin_owner: Address
    l1: L1Side
    fee_vault: FeeVaultConfig
    base_fee: int = 1_000_000
    min_base_fee: int = 0
    newest_fork: Fork = Fork.JOVIAN
    fee_curve: FeeCurve = field(default_factory=FeeCurve)
    balances: Mapping[Address, int] | None = None

    @property
    def forks(self) -> list[Fork]:
        order = list(Fork)
        return order[: order.index(self.newest_fork) + 1]

    @property
    def extra_data(self) -> bytes:
        """Holocene's `00 ++ denominator ++ elasticity`, or Jovian's `01 ++ … ++ min base fee`."""
        curve = self.fee_curve
        params = curve.denominator_canyon.to_bytes(4, "big") + curve.elasticity.to_bytes(4, "big")
        if self.newest_fork is Fork.JOVIAN:
            return b"\x01" + params + self.min_base_fee.to_bytes(8, "big")
        return b"\x00" + params

    @property
    def chain_config(self) -> dict[str, Any]:
        """As op-geth has it."""
        curve = self.fee_curve
        body: dict[str, Any] = {
            "chainId": self.chain_id,
            **{f"{fork}Block": 0 for fork in BLOCK_FORKS},
            "mergeNetsplitBlock": 0,
            "terminalTotalDifficulty": 0,
            "bedrockBlock": 0,
            "optimism": {
                "eip1559Elasticity": curve.elasticity,
                "eip1559Denominator": curve.denominator,
                "eip1559DenominatorCanyon": curve.denominator_canyon,
            },
        }
        for fork in self.forks:
            if fork is not Fork.DELTA:  # changes batches only, no rule of the engine
                body[f"{fork}Time"] = 0
            if fork in _L1_TWIN:
                body[f"{_L1_TWIN[fork]}Time"] = 0
        return body


@dataclass(frozen=True)
class Genesis:
    """The first block of an L2, as op-geth's `genesis.json` and as a header."""

    config: L2GenesisConfig
    alloc: Mapping[Address, Account]

    @cached_property
    def state_root(self) -> Hash:
        return trie_root({address: account.encode() for address, account in self.alloc.items()})

    @cached_property
    def header(self) -> bytes:
        """RLP of the header; its field order is that of `protocol.l2_block`."""
        config = self.config
        return bytes(
            rlp.encode(
                [
                    ZERO_HASH,
                    EMPTY_LIST_HASH,
                    SEQUENCER_FEE_VAULT,
                    self.state_root,
                    EMPTY_TRIE_ROOT,
                    EMPTY_TRIE_ROOT,
                    bytes(256),
                    0,
                    0,
                    config.gas_limit,
                    0,
                    config.timestamp,
                    config.extra_data,
                    ZERO_HASH,
                    bytes(8),
                    config.base_fee,
                    storage_root(self.alloc[L2_TO_L1_MESSAGE_PASSER].storage),
                    0,
                    0,
                    ZERO_HASH,
                    EMPTY_REQUESTS_HASH,
                ]
            )
        )

    @cached_property
    def id(self) -> BlockId:
        return BlockId(keccak(self.header), 0)

    @property
    def output(self) -> OutputRootProof:
        """What dispute games begin from."""
        message_passer = storage_root(self.alloc[L2_TO_L1_MESSAGE_PASSER].storage)
        return OutputRootProof(bytes(32), self.state_root, message_passer, self.id.hash)

    def to_json(self) -> dict[str, Any]:
        """`genesis.json` for `geth init`."""
        config = self.config
        return {
            "config": config.chain_config,
            "nonce": "0x0",
            "timestamp": to_quantity(config.timestamp),
            "extraData": to_hex(config.extra_data),
            "gasLimit": to_quantity(config.gas_limit),
            "difficulty": "0x0",
            "mixHash": to_hex(ZERO_HASH),
            "coinbase": to_hex(SEQUENCER_FEE_VAULT),
            "number": "0x0",
            "gasUsed": "0x0",
            "parentHash": to_hex(ZERO_HASH),
            "baseFeePerGas": to_quantity(config.base_fee),
            "excessBlobGas": "0x0",
            "blobGasUsed": "0x0",
            "alloc": {to_hex(address): account.to_json() for address, account in self.alloc.items()},
        }


def build_l2_genesis(config: L2GenesisConfig) -> Genesis:
    """The genesis of a chain. Raises UserError when the contracts are not compiled."""
    alloc = predeploy_alloc(
        owner=config.proxy_admin_owner,
        l1=config.l1,
        vault=config.fee_vault,
        is_jovian=config.newest_fork is Fork.JOVIAN,
    )
    for address, wei in (config.balances or {}).items():
        alloc[address] = replace(alloc.get(address, Account()), balance=wei)
    return Genesis(config, alloc)
