"""`/metrics`: the steps of every agent that runs at that moment."""

from urllib.request import urlopen

from tests.unit.devnet.agents import ScriptedAgent
from tests.unit.metrics.scrape import Samples, key, named, samples_in, scrape

from opcycle.agent import Outcome
from opcycle.devnet.ports import free_ports
from opcycle.devnet.stepping import Stepping
from opcycle.errors import ResetError, TemporaryError
from opcycle.metrics.app import metrics_app
from opcycle.rpc.server import serve


def agents_in(samples: Samples) -> set[str]:
    return {agent for agent, _ in named(samples, "opcycle_steps_total")}


def test_metrics__steps__are_counted_by_what_came_of_them() -> None:
    script = [Outcome.done("a"), TemporaryError("b"), TemporaryError("c"), ResetError("d")]
    stepping = Stepping(ScriptedAgent(*script, name="batcher"))
    for _ in range(7):
        stepping.once()
    assert named(scrape(lambda: [stepping]), "opcycle_steps_total") == {
        ("batcher", "progress"): 1,
        ("batcher", "idle"): 3,
        ("batcher", "retry"): 2,
        ("batcher", "reset"): 1,
    }


def test_metrics__agent_that_has_not_stepped__zeros() -> None:
    samples = scrape(lambda: [Stepping(ScriptedAgent(name="node"))])
    assert samples[key("opcycle_steps_total", agent="node", result="progress")] == 0


def test_metrics__agents_come_and_go__as_at_the_scrape() -> None:
    steppings = [Stepping(ScriptedAgent(name="first")), Stepping(ScriptedAgent(name="second"))]
    assert {agent for agent, _ in named(scrape(lambda: steppings), "opcycle_steps_total")} == {
        "first",
        "second",
    }
    del steppings[0]
    assert {agent for agent, _ in named(scrape(lambda: steppings), "opcycle_steps_total")} == {"second"}


def test_metrics__nobody_runs__is_empty() -> None:
    assert scrape(list) == {}


def test_metrics__over_http__the_same_in_prometheus_text_format() -> None:
    stepping = Stepping(ScriptedAgent(name="node"))
    server = serve(metrics_app(lambda: [stepping]), free_ports().metrics)
    try:
        with urlopen(f"{server.url}/metrics") as reply:
            assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
            assert samples_in(reply.read().decode()) == scrape(lambda: [stepping])
    finally:
        server.stop()
