"""What must hold in any order of proposals, node progress, restarts and L1 blocks."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.unit.derivation.l1_builder import CONFIG
from tests.unit.proposer.settlement import (
    CHALLENGER,
    INTERVAL,
    PERIOD,
    START,
    WRONG,
    Account,
    Node,
    Oracle,
)

from opcycle.challenger.agent import Challenger
from opcycle.challenger.decide import MARGIN


class ChallengerMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.oracle = Oracle()
        self.node = Node(self.oracle)
        self.restart()

    def is_wrong(self, output) -> bool:
        return output.output_root != self.node.root(output.l2_block_number)

    @rule()
    def restart(self):
        """As after kill -9: only L1's pool remembers."""
        self.challenger = Challenger(
            CONFIG,
            oracle=self.oracle,
            node=self.node,
            l1=self.oracle,
            transactions=Account(self.oracle, CHALLENGER),
        )

    @rule(is_right=st.booleans())
    def propose(self, is_right):
        number = self.oracle.next_block_number(block=self.oracle.head.hash)
        self.oracle.propose_now(self.node.root(number) if is_right else WRONG)

    @rule(blocks=st.integers(1, 4 * INTERVAL))
    def node_derives(self, blocks):
        self.node.safe += blocks
        self.node.current_l1 = self.oracle.head.ref

    @rule()
    def step(self):
        self.challenger.step()

    @rule(seconds=st.integers(1, PERIOD // 2))
    def l1_block(self, seconds):
        self.oracle.mine(seconds)

    @rule(seconds=st.integers(1, MARGIN))
    def l1_block_after_the_challenger_has_come_to_rest(self, seconds):
        """Whatever its node could tell it about, and could be deleted in this block, is deleted.

        With nothing in flight before: what is sent was decided on all that the node knows.
        """
        self.oracle.mine(1)
        while self.challenger.step().progress:
            pass
        passed = [output for output in self.oracle.standing if output.l2_block_number <= self.node.safe]
        mined = self.oracle.mine(seconds)
        for output in filter(self.is_wrong, passed):
            assert output not in self.oracle.standing or mined.timestamp >= output.timestamp + PERIOD

    @invariant()
    def only_a_wrong_output_is_ever_deleted_from(self):
        assert all(map(self.is_wrong, self.oracle.deleted))

    @invariant()
    def no_deletion_is_sent_twice(self):
        indices = [call.index for _, _, call in self.oracle.pool]
        assert indices == sorted(set(indices))

    @invariant()
    def outputs_are_those_of_the_contract(self):
        for index, output in enumerate(self.oracle.standing):
            assert output.l2_block_number == (index + 1) * INTERVAL
            assert START + output.l2_block_number * 2 < output.timestamp


TestChallenger = ChallengerMachine.TestCase
TestChallenger.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
