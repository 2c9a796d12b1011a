"""Metrics as Prometheus reads them."""

from collections.abc import Callable, Sequence

from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from opcycle.devnet.stepping import Stepping
from opcycle.metrics.app import registry_of

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(steppings: Callable[[], Sequence[Stepping]]) -> Samples:
    """Every sample by its name and labels."""
    text = generate_latest(registry_of(steppings)).decode()
    return samples_in(text)


def samples_in(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def key(name: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return name, tuple(sorted(labels.items()))


def named(samples: Samples, name: str) -> dict[tuple[str, ...], float]:
    """The samples of one name by the values of their labels, in the order of the labels' names."""
    return {
        tuple(value for _, value in labels): found for (of, labels), found in samples.items() if of == name
    }
