"""The first L2 block: its hash is op-geth's, and header and `genesis.json` say the same.

`data/op_geth_genesis.json` has two genesis blocks as op-geth initialized them and the real op-node ran on.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import rlp
from eth_utils.crypto import keccak
from tests.unit.deploy.configs import L1

from opcycle.engine.alloc import Account, storage_root
from opcycle.engine.genesis import Genesis, L2GenesisConfig, build_l2_genesis
from opcycle.engine.predeploy_state import FeeVaultConfig
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.rollup import FeeCurve, Fork
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex

OP_GETH = orjson.loads((Path(__file__).parent / "data" / "op_geth_genesis.json").read_bytes())

CONFIG = L2GenesisConfig(
    chain_id=901,
    timestamp=1_750_000_000,
    gas_limit=60_000_000,
    proxy_admin_owner=keccak(text="owner")[12:],
    l1=L1,
    fee_vault=FeeVaultConfig(recipient=keccak(text="recipient")[12:], minimum=5, network=1),
)


def op_geth_alloc() -> dict[Address, Account]:
    return {
        from_hex(address.lower()): Account(
            balance=from_quantity(account["balance"]),
            nonce=from_quantity(account.get("nonce", "0x0")),
            code=from_hex(account.get("code", "0x")),
            storage={from_hex(slot): from_hex(value) for slot, value in account.get("storage", {}).items()},
        )
        for address, account in OP_GETH["alloc"].items()
    }


def config_of(fork: Fork, chain: dict[str, Any]) -> L2GenesisConfig:
    return replace(
        CONFIG,
        newest_fork=fork,
        timestamp=from_quantity(chain["timestamp"]),
        gas_limit=from_quantity(chain["gasLimit"]),
        base_fee=from_quantity(chain["baseFeePerGas"]),
    )


@pytest.mark.parametrize("fork", [Fork.ISTHMUS, Fork.JOVIAN])
def test_id__genesis_that_op_geth_knows__op_geths_hash(fork: Fork) -> None:
    chain = OP_GETH["chains"][fork]
    genesis = Genesis(config_of(fork, chain), op_geth_alloc())
    assert to_hex(genesis.id.hash) == chain["hash"]
    assert genesis.id.number == 0


@pytest.mark.parametrize(
    "change",
    [{"timestamp": 1}, {"gas_limit": 1}, {"base_fee": 1}, {"min_base_fee": 1}, {"newest_fork": Fork.ISTHMUS}],
)
def test_id__any_field_of_the_header_changed__another_hash(change: dict[str, Any]) -> None:
    chain = OP_GETH["chains"][Fork.JOVIAN]
    config = config_of(Fork.JOVIAN, chain)
    assert Genesis(replace(config, **change), op_geth_alloc()).id != Genesis(config, op_geth_alloc()).id


def test_state_root__any_account_changed__another_root() -> None:
    state = op_geth_alloc()
    root = Genesis(CONFIG, state).state_root
    for address, account in state.items():
        changed = {**state, address: replace(account, balance=account.balance + 1)}
        assert Genesis(CONFIG, changed).state_root != root


def test_header__withdrawals_root__storage_root_of_the_message_passer() -> None:
    genesis = build_l2_genesis(CONFIG)
    header = rlp.decode(genesis.header)
    assert header[3] == genesis.state_root
    assert header[16] == storage_root(genesis.alloc[L2_TO_L1_MESSAGE_PASSER].storage)
    assert genesis.alloc[L2_TO_L1_MESSAGE_PASSER].storage, (
        "op-geth rejects its own payloads over an empty trie"
    )


@pytest.mark.parametrize(
    ("changes", "extra_data"),
    [
        ({"newest_fork": Fork.ISTHMUS}, "00000000fa00000006"),
        ({"newest_fork": Fork.JOVIAN, "min_base_fee": 0}, "01000000fa000000060000000000000000"),
        ({"min_base_fee": 7}, "01000000fa000000060000000000000007"),
        (
            {
                "newest_fork": Fork.ISTHMUS,
                "fee_curve": FeeCurve(elasticity=2, denominator=8, denominator_canyon=9),
            },
            "000000000900000002",
        ),
    ],
)
def test_extra_data__holocene_and_jovian_form(changes: dict[str, Any], extra_data: str) -> None:
    assert replace(CONFIG, **changes).extra_data.hex() == extra_data


def test_to_json__jovian__every_fork_from_the_start_with_its_twin_of_ethereum() -> None:
    config = build_l2_genesis(CONFIG).to_json()["config"]
    assert config["chainId"] == 901
    times = {key for key in config if key.endswith("Time")}
    assert times == {
        *("regolithTime", "canyonTime", "ecotoneTime", "fjordTime", "graniteTime", "holoceneTime"),
        *("isthmusTime", "jovianTime", "shanghaiTime", "cancunTime", "pragueTime"),
    }
    assert {config[key] for key in times} == {0}


def test_to_json__isthmus__no_jovian() -> None:
    config = build_l2_genesis(replace(CONFIG, newest_fork=Fork.ISTHMUS)).to_json()["config"]
    assert config["isthmusTime"] == 0
    assert "jovianTime" not in config


def test_to_json__fee_curve__the_optimism_section() -> None:
    curve = FeeCurve(elasticity=2, denominator=8, denominator_canyon=9)
    config = build_l2_genesis(replace(CONFIG, fee_curve=curve)).to_json()["config"]
    assert config["optimism"] == {
        "eip1559Elasticity": 2,
        "eip1559Denominator": 8,
        "eip1559DenominatorCanyon": 9,
    }


def test_to_json__header_fields__as_in_the_header() -> None:
    genesis = build_l2_genesis(replace(CONFIG, min_base_fee=3))
    body, header = genesis.to_json(), rlp.decode(genesis.header)
    for key, place in {"coinbase": 2, "extraData": 12, "mixHash": 13}.items():
        assert from_hex(body[key]) == header[place], key
    for key, place in {"gasLimit": 9, "timestamp": 11, "baseFeePerGas": 15, "gasUsed": 10}.items():
        assert from_quantity(body[key]) == int.from_bytes(header[place], "big"), key
    assert set(body["alloc"]) == {to_hex(address) for address in genesis.alloc}


def test_build_l2_genesis__balances__beside_the_predeploys_and_none_without() -> None:
    user = keccak(text="user")[12:]
    rich, poor = build_l2_genesis(replace(CONFIG, balances={user: 10**18})), build_l2_genesis(CONFIG)
    assert rich.alloc[user] == Account(balance=10**18)
    assert rich.alloc.keys() - poor.alloc.keys() == {user}
    assert sum(account.balance for account in poor.alloc.values()) == 0
    assert rich.id != poor.id


def test_build_l2_genesis__balance_of_a_predeploy__keeps_its_code_and_storage() -> None:
    passer = build_l2_genesis(CONFIG).alloc[L2_TO_L1_MESSAGE_PASSER]
    funded = build_l2_genesis(replace(CONFIG, balances={L2_TO_L1_MESSAGE_PASSER: 5}))
    assert funded.alloc[L2_TO_L1_MESSAGE_PASSER] == replace(passer, balance=5)


def test_build_l2_genesis__owner_and_vaults__are_part_of_the_state() -> None:
    roots = {
        build_l2_genesis(config).state_root
        for config in (
            CONFIG,
            replace(CONFIG, proxy_admin_owner=keccak(text="another")[12:]),
            replace(CONFIG, fee_vault=replace(CONFIG.fee_vault, minimum=6)),
            replace(CONFIG, l1=replace(L1, chain_id=1)),
            replace(CONFIG, l1=replace(L1, messenger=bytes(20))),
            replace(CONFIG, l1=replace(L1, standard_bridge=bytes(20))),
            replace(CONFIG, l1=replace(L1, erc721_bridge=bytes(20))),
            replace(CONFIG, fee_vault=replace(CONFIG.fee_vault, network=0)),
        )
    }
    assert len(roots) == 8


def test_build_l2_genesis__same_config__same_block() -> None:
    assert build_l2_genesis(CONFIG).header == build_l2_genesis(CONFIG).header
