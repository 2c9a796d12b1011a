"""What a deployment leaves on L1: wired, owned and initialized once."""

from typing import Any

from tests.contracts.refusals import assert_refused

from opcycle.deploy.deployment import Deployment


def test_contracts_know_each_other(
    portal: Any, oracle: Any, system_config: Any, superchain_config: Any, deployment: Deployment
) -> None:
    assert portal.l2Oracle() == oracle.address
    assert portal.systemConfig() == system_config.address
    assert portal.superchainConfig() == superchain_config.address
    assert system_config.optimismPortal() == portal.address
    assert system_config.batchInbox().lower() == "0x" + deployment.addresses.batch_inbox.hex()


def test_roles_are_those_of_the_config(
    oracle: Any, system_config: Any, superchain_config: Any, who: dict[str, Any]
) -> None:
    assert system_config.owner() == who["owner"].address
    assert superchain_config.guardian() == who["guardian"].address
    assert (oracle.proposer(), oracle.challenger()) == (who["proposer"].address, who["challenger"].address)
    assert system_config.batcherHash()[12:].hex().removeprefix("0x") == who["batcher"].address.lower()[2:]


def test_nobody_initializes_a_second_time(oracle: Any, who: dict[str, Any]) -> None:
    assert_refused(
        oracle.initialize,
        *(1, 1, 0, 0, who["user"].address, who["user"].address, 1),
        sender=who["owner"],
        error="InvalidInitialization",
    )


def test_rollup_json_starts_before_the_contracts_and_at_the_oracles_first_block(
    deployment: Deployment, oracle: Any, system_config: Any
) -> None:
    assert deployment.rollup.genesis_l1.number < system_config.startBlock()
    assert oracle.startingTimestamp() == deployment.rollup.genesis_time
    assert oracle.startingBlockNumber() == deployment.rollup.genesis_l2.number
