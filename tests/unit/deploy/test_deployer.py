"""A deployment on an EVM in this process: complete, the same when repeated, resumed after every fault."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.deploy.configs import DEPLOYER, DEPLOYER_KEY, GAMES, account, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.artifacts import artifact
from opcycle.deploy.config import DeployConfig, L2Fees
from opcycle.deploy.deployer import PATIENCE
from opcycle.deploy.deployment import Deployment
from opcycle.deploy.plan import make_plan
from opcycle.deploy.state import STATE_FILE
from opcycle.deploy.validation import MAX_GAS_LIMIT
from opcycle.errors import CriticalError, TemporaryError, UserError
from opcycle.l1.contract import Contract
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.rollup import Fork
from opcycle.protocol.system_config import apply_config_update
from opcycle.rpc.client import RpcUnreachableError

ALL_FEES = L2Fees(
    basefee_scalar=11,
    blobbasefee_scalar=12,
    eip1559_denominator=100,
    eip1559_elasticity=4,
    operator_fee_scalar=13,
    operator_fee_constant=14,
    min_base_fee=15,
    da_footprint_gas_scalar=16,
)
"""Every parameter that only a setter takes."""


@pytest.fixture
def l1() -> EvmL1:
    return EvmL1()


BOTH_MODES = pytest.mark.parametrize("mode", [{}, GAMES], ids=["oracle", "games"])


def owned_by_somebody_else(**changes: Any) -> DeployConfig:
    config = valid_config(fees=ALL_FEES, **changes)
    return replace(config, roles=replace(config.roles, owner=account("owner")))


@BOTH_MODES
def test_deploy__new_chain__three_files_that_load_as_what_was_returned(
    l1: EvmL1, tmp_path: Path, mode: dict[str, Any]
) -> None:
    head = l1.blocks[-1]
    deployment = run(l1, tmp_path, valid_config(**mode))
    assert Deployment.load(tmp_path) == deployment
    assert deployment.rollup.genesis_l1 == head.id
    assert deployment.rollup.genesis_time == head.timestamp
    assert deployment.rollup.l1_chain_id == l1.chain_id


@pytest.mark.parametrize(
    "config",
    [valid_config(), owned_by_somebody_else(), valid_config(**GAMES)],
    ids=["defaults", "all set", "games"],
)
def test_deploy__events_of_the_deployment__leave_the_genesis_system_config_as_it_is(
    l1: EvmL1, tmp_path: Path, config: DeployConfig
) -> None:
    rollup = run(l1, tmp_path, config).rollup
    updates = [log for log in l1.logs if log.address == rollup.l1_system_config]
    assert len(updates) > 4
    system_config = rollup.genesis_system_config
    for log in updates:
        system_config = apply_config_update(system_config, log)
        assert system_config == rollup.genesis_system_config


def test_deploy__owner_is_not_the_deployer__owner_has_everything_in_the_end(
    l1: EvmL1, tmp_path: Path
) -> None:
    config = owned_by_somebody_else()
    addresses = run(l1, tmp_path, config).addresses
    system_config = Contract(l1, addresses.system_config, artifact("SystemConfig").abi)
    assert system_config.read("owner", block="latest") == config.roles.owner != DEPLOYER
    assert system_config.read("minBaseFee", block="latest") == ALL_FEES.min_base_fee
    assert system_config.read("proxyAdminOwner", block="latest") == config.roles.owner
    assert system_config.read("proxyAdmin", block="latest") == addresses.proxy_admin


def test_deploy__isthmus__no_jovian_in_the_rollup(l1: EvmL1, tmp_path: Path) -> None:
    rollup = run(l1, tmp_path, valid_config(newest_fork=Fork.ISTHMUS)).rollup
    assert Fork.ISTHMUS in rollup.fork_times
    assert Fork.JOVIAN not in rollup.fork_times


def test_deploy__games__owner_has_everything_in_the_end_and_games_begin_at_the_genesis(
    l1: EvmL1, tmp_path: Path
) -> None:
    config = owned_by_somebody_else(**GAMES)
    deployment = run(l1, tmp_path, config)
    at, owner = deployment.addresses, config.roles.owner
    factory = Contract(l1, at.dispute_game_factory, artifact("DisputeGameFactory").abi)
    weth = Contract(l1, at.delayed_weth, artifact("DelayedWETH").abi)
    registry = Contract(l1, at.anchor_state_registry, artifact("AnchorStateRegistry").abi)
    assert factory.read("owner", block="latest") == owner != DEPLOYER
    assert weth.read("proxyAdminOwner", block="latest") == owner
    output = make_plan(config, l1_chain_id=l1.chain_id, deployer=DEPLOYER, anchor=l1.blocks[0]).genesis.output
    assert output.latest_block_hash == deployment.rollup.genesis_l2.hash
    assert registry.read("getAnchorRoot", block="latest") == (output.root, 0)
    with pytest.raises(TransactionRevertedError, match="OwnableUnauthorizedAccount"):
        TransactionManager(l1, KeySigner(DEPLOYER_KEY), chain_id=900).send(
            factory.request("setInitBond", 255, 1)
        )


@BOTH_MODES
def test_deploy__again__sends_nothing_and_returns_the_same(
    l1: EvmL1, tmp_path: Path, mode: dict[str, Any]
) -> None:
    first = run(l1, tmp_path, valid_config(**mode))
    sent = l1.sent
    assert run(l1, tmp_path, valid_config(**mode)) == first
    assert l1.sent == sent


@BOTH_MODES
def test_deploy__cut_at_any_transaction__next_run_sends_only_the_rest(
    l1: EvmL1, tmp_path: Path, mode: dict[str, Any]
) -> None:
    config = owned_by_somebody_else(**mode)
    whole = run(l1, tmp_path / "whole", config)
    total = l1.sent
    for cut in range(total):
        broken, directory = EvmL1(), tmp_path / str(cut)
        broken.cut_after = cut
        with pytest.raises(RpcUnreachableError):
            run(broken, directory, config)
        broken.repair()
        broken.mine()
        assert run(broken, directory, config).addresses == whole.addresses
        assert broken.sent == total


def test_deploy__earlier_transactions_in_the_pool__waits_for_them(l1: EvmL1, tmp_path: Path) -> None:
    l1.cut_after = 3
    with pytest.raises(RpcUnreachableError):
        run(l1, tmp_path, valid_config())
    l1.repair()
    assert len(l1.pool) == 3
    run(l1, tmp_path, valid_config())
    other = EvmL1()
    run(other, tmp_path / "other", valid_config())
    assert l1.sent == other.sent


def test_deploy__transaction_fails_in_its_block__error_names_it_and_next_run_repeats_it(
    l1: EvmL1, tmp_path: Path
) -> None:
    l1.fail_next = True
    with pytest.raises(TransactionRevertedError, match="the creation of ProxyAdmin reverts"):
        run(l1, tmp_path, valid_config())
    assert not (tmp_path / "addresses.json").exists()
    run(l1, tmp_path, valid_config())
    assert Deployment.load(tmp_path)


def test_deploy__initialization_reverts__the_contracts_own_reason(
    l1: EvmL1, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opcycle.deploy.validation.MAX_GAS_LIMIT", 10**9)
    reason = r"the set-up of SystemConfig reverts with SystemConfig_GasLimitTooHigh\(600000000, "
    with pytest.raises(TransactionRevertedError, match=reason):
        run(l1, tmp_path, valid_config(gas_limit=600_000_000))


def test_deploy__never_mined__gives_up_and_says_how_to_go_on(l1: EvmL1, tmp_path: Path) -> None:
    waits: list[int] = []
    with pytest.raises(TemporaryError, match=f"mined in {PATIENCE} blocks; run the deployment again"):
        run(l1, tmp_path, valid_config(), next_block=lambda: waits.append(1))
    assert len(waits) == PATIENCE


def test_deploy__server_loses_its_pool__what_was_lost_is_sent_again(l1: EvmL1, tmp_path: Path) -> None:
    losses = iter([True])

    def next_block() -> None:
        if next(losses, False):
            l1.pool.clear()
        l1.mine()

    deployment = run(l1, tmp_path, valid_config(), next_block=next_block)
    assert Deployment.load(tmp_path) == deployment


def test_deploy__anchor_is_reorged_away_meanwhile__user_error_and_no_rollup(
    l1: EvmL1, tmp_path: Path
) -> None:
    def next_block() -> None:
        l1.mine()
        l1.blocks[0] = replace(l1.blocks[0], hash=b"\x0b" * 32)

    with pytest.raises(UserError, match=r"began on L1 block 0:0x.*a reorg took the block"):
        run(l1, tmp_path, valid_config(), next_block=next_block)
    assert [file.name for file in tmp_path.iterdir()] == [STATE_FILE]


def test_deploy__public_chain_lost_the_anchor__user_error(tmp_path: Path) -> None:
    config = valid_config(balances={})
    run(EvmL1(chain_id=11155111), tmp_path, config)
    with pytest.raises(UserError, match=r"began on L1 block 0:0x.*delete the directory"):
        run(EvmL1(chain_id=11155111, fork="other"), tmp_path, config)


def test_deploy__local_chain_lost_the_anchor__begins_anew(l1: EvmL1, tmp_path: Path) -> None:
    first = run(l1, tmp_path, valid_config())
    second = run(EvmL1(fork="other"), tmp_path, valid_config(block_time=1))
    assert second.rollup.genesis_l1 != first.rollup.genesis_l1
    assert Deployment.load(tmp_path) == second


def test_deploy__begun_anew_and_cut__the_old_files_are_no_deployment(l1: EvmL1, tmp_path: Path) -> None:
    run(l1, tmp_path, valid_config())
    other = EvmL1(fork="other")
    other.cut_after = 3
    with pytest.raises(RpcUnreachableError):
        run(other, tmp_path, valid_config())
    with pytest.raises(UserError, match=r"there is no addresses\.json"):
        Deployment.load(tmp_path)


def test_deploy__other_configuration_in_the_same_directory__user_error(l1: EvmL1, tmp_path: Path) -> None:
    run(l1, tmp_path, valid_config())
    sent = l1.sent
    with pytest.raises(UserError, match="started with another configuration"):
        run(l1, tmp_path, valid_config(block_time=1))
    assert l1.sent == sent


def test_deploy__other_account_in_the_same_directory__user_error(l1: EvmL1, tmp_path: Path) -> None:
    run(l1, tmp_path, valid_config())
    with pytest.raises(UserError, match="was started by 0x"):
        run(l1, tmp_path, valid_config(), key=b"\x01" * 32)


def test_deploy__damaged_state__user_error(l1: EvmL1, tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_text('{"anchor": {}}')
    with pytest.raises(UserError, match=r"started\.json is damaged"):
        run(l1, tmp_path, valid_config())
    assert l1.sent == 0


def test_limits__gas_limit__as_the_contract_has_it(l1: EvmL1, tmp_path: Path) -> None:
    system_config = run(l1, tmp_path, valid_config()).addresses.system_config
    contract = Contract(l1, system_config, artifact("SystemConfig").abi)
    assert contract.read("maximumGasLimit", block="latest") == MAX_GAS_LIMIT


@pytest.mark.parametrize(
    ("l1", "config", "sentence"),
    [
        (
            EvmL1(chain_id=1),
            valid_config(balances={}, l1_chain_id=5),
            "to settle on chain 5, but evm serves chain 1",
        ),
        (EvmL1(chain_id=901), valid_config(balances={}), "serves chain 901, which is to be the id of local"),
        (EvmL1(chain_id=1), valid_config(), "balances creates ether that no deposit backs"),
        (EvmL1(chain_id=1), valid_config(balances={}, **GAMES), "games.vm is alphabet"),
        (EvmL1(has_create2_deployer=False), valid_config(), "has no CREATE2 deployer at 0x4e59b448"),
        (EvmL1(), valid_config(gas_limit=1), "gas_limit is 1; it must be 21000000"),
    ],
)
def test_deploy__what_cannot_be__user_error_before_anything_is_sent_or_written(
    l1: EvmL1, config: DeployConfig, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=sentence):
        run(l1, tmp_path / "new", config)
    assert l1.sent == 0
    assert not (tmp_path / "new").exists()


def test_deploy__owner_changed_a_parameter_since__critical_error_names_it(l1: EvmL1, tmp_path: Path) -> None:
    deployment = run(l1, tmp_path, valid_config())
    contract = Contract(l1, deployment.addresses.system_config, artifact("SystemConfig").abi)
    TransactionManager(l1, KeySigner(DEPLOYER_KEY), chain_id=900).send(
        contract.request("setGasLimit", 30_000_000)
    )
    l1.mine()
    with pytest.raises(CriticalError, match=r"SystemConfig at 0x.*: gasLimit is 30000000, not 60000000"):
        run(l1, tmp_path, valid_config())
