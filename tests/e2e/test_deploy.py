"""A deployment on the local L1, and op-geth on the genesis that it wrote."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opcycle.deploy.config import Settlement
from opcycle.deploy.deployer import deploy
from opcycle.deploy.local import local_config
from opcycle.derivation.config_updates import after_block
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.local_l1 import LocalL1
from opcycle.devnet.ports import free_ports
from opcycle.engine.geth import GethProcess, GethRole
from opcycle.l1.anchor_state_registry import Anchor, AnchorStateRegistry
from opcycle.l1.fees import MAX_TRANSACTION_GAS
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager
from opcycle.protocol.l1_chain import LOCAL_L1_CHAIN_ID
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.rollup import Fork
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, from_quantity

CONFIG = local_config(
    owner=ACCOUNTS["deployer"].address,
    guardian=ACCOUNTS["guardian"].address,
    batcher=ACCOUNTS["batcher"].address,
    proposer=ACCOUNTS["proposer"].address,
    challenger=ACCOUNTS["challenger"].address,
    unsafe_block_signer=ACCOUNTS["unsafe block signer"].address,
    block_time=1,
    settlement=Settlement.ORACLE,
    balances={ACCOUNTS["user"].address: 10**18},
)


@pytest.fixture
def l1(tmp_path: Path) -> Iterator[LocalL1]:
    ports = free_ports()
    l1 = LocalL1(tmp_path / "l1", http_port=ports.l1_rpc, auth_port=ports.l1_engine, block_time=2)
    l1.start()
    yield l1
    l1.stop()


@pytest.mark.parametrize(
    ("fork", "settlement"),
    [(Fork.ISTHMUS, Settlement.ORACLE), (Fork.JOVIAN, Settlement.ORACLE), (Fork.JOVIAN, Settlement.GAMES)],
)
def test_deploy__local_l1__op_geth_has_the_genesis_of_the_rollup(
    l1: LocalL1, tmp_path: Path, fork: Fork, settlement: Settlement
) -> None:
    manager = TransactionManager(l1.rpc, KeySigner(ACCOUNTS["deployer"].key), chain_id=LOCAL_L1_CHAIN_ID)
    deployment = deploy(
        replace(CONFIG, newest_fork=fork, settlement=settlement),
        rpc=l1.rpc,
        transactions=manager,
        directory=tmp_path / "deployment",
        next_block=l1.mine,
        progress=lambda _: None,
    )
    rollup = deployment.rollup

    ports = free_ports()
    geth = GethProcess(
        tmp_path / "l2",
        deployment.genesis_file,
        role=GethRole.L2,
        chain_id=rollup.l2_chain_id,
        http_port=ports.l1_rpc,
        auth_port=ports.l1_engine,
    )
    geth.start()
    genesis = RpcClient(geth.http_url).call("eth_getHeaderByNumber", "0x0")
    geth.stop()
    assert from_hex(genesis["hash"]) == rollup.genesis_l2.hash
    if registry := deployment.addresses.anchor_state_registry:
        output = OutputRootProof(
            bytes(32), *(from_hex(genesis[field]) for field in ("stateRoot", "withdrawalsRoot", "hash"))
        )
        anchor = AnchorStateRegistry(l1.rpc, registry).anchor(block="latest")
        assert anchor == Anchor(output.root, 0), "games begin from what op-geth has"
    assert from_quantity(genesis["timestamp"]) == rollup.genesis_time == l1.genesis.timestamp

    blocks = L1Reader(l1.rpc).blocks(
        0,
        l1.head.number,
        inbox=rollup.batch_inbox,
        portal=rollup.deposit_contract,
        system_config=rollup.l1_system_config,
    )
    assert any(block.logs for block in blocks)
    for block in blocks:
        updated = after_block(rollup, rollup.genesis_system_config, block)
        assert updated == rollup.genesis_system_config
        body = l1.rpc.call("eth_getBlockByNumber", hex(block.header.number), True)
        assert all(from_quantity(tx["gas"]) <= MAX_TRANSACTION_GAS for tx in body["transactions"])
