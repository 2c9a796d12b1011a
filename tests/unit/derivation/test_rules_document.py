"""`docs/derivation-rules.md` names what is there: every rule's code and tests, and every verdict."""

import re
from collections import Counter
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from opcycle.derivation import batch_rules, span_rules
from opcycle.derivation.verdicts import Reason

UNIT = Path(__file__).parents[1]
DOCUMENT = (UNIT.parents[1] / "docs" / "derivation-rules.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| **D-")]
RULES = {rule.split("**")[1]: rest for rule, *rest in ROWS}
QUOTED = re.compile("`([^`]+)`")


def code_of(rule):
    return QUOTED.findall(RULES[rule][1])


def evidence_for(rule):
    """Each test with its file."""
    for group in RULES[rule][2].split("<br>"):
        file, _, names = group.partition(": ")
        yield from ((file, name) for name in QUOTED.findall(names))


def test_rules__have_names_of_their_own_counted_from_one_in_each_section():
    names = [rule.split("**")[1] for rule, *_ in ROWS]
    groups = Counter(name.rpartition("-")[0] for name in names)
    assert names == [f"{group}-{number + 1}" for group, count in groups.items() for number in range(count)]
    assert len(names) > 90


@pytest.mark.parametrize("rule", RULES)
def test_rule__its_code_exists(rule):
    assert code_of(rule)
    for reference in code_of(rule):
        module, _, name = reference.partition(":")
        assert attrgetter(name)(import_module(f"opcycle.{module}")) is not None


@pytest.mark.parametrize("rule", RULES)
def test_rule__its_tests_exist(rule):
    tests = list(evidence_for(rule))
    assert tests
    for file, name in tests:
        assert f"\ndef {name}(" in (UNIT / file).read_text(), f"{file} has no {name}"


def test_rules_of_batches_and_spans__are_all_there():
    named = {reference for rule in RULES for reference in code_of(rule)}
    for module, rules in (
        ("batch_rules", batch_rules.RULES),
        ("span_rules", span_rules.RULES_WITHOUT_PARENT + span_rules.RULES_WITH_PARENT),
    ):
        assert {f"derivation.{module}:{rule.__name__}" for rule in rules} <= named


def test_verdicts__are_all_there_and_no_others():
    named = {reason for verdicts, *_ in RULES.values() for reason in QUOTED.findall(verdicts)}
    assert named == {reason.name for reason in Reason} - {"VALID"}
