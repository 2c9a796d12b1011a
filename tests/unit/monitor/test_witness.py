"""A node as a witness."""

from dataclasses import dataclass, field

import pytest
from tests.unit.derivation.l1_builder import CONFIG

from opcycle.errors import TemporaryError
from opcycle.monitor.snapshot import Answer, Opinion
from opcycle.monitor.witness import Witness
from opcycle.protocol.safe_head import SafeHead
from opcycle.protocol.types import BlockId


@dataclass
class Ref:
    number: int

    @property
    def id(self) -> BlockId:
        return BlockId(bytes(32), self.number)


@dataclass
class Status:
    current_l1: Ref
    unsafe_l2: Ref
    safe_l2: Ref
    finalized_l2: Ref


@dataclass
class Output:
    output_root: bytes


@dataclass
class Node:
    """Has read L1 up to block 50; L2 is at 30, safe at 20, final at 10. As of L1 block n, n is safe."""

    is_down: bool = False
    has_history: bool = True
    asked: list[int] = field(default_factory=list)

    def rollup_config(self) -> object:
        self._answer()
        return CONFIG

    def sync_status(self) -> Status:
        self._answer()
        return Status(Ref(50), Ref(30), Ref(20), Ref(10))

    def output_at_block(self, number: int) -> Output:
        self._answer()
        self.asked.append(number)
        return Output(bytes([number]) * 32)

    def safe_head_at_l1_block(self, number: int) -> SafeHead:
        if not self.has_history:
            raise TemporaryError("no history")
        return SafeHead(BlockId(bytes(32), number), BlockId(bytes(32), number))

    def _answer(self) -> None:
        if self.is_down:
            raise TemporaryError("down")


def looking(node: Node, *, is_canonical: bool = True) -> Witness:
    witness = Witness(node)
    witness.look(lambda _: is_canonical)
    return witness


@pytest.mark.parametrize(
    ("block", "l1_head", "expected"),
    [
        (15, 20, Opinion(Answer.FOUND, bytes([15]) * 32, is_safe=True)),
        (15, 15, Opinion(Answer.FOUND, bytes([15]) * 32, is_safe=True)),
        (15, 14, Opinion(Answer.FOUND, bytes([15]) * 32, is_safe=False)),
        (30, 49, Opinion(Answer.FOUND, bytes([30]) * 32, is_safe=True)),
        (31, 49, Opinion(Answer.NO_SUCH_BLOCK)),
        (15, 50, Opinion(Answer.BEHIND)),
        (31, 50, Opinion(Answer.BEHIND)),
        (20, None, Opinion(Answer.FOUND, bytes([20]) * 32, is_safe=True)),
        (21, None, Opinion(Answer.BEHIND)),
    ],
)
def test_opinion(block: int, l1_head: int | None, expected: Opinion) -> None:
    assert looking(Node()).opinion(block, l1_head) == expected


def test_opinion__of_a_node_that_does_not_answer() -> None:
    node = Node()
    witness = looking(node)
    node.is_down = True
    assert witness.opinion(15, 20) == Opinion(Answer.ERROR)
    assert looking(Node(is_down=True)).opinion(15, 20) == Opinion(Answer.ERROR)
    assert looking(Node(is_down=True)).config() is None


def test_opinion__of_a_node_on_another_branch_of_l1__is_behind() -> None:
    assert looking(Node(), is_canonical=False).opinion(15, 20) == Opinion(Answer.BEHIND)


def test_opinion__without_history_a_right_root_is_taken_for_safe() -> None:
    assert looking(Node(has_history=False)).opinion(15, 14).is_safe


def test_opinions_about_final_blocks__are_asked_for_once() -> None:
    node = Node()
    witness = looking(node)
    for _ in range(2):
        witness.opinion(10, 20)
        witness.opinion(11, 20)
    assert node.asked == [10, 11, 11]
    witness.reset()
    witness.opinion(10, 20)
    assert node.asked == [10, 11, 11, 10]
