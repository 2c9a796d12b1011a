"""What may happen to transactions under way: a reorg, which one who waits notices, and others' nonces."""

from pathlib import Path

import pytest
from tests.unit.deploy.configs import DEPLOYER_KEY, GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1, run

from opcycle.deploy.costs import Ledger
from opcycle.deploy.deployer import PATIENCE
from opcycle.deploy.deployment import Deployment
from opcycle.errors import TemporaryError
from opcycle.l1.signer import KeySigner


class Miner:
    """Mines whenever the deployment waits; takes back `depth` blocks once, when `at` are on the chain."""

    def __init__(self, l1: EvmL1, *, at: int = 0, depth: int = 0, pool_is_lost: bool = False):
        self.l1, self.at, self.depth, self.pool_is_lost = l1, at, depth, pool_is_lost

    def __call__(self) -> None:
        self.l1.mine()
        if self.l1.blocks[-1].number == self.at:
            self.at = 0
            self.l1.reorg(self.depth)
            if self.pool_is_lost:
                self.l1.pool.clear()


@pytest.fixture
def l1() -> EvmL1:
    l1 = EvmL1()
    for _ in range(9):
        l1.mine()
    return l1


@pytest.mark.parametrize("confirmations", [0, 1, 5])
def test_l1_has_so_many_blocks_on_top_in_the_end_and_on_the_anchor_at_the_start(
    l1: EvmL1, tmp_path: Path, confirmations: int
) -> None:
    ledger, start = Ledger(), l1.blocks[-1].number
    deployment = run(l1, tmp_path, valid_config(**GAMES), confirmations=confirmations, ledger=ledger)
    last = max(payment.receipt.block.number for payment in ledger.payments)
    assert l1.blocks[-1].number == last + confirmations
    assert deployment.rollup.genesis_l1 == l1.blocks[start - confirmations].id


def test_a_young_chain_begins_at_its_first_block(tmp_path: Path) -> None:
    l1 = EvmL1()
    assert run(l1, tmp_path, valid_config(), confirmations=5).rollup.genesis_l1 == l1.blocks[0].id


@pytest.mark.parametrize("pool_is_lost", [False, True])
def test_a_reorg_that_takes_transactions_is_noticed_and_they_are_mined_again(
    l1: EvmL1, tmp_path: Path, *, pool_is_lost: bool
) -> None:
    said: list[str] = []
    ledger = Ledger()
    miner = Miner(l1, at=15, depth=4, pool_is_lost=pool_is_lost)
    deployment = run(
        l1,
        tmp_path,
        valid_config(**GAMES),
        next_block=miner,
        confirmations=4,
        ledger=ledger,
        progress=said.append,
    )
    assert miner.at == 0, "the reorg happened"
    assert "L1 was reorganized; looking for what it took" in said
    assert Deployment.load(tmp_path) == deployment
    blocks = {block.id for block in l1.blocks}
    assert all(payment.receipt.block in blocks for payment in ledger.payments)
    last = max(payment.receipt.block.number for payment in ledger.payments)
    assert l1.blocks[-1].number >= last + 4


def test_without_confirmations_nobody_waits_and_the_same_reorg_is_not_seen(l1: EvmL1, tmp_path: Path) -> None:
    miner = Miner(l1, at=15, depth=4)
    run(l1, tmp_path, valid_config(**GAMES), next_block=miner)
    assert miner.at == 15, "the deployment ended before"


def test_an_l1_that_stands_still_is_given_up(l1: EvmL1, tmp_path: Path) -> None:
    waits = []

    def next_block() -> None:
        waits.append(1)
        if len(waits) < 5:
            l1.mine()

    with pytest.raises(
        TemporaryError, match="L1 made fewer than 7 blocks in the time of 57; run the deployment"
    ):
        run(l1, tmp_path, valid_config(), next_block=next_block, confirmations=7)
    assert PATIENCE == 50
    assert not (tmp_path / "addresses.json").exists()


def test_a_nonce_that_somebody_else_used_is_told_and_the_next_run_goes_on(l1: EvmL1, tmp_path: Path) -> None:
    taken = []

    def next_block() -> None:
        if not taken:
            nonce = max(l1.pool)
            taken.append(nonce)
            l1.pool[nonce] = KeySigner(DEPLOYER_KEY).sign_transaction(
                {
                    "type": 2,
                    "chainId": l1.chain_id,
                    "nonce": nonce,
                    "to": bytes(20),
                    "value": 0,
                    "data": b"",
                    "gas": 21_000,
                    "maxFeePerGas": 1000,
                    "maxPriorityFeePerGas": 1000,
                }
            )
        l1.mine()

    with pytest.raises(
        TemporaryError, match=r"^1 of the transactions lost their nonces to others of 0x.*run"
    ):
        run(l1, tmp_path, valid_config(), next_block=next_block)
    assert Deployment.load(run(l1, tmp_path, valid_config()).directory)
