"""The agents of a devnet: all that a rollup needs, each with the account of its role."""

import time

from opcycle.agent import Agent
from opcycle.batcher.admin import BatcherSwitch
from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.challenger.games import GamesOptions
from opcycle.challenger.traces import CANNON, TRACES, Trace
from opcycle.deploy.config import Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.assembly import Assembly
from opcycle.devnet.clock import ChainClock
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.l2_engine import L2Engine
from opcycle.devnet.verifier import Verifier
from opcycle.l1.signer import KeySigner
from opcycle.proposer.next_game import GameOptions


class Crew:
    """`agents` in the order in which a stepped devnet steps them, `batcher` and `throttler` among them.

    `cannon`: the machine of games about MIPS64, if that is what settles the rollup.
    """

    def __init__(
        self,
        assembly: Assembly,
        config: DevnetConfig,
        *,
        sequencer_engine: L2Engine,
        verifier: Verifier,
        l2_clock: ChainClock,
        cannon: CannonTrace | None,
    ):
        self._assembly = assembly
        self._config = config
        self._traces: dict[int, Trace] = dict(TRACES) if cannon is None else {**TRACES, CANNON: cannon}
        self.batcher = BatcherSwitch(assembly.batcher(_signer("batcher"), config.batcher))
        self.throttler = assembly.throttler(config.throttle)
        sequencer = assembly.sequencer(
            sequencer_engine, journal=config.journal, clock=l2_clock, pause=time.sleep
        )
        self.agents: tuple[Agent, ...] = (
            sequencer_engine,
            verifier.engine,
            sequencer,
            self.batcher,
            self.throttler,
            verifier.node,
            *self._settling(),
        )

    def _settling(self) -> tuple[Agent, Agent]:
        """Proposer and challenger. Only finalized blocks are proposed: an L1 reorg cannot make them wrong.

        The challenger brings the proposer's bonds back, too.
        """
        proposer, challenger = _signer("proposer"), _signer("challenger")
        assembly, config = self._assembly, self._config
        if config.settlement is Settlement.ORACLE:
            return assembly.proposer(proposer, allow_non_finalized=False), assembly.challenger(challenger)
        interval = config.submission_interval * config.block_time
        options = GameOptions(config.games.game_type, interval)
        return (
            assembly.games_proposer(proposer, options),
            assembly.games_challenger(
                challenger, GamesOptions(claimants=(proposer.address,)), traces=self._traces
            ),
        )


def _signer(role: str) -> KeySigner:
    return KeySigner(ACCOUNTS[role].key)
