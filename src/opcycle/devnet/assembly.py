"""Agents put together from a deployment and the places where they find L1, L2 and a node.

The devnet does it for all of them in one process, the command line for one at a time.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opcycle.batcher.agent import Batcher
from opcycle.batcher.options import BatcherOptions, DataAvailability
from opcycle.batcher.throttler import Throttler
from opcycle.batcher.throttling import ThrottleOptions
from opcycle.bridge.bridge import Bridge
from opcycle.bridge.collectibles import Collectibles
from opcycle.bridge.games import GamesSettlement
from opcycle.bridge.messages import Messages
from opcycle.bridge.oracle import OracleSettlement
from opcycle.bridge.settlement import Settlement
from opcycle.bridge.tokens import Tokens
from opcycle.challenger.agent import Challenger
from opcycle.challenger.cannon.programs import CannonFiles, machine_from
from opcycle.challenger.cannon.trace import CannonTrace
from opcycle.challenger.games import GamesChallenger, GamesOptions
from opcycle.challenger.traces import CANNON, GAME_TYPES, TRACES, Trace
from opcycle.da import BatchPublisher
from opcycle.da.alt_da import AltDAPublisher
from opcycle.da.blobs import BlobPublisher
from opcycle.da.calldata import CalldataPublisher
from opcycle.da.cheaper import CheaperPublisher
from opcycle.da.client import DAClient
from opcycle.deploy.config import Settlement as SettlementMode
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.clock import ChainClock
from opcycle.devnet.l2_engine import L2Engine
from opcycle.engine.journal import PayloadJournal
from opcycle.engine.l2 import L2Client
from opcycle.engine.op_program import Sources
from opcycle.engine.rollup_client import RollupClient
from opcycle.errors import UserError
from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame
from opcycle.l1.fees import blobs_are_cheaper, read_prices
from opcycle.l1.oracle import L2OutputOracle
from opcycle.l1.portal import OptimismPortal
from opcycle.l1.portal2 import OptimismPortal2
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import Signer
from opcycle.l1.system_config import SystemConfigContract
from opcycle.l1.transactions import MIN_TIP, Resubmission, TransactionManager
from opcycle.proposer.agent import Proposer
from opcycle.proposer.games import GamesProposer
from opcycle.proposer.next_game import GameOptions
from opcycle.protocol.l1_chain import l1_chain_of
from opcycle.protocol.types import Address
from opcycle.rpc.client import RpcClient
from opcycle.sequencer.agent import Sequencer

AGENT = Resubmission(owns_account=True)
"""How the account of an agent is looked after."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """A deployed chain, and URLs: `l1` an Ethereum RPC, `l2` the sequencer's RPC, `node` a rollup node's,
    `node_l2` its engine's RPC, `da_server` a DA server, only for alt-DA, `l1_beacon` a beacon node, only for
    games about MIPS64."""

    deployment: Deployment
    l1: str
    l2: str
    node: str
    node_l2: str | None = None
    da_server: str | None = None
    l1_beacon: str | None = None

    def sequencer(
        self,
        engine: L2Engine,
        *,
        journal: Path,
        clock: ChainClock,
        pause: Callable[[float], None],
        l1_confirmations: int = 0,
    ) -> Sequencer:
        """`journal` is the file of the last payloads; `pause` waits, in seconds of the machine's time."""
        rollup = self.deployment.rollup
        return Sequencer(
            rollup,
            l1_chain_of(rollup.l1_chain_id),
            l1=L1Reader(RpcClient(self.l1)),
            engine=engine.engine,
            l2=engine.l2,
            journal=PayloadJournal(journal),
            clock=clock,
            pause=pause,
            l1_confirmations=l1_confirmations,
            node=RollupClient(self.node),
            node_l2=None if self.node_l2 is None else L2Client(self.node_l2, rollup),
        )

    def batcher(self, signer: Signer, options: BatcherOptions) -> Batcher:
        rollup = self.deployment.rollup
        sender = self.l1_sender(signer, options.resubmission)
        l1 = RpcClient(self.l1)
        return Batcher(
            rollup,
            l2=L2Client(self.l2, rollup),
            node=RollupClient(self.node),
            l1=L1Reader(l1),
            system_config=SystemConfigContract(l1, rollup.l1_system_config),
            transactions=sender,
            publisher=self._publisher(sender, options),
            options=options,
        )

    def throttler(self, options: ThrottleOptions) -> Throttler:
        l2 = L2Client(self.l2, self.deployment.rollup)
        return Throttler(l2=l2, node=RollupClient(self.node), options=options)

    def _publisher(self, sender: TransactionManager, options: BatcherOptions) -> BatchPublisher:
        choice = options.data_availability
        if choice is not DataAvailability.ALT_DA:
            return self._on_ethereum(sender, choice)
        alt_da = self.deployment.rollup.alt_da
        if alt_da is None:
            raise UserError(
                "this chain takes no commitments: its rollup.json has no alt_da; use calldata or blobs"
            )
        if self.da_server is None:
            raise UserError("with data availability alt-da, the batcher needs --da-server URL")
        return AltDAPublisher(
            DAClient(self.da_server),
            alt_da.commitment_type,
            commitments=CalldataPublisher(sender, self.deployment.rollup.batch_inbox),
            ethereum=self._on_ethereum(sender, options.failover),
            say=logging.getLogger(f"opcycle.{Batcher.name}").warning,
        )

    def _on_ethereum(self, sender: TransactionManager, choice: DataAvailability) -> BatchPublisher:
        l1, inbox = RpcClient(self.l1), self.deployment.rollup.batch_inbox
        calldata, blobs = CalldataPublisher(sender, inbox), BlobPublisher(sender, inbox)
        match choice:
            case DataAvailability.CALLDATA:
                return calldata
            case DataAvailability.BLOBS:
                return blobs
            case _:
                return CheaperPublisher(
                    calldata=calldata,
                    blobs=blobs,
                    blobs_are_cheaper=lambda payloads: blobs_are_cheaper(
                        payloads, read_prices(l1, min_tip=MIN_TIP)
                    ),
                )

    def proposer(self, signer: Signer, *, allow_non_finalized: bool) -> Proposer:
        return Proposer(
            self.deployment.rollup,
            oracle=self.oracle(),
            node=RollupClient(self.node),
            l1=L1Reader(RpcClient(self.l1)),
            transactions=self.l1_sender(signer, AGENT),
            allow_non_finalized=allow_non_finalized,
        )

    def games_proposer(
        self, signer: Signer, options: GameOptions, *, factory: Address | None = None
    ) -> GamesProposer:
        """`factory`: another one than the deployment's."""
        l1 = RpcClient(self.l1)
        return GamesProposer(
            self.deployment.rollup,
            factory=self._factory_at(factory),
            registry_at=lambda address: AnchorStateRegistry(l1, address),
            node=RollupClient(self.node),
            l1=L1Reader(l1),
            transactions=self.l1_sender(signer, AGENT),
            options=options,
        )

    def games_challenger(
        self,
        signer: Signer,
        options: GamesOptions | None = None,
        *,
        traces: Mapping[int, Trace] = TRACES,
        factory: Address | None = None,
    ) -> GamesChallenger:
        """It reads L2 where the node has it. `factory`: another one than the deployment's."""
        rollup, l1 = self.deployment.rollup, RpcClient(self.l1)
        return GamesChallenger(
            rollup,
            factory=self._factory_at(factory),
            game_at=lambda address: FaultDisputeGame(l1, address),
            traces=traces,
            node=RollupClient(self.node),
            l1=L1Reader(l1),
            l2=L2Client(self.node_l2 or self.l2, rollup),
            transactions=self.l1_sender(signer, AGENT),
            options=options,
        )

    def game_types(self, factory: Address | None = None) -> list[int]:
        """Those that the factory makes games of and that we have a machine for."""
        games = self._factory_at(factory)
        return [
            number
            for number in GAME_TYPES.values()
            if games.absolute_prestate(number, block="latest") is not None
        ]

    def cannon(
        self, directory: Path, files: CannonFiles | None = None, *, factory: Address | None = None
    ) -> CannonTrace:
        """The machine of games of type 0, which keeps its runs in `directory`; close it in the end.

        Raises UserError if a program is missing, if the factory makes no such games, or without `l1_beacon`.
        """
        if self.l1_beacon is None:
            raise UserError(
                "games of type cannon are about blobs, too: say --l1-beacon URL, a beacon node of L1"
            )
        played = self._factory_at(factory).absolute_prestate(CANNON, block="latest")
        if played is None:
            raise UserError("the factory makes no games of type cannon")
        sources = Sources(self.l1, self.l1_beacon, self.node_l2 or self.l2)
        chain = self.deployment.rollup.l2_chain_id
        return CannonTrace(
            machine_from(files or CannonFiles(), played=played, sources=sources, l2_chain_id=chain),
            node=RollupClient(self.node),
            l1=L1Reader(RpcClient(self.l1)),
            directory=directory,
        )

    def challenger(self, signer: Signer) -> Challenger:
        return Challenger(
            self.deployment.rollup,
            oracle=self.oracle(),
            node=RollupClient(self.node),
            l1=L1Reader(RpcClient(self.l1)),
            transactions=self.l1_sender(signer, AGENT),
        )

    def bridge(self, signer: Signer | None) -> Bridge:
        """A user's bridge; without a signer it only tells the status of what others have sent."""
        l1, l2 = RpcClient(self.l1), L2Client(self.l2, self.deployment.rollup)
        return Bridge(
            l1=l1,
            l2=l2,
            settlement=self._settlement(l1, l2, asker=None if signer is None else signer.address),
            l1_sender=None if signer is None else self.l1_sender(signer),
            l2_sender=None if signer is None else self.l2_sender(signer),
        )

    def messages(self, signer: Signer | None) -> Messages:
        """A user's messages; without a signer it only tells the status of what others have sent."""
        return Messages(
            l1=RpcClient(self.l1),
            l2=L2Client(self.l2, self.deployment.rollup),
            bridge=self.bridge(signer),
            system_config=self.deployment.addresses.system_config,
            l1_sender=None if signer is None else self.l1_sender(signer),
            l2_sender=None if signer is None else self.l2_sender(signer),
        )

    def tokens(self, signer: Signer | None) -> Tokens:
        """A user's ERC-20 tokens; without a signer it only tells what others have."""
        return Tokens(**self._token_bridge(signer))

    def collectibles(self, signer: Signer | None) -> Collectibles:
        """A user's ERC-721 tokens."""
        return Collectibles(**self._token_bridge(signer))

    def _token_bridge(self, signer: Signer | None) -> dict[str, Any]:
        return {
            "l1": RpcClient(self.l1),
            "l2": RpcClient(self.l2),
            "system_config": self.deployment.addresses.system_config,
            "l1_sender": None if signer is None else self.l1_sender(signer),
            "l2_sender": None if signer is None else self.l2_sender(signer),
        }

    def _settlement(self, l1: RpcClient, l2: L2Client, *, asker: Address | None) -> Settlement:
        found = self.deployment.addresses
        if found.settlement is SettlementMode.ORACLE:
            return OracleSettlement(OptimismPortal(l1, found.optimism_portal), self.oracle())
        portal = OptimismPortal2(l1, found.optimism_portal)
        return GamesSettlement(portal, factory=self.factory(), registry=self.registry(), l2=l2, asker=asker)

    def oracle(self) -> L2OutputOracle:
        """Raises UserError on a rollup that settles otherwise."""
        address = self.deployment.addresses.l2_output_oracle
        if address is None:
            raise UserError("this rollup settles by dispute games: it has no L2OutputOracle")
        return L2OutputOracle(RpcClient(self.l1), address)

    def factory(self) -> DisputeGameFactory:
        """Raises UserError on a rollup that settles otherwise."""
        address = self.deployment.addresses.dispute_game_factory
        if address is None:
            raise UserError("this rollup settles by an output oracle: it has no dispute games")
        return DisputeGameFactory(RpcClient(self.l1), address)

    def _factory_at(self, address: Address | None) -> DisputeGameFactory:
        return self.factory() if address is None else DisputeGameFactory(RpcClient(self.l1), address)

    def registry(self) -> AnchorStateRegistry:
        """Raises UserError on a rollup that settles otherwise."""
        address = self.deployment.addresses.anchor_state_registry
        if address is None:
            raise UserError("this rollup settles by an output oracle: it has no AnchorStateRegistry")
        return AnchorStateRegistry(RpcClient(self.l1), address)

    def l1_sender(self, signer: Signer, resubmission: Resubmission | None = None) -> TransactionManager:
        return TransactionManager(
            RpcClient(self.l1),
            signer,
            chain_id=self.deployment.rollup.l1_chain_id,
            resubmission=resubmission,
        )

    def l2_sender(self, signer: Signer) -> TransactionManager:
        return TransactionManager(RpcClient(self.l2), signer, chain_id=self.deployment.rollup.l2_chain_id)
