"""The local L1's genesis file: written once, whole, for one time."""

from pathlib import Path

import orjson
import pytest

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.l1_genesis import (
    BALANCE,
    LOCAL_GENESIS_TIME,
    l1_genesis,
    l1_genesis_file,
    local_anchor,
)
from opcycle.engine.system_contracts import SYSTEM_CODE
from opcycle.errors import UserError
from opcycle.protocol.l1_chain import SEPOLIA


def test_l1_genesis__alloc__test_accounts_the_zero_address_and_system_contracts() -> None:
    alloc = l1_genesis()["alloc"]
    assert len(alloc) == len(ACCOUNTS) + 1 + len(SYSTEM_CODE)
    assert alloc["0x" + "00" * 20] == {"balance": hex(BALANCE)}, "as on every public chain"
    assert alloc["0x" + ACCOUNTS["user"].address.hex()] == {"balance": hex(BALANCE)}
    for address, code in SYSTEM_CODE.items():
        assert alloc["0x" + address.hex()] == {"balance": "0x0", "nonce": "0x1", "code": "0x" + code.hex()}


def test_l1_genesis__config__osaka_from_the_start_with_its_blob_schedule() -> None:
    config = l1_genesis()["config"]
    assert (config["chainId"], config["osakaTime"]) == (900, 0)
    assert set(config["blobSchedule"]) == {"cancun", "prague", "osaka"}
    assert "optimism" not in config


def test_l1_genesis__another_chain__its_id_and_its_forks_where_that_has_them() -> None:
    config = l1_genesis(2_000_000_000, SEPOLIA)["config"]
    assert config == SEPOLIA.to_geth_json()
    assert (config["chainId"], config["bpo2Time"]) == (11_155_111, 1_761_607_008)


def test_local_anchor__is_the_block_that_op_geth_makes_of_the_genesis() -> None:
    anchor = local_anchor()
    assert (anchor.number, anchor.timestamp, anchor.parent_hash) == (0, LOCAL_GENESIS_TIME, bytes(32))
    assert anchor.hash.hex() == "9aa49e953ecba39488a95e594c64823bc8e654835713172fbb9ab3824710ad56"


def test_l1_genesis_file__first_start__given_time_or_the_fixed_one(tmp_path: Path) -> None:
    for name, given, written in (("a", None, LOCAL_GENESIS_TIME), ("b", 123, 123)):
        directory = tmp_path / name
        directory.mkdir()
        file = l1_genesis_file(directory, given)
        assert orjson.loads(file.read_bytes()) == l1_genesis(written)
        assert [entry.name for entry in directory.iterdir()] == ["genesis.json"]


def test_l1_genesis_file__later_start__same_file_or_user_error(tmp_path: Path) -> None:
    file = l1_genesis_file(tmp_path, 123)
    before = file.read_bytes()
    assert l1_genesis_file(tmp_path, None) == l1_genesis_file(tmp_path, 123) == file
    with pytest.raises(UserError, match="began at 123, not at 124"):
        l1_genesis_file(tmp_path, 124)
    assert file.read_bytes() == before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"timestamp": "soon"}'])
def test_l1_genesis_file__damaged__user_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "genesis.json").write_text(text)
    with pytest.raises(UserError, match=r"genesis\.json is damaged"):
        l1_genesis_file(tmp_path, None)
