"""What a devnet deploys, and whether an L1 is the one that a deployment settles on."""

from pathlib import Path

import pytest
from tests.unit.deploy.configs import OTHERS
from tests.unit.derivation.l1_builder import CONFIG, l1_hash

from opcycle.deploy.deployment import Addresses, Deployment
from opcycle.deploy.local import LOCAL_PROOF_GAMES
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.deploying import local_plan, require_its_l1
from opcycle.devnet.l1_genesis import local_anchor
from opcycle.devnet.ports import free_ports
from opcycle.errors import UserError
from opcycle.rpc.client import RpcUnreachableError
from opcycle.rpc.hexjson import to_hex
from opcycle.rpc.server import Server, json_rpc_app

DEPLOYMENT = Deployment(
    Path("chain"),
    Addresses(
        batch_inbox=CONFIG.batch_inbox,
        l2_output_oracle=bytes(20),
        optimism_portal=CONFIG.deposit_contract,
        system_config=CONFIG.l1_system_config,
        superchain_config=bytes(20),
        **OTHERS,
    ),
    CONFIG,
)


def ask(*, chain_id: int = 900, block: bytes | None = CONFIG.genesis_l1.hash, code: str = "0x60") -> None:
    """`require_its_l1` of an L1 that has this block at the anchor's height, and this code."""

    def block_by_number(number: str, full: bool) -> dict[str, str] | None:
        assert number == hex(CONFIG.genesis_l1.number)
        return None if block is None else {"hash": to_hex(block)}

    def code_at(address: str, label: str) -> str:
        assert address == to_hex(CONFIG.l1_system_config)
        return code

    methods = {
        "eth_chainId": lambda: hex(chain_id),
        "eth_getBlockByNumber": block_by_number,
        "eth_getCode": code_at,
    }
    server = Server(json_rpc_app(methods), free_ports().l1_rpc)
    server.start()
    try:
        require_its_l1(DEPLOYMENT, server.url)
    finally:
        server.stop()


def test_what_a_devnet_will_deploy_is_known_before_it_runs(tmp_path: Path) -> None:
    plan, other = (local_plan(DevnetConfig(tmp_path, block_time=seconds)) for seconds in (1, 2))
    assert plan.rollup.genesis_l1 == local_anchor().id
    assert (plan.rollup.block_time, plan.rollup.l2_chain_id) == (1, 901)
    assert plan.chain_files.files != other.chain_files.files
    with_proofs = local_plan(DevnetConfig(tmp_path, games=LOCAL_PROOF_GAMES))
    assert with_proofs.chain_files.files == plan.chain_files.files
    assert with_proofs.needs_program


def test_its_own_l1_is_accepted() -> None:
    ask()


def test_another_chain_is_refused_with_both_ids() -> None:
    with pytest.raises(UserError, match="serves chain 1, the rollup in chain settles on chain 900"):
        ask(chain_id=1)


@pytest.mark.parametrize("block", [None, l1_hash(0, "of an anvil that began anew")])
def test_an_l1_without_the_anchor_is_refused(block: bytes | None) -> None:
    with pytest.raises(UserError, match="is not the one of the rollup in chain"):
        ask(block=block)


def test_an_l1_without_the_contracts_is_refused() -> None:
    with pytest.raises(UserError, match="no contracts after it"):
        ask(code="0x")


def test_an_l1_that_does_not_answer_is_asked_again_some_day() -> None:
    with pytest.raises(RpcUnreachableError):
        require_its_l1(DEPLOYMENT, f"http://127.0.0.1:{free_ports().l1_rpc}")
