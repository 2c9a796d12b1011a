"""The contracts of the `games` settlement mode, on a devnet's L1 beside those of the deployment."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import encode

from opcycle.artifacts import artifact
from opcycle.challenger.games import GamesChallenger, GamesOptions
from opcycle.challenger.traces import AlphabetTrace
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.keccak import keccak
from opcycle.l1.contract import Contract, encode_call
from opcycle.l1.dispute_games import DisputeGameFactory, FaultDisputeGame
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.dispute_game import DisputeGame
from opcycle.protocol.types import Address, Hash

ALPHABET = 255
MAX_DEPTH, SPLIT_DEPTH = 12, 8
CLOCK, EXTENSION, PREIMAGE_PERIOD, FINALITY_DELAY, WETH_DELAY = 10_000, 10, 10, 500, 300
PRESTATE = bytes([3]) + keccak(AlphabetTrace.PRESTATE)[1:]


@dataclass
class Arena:
    """A devnet with a game factory. Games reach 256 L2 blocks beyond `anchor`."""

    devnet: Devnet
    factory: DisputeGameFactory
    registry: Contract
    anchor: int

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
        devnet = self.devnet
        return GamesChallenger(
            devnet.deployment.rollup,
            factory=self.factory,
            game_at=lambda address: FaultDisputeGame(devnet.l1.rpc, address),
            traces={ALPHABET: AlphabetTrace()},
            node=devnet.node,
            l1=L1Reader(devnet.l1.rpc),
            l2=devnet.verifier.engine.l2,
            transactions=self.sender(role),
            options=GamesOptions(bond_budget=bond_budget),
        )

    def propose(self, role: str, root: Hash, block: int) -> FaultDisputeGame:
        before = self.factory.game_count(block="latest")
        bond = self.factory.init_bond(ALPHABET, block="latest")
        self.send(role, self.factory.create(ALPHABET, root, block, bond=bond))
        (listed,) = self.factory.games([before], block="latest")
        return FaultDisputeGame(self.devnet.l1.rpc, listed.address)

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
    """Everything deployed by the deployer, who owns it; the anchor is the node's safe head."""
    sender = devnet.assembly.l1_sender(KeySigner(ACCOUNTS["deployer"].key))

    def deploy(name: str, kinds: Sequence[str] = (), values: Sequence[object] = ()) -> Address:
        data = artifact(name).bytecode + encode(kinds, values)
        transaction = sender.send(TransactionRequest(to=None, data=data, what=name))
        devnet.advance(2)
        receipt = sender.receipt(transaction)
        assert receipt is not None
        assert receipt.contract is not None
        return receipt.contract

    def behind_proxy(logic: Address, name: str, *arguments: object) -> Address:
        call = encode_call(artifact(name).abi, "initialize", *arguments)
        owner = ACCOUNTS["deployer"].address
        return deploy("Proxy", ["address", "address", "bytes"], [logic, owner, call])

    anchor = devnet.node.sync_status().safe_l2.number
    root = devnet.node.output_at_block(anchor).output_root
    config = devnet.deployment.addresses.system_config
    owner = ACCOUNTS["deployer"].address
    factory = behind_proxy(deploy("DisputeGameFactory"), "DisputeGameFactory", owner)
    registry = behind_proxy(
        deploy("AnchorStateRegistry", ["uint256"], [FINALITY_DELAY]),
        "AnchorStateRegistry",
        config,
        factory,
        (root, anchor),
        ALPHABET,
    )
    weth = behind_proxy(deploy("DelayedWETH", ["uint256"], [WETH_DELAY]), "DelayedWETH", config)
    oracle = deploy("PreimageOracle", ["uint256", "uint256"], [126_000, PREIMAGE_PERIOD])
    machine = deploy("AlphabetVM", ["bytes32", "address"], [PRESTATE, oracle])
    parameters = (MAX_DEPTH, SPLIT_DEPTH, EXTENSION, CLOCK)
    logic = deploy("FaultDisputeGame", ["(uint256,uint256,uint64,uint64)"], [parameters])
    rpc = devnet.l1.rpc
    made = Arena(
        devnet,
        DisputeGameFactory(rpc, factory),
        Contract(rpc, registry, artifact("AnchorStateRegistry").abi),
        anchor,
    )
    chain_id = devnet.deployment.rollup.l2_chain_id.to_bytes(32, "big")
    arguments = PRESTATE + machine + registry + weth + chain_id
    contract = made.factory.contract
    with_arguments = contract.request("setImplementation", ALPHABET, logic, arguments)
    made.send("deployer", with_arguments)
    made.send("deployer", contract.request("setInitBond", ALPHABET, 8 * 10**16))
    return made
