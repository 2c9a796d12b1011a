"""Output roots on anvil: who, when, and until when."""

from collections.abc import Callable
from typing import Any

from eth_utils.crypto import keccak
from tests.contracts.conftest import BLOCK_TIME, INTERVAL, PERIOD
from tests.contracts.refusals import assert_refused

ROOT = keccak(text="an output root")


def arguments(chain: Any, oracle: Any, root: bytes = ROOT) -> tuple[bytes, int, Any, int]:
    head = chain.blocks.head
    return root, oracle.nextBlockNumber(), head.hash, head.number


def pass_until_due(chain: Any, oracle: Any) -> None:
    chain.mine(
        timestamp=max(chain.pending_timestamp, oracle.computeL2Timestamp(oracle.nextBlockNumber()) + 1)
    )


def test_outputs_stand_at_the_interval(oracle: Any, propose: Callable[[bytes], int]) -> None:
    assert [propose(ROOT), propose(keccak(ROOT))] == [0, 1]
    assert oracle.latestBlockNumber() == 2 * INTERVAL
    assert oracle.getL2Output(1).l2BlockNumber == 2 * INTERVAL
    assert oracle.getL2OutputIndexAfter(INTERVAL + 1) == 1


def test_only_the_proposer_proposes(chain: Any, oracle: Any, who: dict[str, Any]) -> None:
    pass_until_due(chain, oracle)
    assert_refused(
        oracle.proposeL2Output,
        *arguments(chain, oracle),
        sender=who["user"],
        error="L2OutputOracle_OnlyProposer",
        caller=who["user"].address.lower(),
        proposer=who["proposer"].address.lower(),
    )
    oracle.proposeL2Output(*arguments(chain, oracle), sender=who["proposer"])


def test_no_output_is_proposed_before_its_block_can_exist(
    chain: Any, oracle: Any, who: dict[str, Any], propose: Callable[[bytes], int]
) -> None:
    while oracle.computeL2Timestamp(oracle.nextBlockNumber()) <= chain.pending_timestamp + 2 * BLOCK_TIME:
        propose(ROOT)
    due = oracle.computeL2Timestamp(oracle.nextBlockNumber())
    chain.mine(timestamp=due)
    head = chain.blocks.head
    assert_refused(
        oracle.proposeL2Output,
        *(ROOT, oracle.nextBlockNumber(), head.hash, head.number),
        sender=who["proposer"],
        error="L2OutputOracle_BlockInFuture",
        l2Timestamp=due,
        blockTimestamp=due,
    )


def test_only_the_challenger_deletes_and_what_follows_goes_too(
    oracle: Any, who: dict[str, Any], propose: Callable[[bytes], int]
) -> None:
    for number in range(3):
        propose(keccak(number.to_bytes(1, "big")))
    assert_refused(
        oracle.deleteL2Outputs,
        1,
        sender=who["proposer"],
        error="L2OutputOracle_OnlyChallenger",
        caller=who["proposer"].address.lower(),
        challenger=who["challenger"].address.lower(),
    )
    oracle.deleteL2Outputs(1, sender=who["challenger"])
    assert (oracle.nextOutputIndex(), oracle.nextBlockNumber()) == (1, 2 * INTERVAL)


def test_a_final_output_stays(
    chain: Any, oracle: Any, who: dict[str, Any], propose: Callable[[bytes], int]
) -> None:
    index = propose(ROOT)
    final = oracle.getL2Output(index).timestamp + PERIOD
    chain.mine(timestamp=final + 1)
    assert_refused(
        oracle.deleteL2Outputs,
        index,
        sender=who["challenger"],
        error="L2OutputOracle_AlreadyFinalized",
        index=index,
        finalizedAt=final,
        blockTimestamp=chain.blocks.head.timestamp,
    )
    assert oracle.nextOutputIndex() == 1
