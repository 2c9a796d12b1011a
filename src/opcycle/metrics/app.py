"""The HTTP endpoint, and which collectors belong to which agents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from opcycle.agent import Agent
from opcycle.batcher.admin import BatcherSwitch
from opcycle.batcher.throttler import Throttler
from opcycle.challenger.games import GamesChallenger
from opcycle.metrics.batcher import batcher_metrics, throttler_metrics
from opcycle.metrics.challenger import challenger_metrics
from opcycle.metrics.monitor import monitor_metrics
from opcycle.metrics.node import node_metrics
from opcycle.metrics.proposer import proposer_metrics
from opcycle.metrics.sequencer import sequencer_metrics
from opcycle.monitor.agent import Monitor
from opcycle.node.agent import Node
from opcycle.proposer.agent import Proposer
from opcycle.proposer.games import GamesProposer
from opcycle.sequencer.agent import Sequencer

RESULTS = ("progress", "idle", "retry", "reset")
"""What can come of a step; see `Stepped.results`."""


class Stepped(Protocol):
    """An agent that is being stepped; `opcycle.devnet.stepping.Stepping` is one."""

    @property
    def agent(self) -> Agent: ...

    @property
    def results(self) -> Mapping[str, int]: ...


def metrics_app(steppings: Callable[[], Sequence[Stepped]]) -> Starlette:
    """`GET /metrics`: the state of the agents that are stepped at that moment."""
    registry = registry_of(steppings)

    async def metrics(_: Request) -> Response:
        text = await run_in_threadpool(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Starlette(routes=[Route("/metrics", metrics)])


def registry_of(steppings: Callable[[], Sequence[Stepped]]) -> CollectorRegistry:
    """All that `/metrics` shows, and nothing of this process or its Python."""
    registry = CollectorRegistry()
    registry.register(AgentCollector(steppings))
    return registry


class AgentCollector(Collector):
    """The steps of every agent, and what each kind of agent has of its own."""

    def __init__(self, steppings: Callable[[], Sequence[Stepped]]):
        self._steppings = steppings

    def collect(self) -> Iterator[Metric]:
        steps = CounterMetricFamily(
            "opcycle_steps", "Steps of an agent, by what came of them.", labels=["agent", "result"]
        )
        for stepping in self._steppings():
            for result in RESULTS:
                steps.add_metric([stepping.agent.name, result], stepping.results[result])
            yield from _own(stepping)
        yield steps


def _own(stepping: Stepped) -> Iterator[Metric]:
    match stepping.agent:
        case Node(name=Node.name) as node:  # one only: a second verifier would repeat its names
            yield from node_metrics(node, stepping.results)
        case BatcherSwitch() as batcher:
            yield from batcher_metrics(batcher)
        case Throttler() as throttler:
            yield from throttler_metrics(throttler)
        case Sequencer() as sequencer:
            yield from sequencer_metrics(sequencer)
        case Proposer() | GamesProposer() as proposer:
            yield from proposer_metrics(proposer)
        case Monitor() as monitor:
            yield from monitor_metrics(monitor)
        case GamesChallenger() as challenger:
            yield from challenger_metrics(challenger)
