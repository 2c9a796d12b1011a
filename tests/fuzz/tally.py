"""Machines that know what they really did, and a run that fails when a part of one never does anything."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from tests.fuzz.evm import Event, RefusedError


class Refusal(Exception):  # noqa: N818 (not an error: what a contract is expected to answer)
    """The custom error that a model expects: name and arguments."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refusal) and self.args == other.args

    __hash__ = Exception.__hash__


class CountingMachine(RuleBasedStateMachine):
    """`done` counts the successes of each rule, `refused` those of each custom error, over a whole run."""

    done: ClassVar[Counter[str]]
    refused: ClassVar[Counter[str]]

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        cls.done, cls.refused = Counter(), Counter()  # its own, not its parent's

    def compare(
        self, rule: str, expected: Callable[[], list[Event]], actual: Callable[[], list[Event]]
    ) -> list[Event] | None:
        """Model and contract do the same: the same events, or the same refusal (None is returned then)."""
        wanted, found = self._outcome(expected), self._outcome(actual)
        assert found == wanted, f"{rule}: the contract answers {found!r}, the model {wanted!r}"
        if isinstance(found, Refusal):
            self.refused[found.args[0]] += 1
            return None
        self.done[rule] += 1
        return found

    @staticmethod
    def _outcome(action: Callable[[], list[Event]]) -> list[Event] | Refusal:
        try:
            return action()
        except Refusal as refusal:
            return refusal
        except RefusedError as error:
            return Refusal(*error.args)


def run_and_count(
    *machines: type[CountingMachine], deeds: Sequence[str], refusals: Sequence[str] = ()
) -> None:
    """Run the machines by the profile; each of `deeds` must have succeeded, each of `refusals` been met."""
    done, refused = Counter[str](), Counter[str]()
    for machine in machines:
        machine.done, machine.refused = done, refused
        run_state_machine_as_test(machine, settings=settings())
    idle = [name for name in deeds if not done[name]]
    unmet = [name for name in refusals if not refused[name]]
    found = f"done: {dict(done)}; refused: {dict(refused)}"
    assert not idle, f"never succeeded: {idle}; {found}"
    assert not unmet, f"never refused with: {unmet}; {found}"


def run_until_it_fails(machine: type[CountingMachine]) -> None:
    """For a machine that must fail: what counts is that it does, not the shortest way there."""
    quick = settings(max_examples=400, phases=[Phase.generate], report_multiple_bugs=False, print_blob=False)
    run_state_machine_as_test(machine, settings=quick)
