"""A devnet in the `games` settlement mode, where tests propose, lie and play; its own two agents are idle."""

from dataclasses import dataclass
from pathlib import Path

from opcycle.artifacts import artifact
from opcycle.challenger.games import GamesChallenger, GamesOptions
from opcycle.deploy.config import VM, GamesConfig, Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.contract import Contract
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.types import Hash

ALPHABET = 255
MAX_DEPTH, SPLIT_DEPTH = 12, 8
CLOCK, FINALITY_DELAY, WETH_DELAY = 10_000, 500, 300
GAMES = GamesConfig(
    vm=VM.ALPHABET,
    max_game_depth=MAX_DEPTH,
    split_depth=SPLIT_DEPTH,
    clock_extension=10,
    max_clock_duration=CLOCK,
    preimage_challenge_period=10,
    finality_delay=FINALITY_DELAY,
    weth_delay=WETH_DELAY,
)


@dataclass
class Arena:
    """Games reach 256 L2 blocks beyond `anchor`, the genesis."""

    devnet: Devnet
    factory: DisputeGameFactory
    registry: Contract
    anchor: int = 0

    def sender(self, role: str) -> TransactionManager:
        return self.devnet.assembly.l1_sender(KeySigner(ACCOUNTS[role].key))

    def send(self, role: str, request: TransactionRequest) -> None:
        """And mine it."""
        sender = self.sender(role)
        transaction = sender.send(request)
        self.devnet.advance(2)
        receipt = sender.receipt(transaction)
        assert receipt is not None
        sender.require_success(receipt, request)

    def challenger(self, role: str, *, bond_budget: int | None = None) -> GamesChallenger:
        """Another one than the devnet's own."""
        options = GamesOptions(bond_budget=bond_budget)
        return self.devnet.assembly.games_challenger(KeySigner(ACCOUNTS[role].key), options)

    def propose(self, role: str, root: Hash, block: int) -> FaultDisputeGame:
        kind = self.devnet.config.games.game_type
        bond = self.factory.init_bond(kind, block="latest")
        self.send(role, self.factory.create(kind, root, block, bond=bond))
        address = self.factory.find(kind, root, block, block="latest")
        assert address is not None
        return FaultDisputeGame(self.devnet.l1.rpc, address)

    def look(self, game: FaultDisputeGame) -> DisputeGame:
        return game.read(block=self.devnet.l1.head.hash)

    def lie(
        self, role: str, game: FaultDisputeGame, index: int, value: Hash, *, is_attack: bool = True
    ) -> None:
        claim = self.look(game).claims[index]
        (bond,) = game.bonds([claim.position.move(is_attack=is_attack)], block="latest")
        self.send(role, game.move(claim, value, is_attack=is_attack, bond=bond))

    def play(self, challenger: GamesChallenger, *, steps: int = 20) -> list[str]:
        """Until the challenger has nothing more to do."""
        did: list[str] = []
        for _ in range(steps):
            outcome = challenger.step()
            did += outcome.did
            self.devnet.advance(2)
            if not outcome.progress:
                return did
        raise AssertionError(f"the challenger never comes to rest: {did}")


def arena(devnet: Devnet) -> Arena:
    """On a devnet of `arena_config`."""
    registry = devnet.deployment.addresses.anchor_state_registry
    assert registry is not None
    return Arena(
        devnet,
        devnet.assembly.factory(),
        Contract(devnet.l1.rpc, registry, artifact("AnchorStateRegistry").abi),
    )


def arena_config(directory: Path) -> DevnetConfig:
    return DevnetConfig(directory, settlement=Settlement.GAMES, games=GAMES, ports=free_ports())
