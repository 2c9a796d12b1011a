"""What a claim costs, told again with decimal numbers. Source: OP Stack specs, "Bond Incentives"."""

from decimal import Decimal, localcontext
from functools import cache

WAD = 10**18


@cache
def required(depth: int, max_depth: int) -> int:
    """200 gwei × 400,000 gas × 750^(depth / max_depth), in wei, rounded where every chain rounds it."""
    with localcontext(prec=60):
        exponent = int(Decimal(750).ln() * WAD) * (WAD // max_depth) // WAD
        factor = int((Decimal(exponent) / WAD).exp() * WAD)
        logarithm = int((Decimal(factor) / WAD).ln() * WAD)
        multiple = int((Decimal(logarithm * depth) / WAD).exp() * WAD)
        return 200 * 10**9 * (400_000 * multiple // WAD)
