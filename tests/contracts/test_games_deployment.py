"""What a deployment that settles by dispute games leaves on L1: wired, owned, ready for a game."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from tests.contracts.refusals import reason, refusal, refused, send

from opcycle.cli.ape_signer import ApeSigner
from opcycle.deploy.config import DeployConfig, Settlement
from opcycle.deploy.deployer import deploy
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.plan import make_plan
from opcycle.deploy.state import Start
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.types import Hash
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
ALPHABET = 255


@pytest.fixture(scope="module")
def games_config(config: DeployConfig) -> DeployConfig:
    return replace(config, name="with-games", settlement=Settlement.GAMES)


@pytest.fixture(scope="module")
def games(
    chain: Any,
    rpc: RpcClient,
    user: Any,
    games_config: DeployConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployment:
    """Deployed by somebody who is not the owner."""
    return deploy(
        games_config,
        rpc=rpc,
        transactions=TransactionManager(rpc, ApeSigner(user), chain_id=chain.provider.chain_id),
        directory=tmp_path_factory.mktemp("games"),
        next_block=chain.mine,
        progress=lambda _: None,
    )


@pytest.fixture
def at(project: Any, games: Deployment) -> SimpleNamespace:
    """The contracts behind their proxies."""
    addresses = games.addresses
    assert addresses.dispute_game_factory
    assert addresses.anchor_state_registry
    assert addresses.delayed_weth
    assert addresses.preimage_oracle
    return SimpleNamespace(
        portal=project.OptimismPortal2.at(to_hex(addresses.optimism_portal)),
        system_config=project.SystemConfig.at(to_hex(addresses.system_config)),
        factory=project.DisputeGameFactory.at(to_hex(addresses.dispute_game_factory)),
        registry=project.AnchorStateRegistry.at(to_hex(addresses.anchor_state_registry)),
        weth=project.DelayedWETH.at(to_hex(addresses.delayed_weth)),
        preimages=project.PreimageOracle.at(to_hex(addresses.preimage_oracle)),
    )


def genesis_root(games: Deployment, games_config: DeployConfig) -> Hash:
    started = Start.read(games.directory)
    assert started is not None
    return make_plan(
        games_config,
        l1_chain_id=games.rollup.l1_chain_id,
        deployer=started.deployer,
        anchor=started.anchor,
    ).genesis.output.root


def test_contracts_know_each_other(at: SimpleNamespace) -> None:
    assert at.portal.systemConfig() == at.registry.systemConfig() == at.weth.systemConfig()
    assert at.portal.systemConfig() == at.system_config.address
    assert at.portal.anchorStateRegistry() == at.registry.address
    assert at.portal.disputeGameFactory() == at.registry.disputeGameFactory() == at.factory.address
    assert at.system_config.optimismPortal() == at.portal.address
    assert at.system_config.delayedWETH() == at.weth.address


def test_what_the_deployer_set_up_is_the_owners_and_not_the_deployers(
    at: SimpleNamespace, games_config: DeployConfig, user: Any, owner: Any
) -> None:
    for contract in (at.factory, at.system_config):
        assert contract.owner() == checksum(games_config.roles.owner) == owner
    assert at.weth.proxyAdminOwner() == owner != user
    not_yours = refusal("OwnableUnauthorizedAccount", account=user)
    assert refused(at.factory.setInitBond, ALPHABET, 1, sender=user) == not_yours
    assert refused(at.weth.recover, 1, sender=user) == refusal(
        "ProxyAdminOwned_NotOwner", caller=user, owner=owner
    )
    at.factory.setInitBond(ALPHABET, 1, sender=owner)
    assert at.factory.initBonds(ALPHABET) == 1


def test_nobody_sets_a_contract_up_a_second_time(at: SimpleNamespace, owner: Any) -> None:
    again = refusal("InvalidInitialization")
    config = at.system_config.address
    assert refused(at.factory.initialize, owner, sender=owner) == again
    assert refused(at.weth.initialize, config, sender=owner) == again
    assert refused(at.portal.initialize, config, at.registry.address, sender=owner) == again
    anchor = (b"\x01" * 32, 5)
    arguments = (config, at.factory.address, anchor, ALPHABET)
    assert refused(at.registry.initialize, *arguments, sender=owner) == again


@pytest.mark.parametrize(
    ("name", "proxy", "arguments"),
    [
        ("DisputeGameFactory", "factory", ("owner",)),
        ("DelayedWETH", "weth", ("owner",)),
        ("OptimismPortal2", "portal", ("owner", "owner")),
    ],
)
def test_nobody_sets_up_the_logic_behind_a_proxy(
    chain: Any,
    project: Any,
    at: SimpleNamespace,
    owner: Any,
    name: str,
    proxy: str,
    arguments: tuple[str, ...],
) -> None:
    address = getattr(at, proxy).address
    word = chain.provider.make_request("eth_getStorageAt", [address, IMPLEMENTATION_SLOT, "latest"])
    logic = getattr(project, name).at("0x" + word[-40:])
    values = [owner] * len(arguments)
    assert refused(logic.initialize, *values, sender=owner) == refusal("InvalidInitialization")


def test_the_first_game_begins_at_the_genesis_and_what_begins_there_is_refused(
    project: Any, at: SimpleNamespace, games: Deployment, games_config: DeployConfig, user: Any
) -> None:
    root, bond = genesis_root(games, games_config), games_config.games.init_bond
    anchored_root, anchored_block = at.registry.getAnchorRoot()
    assert (bytes(anchored_root), anchored_block) == (root, 0)
    claim = b"\x02" * 32
    at.factory.create(ALPHABET, claim, (7).to_bytes(32, "big"), value=bond, sender=user)
    _, _, address = at.factory.gameAtIndex(0)
    game = project.FaultDisputeGame.at(address)
    assert bytes(game.startingRootHash()) == root
    assert (game.startingBlockNumber(), game.l2BlockNumber()) == (0, 7)
    assert game.weth() == at.weth.address
    assert game.anchorStateRegistry() == at.registry.address
    assert game.l2ChainId() == games_config.l2_chain_id
    assert game.wasRespectedGameTypeWhenCreated()
    assert bytes(game.absolutePrestate()) == games_config.games.prestate
    vm = project.AlphabetVM.at(game.vm())
    assert vm.oracle() == at.preimages.address

    genesis = (0).to_bytes(32, "big")
    again = send(at.factory.create, ALPHABET, claim, genesis, sender=user, value=bond)
    too_early = refusal("FaultDisputeGame_BadBlockNumber", l2SequenceNumber=0, anchored=0)
    assert reason(game, again) == too_early


def test_parameters_are_those_of_the_configuration(
    project: Any, at: SimpleNamespace, games_config: DeployConfig
) -> None:
    games = games_config.games
    logic = project.FaultDisputeGame.at(at.factory.gameImpls(ALPHABET))
    assert logic.maxGameDepth() == games.max_game_depth
    assert logic.splitDepth() == games.split_depth
    assert logic.maxClockDuration() == games.max_clock_duration
    assert logic.clockExtension() == games.clock_extension
    assert at.portal.proofMaturityDelaySeconds() == games.proof_maturity_delay
    assert at.registry.disputeGameFinalityDelaySeconds() == games.finality_delay
    assert at.registry.respectedGameType() == games.game_type
    assert at.weth.delay() == games.weth_delay
    assert at.preimages.challengePeriod() == games.preimage_challenge_period
    assert at.preimages.minProposalSize() == games.preimage_min_proposal_size


def test_files_name_the_contracts(games: Deployment, at: SimpleNamespace) -> None:
    assert Deployment.load(games.directory) == games
    written = games.addresses.to_json()
    assert from_hex(written["DisputeGameFactoryProxy"]) == from_hex(at.factory.address)
    assert "L2OutputOracleProxy" not in written
