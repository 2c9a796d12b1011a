"""SystemConfig on the real bytecode: what L1 stores, what it announces and what derivation makes of that.

C1  Only the owner changes anything (a feature: only the proxy admin's); ownership moves as a whole.
C2  A getter states what its setter was given last, or nothing changes and the custom error says why.
C3  Derivation, which sees nothing but events, comes to what the getters state.
C4  Except for two things that the contract takes and derivation, which cannot use them, ignores: a batcher
    hash that is no address, and a Bedrock scalar beyond 32 bits.
C5  The gas limit stays within its bounds, no EIP-1559 parameter becomes 0.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from tests.fuzz.evm import Event
from tests.fuzz.system import MARKET, system
from tests.fuzz.tally import CountingMachine, Refusal, run_and_count, run_until_it_fails
from tests.unit.deploy.configs import DEPLOYER, account

from opcycle.protocol.system_config import apply_config_update

HEIR = account("heir")
LEAST_GAS = MARKET.max_resource_limit + MARKET.system_tx_max_gas
MOST_GAS = 500_000_000

u16, u32, u64, u256 = (st.integers(0, 2**bits - 1) for bits in (16, 32, 64, 256))
who = st.sampled_from(("owner", "owner", "owner", "heir", "stranger"))
addresses = st.binary(min_size=20, max_size=20)
small = st.one_of(st.integers(0, 3), u32)
gas_limits = st.one_of(
    st.sampled_from((LEAST_GAS - 1, LEAST_GAS, MOST_GAS, MOST_GAS + 1)), st.integers(LEAST_GAS, MOST_GAS), u64
)
scalars = st.one_of(
    u32, u256, st.integers(0, 2**248), st.integers(1, 255).map(lambda version: version << 248)
)
batcher_hashes = st.one_of(
    addresses.map(lambda address: address.rjust(32, b"\0")), st.binary(min_size=32, max_size=32)
)


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


class SystemConfigMachine(CountingMachine):
    """Setters by anyone, with any value of their types."""

    most_gas: ClassVar[int] = MOST_GAS
    swaps_scalars: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.chain, self.contract = system().chain, system().system_config
        self.snapshot = self.chain.evm.snapshot()
        self.chain.set_block(system().first_block, system().first_time)
        self.derived = system().deployment.rollup.genesis_system_config
        self.owner = DEPLOYER
        names = ("batcherHash", "overhead", "scalar", "basefeeScalar", "blobbasefeeScalar", "gasLimit")
        names += ("unsafeBlockSigner", "eip1559Denominator", "eip1559Elasticity", "operatorFeeScalar")
        names += ("operatorFeeConstant", "minBaseFee", "daFootprintGasScalar")
        self.values = {name: self.contract.read(name) for name in names}
        self.features: dict[bytes, bool] = {}
        self.usable_batcher: bytes = self.values["batcherHash"][12:]
        self.usable_scalar: int = self.values["scalar"]

    def teardown(self) -> None:
        self.chain.evm.revert(self.snapshot)

    @rule(who=who, value=batcher_hashes)
    def set_batcher_hash(self, who: str, value: bytes) -> None:
        self._set(who, "setBatcherHash(bytes32)", (value,), 0, value, batcherHash=value)

    @rule(who=who, value=addresses)
    def set_batcher(self, who: str, value: bytes) -> None:
        data = value.rjust(32, b"\0")
        self._set(who, "setBatcherHash(address)", (value,), 0, data, batcherHash=data)

    @rule(who=who, overhead=u256, scalar=scalars)
    def set_gas_config(self, who: str, overhead: int, scalar: int) -> None:
        refusal = Refusal("SystemConfig_ScalarVersion", (scalar,)) if scalar >= 2**248 else None
        data = word(overhead) + word(scalar)
        self._set(who, "setGasConfig", (overhead, scalar), 1, data, refusal, overhead=overhead, scalar=scalar)

    @rule(who=who, base=u32, blob=u32)
    def set_gas_config_ecotone(self, who: str, base: int, blob: int) -> None:
        scalar = int.from_bytes(
            b"\x01" + bytes(23) + blob.to_bytes(4, "big") + base.to_bytes(4, "big"), "big"
        )
        data = word(self.values["overhead"]) + word(scalar)
        given = (blob, base) if self.swaps_scalars else (base, blob)
        self._set(
            who,
            "setGasConfigEcotone",
            (base, blob),
            1,
            data,
            scalar=scalar,
            basefeeScalar=given[0],
            blobbasefeeScalar=given[1],
        )

    @rule(who=who, value=gas_limits)
    def set_gas_limit(self, who: str, value: int) -> None:
        refusal = None
        if value < LEAST_GAS:
            refusal = Refusal("SystemConfig_GasLimitTooLow", (value, LEAST_GAS))
        if value > self.most_gas:
            refusal = Refusal("SystemConfig_GasLimitTooHigh", (value, self.most_gas))
        self._set(who, "setGasLimit", (value,), 2, word(value), refusal, gasLimit=value)

    @rule(who=who, value=addresses)
    def set_unsafe_block_signer(self, who: str, value: bytes) -> None:
        data = value.rjust(32, b"\0")
        self._set(who, "setUnsafeBlockSigner", (value,), 3, data, unsafeBlockSigner=value)

    @rule(who=who, denominator=small, elasticity=small)
    def set_eip1559_params(self, who: str, denominator: int, elasticity: int) -> None:
        args = (denominator, elasticity)
        refusal = None if all(args) else Refusal("SystemConfig_ZeroEIP1559Param", args)
        new = {"eip1559Denominator": denominator, "eip1559Elasticity": elasticity}
        self._set(who, "setEIP1559Params", args, 4, word(denominator * 2**32 + elasticity), refusal, **new)

    @rule(who=who, scalar=u32, constant=u64)
    def set_operator_fee(self, who: str, scalar: int, constant: int) -> None:
        new = {"operatorFeeScalar": scalar, "operatorFeeConstant": constant}
        args, data = (scalar, constant), word(scalar * 2**64 + constant)
        self._set(who, "setOperatorFeeScalars", args, 5, data, **new)

    @rule(who=who, value=u64)
    def set_min_base_fee(self, who: str, value: int) -> None:
        self._set(who, "setMinBaseFee", (value,), 6, word(value), minBaseFee=value)

    @rule(who=who, value=u16)
    def set_da_footprint(self, who: str, value: int) -> None:
        self._set(who, "setDAFootprintGasScalar", (value,), 7, word(value), daFootprintGasScalar=value)

    @rule(who=who, feature=st.sampled_from((bytes(32), b"\1" * 32)), is_enabled=st.booleans())
    def set_feature(self, who: str, feature: bytes, is_enabled: bool) -> None:
        def change() -> None:
            self.features[feature] = is_enabled

        caller = self._caller(who)
        refusal = None
        if self.features.get(feature, False) == is_enabled:
            refusal = Refusal("SystemConfig_FeatureUnchanged", (feature, is_enabled))
        if caller != DEPLOYER:  # who owns the proxy's admin, whoever owns the configuration
            refusal = Refusal("ProxyAdminOwned_NotAdminOrOwner", (caller, self.contract.read("proxyAdmin")))
        event = Event("FeatureSet", (feature, is_enabled))
        self._compare(caller, "setFeature", (feature, is_enabled), event, change, refusal)

    @rule(who=who, to=st.sampled_from(("owner", "heir")))
    def transfer_ownership(self, who: str, to: str) -> None:
        new = {"owner": DEPLOYER, "heir": HEIR}[to]

        def change() -> None:
            self.owner = new

        event = Event("OwnershipTransferred", (self.owner, new))
        self._act(who, "transferOwnership", (new,), event, change)

    @invariant()
    def getters_state_what_was_set(self) -> None:
        assert {name: self.contract.read(name) for name in self.values} == self.values, "C2"
        assert self.contract.read("owner") == self.owner, "C1"
        assert all(self.contract.read("isFeatureEnabled", key) == on for key, on in self.features.items())
        assert LEAST_GAS <= self.contract.read("gasLimit") <= MOST_GAS, "C5"

    @invariant()
    def derivation_sees_what_getters_state(self) -> None:
        seen, read = self.derived, self.contract.read
        denominator, elasticity = read("eip1559Denominator"), read("eip1559Elasticity")
        fee = read("operatorFeeScalar") * 2**64 + read("operatorFeeConstant")
        assert seen.gas_limit == read("gasLimit"), "C3"
        assert seen.eip_1559_params == denominator.to_bytes(4, "big") + elasticity.to_bytes(4, "big"), "C3"
        assert seen.operator_fee_params == word(fee), "C3"
        assert seen.min_base_fee == read("minBaseFee"), "C3"
        assert seen.da_footprint_gas_scalar == read("daFootprintGasScalar"), "C3"
        assert seen.overhead == bytes(32), "C3"
        assert seen.scalar == word(self.usable_scalar), "C3, C4"
        assert seen.batcher_address == self.usable_batcher, "C3, C4"

    def _set(
        self,
        who: str,
        setter: str,
        args: tuple[Any, ...],
        kind: int,
        data: bytes,
        refusal: Refusal | None = None,
        **new: Any,
    ) -> None:
        event = Event("ConfigUpdate", (0, kind, data))
        self._act(who, setter, args, event, lambda: self.values.update(new), refusal)

    def _act(
        self,
        who: str,
        setter: str,
        args: tuple[Any, ...],
        event: Event,
        change: Callable[[], None],
        refusal: Refusal | None = None,
    ) -> None:
        caller = self._caller(who)
        if caller != self.owner:
            refusal = Refusal("OwnableUnauthorizedAccount", (caller,))
        self._compare(caller, setter, args, event, change, refusal)

    def _caller(self, who: str) -> bytes:
        return {"owner": self.owner, "heir": HEIR, "stranger": account("stranger")}[who]

    def _compare(
        self,
        caller: bytes,
        setter: str,
        args: tuple[Any, ...],
        event: Event,
        change: Callable[[], None],
        refusal: Refusal | None,
    ) -> None:
        def expected() -> list[Event]:
            if refusal:
                raise refusal
            change()
            return [event]

        if self.compare(setter, expected, lambda: self.contract.send(caller, setter, *args)) is not None:
            for log in self.chain.logs():
                self.derived = apply_config_update(self.derived, log)
            self._note_what_is_usable()

    def _note_what_is_usable(self) -> None:
        batcher, scalar = self.values["batcherHash"], self.values["scalar"]
        if not any(batcher[:12]):
            self.usable_batcher = batcher[12:]
        if scalar < 2**32 or scalar >> 248 == 1:
            self.usable_scalar = scalar


SETTERS = (
    "setBatcherHash(bytes32)",
    "setBatcherHash(address)",
    "setGasConfig",
    "setGasConfigEcotone",
    "setGasLimit",
    "setUnsafeBlockSigner",
    "setEIP1559Params",
    "setOperatorFeeScalars",
    "setMinBaseFee",
    "setDAFootprintGasScalar",
    "setFeature",
    "transferOwnership",
)

REFUSALS = (
    "OwnableUnauthorizedAccount",
    "ProxyAdminOwned_NotAdminOrOwner",
    "SystemConfig_FeatureUnchanged",
    "SystemConfig_GasLimitTooHigh",
    "SystemConfig_GasLimitTooLow",
    "SystemConfig_ScalarVersion",
    "SystemConfig_ZeroEIP1559Param",
)


def test_system_config__whatever_is_set__derivation_sees_what_getters_state() -> None:
    run_and_count(SystemConfigMachine, deeds=SETTERS, refusals=REFUSALS)


@pytest.mark.parametrize("flipped", [{"most_gas": MOST_GAS - 1}, {"swaps_scalars": True}])
def test_system_config__one_rule_of_the_model_is_flipped__the_machine_notices(
    flipped: dict[str, Any],
) -> None:
    with pytest.raises(AssertionError):
        run_until_it_fails(type("Flipped", (SystemConfigMachine,), flipped))
