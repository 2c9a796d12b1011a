"""What a claim of a dispute game costs at each depth.

    assumed base fee × low gas × (high gas / low gas)^(depth / greatest depth)

so that whoever answers is paid for the work at any depth: little gas for a claim near the root, up to that of
the dearest step at the bottom. Source: OP Stack specs, "Bond Incentives"; `contracts/dispute/Bonds.sol`.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext
from functools import cached_property

WAD = 10**18
_DIGITS = 60
"""More than any result has; all are cut after 18 decimals, as the contract cuts them."""


@dataclass(frozen=True)
class BondCurve:
    """`assumed_base_fee` in wei per gas; `low_gas` is charged at the root, `high_gas` at the greatest depth.

    On every chain they are what they are here: the contract has them as constants.
    """

    max_depth: int
    assumed_base_fee: int = 200 * 10**9
    low_gas: int = 400_000
    high_gas: int = 300_000_000

    def required(self, depth: int) -> int:
        """The bond, in wei, of a claim at a depth."""
        multiple = _exp(self._ln_of_factor * depth)
        return self.assumed_base_fee * (self.low_gas * multiple // WAD)

    @property
    def factor(self) -> float:
        """How many times as much an answer costs as what it answers."""
        return _exp(self._ln_of_factor) / WAD

    @cached_property
    def _ln_of_factor(self) -> int:
        """In WAD. Not simply ln(range) / depth: the contract rounds the factor between, and so the bonds."""
        of_range = _ln(self.high_gas // self.low_gas * WAD)
        return _ln(_exp(of_range * (WAD // self.max_depth) // WAD))


def _ln(wad: int) -> int:
    with localcontext(prec=_DIGITS, rounding=ROUND_FLOOR):
        return int(((Decimal(wad) / WAD).ln() * WAD).to_integral_value())


def _exp(wad: int) -> int:
    with localcontext(prec=_DIGITS, rounding=ROUND_FLOOR):
        return int(((Decimal(wad) / WAD).exp() * WAD).to_integral_value())
