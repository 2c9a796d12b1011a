"""A user's bridge over two small chains."""

from dataclasses import replace

import pytest
from eth_abi import decode
from eth_utils.crypto import keccak
from tests.unit.bridge.chains import (
    INTERVAL,
    L1,
    L2,
    PERIOD,
    Contracts,
    Sender,
    output,
    withdrawal,
    withdrawing,
)
from tests.unit.bridge.test_deposits import L1_BLOCK, deposit_log

from opcycle.bridge.bridge import GAS_LIMIT, Bridge, UnknownTransactionError
from opcycle.bridge.deposits import DepositStatus
from opcycle.bridge.oracle import OracleSettlement
from opcycle.bridge.status import (
    Basis,
    Finalizable,
    Finalized,
    Flaw,
    MustBeProvenAgain,
    Paused,
    Provable,
    Proven,
    Reason,
    Wait,
    WaitingForInclusion,
    WaitingForOutput,
)
from opcycle.engine.l2 import Receipt as L2Receipt
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.portal import ProvenWithdrawal
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import BlockId

TX = b"\xaa" * 32
USER = b"\x22" * 20


class World:
    """One withdrawal, in L2 block 5; no output yet."""

    def __init__(self):
        self.l1, self.l2, self.contracts = L1(), L2(), Contracts()
        self.l1_sender, self.l2_sender = Sender(), Sender()
        self.l2.receipts[TX] = withdrawing(withdrawal())
        self.bridge = self.new_bridge(self.l1_sender, self.l2_sender)

    def new_bridge(self, l1_sender, l2_sender):
        return Bridge(
            l1=self.l1,
            l2=self.l2,
            settlement=OracleSettlement(self.contracts, self.contracts),
            l1_sender=l1_sender,
            l2_sender=l2_sender,
        )

    def propose(self, count: int = 1) -> None:
        self.contracts.standing = [output(self.l2, index) for index in range(count)]

    def prove(self, index: int = 0, *, message=None) -> None:
        """As if the proof was mined at the present L1 time."""
        root = self.contracts.standing[index].output_root
        proven = ProvenWithdrawal(root, self.l1.time, index)
        self.contracts.proven_withdrawals[(message or withdrawal()).hash] = proven

    def basis(self, index: int) -> Basis:
        found = self.contracts.standing[index]
        return Basis(f"output {index}", index, found.l2_block_number, found.output_root)

    @property
    def stage(self):
        return self.bridge.status(TX).stage


@pytest.fixture
def world():
    return World()


def test_deposit__mints_what_it_sends(world) -> None:
    assert world.bridge.deposit(USER, 7, data=b"call", gas_limit=50_000) == keccak(text="sent 1")
    arguments = {"mint": 7, "value": 7, "gas_limit": 50_000, "data": b"call"}
    assert world.l1_sender.sent == [("deposit", USER, arguments)]


def test_deposit__without_a_recipient_creates_a_contract(world) -> None:
    world.bridge.deposit(None, 0, data=b"init code", gas_limit=500_000)
    arguments = {"mint": 0, "value": 0, "gas_limit": 500_000, "data": b"init code"}
    assert world.l1_sender.sent == [("deposit", None, arguments)]


@pytest.mark.parametrize("mint", [0, 3])
def test_deposit__can_spend_ether_that_is_on_l2_already(world, mint: int) -> None:
    world.bridge.deposit(USER, 7, mint=mint)
    [(_, _, arguments)] = world.l1_sender.sent
    assert (arguments["mint"], arguments["value"]) == (mint, 7)


def test_withdraw__calls_the_message_passer_with_the_ether(world) -> None:
    world.bridge.withdraw(USER, 7, data=b"call")
    [request] = world.l2_sender.sent
    assert (request.to, request.value) == (L2_TO_L1_MESSAGE_PASSER, 7)
    assert request.data[:4] == keccak(text="initiateWithdrawal(address,uint256,bytes)")[:4]
    target, gas_limit, data = decode(["address", "uint256", "bytes"], request.data[4:])
    assert (bytes.fromhex(target[2:]), gas_limit, data) == (USER, GAS_LIMIT, b"call")


def test_without_a_key__tells_but_does_not_send(world) -> None:
    bridge = world.new_bridge(None, None)
    world.propose()
    assert bridge.status(TX).is_provable
    for send in (lambda: bridge.deposit(USER, 1), lambda: bridge.prove(TX)):
        with pytest.raises(UserError, match="sending on L1 needs an account"):
            send()
    with pytest.raises(UserError, match="sending on L2 needs an account"):
        bridge.withdraw(USER, 1)


# Status


def test_transaction_in_the_pool__waits_for_an_l2_block(world) -> None:
    world.l2.pool.add(b"\xbb" * 32)
    status = world.bridge.status(b"\xbb" * 32)
    assert (status.stage, status.withdrawal) == (WaitingForInclusion(), None)


def test_unknown_transaction__one_sentence(world) -> None:
    with pytest.raises(
        UnknownTransactionError, match=r"L2 knows no transaction 0x(bb){32}; is it of this chain"
    ):
        world.bridge.status(b"\xbb" * 32)


def test_failed_transaction__one_sentence(world) -> None:
    world.l2.receipts[TX] = L2Receipt(BlockId(b"\xb2" * 32, 5), False, 21_000, None, ())
    with pytest.raises(UserError, match="failed in block 5:0xb2b2b2b2: it has withdrawn nothing"):
        world.bridge.status(TX)


def test_transaction_that_withdraws_nothing__one_sentence(world) -> None:
    world.l2.receipts[TX] = withdrawing()
    with pytest.raises(UserError, match="makes no withdrawal; is it the right hash"):
        world.bridge.status(TX)


def test_several_withdrawals__index_says_which(world) -> None:
    world.l2.receipts[TX] = withdrawing(withdrawal(0), withdrawal(1))
    world.propose()
    world.prove(message=withdrawal(1))
    assert world.bridge.status(TX, 0).withdrawal == withdrawal(0)
    assert world.bridge.status(TX, 0).is_provable
    assert world.bridge.status(TX, 1).withdrawal == withdrawal(1)
    assert world.bridge.status(TX, 1).is_proven


def test_several_withdrawals_and_no_index__one_sentence(world) -> None:
    world.l2.receipts[TX] = withdrawing(withdrawal(0), withdrawal(1))
    with pytest.raises(UserError, match="makes 2 withdrawals; say which one"):
        world.bridge.status(TX)


@pytest.mark.parametrize("index", [-1, 1])
def test_index_of_no_withdrawal__one_sentence(world, index: int) -> None:
    with pytest.raises(UserError, match=rf"makes 1 withdrawal\(s\); number {index}, counted from 0, is none"):
        world.bridge.status(TX, index)


@pytest.mark.parametrize(
    ("outputs", "block", "covered_by"),
    [(0, 0, 10), (0, 5, 10), (0, 10, 10), (0, 11, 20), (1, 11, 20), (1, 20, 20), (1, 21, 30), (2, 45, 50)],
)
def test_output_that_will_cover_it__is_known_before(world, outputs, block, covered_by) -> None:
    world.propose(outputs)
    world.l2.receipts[TX] = withdrawing(withdrawal(), block=block)
    seconds = max(0, 1_000 + 2 * covered_by + 1 - world.l1.time)
    assert world.stage == WaitingForOutput(block, covered_by, seconds)


@pytest.mark.parametrize(("block", "index"), [(9, 0), (10, 0), (11, 1), (20, 1)])
def test_provable__against_the_first_output_that_covers_it(world, block: int, index: int) -> None:
    world.propose(3)
    world.l2.receipts[TX] = withdrawing(withdrawal(), block=block)
    assert world.stage == Provable(world.basis(index))


def test_every_stage_to_the_end(world) -> None:
    world.propose()
    world.prove()
    assert world.stage == Proven("output 0", (Wait(Reason.PERIOD, PERIOD + 1),))
    world.l1.time += PERIOD + 1
    assert world.stage == Finalizable("output 0")
    world.contracts.finalized.add(withdrawal().hash)
    assert world.stage == Finalized()


def test_output_deleted_after_the_proof__proven_again(world) -> None:
    world.propose(3)
    world.l2.receipts[TX] = withdrawing(withdrawal(), block=15)
    world.prove(1)
    world.contracts.standing = world.contracts.standing[:1]
    assert world.stage == MustBeProvenAgain("output 1", Flaw.DELETED, WaitingForOutput(15, 20, 0))
    world.l2.fork = "repaired"
    world.propose(2)
    assert world.stage == MustBeProvenAgain("output 1", Flaw.DELETED, Provable(world.basis(1)))


# Prove and finalize


def test_prove__slot_of_the_withdrawal_in_the_state_of_the_output(world) -> None:
    world.propose()
    assert world.bridge.prove(TX) == keccak(text="sent 1")
    block = world.l2.block(INTERVAL)
    assert world.l2.proofs == [(L2_TO_L1_MESSAGE_PASSER, [withdrawal().storage_slot], block.ref.hash)]
    assert world.l1_sender.sent == [("prove", withdrawal(), 0, block.output, (b"\xc2\x20\x01",))]


def test_prove__again_after_its_output_was_replaced(world) -> None:
    world.propose()
    world.prove()
    world.l2.fork = "repaired"
    world.propose()
    world.bridge.prove(TX)
    assert len(world.l1_sender.sent) == 1


def test_prove__wrong_output__says_so_and_sends_nothing(world) -> None:
    world.contracts.standing = [replace(output(world.l2, 0), output_root=b"\x66" * 32)]
    with pytest.raises(TemporaryError, match=r"output 0 says 0x(66){32} of L2 block 10:.*is wrong"):
        world.bridge.prove(TX)
    assert world.l1_sender.sent == []


def test_prove__no_output_yet__says_when(world) -> None:
    with pytest.raises(TemporaryError, match="cannot be proven now: in L2 block 5, waiting for the output"):
        world.bridge.prove(TX)


def test_prove__twice__says_that_it_is_proven(world) -> None:
    world.propose()
    world.prove()
    with pytest.raises(UserError, match="cannot be proven now: proven against output 0, waits 601 seconds"):
        world.bridge.prove(TX)


def test_finalize__when_the_wait_is_over(world) -> None:
    world.propose()
    world.prove()
    world.l1.time += PERIOD
    with pytest.raises(TemporaryError, match="cannot be finalized now: proven against output 0, waits 1 sec"):
        world.bridge.finalize(TX)
    assert world.l1_sender.sent == []
    world.l1.time += 1
    assert world.bridge.finalize(TX) == keccak(text="sent 1")
    assert world.l1_sender.sent == [("finalize", withdrawal())]


def test_paused__neither_proven_nor_finalized_until_it_ends(world) -> None:
    world.propose()
    world.contracts.paused = True
    assert world.stage == Paused(Provable(world.basis(0)))
    with pytest.raises(TemporaryError, match="cannot be proven now: withdrawals are paused by the guardian"):
        world.bridge.prove(TX)
    world.prove()
    world.l1.time += PERIOD + 1
    with pytest.raises(TemporaryError, match="cannot be finalized now: withdrawals are paused"):
        world.bridge.finalize(TX)
    world.contracts.paused = False
    assert world.bridge.finalize(TX) == keccak(text="sent 1")


def test_finalize__never_proven__says_what_comes_first(world) -> None:
    world.propose()
    with pytest.raises(TemporaryError, match="cannot be finalized now: can be proven against output 0"):
        world.bridge.finalize(TX)


@pytest.mark.parametrize("action", ["prove", "finalize"])
def test_finalized_already__one_sentence(world, action: str) -> None:
    world.propose()
    world.contracts.finalized.add(withdrawal().hash)
    with pytest.raises(UserError, match="it is finalized already"):
        getattr(world.bridge, action)(TX)


@pytest.mark.parametrize("action", ["prove", "finalize"])
def test_not_in_a_block_yet__says_what_it_waits_for(world, action: str) -> None:
    world.l2.receipts.clear()
    world.l2.pool.add(TX)
    with pytest.raises(TemporaryError, match="waiting for an L2 block"):
        getattr(world.bridge, action)(TX)


# Deposits on both chains


def deposit_receipt() -> dict:
    log = deposit_log()
    return {
        "transactionHash": "0x" + TX.hex(),
        "blockHash": "0x" + L1_BLOCK.hash.hex(),
        "blockNumber": hex(L1_BLOCK.number),
        "status": "0x1",
        "gasUsed": "0x5208",
        "effectiveGasPrice": "0x7",
        "logs": [
            {
                "address": "0x" + log.address.hex(),
                "topics": ["0x" + topic.hex() for topic in log.topics],
                "data": "0x" + log.data.hex(),
                "logIndex": hex(log.index),
            }
        ],
    }


def test_deposit_status__unknown_then_pending_then_on_l1_then_on_l2(world) -> None:
    name = "0x" + TX.hex()
    with pytest.raises(UnknownTransactionError, match=f"L1 knows no transaction {name}"):
        world.bridge.deposit_status(TX)
    world.l1.pool.add(name)
    assert world.bridge.deposit_status(TX) == DepositStatus(None, None, None)
    world.l1.receipts[name] = deposit_receipt()
    status = world.bridge.deposit_status(TX)
    assert (status.l1_receipt, status.l2_receipt) == (world.bridge.receipt(TX), None)
    arrived = L2Receipt(BlockId(b"\xb2" * 32, 50), True, 21_000, None, ())
    world.l2.receipts[status.l2_transaction] = arrived
    assert world.bridge.deposit_status(TX).l2_receipt == arrived


def test_deposit_status__several_deposits__index_says_which(world) -> None:
    receipt = deposit_receipt()
    receipt["logs"].append({**receipt["logs"][0], "logIndex": "0x9"})
    world.l1.receipts["0x" + TX.hex()] = receipt
    first, second = (world.bridge.deposit_status(TX, index).l2_transaction for index in (0, 1))
    assert first != second
    with pytest.raises(UserError, match="makes 2 deposits; say which one"):
        world.bridge.deposit_status(TX)


def test_receipt__none_until_l1_has_it(world) -> None:
    assert world.bridge.receipt(TX) is None
    world.l1.receipts["0x" + TX.hex()] = deposit_receipt()
    assert world.bridge.receipt(TX).succeeded
