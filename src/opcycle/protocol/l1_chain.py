"""What L2 must know of L1's own rules: the blob fee schedule.

Source: EIP-4844 (`fake_exponential`), EIP-7691, EIP-7840, EIP-7892; go-ethereum `params/config.go`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opcycle.protocol.types import L1Header

LOCAL_L1_CHAIN_ID = 900

BLOCK_FORKS = (
    "homestead",
    "eip150",
    "eip155",
    "eip158",
    "byzantium",
    "constantinople",
    "petersburg",
    "istanbul",
    "muirGlacier",
    "berlin",
    "london",
    "arrowGlacier",
    "grayGlacier",
)
"""Ethereum's forks that activate by block number, as go-ethereum's chain config names them."""


@dataclass(frozen=True, slots=True)
class BlobRules:
    """Blob parameters from `activation` (seconds) on; `fork` is geth's name for the fork that sets them."""

    fork: str
    activation: int
    target: int
    max: int
    update_fraction: int


@dataclass(frozen=True, slots=True)
class L1ChainConfig:
    """An L1's chain id and its blob rules, oldest first."""

    chain_id: int
    blob_rules: Sequence[BlobRules]

    def blob_base_fee(self, header: L1Header) -> int:
        """Wei per blob gas in the block of `header`; 1 before blobs exist (as op-node fills it in)."""
        active = [rules for rules in self.blob_rules if rules.activation <= header.timestamp]
        if header.excess_blob_gas is None or not active:
            return 1
        return fake_exponential(1, header.excess_blob_gas, active[-1].update_fraction)

    def to_geth_json(self) -> dict[str, Any]:
        """The strict go-ethereum `ChainConfig` that op-node takes as `--rollup.l1-chain-config`."""
        activations = {rules.fork: rules.activation for rules in self.blob_rules}
        return {
            "chainId": self.chain_id,
            **{f"{fork}Block": 0 for fork in BLOCK_FORKS},
            "mergeNetsplitBlock": 0,
            "terminalTotalDifficulty": 0,
            "shanghaiTime": 0,
            **{f"{fork}Time": activation for fork, activation in activations.items()},
            "blobSchedule": {
                rules.fork: {
                    "target": rules.target,
                    "max": rules.max,
                    "baseFeeUpdateFraction": rules.update_fraction,
                }
                for rules in self.blob_rules
            },
        }


def fake_exponential(factor: int, numerator: int, denominator: int) -> int:
    """`factor * e ** (numerator / denominator)` in integers. Source: EIP-4844."""
    i, total, term = 1, 0, factor * denominator
    while term > 0:
        total += term
        term = term * numerator // (denominator * i)
        i += 1
    return total // denominator


def local_l1(chain_id: int = LOCAL_L1_CHAIN_ID) -> L1ChainConfig:
    """A chain with every fork through Osaka active from its genesis."""
    return L1ChainConfig(
        chain_id,
        (
            BlobRules("cancun", 0, 3, 6, 3_338_477),
            BlobRules("prague", 0, 6, 9, 5_007_716),
            BlobRules("osaka", 0, 6, 9, 5_007_716),
        ),
    )


LOCAL_L1 = local_l1()

MAINNET = L1ChainConfig(
    1,
    (
        BlobRules("cancun", 1_710_338_135, 3, 6, 3_338_477),
        BlobRules("prague", 1_746_612_311, 6, 9, 5_007_716),
        BlobRules("osaka", 1_764_798_551, 6, 9, 5_007_716),
        BlobRules("bpo1", 1_765_290_071, 10, 15, 8_346_193),
        BlobRules("bpo2", 1_767_747_671, 14, 21, 11_684_671),
    ),
)

SEPOLIA = L1ChainConfig(
    11_155_111,
    (
        BlobRules("cancun", 1_706_655_072, 3, 6, 3_338_477),
        BlobRules("prague", 1_741_159_776, 6, 9, 5_007_716),
        BlobRules("osaka", 1_760_427_360, 6, 9, 5_007_716),
        BlobRules("bpo1", 1_761_017_184, 10, 15, 8_346_193),
        BlobRules("bpo2", 1_761_607_008, 14, 21, 11_684_671),
    ),
)

KNOWN_L1_CHAINS = {chain.chain_id: chain for chain in (MAINNET, SEPOLIA)}


def l1_chain_of(chain_id: int) -> L1ChainConfig:
    """The rules of a known L1, or those of a local chain for any other id."""
    return KNOWN_L1_CHAINS.get(chain_id) or local_l1(chain_id)
