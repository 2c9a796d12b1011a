"""Output roots on anvil: who may propose and delete, what about, from when and until when."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_utils.crypto import keccak
from tests.contracts.conftest import BLOCK_TIME, INTERVAL, PERIOD
from tests.contracts.refusals import refusal, refused
from tests.contracts.snapshots import restored

ROOT, OTHER_ROOT = keccak(text="an output root"), keccak(text="another output root")
ANY_L1_BLOCK = (bytes(32), 0)


@pytest.fixture
def due(chain: Any, oracle: Any) -> int:
    """L1 has just come to the time of the L2 block that is due: its output may be proposed next."""
    time = oracle.computeL2Timestamp(oracle.nextBlockNumber())
    if chain.blocks.head.timestamp < time:
        chain.mine(timestamp=time)
    return int(oracle.nextBlockNumber())


def test_outputs_stand_at_the_interval(chain: Any, oracle: Any, propose: Callable[[bytes], int]) -> None:
    assert [propose(ROOT), propose(OTHER_ROOT)] == [0, 1]
    assert tuple(oracle.getL2Output(1)) == (OTHER_ROOT, chain.blocks.head.timestamp, 2 * INTERVAL)
    assert (oracle.latestBlockNumber(), oracle.nextBlockNumber()) == (2 * INTERVAL, 3 * INTERVAL)
    blocks = (0, INTERVAL, INTERVAL + 1, 2 * INTERVAL)
    assert [oracle.getL2OutputIndexAfter(block) for block in blocks] == [0, 0, 1, 1]


def test_a_proposal_is_announced(chain: Any, oracle: Any, proposer: Any, due: int) -> None:
    receipt = oracle.proposeL2Output(ROOT, due, *ANY_L1_BLOCK, sender=proposer)
    time = chain.blocks[receipt.block_number].timestamp
    (event,) = receipt.events
    assert event == oracle.OutputProposed(
        outputRoot=ROOT, l2OutputIndex=0, l2BlockNumber=due, l1Timestamp=time
    )


@pytest.mark.parametrize("role", ["user", "challenger", "owner"])
def test_only_the_proposer_proposes(
    request: pytest.FixtureRequest, oracle: Any, proposer: Any, due: int, role: str
) -> None:
    caller = request.getfixturevalue(role)
    found = refused(oracle.proposeL2Output, ROOT, due, *ANY_L1_BLOCK, sender=caller)
    assert found == refusal("L2OutputOracle_OnlyProposer", caller=caller, proposer=proposer)
    oracle.proposeL2Output(ROOT, due, *ANY_L1_BLOCK, sender=proposer)


@pytest.mark.parametrize("off", [-INTERVAL, -1, 1, INTERVAL])
def test_a_proposal_is_about_the_block_that_is_due(oracle: Any, proposer: Any, due: int, off: int) -> None:
    found = refused(oracle.proposeL2Output, ROOT, due + off, *ANY_L1_BLOCK, sender=proposer)
    assert found == refusal("L2OutputOracle_UnexpectedBlockNumber", l2BlockNumber=due + off, expected=due)


def test_an_output_is_proposed_only_after_its_blocks_time(
    chain: Any, oracle: Any, proposer: Any, propose: Callable[[bytes], int]
) -> None:
    while oracle.computeL2Timestamp(oracle.nextBlockNumber()) <= chain.blocks.head.timestamp + 2:
        propose(ROOT)
    number = oracle.nextBlockNumber()
    time = oracle.startingTimestamp() + number * BLOCK_TIME
    chain.pending_timestamp = time
    found = refused(oracle.proposeL2Output, ROOT, number, *ANY_L1_BLOCK, sender=proposer)
    assert found == refusal("L2OutputOracle_BlockInFuture", l2Timestamp=time, blockTimestamp=time)
    oracle.proposeL2Output(ROOT, number, *ANY_L1_BLOCK, sender=proposer)
    assert chain.blocks.head.timestamp == time + 1


def test_nothing_is_not_an_output(oracle: Any, proposer: Any, due: int) -> None:
    found = refused(oracle.proposeL2Output, bytes(32), due, *ANY_L1_BLOCK, sender=proposer)
    assert found == refusal("L2OutputOracle_ZeroOutputRoot")


def test_a_proposal_made_on_a_lost_branch_of_l1_fails(
    chain: Any, oracle: Any, proposer: Any, due: int
) -> None:
    head, lost = chain.blocks.head, keccak(text="a block that was reorged away")
    found = refused(oracle.proposeL2Output, ROOT, due, lost, head.number, sender=proposer)
    assert found == refusal(
        "L2OutputOracle_L1Reorged", l1BlockNumber=head.number, expected=lost, actual=bytes(head.hash)
    )
    oracle.proposeL2Output(ROOT, due, head.hash, head.number, sender=proposer)


def test_a_proposal_cannot_name_an_l1_block_older_than_256(
    chain: Any, oracle: Any, proposer: Any, due: int
) -> None:
    known = chain.blocks.head
    chain.mine(256)
    found = refused(oracle.proposeL2Output, ROOT, due, known.hash, known.number, sender=proposer)
    assert found == refusal(
        "L2OutputOracle_L1Reorged", l1BlockNumber=known.number, expected=bytes(known.hash), actual=bytes(32)
    )


def test_the_challenger_deletes_an_output_and_all_after_it(
    oracle: Any, challenger: Any, propose: Callable[[bytes], int]
) -> None:
    for number in range(3):
        propose(keccak(bytes([number])))
    receipt = oracle.deleteL2Outputs(1, sender=challenger)
    (event,) = receipt.events
    assert event == oracle.OutputsDeleted(prevNextOutputIndex=3, newNextOutputIndex=1)
    assert (oracle.nextOutputIndex(), oracle.nextBlockNumber()) == (1, 2 * INTERVAL)
    assert propose(OTHER_ROOT) == 1
    assert bytes(oracle.getL2Output(1).outputRoot) == OTHER_ROOT


@pytest.mark.parametrize("role", ["user", "proposer", "owner"])
def test_only_the_challenger_deletes(
    request: pytest.FixtureRequest, oracle: Any, challenger: Any, propose: Callable[[bytes], int], role: str
) -> None:
    index, caller = propose(ROOT), request.getfixturevalue(role)
    found = refused(oracle.deleteL2Outputs, index, sender=caller)
    assert found == refusal("L2OutputOracle_OnlyChallenger", caller=caller, challenger=challenger)
    assert oracle.nextOutputIndex() == index + 1


def test_what_is_not_there_is_not_deleted(
    oracle: Any, challenger: Any, propose: Callable[[bytes], int]
) -> None:
    propose(ROOT)
    found = refused(oracle.deleteL2Outputs, 1, sender=challenger)
    assert found == refusal("L2OutputOracle_NoSuchOutput", index=1, nextIndex=1)


def test_an_output_is_deleted_until_it_is_final(
    chain: Any, oracle: Any, challenger: Any, propose: Callable[[bytes], int]
) -> None:
    index = propose(ROOT)
    final = oracle.getL2Output(index).timestamp + PERIOD
    with restored(chain):
        chain.pending_timestamp = final - 1
        oracle.deleteL2Outputs(index, sender=challenger)
        assert oracle.nextOutputIndex() == index
    chain.pending_timestamp = final
    found = refused(oracle.deleteL2Outputs, index, sender=challenger)
    assert found == refusal(
        "L2OutputOracle_AlreadyFinalized", index=index, finalizedAt=final, blockTimestamp=final
    )
    assert oracle.nextOutputIndex() == index + 1
