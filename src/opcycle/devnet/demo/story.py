"""What the demo does and checks: the life of one user's transactions, stage by stage.

Each stage acts as a user would, waits for the chains, checks its claims against them (never against what an
agent says of itself), and returns the evidence. The order is that of the six stages of ARCHITECTURE.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from eth_abi.abi import decode, encode

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.devnet.demo.batch_on_l1 import BatchOnL1, find_batch
from opcycle.devnet.demo.forge import ForgeCreate
from opcycle.devnet.demo.stage import Stage, check
from opcycle.devnet.demo.view import Evidence, View
from opcycle.devnet.devnet import Devnet
from opcycle.engine.l2 import Receipt
from opcycle.keccak import keccak
from opcycle.l1.reader import L1Reader
from opcycle.l1.signer import KeySigner
from opcycle.l1.transactions import TransactionManager, TransactionRequest, ether
from opcycle.protocol.types import Address, Hash
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex

DEPOSIT = 15 * 10**17
TRANSFER = 10**17
WRAPPED = 2 * 10**17
WITHDRAWN = 4 * 10**17
"""Wei that the user deposits, sends, puts into a contract and withdraws."""

RECIPIENT: Address = keccak(b"the demo's recipient on L1")[12:]
"""Whoever gets the withdrawal: an account that has nothing before."""

PATIENCE = 120
"""Seconds, of chain time if stepped, in which anything that is waited for must have come."""

USER = ACCOUNTS["user"]
FRIEND = ACCOUNTS["second user"]

T = TypeVar("T")

MakeDevnet = Callable[[DevnetConfig, Callable[[str], None]], Devnet]
"""`Devnet.live`, or `Devnet.stepped` in tests."""


class Story:
    """`stages()` in order; use it as a context, which stops the devnet at the end."""

    def __init__(self, config: DevnetConfig, view: View, make_devnet: MakeDevnet = Devnet.live):
        self._config = config
        self._view = view
        self._make_devnet = make_devnet
        self._stack = ExitStack()
        self.devnet: Devnet
        self._on_l2: TransactionManager
        self._transfer: Hash
        self._withdrawal: Hash
        self._withdrawal_block: int
        self._output_index: int

    def __enter__(self) -> "Story":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def stages(self) -> list[Stage]:
        return [
            Stage("setup", "a local L1, contracts, an L2 with sequencer and verifier", self._set_up),
            Stage("pool", "ETH deposited from L1, a transfer sent to op-geth's pool", self._pool),
            Stage("unsafe", "transfer, contract, call and withdrawal are in L2 blocks", self._unsafe),
            Stage("batch", "the batcher has posted the blocks to L1", self._batch),
            Stage("derive", "the verifier has derived the same blocks from L1 alone", self._derive),
            Stage("propose", "the output root is on L1", self._propose),
            Stage("challenge", "a rogue proposal is made, caught and deleted", self._challenge),
            Stage("settle", "the withdrawal is proven, the week passes, the ETH arrives", self._settle),
            Stage("rebuild", "the sequencer is destroyed, a new node rebuilds L2 from L1", self._rebuild),
        ]

    def _set_up(self) -> Evidence:
        self.devnet = devnet = self._stack.enter_context(self._make_devnet(self._config, self._view.note))
        rollup = devnet.deployment.rollup
        for who, engine in (("sequencer", devnet.l2), ("verifier", devnet.verifier.engine.l2)):
            check(
                f"the {who}'s op-geth starts from the genesis of rollup.json",
                holds=engine.hash_of(0) == rollup.genesis_l2.hash,
            )
        self._on_l2 = devnet.assembly.l2_sender(KeySigner(USER.key))
        addresses = devnet.deployment.addresses
        return {
            "L1": f"chain {rollup.l1_chain_id} at block {devnet.l1.head}, {devnet.l1_url}",
            "L2": f"chain {rollup.l2_chain_id} from genesis {to_hex(rollup.genesis_l2.hash)}",
            "portal": checksum(addresses.optimism_portal),
            "output oracle": checksum(devnet.assembly.oracle().contract.address),
        }

    def _pool(self) -> Evidence:
        devnet, bridge = self.devnet, self.devnet.bridge(USER)
        before = devnet.l2.balance(FRIEND.address)
        deposit = bridge.deposit(FRIEND.address, DEPOSIT)
        self._transfer = self._on_l2.send(TransactionRequest(RECIPIENT, value=TRANSFER, what="transfer"))
        known = devnet.l2.rpc.call("eth_getTransactionByHash", to_hex(self._transfer))
        check("op-geth knows the transfer", holds=known is not None)
        arrived = self._until(
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
        forge = ForgeCreate.start(devnet.assembly.l2, USER)
        self._until("forge create", lambda: forge.is_done() or None)
        created = forge.result()
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
        self._withdrawal = devnet.bridge(USER).withdraw(RECIPIENT, WITHDRAWN)
        withdrawal = self._mined("the withdrawal", self._withdrawal)
        self._withdrawal_block = withdrawal.block.number
        block = devnet.l2.block(withdrawal.block.hash)
        return {
            "transfer": f"in block {transfer.block}, {transfer.gas_used} gas",
            "forge create": f"{checksum(created.address)} in block {contract.block}",
            "call": f"{ether(held)} ETH wrapped in block {call.block}",
            "withdrawal": f"{to_hex(self._withdrawal)} in block {withdrawal.block}",
            "state root": to_hex(block.state_root),
        }

    def _batch(self) -> Evidence:
        devnet = self.devnet
        block = devnet.l2.block(self._withdrawal_block)
        found = self._until("the batch on L1", lambda: self._find_batch(block.ref.timestamp))
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
        devnet, number = self.devnet, self._withdrawal_block
        self._until("the safe head", lambda: devnet.node.sync_status().safe_l2.number >= number or None)
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

    def _propose(self) -> Evidence:
        devnet, oracle = self.devnet, self.devnet.assembly.oracle()
        number = self._withdrawal_block
        self._until(
            f"an output for L2 block {number}",
            lambda: oracle.latest_block_number(block="latest") >= number or None,
        )
        index = self._output_index = oracle.output_index_after(number, block="latest")
        output = oracle.output(index, block="latest")
        verified = devnet.node.output_at_block(output.l2_block_number)
        sequenced = devnet.l2.block(output.l2_block_number).output
        check("the verifier computes the same root", holds=verified.output_root == output.output_root)
        check("so does the sequencer's chain", holds=sequenced.root == output.output_root)
        return {
            "output": f"index {index} for L2 block {output.l2_block_number}",
            "output root": to_hex(output.output_root),
        }

    def _challenge(self) -> Evidence:
        """The proposer's own key, in the wrong hands for once."""
        devnet, oracle = self.devnet, self.devnet.assembly.oracle()
        devnet.pace.pause("proposer")
        rogue = devnet.assembly.l1_sender(KeySigner(ACCOUNTS["proposer"].key))
        self._until("the proposer's last transaction", lambda: rogue.in_flight() == 0 or None)
        number = oracle.next_block_number(block="latest")
        index = oracle.next_output_index(block="latest")
        due = oracle.l2_timestamp(number, block="latest")
        self._until("the next output's time", lambda: devnet.l1.head.timestamp > due or None)
        wrong = keccak(b"there is a lot more ETH in here")
        proposal = rogue.send(oracle.propose(wrong, number, l1_block=devnet.l1.head.id))
        receipt = self._until("the rogue proposal", lambda: rogue.receipt(proposal))
        check("the rogue proposal was accepted", holds=receipt.succeeded)
        self._until("its deletion", lambda: oracle.next_output_index(block="latest") == index or None)
        kept = oracle.output(self._output_index, block="latest").output_root
        right = devnet.node.output_at_block(oracle.output(self._output_index, block="latest").l2_block_number)
        check("the right output still stands", holds=kept == right.output_root)
        devnet.pace.resume("proposer")
        return {
            "rogue root": f"{to_hex(wrong)} for L2 block {number}",
            "proposed in": to_hex(proposal),
            "deleted by": checksum(ACCOUNTS["challenger"].address),
        }

    def _settle(self) -> Evidence:
        devnet, bridge = self.devnet, self.devnet.bridge(USER)
        proof = bridge.prove(self._withdrawal)
        receipt = self._until("the proof", lambda: bridge.receipt(proof))
        check("the proof was accepted", holds=receipt.succeeded)
        period = devnet.assembly.oracle().finalization_period(block="latest")
        travelled_from = devnet.l1.head.timestamp
        devnet.travel(period + 1)
        self._until("the end of the window", lambda: bridge.status(self._withdrawal).is_finalizable or None)
        before = self._l1_balance(RECIPIENT)
        finalization = bridge.finalize(self._withdrawal)
        receipt = self._until("the finalization", lambda: bridge.receipt(finalization))
        check("the finalization succeeded", holds=receipt.succeeded)
        received = self._l1_balance(RECIPIENT) - before
        check(f"{ether(WITHDRAWN)} ETH arrived, not {ether(received)}", holds=received == WITHDRAWN)
        return {
            "proven in": to_hex(proof),
            "seconds travelled on L1": devnet.l1.head.timestamp - travelled_from,
            "finalized in": to_hex(finalization),
            "received": f"{ether(received)} ETH by {checksum(RECIPIENT)}",
        }

    def _rebuild(self) -> Evidence:
        devnet = self.devnet
        devnet.pace.pause("sequencer")
        head = devnet.l2.block("latest").ref
        self._until("every block on L1", lambda: devnet.node.sync_status().safe_l2 == head or None)
        hashes = [devnet.l2.hash_of(number) for number in range(head.number + 1)]
        devnet.destroy_sequencer()
        rebuilt = self._stack.enter_context(devnet.rebuilt_verifier())
        self._until("the rebuilt chain", lambda: rebuilt.client.sync_status().safe_l2 == head or None)
        for number, expected in enumerate(hashes):
            check(f"block {number} is the same", holds=rebuilt.engine.l2.hash_of(number) == expected)
        return {
            "destroyed": "the sequencer, its op-geth and its database",
            "rebuilt from L1": f"{head.number} blocks, every hash compared",
            "head": str(head),
        }

    def _until(self, what: str, look: Callable[[], T | None]) -> T:
        """What `look` finds, once it finds something."""
        self._view.note(f"waiting for {what}")
        found: list[T] = []

        def has_come() -> bool:
            seen = look()
            if seen is not None:
                found.append(seen)
            return seen is not None

        self.devnet.until(what, has_come, seconds=PATIENCE)
        return found[0]

    def _mined(self, what: str, transaction: Hash) -> Receipt:
        """The receipt of an L2 transaction that succeeded."""
        receipt = self._until(what, lambda: self.devnet.l2.receipt(transaction))
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

    def _l1_balance(self, address: Address) -> int:
        return from_quantity(self.devnet.l1.rpc.call("eth_getBalance", to_hex(address), "latest"))

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
