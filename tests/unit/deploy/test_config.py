"""Configurations from YAML: the files that we ship, and what is said of files that are wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.unit.deploy.configs import account

from opcycle.deploy.config import (
    VM,
    DeployConfig,
    GamesConfig,
    L2Fees,
    OracleConfig,
    ResourceConfig,
    Settlement,
)
from opcycle.deploy.local import LOCAL_GAMES, LOCAL_ORACLE
from opcycle.errors import UserError
from opcycle.protocol.alt_da import AltDAConfig, CommitmentType
from opcycle.protocol.rollup import FeeCurve, Fork

SHIPPED = Path(__file__).parents[3] / "deploy"


def minimal() -> dict[str, Any]:
    """Only the keys that have no default."""
    roles = ("owner", "guardian", "batcher", "proposer", "challenger", "unsafe_block_signer")
    return {
        "name": "mine",
        "l2_chain_id": 901,
        "block_time": 2,
        "roles": {role: "0x" + account(role).hex() for role in roles},
        "fee_vault": {"recipient": "0x" + account("owner").hex(), "minimum": 0, "network": 1},
    }


def write(directory: Path, data: object) -> Path:
    file = directory / "config.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def problems_of(directory: Path, data: object) -> list[str]:
    """The lines of the error."""
    with pytest.raises(UserError) as caught:
        DeployConfig.load(write(directory, data))
    return str(caught.value).splitlines()


def test_load__required_keys_alone__defaults_for_the_rest(tmp_path: Path) -> None:
    config = DeployConfig.load(write(tmp_path, minimal()))
    assert config.roles.batcher == account("batcher")
    assert (config.fees, config.fee_curve, config.resource_config) == (L2Fees(), FeeCurve(), ResourceConfig())
    assert (config.newest_fork, config.l1_chain_id, config.balances) == (Fork.JOVIAN, None, {})
    assert (config.settlement, config.games, config.oracle) == (
        Settlement.GAMES,
        GamesConfig(),
        OracleConfig(),
    )


def test_load__alt_da__is_a_section_with_the_commitment_type_by_name(tmp_path: Path) -> None:
    section = {"commitment_type": "generic", "challenge_window": 5, "resolve_window": 6}
    chain = minimal() | {"games": {"vm": "alphabet"}}
    config = DeployConfig.load(write(tmp_path, chain | {"alt_da": section}))
    assert config.alt_da == AltDAConfig(CommitmentType.GENERIC, challenge_window=5, resolve_window=6)
    (problem,) = problems_of(tmp_path, chain | {"alt_da": section | {"commitment_type": "none"}})
    assert "alt_da.commitment_type must be one of keccak, generic, not 'none'" in problem


def test_load__oracle__a_section_for_what_it_needs(tmp_path: Path) -> None:
    sections = {"settlement": "oracle", "oracle": {"submission_interval": 7}}
    config = DeployConfig.load(write(tmp_path, minimal() | sections))
    assert (config.settlement, config.oracle.submission_interval) == (Settlement.ORACLE, 7)
    sections["oracle"] = {"submission_interval": 0}
    (problem,) = problems_of(tmp_path, minimal() | sections)
    assert "oracle.submission_interval is 0; it must be 1 to" in problem


def test_load__games__what_no_game_could_have_is_refused(tmp_path: Path) -> None:
    games = {"vm": "alphabet", "split_depth": 71, "max_clock_duration": 400_000}
    config = DeployConfig.load(write(tmp_path, minimal() | {"games": games}))
    assert (config.games.split_depth, config.games.max_clock_duration) == (71, 400_000)
    (problem,) = problems_of(tmp_path, minimal() | {"games": games | {"split_depth": 72}})
    assert "games.split_depth 72 must be at least 2 less than max_game_depth 73" in problem


def test_load__games__their_machine_by_name_and_its_first_state_as_a_hash(tmp_path: Path) -> None:
    games = {"vm": "mips64", "absolute_prestate": "0x03" + "ab" * 31}
    config = DeployConfig.load(write(tmp_path, minimal() | {"games": games}))
    assert (config.games.game_type, config.games.prestate) == (0, b"\x03" + b"\xab" * 31)
    assert not config.games.needs_program
    (problem,) = problems_of(tmp_path, minimal() | {"games": {"vm": "asterisc"}})
    assert "games.vm must be one of mips64, alphabet, not 'asterisc'" in problem
    for text in ("0x03" + "ab" * 30, "ab" * 32, 3):
        (problem,) = problems_of(tmp_path, minimal() | {"games": games | {"absolute_prestate": text}})
        assert f"games.absolute_prestate must be a hash (0x and 64 hex digits), not {text!r}" in problem


def test_prestate__of_a_program_that_is_not_built__nothing_stands_for_it() -> None:
    assert GamesConfig().needs_program
    with pytest.raises(ValueError, match="not known before the chain's program is built"):
        _ = GamesConfig().prestate
    alphabet = GamesConfig(vm=VM.ALPHABET)
    assert (alphabet.needs_program, alphabet.game_type) == (False, 255)
    # what op-challenger knows as the alphabet's absolute prestate
    assert alphabet.prestate.hex().startswith("03c7ae758795765c")


def test_load__local_yaml__every_key_and_its_default() -> None:
    config = DeployConfig.load(SHIPPED / "local.yaml")
    assert config.roles.owner.hex() == "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
    assert list(config.balances.values()) == [10_000 * 10**18]
    assert (config.fees, config.fee_curve, config.resource_config) == (L2Fees(), FeeCurve(), ResourceConfig())
    shown = yaml.safe_load((SHIPPED / "local.yaml").read_text())
    assert set(shown) == set(DeployConfig.__slots__)
    assert (config.settlement, config.games, config.oracle) == (Settlement.GAMES, LOCAL_GAMES, LOCAL_ORACLE)
    for section in ("games", "oracle", "fees", "fee_curve", "resource_config", "roles", "fee_vault"):
        assert set(shown[section]) == set(getattr(config, section).__slots__)


def test_load__sepolia_yaml__nothing_wrong_but_the_accounts_to_fill_in() -> None:
    with pytest.raises(UserError) as caught:
        DeployConfig.load(SHIPPED / "sepolia.yaml")
    heading, *sentences = str(caught.value).splitlines()
    assert heading.endswith("sepolia.yaml has 7 problems:")
    assert all("is the zero address" in sentence for sentence in sentences)


def test_load__address_without_quotes__is_text(tmp_path: Path) -> None:
    file = write(tmp_path, minimal())
    file.write_text(file.read_text().replace("'", ""))
    assert DeployConfig.load(file).roles.batcher == account("batcher")


def test_load__several_problems__all_in_one_error(tmp_path: Path) -> None:
    data = {**minimal(), "block_time": "two", "gas_limit": 1, "colour": "red", "name": "No Good"}
    del data["l2_chain_id"]
    data["roles"] = {**data["roles"], "guardian": "0x12", "owner": None}
    heading, *sentences = problems_of(tmp_path, data)
    assert heading.endswith("has 7 problems:")
    for beginning in (
        "- unknown key colour; it may have name, l2_chain_id",
        "- block_time must be a whole number, not 'two'",
        "- l2_chain_id is missing",
        "- roles.owner must be an address (0x and 40 hex digits), not None",
        "- roles.guardian must be an address (0x and 40 hex digits), not '0x12'",
        "- name is 'No Good'; it must be",
        "- gas_limit is 1; it must be",
    ):
        assert len([sentence for sentence in sentences if sentence.startswith(beginning)]) == 1, beginning


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"roles": 5}, "roles must be a section with keys of its own, not 5"),
        ({"newest_fork": "bedrock"}, "newest_fork must be one of regolith"),
        ({"settlement": "zk"}, "settlement must be one of games, oracle, not 'zk'"),
        ({"games": {"depth": 1}}, "unknown key games.depth; it may have vm, absolute_prestate"),
        ({"balances": [1]}, "balances must map addresses to wei, not be [1]"),
        ({"balances": {"0x12": 1}}, "an address in balances must be an address"),
        ({"name": 5}, "name must be text, not 5"),
        ({"block_time": True}, "block_time must be a whole number, not True"),
        ({"block_time": 1.5}, "block_time must be a whole number, not 1.5"),
        ({"fees": {"tip": 1}}, "unknown key fees.tip; it may have basefee_scalar"),
        (
            {"balances": {"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267": 1}},
            "an address in balances is mistyped",
        ),
    ],
)
def test_load__wrong_kind__sentence(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    assert sentence in "\n".join(problems_of(tmp_path, {**minimal(), **changes}))


def test_load__checksum_of_an_address__right_passes_and_wrong_does_not(tmp_path: Path) -> None:
    right = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    data = minimal()
    data["roles"]["owner"] = right
    assert DeployConfig.load(write(tmp_path, data)).roles.owner.hex() == right[2:].lower()
    data["roles"]["owner"] = right.replace("f39F", "f38F")
    (sentence,) = problems_of(tmp_path, data)
    assert "roles.owner is mistyped: the checksum in the capitals" in sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "is not YAML"),
        ("- 1", "must be a mapping"),
        ("", "must be a mapping"),
        ("\x00", "is not YAML"),
    ],
)
def test_load__no_mapping__user_error(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(UserError, match=sentence):
        DeployConfig.load(file)


def test_load__no_file__user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read the configuration"):
        DeployConfig.load(tmp_path / "none.yaml")
