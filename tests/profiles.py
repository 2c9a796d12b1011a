"""How long Hypothesis tries, in every suite: OPCYCLE_PROFILE is dev (default), ci or nightly.

dev and ci try the same examples on every run; nightly draws new ones from a seed that it prints, and
`pytest --hypothesis-seed=N` tries those again.
"""

import os
import secrets

import pytest
from hypothesis import HealthCheck, settings

_COMMON = settings(
    deadline=None,  # a slow machine is no counterexample
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

settings.register_profile("dev", _COMMON, max_examples=30, stateful_step_count=40, derandomize=True)
settings.register_profile("ci", _COMMON, max_examples=100, stateful_step_count=60, derandomize=True)
settings.register_profile("nightly", _COMMON, max_examples=1_000, stateful_step_count=100)

PROFILE = os.environ.get("OPCYCLE_PROFILE", "dev")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile(PROFILE)
    if PROFILE == "nightly" and config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(secrets.randbits(64))


def pytest_report_header(config: pytest.Config) -> str:
    seed = config.getoption("--hypothesis-seed")
    return f"fuzz: profile {PROFILE}" + (f", seed {seed}" if seed is not None else "")
