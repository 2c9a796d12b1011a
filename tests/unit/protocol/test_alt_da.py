"""Alt-DA commitments: every byte in its place; and the section of `rollup.json` that names their type."""

from dataclasses import replace

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st
from tests.vectors.read import vector

from opcycle.protocol.alt_da import AltDAConfig, Commitment, CommitmentError, CommitmentType
from opcycle.protocol.rollup import RollupConfig

DATA = b"\x00frames"
CONTRACT = bytes([0xDA]) * 20
KECCAK = AltDAConfig(
    CommitmentType.KECCAK, challenge_window=160, resolve_window=170, challenge_contract=CONTRACT
)
GENERIC = AltDAConfig(CommitmentType.GENERIC, challenge_window=1, resolve_window=1)
KECCAK_JSON = {
    "da_challenge_contract_address": "0x" + "da" * 20,
    "da_commitment_type": "KeccakCommitment",
    "da_challenge_window": 160,
    "da_resolve_window": 170,
}

commitments = st.one_of(
    st.builds(Commitment, st.just(CommitmentType.KECCAK), st.binary(min_size=32, max_size=32)),
    st.builds(Commitment, st.just(CommitmentType.GENERIC), st.binary(min_size=1, max_size=100)),
)


def test_payload__keccak_commitment__is_version_type_and_hash():
    assert Commitment.keccak_of(DATA).payload == b"\x01\x00" + keccak(DATA)


def test_payload__generic_commitment__is_version_type_and_body():
    assert Commitment(CommitmentType.GENERIC, b"\xff\x01\x02").payload == b"\x01\x01\xff\x01\x02"


@given(commitments)
def test_encode__any_commitment__comes_back(commitment):
    assert Commitment.decode(commitment.encode()) == commitment


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no commitment"),
        (b"\x00" + bytes(31), "keccak commitment of 31 bytes"),
        (b"\x00" + bytes(33), "keccak commitment of 33 bytes"),
        (b"\x00", "keccak commitment of 0 bytes"),
        (b"\x01", "without content"),
        (b"\x02" + bytes(32), "type 2"),
        (b"\xff" + bytes(32), "type 255"),
    ],
)
def test_decode__no_commitment__says_why(data, problem):
    with pytest.raises(CommitmentError, match=problem):
        Commitment.decode(data)


@pytest.mark.parametrize("data", [b"\x00" + bytes(32), b"\x01\x00"])
def test_decode__the_shortest_commitment_of_its_type__is_one(data):
    assert Commitment.decode(data).encode() == data


def test_fits__keccak_commitment__only_its_data():
    commitment = Commitment.keccak_of(DATA)
    assert commitment.fits(DATA)
    assert not commitment.fits(DATA + b"\x00")


def test_fits__generic_commitment__says_nothing_about_data():
    assert Commitment(CommitmentType.GENERIC, b"\x0c").fits(b"anything")


def test_str__a_commitment__names_its_type_and_what_the_server_calls_it():
    assert str(Commitment(CommitmentType.GENERIC, b"\xff\x0a")) == "generic commitment 0x01ff0a"


# --- rollup.json


def test_to_json__keccak__is_op_nodes_section():
    assert KECCAK.to_json() == KECCAK_JSON
    assert AltDAConfig.from_json(KECCAK_JSON) == KECCAK


def test_to_json__generic__has_the_zero_address_as_op_node_writes_it():
    assert GENERIC.to_json()["da_challenge_contract_address"] == "0x" + "00" * 20
    assert GENERIC.to_json()["da_commitment_type"] == "GenericCommitment"
    assert AltDAConfig.from_json(GENERIC.to_json()) == GENERIC


def test_from_json__generic_without_an_address__has_none():
    data = GENERIC.to_json()
    del data["da_challenge_contract_address"]
    assert AltDAConfig.from_json(data) == GENERIC


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"da_commitment_type": "keccak"}, "da_commitment_type is 'keccak'"),
        ({"da_commitment_type": "GenericCommitment"}, "generic commitments cannot be challenged"),
        ({"da_challenge_contract_address": "0x" + "00" * 20}, "keccak commitments need"),
        ({"da_challenge_contract_address": "0x" + "da" * 19}, "19 bytes"),
        ({"da_challenge_window": 0}, "at least one L1 block"),
        ({"da_resolve_window": 0}, "at least one L1 block"),
    ],
)
def test_from_json__what_op_node_would_not_start_with__is_an_error(change, problem):
    with pytest.raises(ValueError, match=problem):
        AltDAConfig.from_json(KECCAK_JSON | change)


@pytest.mark.parametrize("key", ["da_commitment_type", "da_challenge_window", "da_resolve_window"])
def test_from_json__something_missing__says_what(key):
    with pytest.raises(KeyError, match=key):
        AltDAConfig.from_json({name: value for name, value in KECCAK_JSON.items() if name != key})


def test_rollup_config__with_alt_da__keeps_it_and_without_has_no_such_key():
    plain = RollupConfig.from_json(vector("rollup.jovian.json"))
    assert "alt_da" not in plain.to_json()
    config = replace(plain, alt_da=KECCAK)
    assert config.to_json()["alt_da"] == KECCAK_JSON
    assert RollupConfig.from_json(config.to_json()) == config
