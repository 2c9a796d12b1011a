"""The wheel: the same bytes each time, and all that runs need, where there is nothing else of ours."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from tests.packaging.building import ROOT, Installed, build

from opcycle.engine.programs import GETH, geth_binary

MISSING = "op-geth v1.101702.2 is missing; run `opcycle setup`, which builds it once (four to five minutes)"

(TEN_LINES,) = re.findall(
    r"```python\n(def test_withdrawal\(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel") / "dist")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed.of(wheel, tmp_path_factory.mktemp("installed") / "it")


@pytest.fixture
def set_up(installed: Installed) -> Installed:
    """As `opcycle setup` leaves it, with the op-geth that was built for the tests."""
    built = installed.home / f"op-geth-{GETH.version}" / "geth"
    if not built.exists():
        built.parent.mkdir(parents=True)
        built.symlink_to(geth_binary())
    return installed


def test_two_builds__one_of_them_from_an_sdist__have_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", tmp_path / "sdist")
    assert build("wheel", tmp_path / "again", source=sdist).read_bytes() == wheel.read_bytes()


def test_every_contract_that_python_names_is_in_it(wheel: Path) -> None:
    packed = set(
        re.findall(r"_packaged/out/(\w+)\.sol/\1\.json", "\n".join(zipfile.ZipFile(wheel).namelist()))
    )
    sources = [path.read_text() for path in (ROOT / "src").rglob("*.py")]
    named = {name for text in sources for name in re.findall(r'artifact\("(\w+)"\)', text)}
    assert {"OptimismPortal2", "Proxy"} <= named <= packed


def test_without_op_geth__one_sentence_says_what_to_run(installed: Installed) -> None:
    shutil.rmtree(installed.home, ignore_errors=True)
    done = installed.run("opcycle", "devnet", "--auto-ports")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"error: {MISSING}")
    (installed.folder / "test_it.py").write_text(TEN_LINES)
    done = installed.run("pytest", "-q", "-p", "no:ape_test")
    assert done.returncode == 1
    assert MISSING in done.stdout


def test_setup__op_geth_is_there__says_where(set_up: Installed) -> None:
    done = set_up.run("opcycle", "setup", "--json")
    assert json.loads(done.stdout) == {
        "program": "geth",
        "version": GETH.version,
        "path": str(set_up.home / f"op-geth-{GETH.version}" / "geth"),
        "built": False,
    }


def test_the_ten_lines_of_the_readme_pass(set_up: Installed) -> None:
    (set_up.folder / "test_it.py").write_text(TEN_LINES)
    done = set_up.run("pytest", "-q")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_a_configuration_to_start_from_is_in_it(set_up: Installed) -> None:
    done = set_up.run("opcycle", "deploy", "--example", "sepolia")
    assert (done.returncode, done.stdout) == (0, (ROOT / "deploy/sepolia.yaml").read_text())
    assert set_up.run("opcycle", "deploy", "--example", "mainnet").returncode == 2


def test_sources_are_those_that_the_contracts_were_compiled_from(set_up: Installed) -> None:
    assert set_up.run("opcycle", "contracts", "lib").returncode == 0
    portal = Path("contracts/bridge/OptimismPortal2.sol")
    assert (set_up.folder / "lib" / portal).read_bytes() == (ROOT / portal).read_bytes()
    program = (
        "from opcycle.deploy.verification_input import compiler_input\n"
        "print(len(compiler_input('OptimismPortal2').standard_json['sources']))"
    )
    done = set_up.run("python", "-c", program)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10
