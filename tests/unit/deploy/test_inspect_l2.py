"""An L2 that is what its genesis says has no findings; each thing changed since is found, and only that."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pyrevm import AccountInfo
from tests.unit.deploy.configs import DEPLOYER, valid_config
from tests.unit.deploy.evm_l1 import EvmL1

from opcycle.artifacts import artifact
from opcycle.deploy.inspection.findings import Severity
from opcycle.deploy.inspection.l2 import inspect_l2
from opcycle.deploy.plan import Plan, make_plan
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT, INITIALIZED_SLOT
from opcycle.l1.contract import encode_call
from opcycle.protocol import predeploys
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

STRANGER = b"\x66" * 20
ERROR, WARNING, NOTE = Severity


class EvmL2(EvmL1):
    """A chain whose first block is `plan`'s, with one more block on top."""

    def __init__(self, plan: Plan):
        super().__init__(chain_id=plan.config.l2_chain_id, fork="l2")
        self.blocks[0] = replace(self.blocks[0], hash=plan.genesis.id.hash)
        self.mine()
        self.codes: dict[Address, bytes] = {}
        for address, account in plan.genesis.alloc.items():
            self.place(address, account.code)
            for slot, word in account.storage.items():
                self.write(address, slot, word)

    def write(self, address: Address, slot: bytes | int, value: bytes) -> None:
        number = slot if isinstance(slot, int) else int.from_bytes(slot, "big")
        self.evm.insert_account_storage(checksum(address), number, int.from_bytes(value, "big"))

    def place(self, address: Address, code: bytes) -> None:
        self.codes[address] = code
        self.evm.insert_account_info(checksum(address), AccountInfo(nonce=1, code=code))

    def _eth_getCode(self, address: str, tag: str) -> str:
        return to_hex(self.codes[from_hex(address)])


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(valid_config(), l1_chain_id=900, deployer=DEPLOYER, anchor=EvmL1().blocks[0])


def found(plan: Plan, l2: EvmL2, l1: EvmL1) -> list[tuple[Severity, str, str]]:
    report = inspect_l2(l2, l1, plan)
    assert report.block == l2.blocks[-1].id
    return [(finding.severity, finding.contract, finding.what) for finding in report.findings]


def other_code(l2: EvmL2) -> None:
    l2.place(predeploys.WETH, artifact("ProxyAdmin").runtime)


def no_code(l2: EvmL2) -> None:
    l2.place(predeploys.L1_BLOCK, b"")


def other_logic(l2: EvmL2) -> None:
    l2.write(predeploys.GAS_PRICE_ORACLE, IMPLEMENTATION_SLOT, STRANGER)


def other_admin(l2: EvmL2) -> None:
    l2.write(predeploys.L2_TO_L1_MESSAGE_PASSER, ADMIN_SLOT, STRANGER)


def other_half(l2: EvmL2) -> None:
    l2.write(predeploys.L2_STANDARD_BRIDGE, 4, STRANGER)


def other_messenger(l2: EvmL2) -> None:
    l2.write(predeploys.L2_CROSS_DOMAIN_MESSENGER, 207, STRANGER)


def relaying(l2: EvmL2) -> None:
    """As if a message were being relayed, for ever."""
    l2.write(predeploys.L2_CROSS_DOMAIN_MESSENGER, 204, STRANGER)


def other_minimum(l2: EvmL2) -> None:
    """The genesis has none, that is: a zero, which no state stores."""
    l2.write(predeploys.L1_FEE_VAULT, 1, b"\x05")


def other_recipient(l2: EvmL2) -> None:
    l2.write(predeploys.BASE_FEE_VAULT, 2, STRANGER)


def not_set_up(l2: EvmL2) -> None:
    l2.write(predeploys.L2_ERC721_BRIDGE, INITIALIZED_SLOT, b"")


def logic_open(l2: EvmL2) -> None:
    l2.write(bytes.fromhex("c0d3" * 9 + "0010"), INITIALIZED_SLOT, b"")


def other_owner(l2: EvmL2) -> None:
    l2.write(predeploys.PROXY_ADMIN, 0, STRANGER)


@pytest.mark.parametrize(
    ("plant", "finding"),
    [
        (other_code, (ERROR, "WETH", "the code")),
        (no_code, (ERROR, "L1Block", "the code")),
        (other_logic, (ERROR, "GasPriceOracle", "the implementation")),
        (other_admin, (ERROR, "L2ToL1MessagePasser", "the proxy's admin")),
        (other_owner, (ERROR, "ProxyAdmin", "owner")),
        (other_half, (ERROR, "L2StandardBridge", "otherBridge")),
        (other_messenger, (ERROR, "L2CrossDomainMessenger", "otherMessenger")),
        (relaying, (ERROR, "L2CrossDomainMessenger", "storage slot 0xcc")),
        (other_minimum, (WARNING, "L1FeeVault", "minWithdrawalAmount")),
        (other_recipient, (WARNING, "BaseFeeVault", "recipient and withdrawalNetwork")),
        (not_set_up, (ERROR, "L2ERC721Bridge", "the initializer")),
        (logic_open, (ERROR, "L2StandardBridge", "the logic's initializer")),
    ],
)
def test_inspect_l2__one_thing_is_changed__is_all_that_is_found(
    plan: Plan, plant: Callable[[EvmL2], None], finding: tuple[Severity, str, str]
) -> None:
    l1, l2 = EvmL1(), EvmL2(plan)
    assert found(plan, l2, l1) == []
    plant(l2)
    assert found(plan, l2, l1) == [finding]


def told_of(l2: EvmL2, number: int, block: bytes) -> None:
    """The depositor tells L2 of an L1 block."""
    function = "setL1BlockValues"
    values = (number, 1, 1, block, 0, bytes(32), 0, 0)
    data = encode_call(artifact("L1Block").abi, function, *values)
    l2.evm.message_call(checksum(predeploys.DEPOSITOR_ACCOUNT), checksum(predeploys.L1_BLOCK), calldata=data)


def test_inspect_l2__follows_this_l1_or_another(plan: Plan) -> None:
    l1, l2 = EvmL1(), EvmL2(plan)
    told_of(l2, 0, l1.blocks[0].hash)
    assert found(plan, l2, l1) == []
    told_of(l2, 0, b"\x01" * 32)
    assert found(plan, l2, l1) == [(ERROR, "L1Block", "the hash of L1 block 0")]
    told_of(l2, 5, l1.blocks[0].hash)
    assert found(plan, l2, l1) == [(ERROR, "L1Block", "the hash of L1 block 5")], "which L1 does not have"


def test_inspect_l2__another_genesis__nothing_else_is_asked(plan: Plan) -> None:
    other = make_plan(
        replace(plan.config, gas_limit=31_000_000),
        l1_chain_id=900,
        deployer=plan.deployer,
        anchor=plan.anchor,
    )
    l2 = EvmL2(plan)
    other_code(l2)
    assert found(other, l2, EvmL1()) == [(ERROR, "L2", "the first block")]
    assert to_hex(plan.genesis.id.hash) in inspect_l2(l2, EvmL1(), other).findings[0].found
