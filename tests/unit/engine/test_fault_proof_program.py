"""What a chain's fault-proof program is made of, how it is built, and how it is found again.

Go and cannon are stand-ins; tests/peers builds a real one.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.deploy.configs import DEPLOYER, valid_config
from tests.unit.engine.stand_ins import Tools

from opcycle.deploy.plan import make_plan
from opcycle.engine.fault_proof_build import build_program, describe
from opcycle.engine.fault_proof_program import ChainFiles, find_program, program_store, programs_of
from opcycle.errors import UserError
from opcycle.protocol.types import L1BlockRef

ANCHOR = L1BlockRef(hash=b"\x01" * 32, number=7, parent_hash=b"\x02" * 32, timestamp=1_700_000_000)
CONFIGS = "optimism/op-program/chainconfig/configs"


def chain(l1_chain_id: int = 900) -> ChainFiles:
    config = valid_config(balances={})
    return make_plan(config, l1_chain_id=l1_chain_id, deployer=DEPLOYER, anchor=ANCHOR).chain_files


def other_chain() -> ChainFiles:
    return replace(chain(), rollup=replace(chain().rollup, block_time=3))


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    return Tools(tmp_path, monkeypatch)


def nothing(_: str) -> None:
    """Who hears of progress and does not mind."""


def left_over() -> set[str]:
    return {path.name for path in program_store().iterdir()} - {"lock"}


def test_files__are_those_that_op_program_looks_for__without_accounts() -> None:
    files = {name: json.loads(content) for name, content in chain().files.items()}
    assert files.keys() == {"901-rollup.json", "901-genesis-l2.json", "900-genesis-l1.json"}
    assert files["901-rollup.json"] == chain().rollup.to_json()
    for name in ("901-genesis-l2.json", "900-genesis-l1.json"):
        assert files[name]["alloc"] == {}
        assert files[name]["config"]["chainId"] == int(name[:3])


def test_files__of_an_l1_that_op_program_knows__none_about_it() -> None:
    assert chain(11_155_111).files.keys() == {"901-rollup.json", "901-genesis-l2.json"}


def test_files__the_order_of_keys_does_not_matter() -> None:
    turned = dict(reversed(chain().l2_config.items()))
    assert list(turned) != list(chain().l2_config)
    assert replace(chain(), l2_config=turned).files == chain().files


def test_describe__differs_where_the_program_would() -> None:
    assert describe(chain(), "go1.26.8") == describe(chain(), "go1.26.8")
    parts = {
        describe(chain(), "go1.26.8"),
        describe(chain(), "go1.26.7"),
        describe(other_chain(), "go1.26.8"),
    }
    assert len(parts) == 3


def test_build_program__host_and_first_state__and_nothing_else_is_left(tools: Tools) -> None:
    program = build_program(chain(), nothing)
    assert {path.name for path in program.directory.iterdir()} == {
        *("op-program", "prestate.bin.gz", "prestate-proof.json", "meta.json", "made-of.json")
    }
    assert (program.absolute_prestate[0], len(program.absolute_prestate)) == (3, 32)
    assert program.go_version == "go1.26.8"
    assert left_over() == {program.directory.name}


def test_build_program__what_go_is_asked__is_the_same_wherever_it_is_built(tools: Tools) -> None:
    build_program(chain(), nothing)
    asked = [line for line in tools.asked if "op-program/" in line]
    host, guest = asked
    assert host.startswith("/ cgo= build -v -trimpath -overlay ")
    assert guest.startswith("linux/mips64 cgo=0 build -v -trimpath -overlay ")
    assert "-ldflags" not in guest  # cannon finds by name what it must change
    replaced = json.loads((tools.directory / "overlay.json").read_text())["Replace"]
    for name in chain().files:
        (target,) = [path for path in replaced if path.endswith(f"/{CONFIGS}/{name}")]
        assert replaced[target].endswith(f"/{name}")
        assert str(tools.directory / "optimism") not in target  # Go's own copy
    (replace_line,) = [
        line
        for line in (tools.directory / "go.mod").read_text().splitlines()
        if line.startswith("replace github.com/ethereum-optimism/optimism")
    ]
    assert replace_line.endswith("=> ./optimism")  # Go writes this path into the program


def test_build_program__again__is_not_built_again(tools: Tools) -> None:
    first = build_program(chain(), nothing)
    before = len(tools.asked)
    said: list[str] = []
    assert build_program(chain(), said.append) == first
    assert (len(tools.asked), said) == (before, [])


def test_build_program__another_chain_or_go__another_program(tools: Tools) -> None:
    first = build_program(chain(), nothing)
    second = build_program(other_chain(), nothing)
    tools.go("go1.26.9")
    third = build_program(chain(), nothing)
    assert len({program.directory for program in (first, second, third)}) == 3
    assert first.absolute_prestate != second.absolute_prestate
    assert programs_of(chain()) == sorted([first, third], key=lambda program: program.directory)
    assert programs_of(other_chain()) == [second]


def test_build_program__progress__says_what_it_is_at(tools: Tools) -> None:
    said: list[str] = []
    build_program(chain(), said.append)
    assert said == [
        "building the fault-proof program of chain 901",
        "building cannon v1.18.1 from pinned Go modules",
        "  for this machine",
        "  for MIPS64",
        "  loading it into the machine",
    ]


@pytest.mark.parametrize(
    ("package", "target"), [("op-program/host/cmd", "op-program"), ("op-program/client/cmd", "client.elf")]
)
def test_build_program__go_fails__its_reason_and_nothing_is_left(
    tools: Tools, package: str, target: str
) -> None:
    tools.go("go1.26.8", fails_at=package)
    with pytest.raises(UserError, match=rf"^building {target} failed: x.go:1: nonsense$"):
        build_program(chain(), nothing)
    assert left_over() == set()
    tools.go("go1.26.8")
    assert build_program(chain(), nothing).host.exists()


def test_build_program__no_text_of_op_program_to_be_had__says_why(tools: Tools) -> None:
    tools.go("go1.26.8", fails_at="mod")
    with pytest.raises(UserError, match=r"^downloading op-program failed: no such host$"):
        build_program(chain(), nothing)


def test_build_program__op_program_means_another_chain_by_this_id__it_is_refused(tools: Tools) -> None:
    tools.knows_other_chains()
    with pytest.raises(
        UserError, match=r"^op-program knows another chain with the id 901, from the registry"
    ):
        build_program(chain(), nothing)
    assert left_over() == set()


def test_build_program__cannon_fails__its_reason_and_nothing_is_left(tools: Tools) -> None:
    tools.cannon('echo "unsupported ELF" >&2; exit 1')
    with pytest.raises(UserError, match=r"^cannon load-elf failed: unsupported ELF$"):
        build_program(chain(), nothing)
    assert left_over() == set()


def test_find_program__by_what_games_are_about(tools: Tools) -> None:
    built = [build_program(chain(), nothing), build_program(other_chain(), nothing)]
    for program in built:
        assert find_program(program.absolute_prestate) == program
    with pytest.raises(
        UserError, match=r"^the program with the absolute prestate 0x03ff.* was not built here; run"
    ):
        find_program(b"\x03" + b"\xff" * 31)


@pytest.mark.parametrize("content", ["{", "{}", "[]"])
def test_find_program__a_damaged_one__says_what_to_delete(tools: Tools, content: str) -> None:
    program = build_program(chain(), nothing)
    (program.directory / "prestate-proof.json").write_text(content)
    with pytest.raises(
        UserError, match=r"prestate-proof.json is damaged .*; delete .* and run `opcycle prestate`"
    ):
        find_program(b"\x03" * 32)
