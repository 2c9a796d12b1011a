"""How Hypothesis draws examples for the codecs: the same ones on every run, however slow the machine."""

from hypothesis import HealthCheck, settings

steady = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
