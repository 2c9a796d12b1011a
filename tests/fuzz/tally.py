"""Machines that know what they really did, and a run that fails when a part of one never does anything."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hypothesis import Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from tests.fuzz.evm import Event, RefusedError

MOST_ROUNDS = 4


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
    *machines: type[CountingMachine],
    deeds: Sequence[str],
    refusals: Sequence[str] = (),
    phases: Sequence[Phase] | None = None,
    share: int = 1,
) -> None:
    """Run the machines by the profile, until each of `deeds` has succeeded and each of `refusals` was met;
    in some of Hypothesis' phases only, if any are named. `share`: of the profile's examples, one in so many.

    Examples depend on the modules that are loaded (Hypothesis draws on their constants), so that something
    rare may need a second round; what no round meets never happens.
    """
    done, refused = Counter[str](), Counter[str]()
    missing: list[str] = []
    within = settings(
        max_examples=max(1, settings().max_examples // share), phases=phases or settings().phases
    )
    for round_ in range(MOST_ROUNDS):
        for index, machine in enumerate(machines):
            machine.done, machine.refused = done, refused
            if settings().derandomize:  # the same examples on every run, but not for every machine
                seed(round_ * len(machines) + index)(machine)
            run_state_machine_as_test(machine, settings=within)
        missing = [name for name in deeds if not done[name]]
        missing += [name for name in refusals if not refused[name]]
        if not missing:
            return
    raise AssertionError(f"never happened: {missing}; done: {dict(done)}; refused: {dict(refused)}")


def run_until_it_fails(machine: type[CountingMachine]) -> None:
    """For a machine that must fail: what counts is that it does, not the shortest way there."""
    quick = settings(max_examples=400, phases=[Phase.generate], report_multiple_bugs=False, print_blob=False)
    run_state_machine_as_test(machine, settings=quick)
