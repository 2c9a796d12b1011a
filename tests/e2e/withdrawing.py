"""A devnet for withdrawals against games: its proposer and challenger stand still, tests do their work.

L1 makes a block a second, so that a test can stand at any second. L2 keeps its own time while L1 travels.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from opcycle.artifacts import artifact
from opcycle.bridge.bridge import Bridge
from opcycle.bridge.status import Finalized
from opcycle.deploy.config import VM, GamesConfig, Settlement
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import free_ports
from opcycle.l1.contract import Contract
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.portal2 import OptimismPortal2
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import checksum, from_quantity, to_hex

CLOCK, MATURITY, FINALITY = 1_000, 1_500, 500
GAMES = GamesConfig(
    vm=VM.ALPHABET,
    max_game_depth=16,
    split_depth=12,
    clock_extension=10,
    max_clock_duration=CLOCK,
    proof_maturity_delay=MATURITY,
    finality_delay=FINALITY,
    preimage_challenge_period=10,
)
AMOUNT = 10**17
RECIPIENT = b"\x77" * 20
LIE = b"\x01" + b"\x66" * 31
RESOLVE_GAS = 500_000


@dataclass
class Place:
    """The devnet and what a test does on it."""

    devnet: Devnet

    @property
    def bridge(self) -> Bridge:
        return self.devnet.bridge(ACCOUNTS["user"])

    @property
    def now(self) -> int:
        return self.devnet.l1.head.timestamp

    def send(self, role: str, request: TransactionRequest) -> None:
        """And mine it."""
        sender = self.devnet.assembly.l1_sender(KeySigner(ACCOUNTS[role].key))
        transaction = sender.send(request)
        self.devnet.advance(1)
        receipt = sender.receipt(transaction)
        assert receipt is not None
        sender.require_success(receipt, request)

    def withdraw(self) -> Hash:
        """On L2, and in an L2 block that is safe."""
        sent = self.bridge.withdraw(RECIPIENT, AMOUNT)
        self.devnet.until(
            "the withdrawal", lambda: self.bridge.status(sent).withdrawal is not None, seconds=20
        )
        head = self.devnet.l2.block("latest").ref.number
        self.devnet.until(
            "safe blocks", lambda: self.devnet.node.sync_status().safe_l2.number >= head, seconds=60
        )
        return sent

    def propose(self, root: Hash | None = None, *, block: int | None = None) -> FaultDisputeGame:
        """A game, by default right and about the safe head."""
        factory = self.devnet.assembly.factory()
        number = self.devnet.node.sync_status().safe_l2.number if block is None else block
        root = self.devnet.node.output_at_block(number).output_root if root is None else root
        self.send("proposer", factory.create(GAMES.game_type, root, number, bond=GAMES.init_bond))
        (game,) = factory.latest_games(
            GAMES.game_type, until=factory.game_count(block="latest"), block="latest"
        )[:1]
        return FaultDisputeGame(self.devnet.l1.rpc, game.address)

    def decide(self, game: FaultDisputeGame) -> None:
        """When its clock has run out."""
        claims = len(game.read(block=self.devnet.l1.head.hash).claims)
        for index in reversed(range(claims)):
            self.send("challenger", game.resolve_claim(index, claims, gas=RESOLVE_GAS))
        self.send("challenger", game.resolve(gas=RESOLVE_GAS))

    def attack(self, game: FaultDisputeGame) -> None:
        """What nobody answers to."""
        root = game.read(block=self.devnet.l1.head.hash).root
        (bond,) = game.bonds([root.position.move(is_attack=True)], block="latest")
        self.send("third user", game.move(root, LIE, is_attack=True, bond=bond))

    def prove(self, withdrawal: Hash) -> int:
        """And mine it; L1 time of the proof."""
        proof = self.bridge.prove(withdrawal)
        self.devnet.advance(1)
        receipt = self.bridge.receipt(proof)
        assert receipt is not None
        assert receipt.succeeded
        return self.now

    def travel_to(self, time: int) -> None:
        """An L1 block at that very second."""
        self.devnet.travel(time - self.now)
        self.devnet.settle()
        assert self.now == time

    def refusal(self, withdrawal: Hash, submitter: str = "user") -> str:
        """What the portal has against the withdrawal; empty if nothing."""
        found = self.bridge.status(withdrawal).withdrawal
        assert found is not None
        portal = OptimismPortal2(self.devnet.l1.rpc, self.devnet.deployment.addresses.optimism_portal)
        try:
            portal.contract.read("checkWithdrawal", found.hash, ACCOUNTS[submitter].address, block="latest")
        except TransactionRevertedError as error:
            return error.reason.partition("(")[0]
        return ""

    def received(self) -> int:
        return from_quantity(self.devnet.l1.rpc.call("eth_getBalance", to_hex(RECIPIENT), "latest"))

    def finalize(self, withdrawal: Hash) -> None:
        before = self.received()
        sent = self.bridge.finalize(withdrawal)
        self.devnet.advance(1)
        receipt = self.bridge.receipt(sent)
        assert receipt is not None
        assert receipt.succeeded
        assert self.received() == before + AMOUNT
        assert self.bridge.status(withdrawal).stage == Finalized()

    @property
    def superchain_config(self) -> Contract:
        address = self.devnet.deployment.addresses.superchain_config
        return Contract(self.devnet.l1.rpc, address, artifact("SuperchainConfig").abi)


def name_of(game: FaultDisputeGame) -> str:
    """As the bridge calls it."""
    return f"game {checksum(game.contract.address)}"


@contextmanager
def place_in(directory: Path) -> Iterator[Place]:
    """The user has some ETH on L2."""
    config = DevnetConfig(
        directory, l1_block_time=1, settlement=Settlement.GAMES, games=GAMES, ports=free_ports()
    )
    with Devnet.stepped(config) as devnet:
        devnet.pace.pause("proposer")
        devnet.pace.pause("challenger")
        place = Place(devnet)
        place.bridge.deposit(ACCOUNTS["user"].address, 100 * AMOUNT)
        devnet.advance(4)
        yield place
