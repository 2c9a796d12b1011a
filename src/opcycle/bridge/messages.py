"""Messages of one user between the chains: calls whose target can ask the messenger there who sent them.

    L1 → L2   L1 messenger ─ deposit ─► L2 messenger ─► target                    by itself, in seconds
    L2 → L1   L2 messenger ─ withdrawal ─► proven ─► finalized ─► L1 messenger ─► target

To L1 a message rides on a withdrawal, which `opcycle.bridge.bridge` proves and finalizes. On both ways a
message whose call fails waits with its ETH, and anybody can relay it again; see `ICrossDomainMessenger.sol`.
Like the bridge, every call acts or tells at once, and the two chains tell everything.
"""

from dataclasses import dataclass
from functools import cached_property

from opcycle.artifacts import artifact
from opcycle.bridge.bridge import Bridge, UnknownTransactionError
from opcycle.bridge.deposits import DepositStatus
from opcycle.bridge.message_status import (
    Failed,
    Layer,
    MessageStage,
    MessageStatus,
    NotSentYet,
    Refused,
    Relayed,
    UnderWay,
)
from opcycle.bridge.pick import pick
from opcycle.bridge.refusals import explained
from opcycle.engine.l2 import L2Client
from opcycle.engine.l2 import Receipt as L2Receipt
from opcycle.errors import TemporaryError, UserError
from opcycle.l1.contract import Contract
from opcycle.l1.fees import MAX_TRANSACTION_GAS
from opcycle.l1.receipts import Receipt, read_receipt
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.deposits import deposits_from_logs
from opcycle.protocol.messages import MAX_DATA, MAX_GAS, Message, base_gas, messages_from_logs
from opcycle.protocol.predeploys import L2_CROSS_DOMAIN_MESSENGER, L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.types import ZERO_ADDRESS, Address, Hash
from opcycle.protocol.withdrawals import withdrawals_from_logs
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex

MIN_GAS = 200_000
"""What a target gets at least, if nothing else is asked for."""

ESTIMATION_ADDRESS = (1).to_bytes(20, "big")
"""Nobody has its key. A relay that fails reverts for it, and for nobody else: so its gas can be estimated."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message, the chain that it left, and what its transaction did there."""

    message: Message
    origin: Layer
    receipt: Receipt | L2Receipt


class Messages:
    """`l1_sender` sends on L1, `l2_sender` on L2; None: nothing can be sent there.

    A transaction can send several messages: `index`, from 0, says which one is meant. UserError means that
    the same call will never succeed, TemporaryError that it may later.
    """

    def __init__(
        self,
        *,
        l1: RpcClient,
        l2: L2Client,
        bridge: Bridge,
        system_config: Address,
        l1_sender: TransactionManager | None,
        l2_sender: TransactionManager | None,
    ):
        self._l1 = l1
        self._l2 = l2
        self._bridge = bridge
        self._config = Contract(l1, system_config, artifact("SystemConfig").abi)
        self._senders = {Layer.L1: l1_sender, Layer.L2: l2_sender}

    def send(
        self, to: Layer, target: Address, data: bytes = b"", *, wei: int = 0, min_gas: int = MIN_GAS
    ) -> Hash:
        """Have `target` on the chain `to` called with `data` and `wei`; returns the transaction on the other
        chain. `min_gas` is what the call gets at least."""
        self._require_sendable(to, target, data, min_gas)
        request = self._messengers[to.other].request("sendMessage", target, data, min_gas, value=wei)
        return self._send(to.other, request)

    def status(self, transaction: Hash, index: int | None = None) -> MessageStatus:
        """Where a message stands, as of both chains' heads; `transaction` is the one that sent it.

        Raises UserError if neither chain knows the transaction, or it failed, or sends no such message.
        """
        found = self._find(transaction, index)
        if isinstance(found, NotSentYet):
            return MessageStatus(None, found.on.other, found)
        return MessageStatus(found.message, found.origin.other, self._stage(transaction, found))

    def relay_again(self, transaction: Hash, index: int | None = None) -> Hash:
        """Have the call made of a message that failed; returns the transaction, on the chain that it is for.

        Its gas is what the call needs to succeed; UserError if it would fail again.
        """
        status = self.status(transaction, index)
        message = status.message
        if message is None or not isinstance(status.stage, Failed):
            kind = UserError if isinstance(status.stage, Relayed | Refused) else TemporaryError
            raise kind(f"only a message that failed can be relayed again; this one is {status}")
        arguments = (message.nonce, message.sender, message.target)
        more = (message.value, message.min_gas, message.data)
        messenger = self._messengers[status.to]
        request = messenger.request("relayMessage", *arguments, *more)
        gas = _gas_to_succeed(messenger, request)
        return self._send(status.to, messenger.request("relayMessage", *arguments, *more, gas=gas))

    def receipt(self, on: Layer, transaction: Hash) -> Receipt | L2Receipt | None:
        """What became of a transaction; None while it is in no block."""
        return read_receipt(self._l1, transaction) if on is Layer.L1 else self._l2.receipt(transaction)

    # --- the contracts ---

    @cached_property
    def _messengers(self) -> dict[Layer, Contract]:
        """By the chain that they are on. Raises UserError if L1 has none."""
        address: Address = self._config.read("l1CrossDomainMessenger", block="latest")
        if address == ZERO_ADDRESS:
            raise UserError(
                "this rollup's SystemConfig names no messenger on L1: send ETH by a deposit instead"
            )
        on_l1 = (*artifact("L1CrossDomainMessenger").abi, *_errors("OptimismPortal2"))
        return {
            Layer.L1: Contract(self._l1, address, on_l1),
            Layer.L2: Contract(
                self._l2.rpc, L2_CROSS_DOMAIN_MESSENGER, artifact("L2CrossDomainMessenger").abi
            ),
        }

    @cached_property
    def _portal(self) -> Address:
        portal: Address = self._config.read("optimismPortal", block="latest")
        return portal

    # --- sending ---

    def _require_sendable(self, to: Layer, target: Address, data: bytes, min_gas: int) -> None:
        """The messengers take some messages that can never be relayed, and their ETH would be lost."""
        if target in self._unsafe(to):
            raise UserError(
                f"{checksum(target)} is a contract of the bridge on {to}, which messages may not call; its "
                "ETH would be lost; send to another target"
            )
        if target == ZERO_ADDRESS:
            raise UserError("the target is the zero address, which is nobody's; name who is to be called")
        if not 0 <= min_gas <= MAX_GAS:
            raise UserError(f"a target can be promised at most {MAX_GAS} gas, not {min_gas}")
        if len(data) > MAX_DATA:
            raise UserError(f"a message has at most {MAX_DATA} bytes, this one has {len(data)}: split it")
        if to is Layer.L1 and _gas_of_finalizing(len(data), min_gas) > MAX_TRANSACTION_GAS:
            raise UserError(
                f"a target on L1 cannot be promised {min_gas} gas: finalizing would need more than the "
                f"{MAX_TRANSACTION_GAS} that a transaction may have, and the ETH would be lost; promise less"
            )

    def _unsafe(self, on: Layer) -> tuple[Address, Address]:
        other = self._portal if on is Layer.L1 else L2_TO_L1_MESSAGE_PASSER
        return self._messengers[on].address, other

    def _send(self, on: Layer, request: TransactionRequest) -> Hash:
        sender = self._senders[on]
        if sender is None:
            raise UserError(f"sending on {on} needs an account, and there is none; give it a key")
        try:
            return sender.send(request)
        except TransactionRevertedError as error:
            raise explained(error) from error

    # --- following ---

    def _find(self, transaction: Hash, index: int | None) -> _Sent | NotSentYet:
        for on in (Layer.L2, Layer.L1):
            receipt = self.receipt(on, transaction)
            if receipt is not None:
                return self._sent(on, transaction, receipt, index)
        for on, rpc in ((Layer.L2, self._l2.rpc), (Layer.L1, self._l1)):
            if rpc.call("eth_getTransactionByHash", to_hex(transaction)) is not None:
                return NotSentYet(on)
        raise UnknownTransactionError(
            f"neither chain knows transaction {to_hex(transaction)}; is it of these chains, and was it sent?"
        )

    def _sent(self, on: Layer, transaction: Hash, receipt: Receipt | L2Receipt, index: int | None) -> _Sent:
        name = f"{on} transaction {to_hex(transaction)}"
        if not receipt.succeeded:
            raise UserError(f"{name} failed in block {receipt.block}: it has sent nothing")
        messages = messages_from_logs(receipt.logs, messenger=self._messengers[on].address)
        return _Sent(pick(messages, index, maker=name, what="message"), on, receipt)

    def _stage(self, transaction: Hash, sent: _Sent) -> MessageStage:
        to, receipt = sent.origin.other, sent.receipt
        if isinstance(receipt, Receipt):
            under_way = self._deposit(sent.message, receipt)
        else:
            under_way = self._withdrawal(sent.message, transaction, receipt)
        # Asked last: what has arrived by now is recorded by now.
        is_relayed, has_failed = self._messengers[to].read_many(
            [(getter, (sent.message.hash,)) for getter in ("successfulMessages", "failedMessages")],
            block="latest",
        )
        if is_relayed:
            return Relayed(to)
        if has_failed:
            return Failed(to)
        return Refused(to) if _has_arrived(under_way) else under_way

    def _deposit(self, message: Message, receipt: Receipt) -> UnderWay:
        deposits, _ = deposits_from_logs(receipt.logs, portal=self._portal, l1_hash=receipt.block.hash)
        deposit = next(each for each in deposits if each.data == message.encode())
        return UnderWay(DepositStatus(receipt, deposit, self._l2.receipt(deposit.hash)))

    def _withdrawal(self, message: Message, transaction: Hash, receipt: L2Receipt) -> UnderWay:
        data = [each.data for each in withdrawals_from_logs(receipt.logs)]
        index = data.index(message.encode())
        return UnderWay(self._bridge.status(transaction, index), index)


def _has_arrived(stage: UnderWay) -> bool:
    """The deposit or withdrawal that carries it is done."""
    by = stage.by
    return by.l2_receipt is not None if isinstance(by, DepositStatus) else by.is_finalized


def _gas_of_finalizing(size: int, min_gas: int) -> int:
    """At most, of the withdrawal that carries a message: what the portal must have left for it (see
    `SafeCall.hasMinGas`), and what comes before, which goes by the length."""
    return base_gas(size, min_gas) * 64 // 63 + 40_000 + 200_000 + 20 * size


def _gas_to_succeed(messenger: Contract, request: TransactionRequest) -> int:
    """Gas of a relay whose call succeeds, and a fifth on top, because the state may change.

    An ordinary estimate would be what it takes to record another failure: that does not revert.
    """
    call = {"from": to_hex(ESTIMATION_ADDRESS), "to": to_hex(messenger.address), "data": to_hex(request.data)}
    try:
        estimate = from_quantity(messenger.rpc.call("eth_estimateGas", call))
    except RpcError as error:
        reason = error.reason
        if isinstance(error.data, str):
            reason = messenger.errors.explain(from_hex(error.data))
        raise explained(TransactionRevertedError(request.what, reason)) from error
    return min(estimate * 6 // 5, MAX_TRANSACTION_GAS)


def _errors(name: str) -> list[dict[str, object]]:
    """The errors that a contract declares."""
    return [entry for entry in artifact(name).abi if entry["type"] == "error"]
