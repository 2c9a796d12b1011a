"""What the demo does and checks: the life of one user's transactions, stage by stage.

Each stage acts as a user would, waits for the chains, checks its claims against them (never against what an
agent says of itself), and returns the evidence. The order is that of the six stages of ARCHITECTURE.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from eth_abi.abi import decode, encode

from opcycle.artifacts import artifact
from opcycle.deploy.config import VM, Settlement
from opcycle.deploy.local import LOCAL_GAMES, LOCAL_PROOF_GAMES
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.demo.batch_on_l1 import BatchOnL1, find_batch
from opcycle.devnet.demo.forge import Created, ForgeCreate
from opcycle.devnet.demo.games_acts import GamesActs
from opcycle.devnet.demo.oracle_acts import OracleActs
from opcycle.devnet.demo.proof_acts import ProofActs
from opcycle.devnet.demo.scene import RECIPIENT, USER, WITHDRAWN, Scene
from opcycle.devnet.demo.stage import Stage, check
from opcycle.devnet.demo.view import Evidence, View
from opcycle.devnet.devnet import Devnet
from opcycle.devnet.ports import Ports
from opcycle.engine.l2 import Receipt
from opcycle.installation import CHECKOUT
from opcycle.keccak import keccak
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest, ether
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum, from_hex, to_hex

DEPOSIT = 15 * 10**17
TRANSFER = 10**17
WRAPPED = 2 * 10**17
"""Wei that the user deposits, sends and puts into a contract."""

SUBMISSION_INTERVAL = 5
"""L2 blocks between two output roots, so that nobody waits long for one."""

SHOWN = ("OptimismPortalProxy", "L2OutputOracleProxy", "DisputeGameFactoryProxy")
"""Contracts that the first stage names."""

FRIEND = ACCOUNTS["second user"]

MakeDevnet = Callable[[DevnetConfig, Callable[[str], None]], Devnet]
"""`Devnet.live`, or `Devnet.stepped` in tests."""


GAMES = {
    VM.ALPHABET: replace(LOCAL_GAMES, max_game_depth=14, split_depth=10),
    VM.MIPS64: replace(LOCAL_PROOF_GAMES, max_game_depth=74, split_depth=30),
}
"""Of either machine. With alphabet, games have no more claims than fit a screen and reach 1,024 L2 blocks and
8 steps. With mips64 they are a level deeper than OP Mainnet's 73, where the last claim about a wrong root is
the challenger's: here it is the liar's, and a step refutes it."""


def demo_config(
    directory: Path, *, settlement: Settlement, ports: Ports, vm: VM = VM.ALPHABET
) -> DevnetConfig:
    """A devnet for the demo, with an output root every few blocks."""
    return DevnetConfig(
        directory,
        settlement=settlement,
        games=GAMES[vm],
        submission_interval=SUBMISSION_INTERVAL,
        ports=ports,
    )


class Story:
    """`stages()` in order; use it as a context, which stops the devnet at the end."""

    def __init__(self, config: DevnetConfig, view: View, make_devnet: MakeDevnet = Devnet.live):
        self._config = config
        self._make_devnet = make_devnet
        self._scene = Scene(view)
        self._stack = ExitStack()
        self._on_l2: TransactionManager
        self._transfer: Hash

    @property
    def devnet(self) -> Devnet:
        """From the first stage on."""
        return self._scene.devnet

    def __enter__(self) -> "Story":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def stages(self) -> list[Stage]:
        is_oracle = self._config.settlement is Settlement.ORACLE
        is_proof = self._config.games.vm is VM.MIPS64
        acts = OracleActs(self._scene) if is_oracle else (ProofActs if is_proof else GamesActs)(self._scene)
        return [
            Stage("setup", "a local L1, contracts, an L2 with sequencer and verifier", self._set_up),
            Stage("pool", "ETH deposited from L1, a transfer sent to op-geth's pool", self._pool),
            Stage("unsafe", "transfer, contract, call and withdrawal are in L2 blocks", self._unsafe),
            Stage("batch", "the batcher has posted the blocks to L1", self._batch),
            Stage("derive", "the verifier has derived the same blocks from L1 alone", self._derive),
            *acts.stages(),
            Stage("rebuild", "the sequencer is destroyed, a new node rebuilds L2 from L1", self._rebuild),
        ]

    def _set_up(self) -> Evidence:
        devnet = self._stack.enter_context(self._make_devnet(self._config, self._scene.view.note))
        self._scene.devnet = devnet
        rollup = devnet.deployment.rollup
        for who, engine in (("sequencer", devnet.l2), ("verifier", devnet.verifier.engine.l2)):
            check(
                f"the {who}'s op-geth starts from the genesis of rollup.json",
                holds=engine.hash_of(0) == rollup.genesis_l2.hash,
            )
        self._on_l2 = devnet.assembly.l2_sender(KeySigner(USER.key))
        contracts = devnet.deployment.addresses.to_json()
        return {
            "L1": f"chain {rollup.l1_chain_id} at block {devnet.l1.head}, {devnet.l1_url}",
            "L2": f"chain {rollup.l2_chain_id} from genesis {to_hex(rollup.genesis_l2.hash)}",
            **{name: contracts[name] for name in SHOWN if name in contracts},
        }

    def _pool(self) -> Evidence:
        devnet, bridge = self.devnet, self.devnet.bridge(USER)
        before = devnet.l2.balance(FRIEND.address)
        deposit = bridge.deposit(FRIEND.address, DEPOSIT)
        self._transfer = self._on_l2.send(TransactionRequest(RECIPIENT, value=TRANSFER, what="transfer"))
        known = devnet.l2.rpc.call("eth_getTransactionByHash", to_hex(self._transfer))
        check("op-geth knows the transfer", holds=known is not None)
        arrived = self._scene.until(
            "the deposit on L2", lambda: devnet.bridge(USER).deposit_status(deposit).l2_receipt
        )
        check("the deposit succeeded on L2", holds=arrived.succeeded)
        received = devnet.l2.balance(FRIEND.address) - before
        check(f"{ether(DEPOSIT)} ETH arrived, not {ether(received)}", holds=received == DEPOSIT)
        return {
            "transfer": f"{to_hex(self._transfer)}, accepted by op-geth's pool",
            "deposit on L1": to_hex(deposit),
            "deposit on L2": f"{ether(received)} ETH in block {arrived.block}",
        }

    def _unsafe(self) -> Evidence:
        devnet = self.devnet
        transfer = self._mined("the transfer", self._transfer)
        created = self._create()
        contract = self._mined("the contract", created.transaction)
        check("the contract has code", holds=self._code(created.address) != b"")
        call = self._mined(
            "the call",
            self._on_l2.send(
                TransactionRequest(created.address, _calldata("deposit()"), WRAPPED, what="deposit()")
            ),
        )
        held = self._wrapped_balance(created.address)
        check(f"the contract holds {ether(WRAPPED)} ETH for the user", holds=held == WRAPPED)
        self._scene.withdrawal = devnet.bridge(USER).withdraw(RECIPIENT, WITHDRAWN)
        withdrawal = self._mined("the withdrawal", self._scene.withdrawal)
        self._scene.withdrawal_block = withdrawal.block.number
        block = devnet.l2.block(withdrawal.block.hash)
        return {
            "transfer": f"in block {transfer.block}, {transfer.gas_used} gas",
            "contract": f"{checksum(created.address)} in block {contract.block}",
            "call": f"{ether(held)} ETH wrapped in block {call.block}",
            "withdrawal": f"{to_hex(self._scene.withdrawal)} in block {withdrawal.block}",
            "state root": to_hex(block.state_root),
        }

    def _batch(self) -> Evidence:
        devnet = self.devnet
        block = devnet.l2.block(self._scene.withdrawal_block)
        found = self._scene.until("the batch on L1", lambda: self._find_batch(block.ref.timestamp))
        check("it has the block's L1 origin", holds=found.content.epoch_number == block.ref.l1_origin.number)
        check("it has the block's transactions", holds=found.content.transactions == block.user_transactions)
        return {
            "L1 transaction": to_hex(found.transactions[-1]),
            "L1 block": str(found.blocks[-1]),
            "channel": f"{found.channel_id.hex()}, {found.channel_size} bytes for "
            f"{found.blocks_in_channel} L2 blocks",
            "frames": found.frames,
        }

    def _derive(self) -> Evidence:
        devnet, number = self.devnet, self._scene.withdrawal_block
        self._scene.until("the safe head", lambda: devnet.node.sync_status().safe_l2.number >= number or None)
        for each in range(1, number + 1):
            ours, theirs = devnet.l2.hash_of(each), devnet.verifier.engine.l2.hash_of(each)
            check(f"both have the same block {each}", holds=ours is not None and ours == theirs)
        status = devnet.node.sync_status()
        return {
            "blocks compared": number,
            "block hash": to_hex(devnet.l2.block(number).ref.hash),
            "safe head": str(status.safe_l2),
            "read from L1 up to": str(status.current_l1),
        }

    def _rebuild(self) -> Evidence:
        devnet = self.devnet
        devnet.pace.pause("sequencer")
        head = devnet.l2.block("latest").ref
        self._scene.until("every block on L1", lambda: devnet.node.sync_status().safe_l2 == head or None)
        hashes = [devnet.l2.hash_of(number) for number in range(head.number + 1)]
        devnet.destroy_sequencer()
        rebuilt = self._stack.enter_context(devnet.rebuilt_verifier())
        self._scene.until("the rebuilt chain", lambda: rebuilt.client.sync_status().safe_l2 == head or None)
        for number, expected in enumerate(hashes):
            check(f"block {number} is the same", holds=rebuilt.engine.l2.hash_of(number) == expected)
        return {
            "destroyed": "the sequencer, its op-geth and its database",
            "rebuilt from L1": f"{head.number} blocks, every hash compared",
            "head": str(head),
        }

    def _create(self) -> Created:
        """A user's contract, by the real `forge create`; without a checkout there is none, nor its source."""
        if CHECKOUT is None:
            code = TransactionRequest(None, artifact("WETH").bytecode, what="the contract")
            transaction = self._on_l2.send(code)
            address = self._mined("the contract", transaction).contract
            assert address is not None
            return Created(address, transaction)
        forge = ForgeCreate.start(CHECKOUT, self.devnet.assembly.l2, USER)
        self._scene.until("forge create", lambda: forge.is_done() or None)
        return forge.result()

    def _mined(self, what: str, transaction: Hash) -> Receipt:
        """The receipt of an L2 transaction that succeeded."""
        receipt = self._scene.until(what, lambda: self.devnet.l2.receipt(transaction))
        check(f"{what} succeeded", holds=receipt.succeeded)
        return receipt

    def _code(self, address: Address) -> bytes:
        return from_hex(self.devnet.l2.rpc.call("eth_getCode", to_hex(address), "latest"))

    def _wrapped_balance(self, contract: Address) -> int:
        data = _calldata("balanceOf(address)") + encode(["address"], [USER.address])
        query = {"to": to_hex(contract), "data": to_hex(data)}
        reply = self.devnet.l2.rpc.call("eth_call", query, "latest")
        balance: int = decode(["uint256"], from_hex(reply))[0]
        return balance

    def _find_batch(self, timestamp: int) -> BatchOnL1 | None:
        devnet, rollup = self.devnet, self.devnet.deployment.rollup
        blocks = L1Reader(devnet.l1.rpc).blocks(
            rollup.genesis_l1.number,
            devnet.l1.head.number,
            inbox=rollup.batch_inbox,
            portal=rollup.deposit_contract,
            system_config=rollup.l1_system_config,
        )
        return find_batch(rollup, blocks, timestamp)


def _calldata(signature: str) -> bytes:
    """The selector of a function."""
    return keccak(signature.encode())[:4]
