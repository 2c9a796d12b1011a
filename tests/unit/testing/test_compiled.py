"""What compilers leave on disk: Foundry's JSON, Ape's, Hardhat's, and what is none of these."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from opcycle.errors import UserError
from opcycle.testing.compiled import CompiledContract, load

ABI = [{"type": "constructor", "inputs": []}]
LIBRARY = b"\x11" * 20
LINKED = "6001" + LIBRARY.hex() + "6002"
UNLINKED = "6001" + "__$0123456789abcdef0123456789abcdef01$__" + "6002"
REFERENCES = {"src/Maths.sol": {"Maths": [{"start": 2, "length": 20}]}}

FOUNDRY = {"abi": ABI, "bytecode": {"object": "0x6001", "linkReferences": {}}}
APE = {"abi": ABI, "contractName": "Token", "deploymentBytecode": {"bytecode": "0x6001"}}
HARDHAT = {"abi": ABI, "contractName": "Token", "bytecode": "0x6001", "linkReferences": {}}


def put(root: Path, path: str, data: Any) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data))
    return file


@pytest.mark.parametrize("data", [FOUNDRY, APE, HARDHAT], ids=["foundry", "ape", "hardhat"])
def test_each_compilers_json_is_read(tmp_path: Path, data: Any) -> None:
    file = put(tmp_path, "Token.json", data)
    for source in (data, file, "Token.json", Path("Token.json")):
        contract = load(source, tmp_path)
        assert contract.abi == ABI
        assert contract.creation_code({}) == b"\x60\x01"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("out/Token.sol/Token.json", FOUNDRY),
        (".build/Token.json", APE),
        (".build/__local__.json", {"contractTypes": {"Token": APE, "Other": APE}}),
        ("artifacts/contracts/Token.sol/Token.json", HARDHAT),
    ],
)
def test_a_name_is_found_where_compilers_write(tmp_path: Path, path: str, data: Any) -> None:
    put(tmp_path, path, data)
    put(tmp_path, "out/build-info/Token.json", {"no": "contract"})
    assert load("Token", tmp_path).name == "Token"


def test_a_name_of_two_contracts_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "out/Token.sol/Token.json", FOUNDRY)
    put(tmp_path, "out/Old.sol/Token.json", FOUNDRY)
    with pytest.raises(
        UserError, match=r"2 compiled contracts 'Token': out/Old.sol/Token.json, out/Token.sol"
    ):
        load("Token", tmp_path)
    assert load("out/Old.sol/Token.json", tmp_path).abi == ABI


def test_abi_and_bytecode_make_a_contract(tmp_path: Path) -> None:
    for code in ("0x6001", "6001", b"\x60\x01"):
        assert load((ABI, code), tmp_path).creation_code({}) == b"\x60\x01"


def test_an_ape_container_is_taken_as_it_is(tmp_path: Path) -> None:
    kind = SimpleNamespace(model_dump_json=lambda by_alias: json.dumps(APE) if by_alias else "")
    assert load(SimpleNamespace(contract_type=kind), tmp_path).creation_code({}) == b"\x60\x01"


@pytest.mark.parametrize(
    "data",
    [
        {"abi": ABI, "bytecode": {"object": "0x" + UNLINKED, "linkReferences": REFERENCES}},
        {"abi": ABI, "bytecode": "0x" + UNLINKED, "linkReferences": REFERENCES},
    ],
    ids=["foundry", "hardhat"],
)
def test_libraries_are_linked(tmp_path: Path, data: Any) -> None:
    contract = load(data, tmp_path)
    assert contract.creation_code({"Maths": LIBRARY}).hex() == LINKED
    with pytest.raises(
        UserError, match=r'calls the library Maths; deploy that first, .*\{"Maths": its address'
    ):
        contract.creation_code({})


def test_code_that_says_nothing_of_its_libraries_is_refused() -> None:
    with pytest.raises(UserError, match="is not hex: a library that it calls is not linked"):
        CompiledContract("Token", ABI, UNLINKED).creation_code({})


def test_an_interface_cannot_be_deployed(tmp_path: Path) -> None:
    interface = load({"abi": ABI, "bytecode": {"object": "0x"}}, tmp_path)
    with pytest.raises(UserError, match="has no bytecode: it is an interface or an abstract contract"):
        interface.creation_code({})


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (
            "Token",
            r"no compiled contract 'Token' in .*\{out,.build,artifacts\}; run `forge build` or `ape comp",
        ),
        ("gone.json", "cannot be read .*; is the project compiled?"),
        ("text.json", "is not JSON"),
        ("list.json", "is not the JSON of a compiled contract"),
        ({"bytecode": "0x"}, "has no ABI; is it the one that a compiler wrote?"),
        (5, "5 is no contract; give a name"),
        (("abi",), "is no contract"),
    ],
)
def test_what_is_no_contract_is_refused(tmp_path: Path, source: Any, complaint: str) -> None:
    (tmp_path / "text.json").write_text("pragma solidity")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(UserError, match=complaint):
        load(source, tmp_path)
