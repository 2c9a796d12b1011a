"""One sentence for each value out of range or in contradiction, and none for the values next to it."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.deploy.configs import GAMES, account, valid_config

from opcycle.deploy.config import VM, GamesConfig
from opcycle.deploy.validation import MAX_GAS_LIMIT, problems
from opcycle.errors import UserError
from opcycle.protocol.alt_da import AltDAConfig, CommitmentType
from opcycle.protocol.rollup import Fork
from opcycle.protocol.types import ZERO_ADDRESS

GENERIC_DA = {"alt_da": AltDAConfig(CommitmentType.GENERIC, 1, 1)}
ISTHMUS = {"newest_fork": Fork.ISTHMUS}


def changed(section: str, **values: Any) -> dict[str, Any]:
    """Changes in a section of the valid configuration."""
    return {section: replace(getattr(valid_config(), section), **values)}


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ({"name": "a-1"}, {"name": "a/1"}, "name is 'a/1'"),
        ({"name": "a" * 40}, {"name": "a" * 41}, "name is "),
        ({"name": "x"}, {"name": ""}, "name is ''"),
        ({"l2_chain_id": 1}, {"l2_chain_id": 0}, "l2_chain_id is 0; it must be 1 to"),
        ({"l2_chain_id": 2**53 - 1}, {"l2_chain_id": 2**53}, "l2_chain_id is 9007199254740992"),
        (
            {"l1_chain_id": 900},
            {"l1_chain_id": 901, "balances": {}},
            "both 901; a rollup needs an id of its own",
        ),
        ({"l1_chain_id": 1, "balances": {}}, {"l1_chain_id": 0, "balances": {}}, "l1_chain_id is 0"),
        ({"block_time": 1}, {"block_time": 0}, "block_time is 0; it must be 1 to 60"),
        (
            {"alt_da": AltDAConfig(CommitmentType.GENERIC, 1, 1)},
            {"alt_da": AltDAConfig(CommitmentType.GENERIC, 0, 1)},
            "alt_da: the challenge window and the resolve window must be at least one L1 block",
        ),
        (
            {"alt_da": AltDAConfig(CommitmentType.KECCAK, 1, 1, account("challenges"))},
            {"alt_da": AltDAConfig(CommitmentType.KECCAK, 1, 1)},
            "alt_da: keccak commitments need a challenge contract",
        ),
        ({"block_time": 60}, {"block_time": 61}, "block_time is 61"),
        (
            changed("oracle", submission_interval=1),
            changed("oracle", submission_interval=0),
            "oracle.submission_interval is 0",
        ),
        (
            changed("oracle", finalization_period=1),
            changed("oracle", finalization_period=0),
            "oracle.finalization_period is 0",
        ),
        (
            changed("games", vm=VM.MIPS64, max_game_depth=51),
            changed("games", vm=VM.MIPS64, max_game_depth=50),
            "games.max_game_depth 50 leaves mips64 2^29 steps below split_depth 20; a block takes 2^30",
        ),
        (
            changed("games", vm=VM.MIPS64, max_game_depth=51, absolute_prestate=b"\x03" + b"\x01" * 31),
            changed("games", vm=VM.MIPS64, max_game_depth=51, absolute_prestate=b"\x00" + b"\x01" * 31),
            "games.absolute_prestate is 0x000101",
        ),
        (
            changed("games", absolute_prestate=None),
            changed("games", absolute_prestate=b"\x03" + b"\x01" * 31),
            "games.absolute_prestate is of mips64; the first state of alphabet is always the same",
        ),
        (
            {**GAMES, **GENERIC_DA},
            {**GAMES, **GENERIC_DA, **changed("games", vm=VM.MIPS64, max_game_depth=51)},
            "alt_da is set and games.vm is mips64: op-program reads batches from Ethereum only",
        ),
        (
            changed("games", max_game_depth=125),
            changed("games", max_game_depth=126),
            "games.max_game_depth is 126; it must be 4 to 125",
        ),
        (
            changed("games", max_game_depth=73, split_depth=71),
            changed("games", max_game_depth=73, split_depth=72),
            "games.split_depth 72 must be at least 2 less than max_game_depth 73",
        ),
        (changed("games", split_depth=2), changed("games", split_depth=1), "games.split_depth is 1; it must"),
        (
            changed("games", clock_extension=50, max_clock_duration=100, preimage_challenge_period=50),
            changed("games", clock_extension=51, max_clock_duration=101, preimage_challenge_period=50),
            "max_clock_duration 101 is less than twice clock_extension, 102",
        ),
        (
            changed("games", clock_extension=40, max_clock_duration=100, preimage_challenge_period=60),
            changed("games", clock_extension=40, max_clock_duration=100, preimage_challenge_period=61),
            "max_clock_duration 100 is less than clock_extension + preimage_challenge_period, 101",
        ),
        *(
            (changed("games", **{name: 1}), changed("games", **{name: 0}), f"games.{name} is 0")
            for name in (
                "proof_maturity_delay",
                "finality_delay",
                "weth_delay",
                "preimage_challenge_period",
                "preimage_min_proposal_size",
            )
        ),
        (
            changed("games", init_bond=2**128 - 1),
            changed("games", init_bond=2**128),
            "games.init_bond is",
        ),
        (changed("games", init_bond=0), changed("games", init_bond=-1), "games.init_bond is -1"),
        (
            {**GAMES, "l1_chain_id": 11155111, "balances": {}},
            {**GAMES, "l1_chain_id": 1, "balances": {}},
            "games.vm is alphabet, a machine that proves nothing",
        ),
        (
            {**GAMES, "l1_chain_id": 1, "balances": {}, "games": GamesConfig()},
            {**GAMES, "l1_chain_id": 1, "balances": {}, "games": GamesConfig(vm=VM.ALPHABET)},
            "games.vm is alphabet, a machine that proves nothing",
        ),
        ({"seq_window_size": 2}, {"seq_window_size": 1}, "seq_window_size is 1; it must be 2 to"),
        ({"max_sequencer_drift": 1}, {"max_sequencer_drift": 0}, "max_sequencer_drift is 0"),
        ({"channel_timeout": 1}, {"channel_timeout": 0}, "channel_timeout is 0"),
        ({"gas_limit": 21_000_000}, {"gas_limit": 20_999_999}, "gas_limit is 20999999; it must be 21000000"),
        ({"gas_limit": MAX_GAS_LIMIT}, {"gas_limit": MAX_GAS_LIMIT + 1}, "gas_limit is 500000001"),
        (changed("fee_vault", network=0), changed("fee_vault", network=2), "is 2; it must be 0 to 1"),
        (changed("fee_vault", minimum=0), changed("fee_vault", minimum=-1), "fee_vault.minimum is -1"),
        (
            changed("fees", basefee_scalar=2**32 - 1),
            changed("fees", basefee_scalar=2**32),
            "fees.basefee_scalar is 4294967296; it must be 0 to 4294967295",
        ),
        (
            changed("fees", operator_fee_constant=2**64 - 1),
            changed("fees", operator_fee_constant=2**64),
            "fees.operator_fee_constant is",
        ),
        (
            changed("fees", da_footprint_gas_scalar=2**16 - 1),
            changed("fees", da_footprint_gas_scalar=2**16),
            "fees.da_footprint_gas_scalar is 65536",
        ),
        (
            changed("fees", eip1559_denominator=8, eip1559_elasticity=2),
            changed("fees", eip1559_denominator=8),
            "fees.eip1559_denominator is 8 and fees.eip1559_elasticity is 0; set both",
        ),
        (
            changed("fees", min_base_fee=7),
            {**changed("fees", min_base_fee=7), **ISTHMUS},
            "only from jovian on",
        ),
        (
            changed("fees", da_footprint_gas_scalar=7),
            {**changed("fees", da_footprint_gas_scalar=7), **ISTHMUS},
            "only from jovian on",
        ),
        (
            changed("fee_curve", denominator=1),
            changed("fee_curve", denominator=0),
            "fee_curve.denominator is 0",
        ),
        (ISTHMUS, {"newest_fork": Fork.HOLOCENE}, "newest_fork is holocene; a new chain starts with"),
        (
            changed("resource_config", base_fee_max_change_denominator=2),
            changed("resource_config", base_fee_max_change_denominator=1),
            "base_fee_max_change_denominator is 1; it must be 2 to 255",
        ),
        (
            changed("resource_config", elasticity_multiplier=5),
            changed("resource_config", elasticity_multiplier=3),
            "is no multiple of elasticity_multiplier 3",
        ),
        (
            changed("resource_config", elasticity_multiplier=1),
            changed("resource_config", elasticity_multiplier=0),
            "resource_config.elasticity_multiplier is 0",
        ),
        (
            changed("resource_config", minimum_base_fee=5, maximum_base_fee=5),
            changed("resource_config", minimum_base_fee=5, maximum_base_fee=4),
            "minimum_base_fee 5 is above maximum_base_fee 4",
        ),
        (
            {"l1_chain_id": 31337},
            {"l1_chain_id": 11155111},
            "balances creates ether that no deposit backs",
        ),
        ({"balances": {account("user"): 0}}, {"balances": {account("user"): -1}}, "is -1; it must be 0 to"),
        (
            changed("roles", owner=account("x")),
            changed("roles", owner=ZERO_ADDRESS),
            "roles.owner is the zero",
        ),
        (
            changed("fee_vault", recipient=account("x")),
            changed("fee_vault", recipient=ZERO_ADDRESS),
            "fee_vault.recipient is the zero address",
        ),
        ({"batch_inbox": account("x")}, {"batch_inbox": account("batcher")}, "batch_inbox is 0x"),
        ({"batch_inbox": None}, {"batch_inbox": ZERO_ADDRESS}, "batch_inbox is 0x"),
        (
            changed("roles", guardian=account("batcher")),
            changed("roles", proposer=account("batcher")),
            "roles.batcher and roles.proposer are the same account",
        ),
    ],
)
def test_problems__good_value_and_the_bad_one_beside_it(
    good: dict[str, Any], bad: dict[str, Any], sentence: str
) -> None:
    assert problems(valid_config(**good)) == []
    (found,) = problems(valid_config(**bad))
    assert sentence in found


def test_require_valid__several__all_in_one_error() -> None:
    config = valid_config(block_time=0, gas_limit=0, seq_window_size=0)
    with pytest.raises(UserError, match="3 problems") as caught:
        config.require_valid()
    assert len(str(caught.value).splitlines()) == 4
