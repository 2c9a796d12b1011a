"""The whole chain in one process: the local L1, two L2 engines, all agents, and time.

    with Devnet.stepped(DevnetConfig(directory)) as devnet:    # time moves when told to: tests
        devnet.advance(10)
    with Devnet.live(DevnetConfig(directory)) as devnet:       # time runs, agents in threads: demo, CLI
        devnet.until("a safe block", lambda: devnet.node.sync_status().safe_l2.number > 0, seconds=30)

Agents meet only where op-* programs meet: on L1, on the L2 RPC, on the node's RPC.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from types import TracebackType

from opcycle.bridge.bridge import Bridge
from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.da.server import DAServer
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.accounts import TestAccount
from opcycle.devnet.assembly import Assembly
from opcycle.devnet.beacon import beacon_app
from opcycle.devnet.clock import ChainClock, L1Clock, LiveClock, MovableClock, SteppedClock
from opcycle.devnet.config import LONGEST, Claim, DevnetConfig
from opcycle.devnet.crew import Crew
from opcycle.devnet.deploying import load_or_deploy
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.local_l1 import LocalL1
from opcycle.devnet.logs import LOGS, log_to
from opcycle.devnet.pace import Pace
from opcycle.devnet.runner import Runner
from opcycle.devnet.stepper import Stepper
from opcycle.devnet.verifier import Verifier
from opcycle.engine.l2 import L2Client
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import OpcycleError, TemporaryError, UserError
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.node.agent import Node
from opcycle.rpc.client import RpcClient
from opcycle.rpc.server import Server

MAX_LAG = 3600
"""Seconds that L2 may be behind L1 (or the machine's time) when a devnet starts again, and still catches up.

Beyond, somebody has travelled in L1's time alone, and L2 stays where it was.
"""

Progress = Callable[[str], None]


class NotInTimeError(OpcycleError):
    """What was waited for did not happen."""


def silent(_: str) -> None:
    """Progress that nobody wants to hear of."""


class Devnet:
    """Use it as a context. `progress` hears what takes long while it starts."""

    local_l1: LocalL1 | None
    da_server: DAServer | None
    l1_url: str
    deployment: Deployment
    assembly: Assembly
    sequencer_engine: L2Engine
    verifier: Verifier
    crew: Crew
    pace: Pace
    _l2_clock: ChainClock
    _hands: tuple[MovableClock, MovableClock] | None  # L1's and L2's

    def __init__(self, config: DevnetConfig, *, is_live: bool, progress: Progress):
        self.config = config
        self._is_live = is_live
        self._progress = progress
        self._stack = ExitStack()
        if config.l1_url is not None and not is_live:
            raise UserError(f"the L1 at {config.l1_url} is not ours and cannot be stepped; use a live devnet")
        if config.l1_url is not None and config.batcher.may_post_blobs:
            raise UserError(
                f"the L1 at {config.l1_url} is not ours, and nothing here serves its blobs; use calldata"
            )

    @classmethod
    def stepped(cls, config: DevnetConfig, progress: Progress = silent) -> "Devnet":
        """Nothing happens but in `advance` and `until`: the same calls give the same hashes."""
        return cls(config, is_live=False, progress=progress)

    @classmethod
    def live(cls, config: DevnetConfig, progress: Progress = silent) -> "Devnet":
        """Chain time runs as fast as the machine's, each agent in its own thread."""
        return cls(config, is_live=True, progress=progress)

    def __enter__(self) -> "Devnet":
        with ExitStack() as on_failure:
            on_failure.push(self._stack)
            self._start()
            on_failure.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def node(self) -> RollupClient:
        """The verifier's RPC."""
        return self.verifier.client

    @property
    def l2(self) -> L2Client:
        """The sequencer's chain."""
        return self.sequencer_engine.l2

    @property
    def l1(self) -> LocalL1:
        """The local L1. Raises UserError on an L1 that is not ours to drive."""
        if self.local_l1 is None:
            raise UserError(f"the L1 at {self.l1_url} is not ours: it cannot be driven from here")
        return self.local_l1

    def bridge(self, account: TestAccount) -> Bridge:
        """The bridge as `account` uses it."""
        return self.assembly.bridge(KeySigner(account.key))

    def advance(self, seconds: int) -> None:
        """Let chain time pass on both chains. Only for a stepped devnet."""
        if not isinstance(self.pace, Stepper):
            raise UserError("a live devnet advances by itself; use `travel` to jump")
        self.pace.advance(seconds)

    def settle(self) -> None:
        """Let the agents do what they can at this moment of chain time. Only for a stepped devnet."""
        self.advance(0)

    def travel(self, seconds: int, *, with_l2: bool = False) -> None:
        """Jump in time: L1 makes one block, `seconds` later.

        L2 keeps its own time unless `with_l2`: then it must make every block of its cadence. Without, its L1
        origin stays where it is: users' transactions go on for 1,800 s of L2 time, deposits wait.
        Raises UserError on an L1 that is not ours, ValueError for a step back or one into the far future.
        """
        if seconds > LONGEST:
            raise ValueError(f"one may travel {LONGEST} s at once, not {seconds}")
        if self._hands is None:
            raise UserError(f"the L1 at {self.l1_url} is not ours: nobody can travel in its time")
        l1, l2 = self._hands
        l1.jump(seconds)
        if with_l2:
            l2.jump(seconds)

    def renew(self, *, l1_time: int, l2_time: int) -> None:
        """New agents without a memory, none of them paused, at that time. Only for a stepped devnet."""
        self.pace.stop()
        self._set_clocks(l1_time, l2_time)
        self._start_agents()

    @property
    def times(self) -> tuple[int, int]:
        """L1's and L2's. Raises UserError on an L1 that is not ours."""
        if self._hands is None:
            raise UserError(f"the L1 at {self.l1_url} is not ours: its time is L2's, too")
        l1, l2 = self._hands
        return l1.now(), l2.now()

    def travel_l2(self, seconds: int) -> None:
        """Let L2's time alone jump ahead: back to L1's, behind which `travel` has left it.

        Raises UserError on an L1 that is not ours, ValueError for a step back or one beyond L1's time.
        """
        if seconds > self.lag:
            raise ValueError(f"L2 is {self.lag} s behind L1 and cannot jump {seconds} s ahead")
        if self._hands is not None:
            self._hands[1].jump(seconds)

    @property
    def lag(self) -> int:
        """Seconds that L2's time is behind L1's. Raises UserError on an L1 that is not ours."""
        l1, l2 = self.times
        return l1 - l2

    def until(self, what: str, condition: Callable[[], bool], *, seconds: int) -> None:
        """Wait for `condition`, `what` in words. It may raise TemporaryError for "not yet".

        Raises NotInTimeError after `seconds` (of chain time if stepped).
        """

        def holds() -> bool:
            try:
                return condition()
            except TemporaryError:
                return False

        if not self.pace.until(holds, seconds=seconds):
            raise NotInTimeError(f"waited {seconds} s in vain for {what}; the logs are in {self.logs}")

    def wait(self) -> None:
        """Until an error stops a live devnet's agents, which it raises; Ctrl-C ends the wait."""
        if isinstance(self.pace, Runner):
            self.pace.wait()

    @property
    def logs(self) -> str:
        return str(self.config.directory / "logs")

    def _start(self) -> None:
        self._stack.callback(Claim(self.config).release)
        self._stack.enter_context(log_to(self.config.directory / "logs", LOGS))
        self._start_l1()
        self._start_da_server()
        self.deployment = load_or_deploy(
            self.config,
            self.l1_url,
            next_block=None if self.local_l1 is None else self.local_l1.mine,
            progress=self._progress,
        )
        ports = self.config.ports
        self.assembly = Assembly(
            self.deployment,
            l1=self.l1_url,
            l2=f"http://127.0.0.1:{ports.sequencer_rpc}",
            node=f"http://127.0.0.1:{ports.node_rpc}",
            node_l2=f"http://127.0.0.1:{ports.verifier_rpc}",
            da_server=None if self.da_server is None else self.da_server.url,
            l1_beacon=None if self.local_l1 is None else f"http://127.0.0.1:{ports.l1_beacon}",
        )
        self._start_engines()
        self._cannon = self.cannon() if self.config.uses_cannon else None
        self._start_clocks()
        self._stack.callback(lambda: self.pace.stop())  # `renew` makes another one
        self._start_agents()

    def _start_l1(self) -> None:
        config, ports = self.config, self.config.ports
        self.local_l1 = None
        if config.l1_url is not None:
            self.l1_url = config.l1_url
            return
        self._progress("starting the local L1")
        directory = config.directory / "l1"
        is_new = not (directory / "genesis.json").exists()
        self.local_l1 = l1 = LocalL1(
            directory,
            http_port=ports.l1_rpc,
            auth_port=ports.l1_engine,
            block_time=config.l1_block_time,
            genesis_time=int(time.time()) if config.is_wall_clock and is_new else None,
            keeps_transactions=not config.is_restorable,
        )
        self.l1_url = l1.url
        self._stack.callback(l1.stop)
        l1.start()
        beacon = Server(beacon_app(l1), ports.l1_beacon)
        beacon.start()
        self._stack.callback(beacon.stop)

    def _start_da_server(self) -> None:
        alt_da, files, self.da_server = self.config.alt_da, self.config.directory / "da-server", None
        if alt_da is not None:
            self.da_server = DAServer(files, alt_da.commitment_type, self.config.ports.da_server)
            self.da_server.start()
            self._stack.callback(self.da_server.stop)

    def _start_engines(self) -> None:
        self._progress("starting op-geth twice, for the sequencer and for the verifier")
        directory, ports = self.config.directory, self.config.ports
        self.sequencer_engine = L2Engine.child(
            "sequencer-engine",
            self.deployment,
            directory / "sequencer" / "geth",
            http_port=ports.sequencer_rpc,
            auth_port=ports.sequencer_engine,
            keeps_transactions=not self.config.is_restorable,
        )
        self.verifier = self._new_verifier(
            "verifier",
            http_port=ports.verifier_rpc,
            auth_port=ports.verifier_engine,
            rpc_port=ports.node_rpc,
            unsafe_source=self.assembly.l2 if self.config.node_follows_sequencer else None,
        )
        self._stack.callback(self.sequencer_engine.stop)
        self._stack.callback(self.verifier.stop)
        with ThreadPoolExecutor() as pool:
            for started in [pool.submit(self.sequencer_engine.start), pool.submit(self.verifier.start)]:
                started.result()

    def cannon(self) -> CannonTrace:
        """The machine of games about MIPS64. Several share what they have computed."""
        return self._stack.enter_context(closing(self.assembly.cannon(self.config.cannon)))

    def destroy_sequencer(self) -> None:
        """Stop the sequencer for good and delete everything it had. A disaster, for tests and demos."""
        self.pace.pause("sequencer")
        self.pace.pause(self.sequencer_engine.name)
        self.sequencer_engine.stop()
        shutil.rmtree(self.config.directory / "sequencer")

    @contextmanager
    def rebuilt_verifier(self) -> Iterator[Verifier]:
        """One more verifier, with an empty database and an engine that knows only the genesis."""
        ports, directory = self.config.ports, self.config.directory / "rebuilt"
        if directory.exists():
            shutil.rmtree(directory)
        rebuilt = self._new_verifier(
            "rebuilt",
            http_port=ports.rebuilt_rpc,
            auth_port=ports.rebuilt_engine,
            rpc_port=ports.rebuilt_node_rpc,
            node="rebuilt-node",
        )
        with ExitStack() as stack:
            stack.callback(rebuilt.stop)
            rebuilt.start()
            for agent in (rebuilt.engine, rebuilt.node):
                self.pace.add(agent)
                stack.callback(self.pace.remove, agent.name)
            yield rebuilt

    def _new_verifier(
        self,
        name: str,
        *,
        http_port: int,
        auth_port: int,
        rpc_port: int,
        unsafe_source: str | None = None,
        node: str = Node.name,
    ) -> Verifier:
        """A verifier with a database and an engine of its own in the devnet's directory, not started yet."""
        directory = self.config.directory / name
        engine = L2Engine.child(
            f"{name}-engine",
            self.deployment,
            directory / "geth",
            http_port=http_port,
            auth_port=auth_port,
            keeps_transactions=not self.config.is_restorable,
        )
        return Verifier(
            self.deployment,
            engine,
            l1_url=self.l1_url,
            beacon_url=self.assembly.l1_beacon,
            database=directory / "node.db",
            rpc_port=rpc_port,
            da_url=None if self.da_server is None else self.da_server.url,
            unsafe_source=unsafe_source,
            name=node,
        )

    def _start_clocks(self) -> None:
        """Both chains go on from where they are, those that keep the machine's time from there."""
        if self.local_l1 is None:
            reader = L1Reader(RpcClient(self.l1_url))
            self._l2_clock = L1Clock(lambda: reader.header("latest").timestamp)
            self._hands = None
            self.pace = Runner()
            return
        l1_time, l2_time = self.local_l1.head.timestamp, self.l2.block("latest").ref.timestamp
        if self.config.is_wall_clock and (now := int(time.time())) - l2_time <= MAX_LAG:
            l1_time = max(l1_time, now)
        if l1_time - l2_time <= MAX_LAG:
            l2_time = l1_time = max(l1_time, l2_time)
        if self._is_live:
            self._hands = LiveClock(l1_time), LiveClock(l2_time)
            self.pace = Runner()
        else:
            self._set_clocks(l1_time, l2_time)
            return
        l1_clock, self._l2_clock = self._hands
        self.local_l1.follow(l1_clock)

    def _set_clocks(self, l1_time: int, l2_time: int) -> None:
        """Of a stepped devnet."""
        clocks = SteppedClock(l1_time), SteppedClock(l2_time)
        self._hands = clocks
        self.pace = Stepper(clocks, quantum=self.config.l1_block_time)
        self.l1.follow(clocks[0])
        self._l2_clock = clocks[1]

    def _start_agents(self) -> None:
        self.crew = Crew(
            self.assembly,
            self.config,
            sequencer_engine=self.sequencer_engine,
            verifier=self.verifier,
            l2_clock=self._l2_clock,
            cannon=self._cannon,
        )
        if self.local_l1 is not None:
            self.pace.add(self.local_l1)
        for agent in self.crew.agents:
            self.pace.add(agent)
