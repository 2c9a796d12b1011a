"""What a deployment leaves on L1: wired, owned, set up once."""

from typing import Any

from tests.contracts.refusals import refusal, refused

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.deployment import Deployment
from opcycle.rpc.hexjson import checksum


def test_contracts_know_each_other(
    portal: Any, oracle: Any, system_config: Any, superchain_config: Any, batch_inbox: Any
) -> None:
    assert portal.l2Oracle() == oracle.address
    assert portal.systemConfig() == system_config.address
    assert portal.superchainConfig() == system_config.superchainConfig() == superchain_config.address
    assert system_config.optimismPortal() == portal.address
    assert system_config.batchInbox() == batch_inbox.address


def test_roles_are_those_of_the_config(
    oracle: Any, system_config: Any, superchain_config: Any, config: DeployConfig
) -> None:
    roles = config.roles
    assert system_config.owner() == checksum(roles.owner)
    assert superchain_config.guardian() == checksum(roles.guardian)
    assert (oracle.proposer(), oracle.challenger()) == (checksum(roles.proposer), checksum(roles.challenger))
    assert bytes(system_config.batcherHash()) == bytes(12) + roles.batcher
    assert system_config.unsafeBlockSigner() == checksum(roles.unsafe_block_signer)


def test_nobody_sets_a_contract_up_a_second_time(
    portal: Any, oracle: Any, superchain_config: Any, system_config: Any, owner: Any
) -> None:
    again = (oracle.address, system_config.address, superchain_config.address)
    assert refused(portal.initialize, *again, sender=owner) == refusal("InvalidInitialization")
    assert refused(superchain_config.initialize, owner, sender=owner) == refusal("InvalidInitialization")
    parameters = (1, 1, 0, 0, owner, owner, 1)
    assert refused(oracle.initialize, *parameters, sender=owner) == refusal("InvalidInitialization")


def test_nobody_sets_up_the_logic_behind_a_proxy(
    chain: Any, project: Any, superchain_config: Any, owner: Any
) -> None:
    slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
    word = chain.provider.make_request("eth_getStorageAt", [superchain_config.address, slot, "latest"])
    logic = project.SuperchainConfig.at("0x" + word[-40:])
    assert refused(logic.initialize, owner, sender=owner) == refusal("InvalidInitialization")


def test_rollup_json_begins_before_the_contracts_and_where_the_oracle_counts_from(
    deployment: Deployment, oracle: Any, system_config: Any
) -> None:
    rollup = deployment.rollup
    assert rollup.genesis_l1.number < system_config.startBlock()
    assert oracle.startingTimestamp() == rollup.genesis_time
    assert oracle.startingBlockNumber() == rollup.genesis_l2.number
    assert Deployment.load(deployment.directory) == deployment
