"""Whether a block that the engine has already is the one that L1 gives: then it need not be built again.

Source: OP Stack specs, "L2 Chain Derivation" ("Processing unsafe payload attributes"); op-node
`attributes/engine_consolidate.go` (`AttributesMatchBlock`).
"""

from collections.abc import Iterator
from itertools import zip_longest

from opcycle.protocol.payload import ExecutionEnvelope, PayloadAttributes
from opcycle.protocol.rollup import FeeCurve
from opcycle.protocol.types import Hash


def difference(
    attributes: PayloadAttributes, parent: Hash, block: ExecutionEnvelope, curve: FeeCurve
) -> str | None:
    """The first thing in which `block` is not what `attributes` make on `parent`; None: it is that block.

    What the engine computes (roots, gas used, bloom, base fee) follows from these and needs no comparison.
    """
    payload = block.payload
    fields = (
        ("parent", parent, payload.parent_hash),
        ("time", attributes.timestamp, payload.timestamp),
        ("prevRandao", attributes.prev_randao, payload.prev_randao),
        ("transaction count", len(attributes.transactions or ()), len(payload.transactions)),
        *_transactions(attributes.transactions or (), payload.transactions),
        ("gas limit", attributes.gas_limit, payload.gas_limit),
        ("presence of withdrawals", attributes.has_withdrawals, payload.has_withdrawals),
        ("parent beacon root", attributes.parent_beacon_root, block.parent_beacon_root),
        ("fee recipient", attributes.fee_recipient, payload.fee_recipient),
        ("extra data", extra_data(attributes, curve), payload.extra_data),
    )
    for name, wanted, found in fields:
        if wanted != found:
            return f"{name}: {_text(found)}, where L1 has {_text(wanted)}"
    return None


def extra_data(attributes: PayloadAttributes, curve: FeeCurve) -> bytes:
    """The header's extra data: nothing, Holocene's `00 ++ denominator u32 ++ elasticity u32`, or Jovian's
    `01 ++ denominator u32 ++ elasticity u32 ++ min_base_fee u64`.

    Zeros in the attributes stand for the chain's own `curve`.
    """
    params = attributes.eip_1559_params
    if params is None:
        return b""
    if not any(params[:4]):
        params = curve.denominator_canyon.to_bytes(4, "big") + curve.elasticity.to_bytes(4, "big")
    if attributes.min_base_fee is None:
        return b"\x00" + params
    return b"\x01" + params + attributes.min_base_fee.to_bytes(8, "big")


def _transactions(
    wanted: tuple[bytes, ...], found: tuple[bytes, ...]
) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    if wanted != found:
        for index, (mine, theirs) in enumerate(zip_longest(wanted, found)):
            yield f"transaction {index}", mine, theirs


def _text(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
