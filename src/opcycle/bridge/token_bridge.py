"""What the bridges for both kinds of token share: pairs, senders, the factories that make copies."""

from functools import cached_property
from typing import Any

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.bridge.token_pairs import Ends, Pair, Standard, ask, has_code, read_ends, require_pair
from opcycle.bridge.token_refusals import explained
from opcycle.errors import UserError
from opcycle.l1.contract import Contract
from opcycle.l1.receipts import Receipt, read_receipt
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.l1.transactions import TransactionManager, TransactionRequest
from opcycle.protocol.types import ZERO_ADDRESS, Address, Hash
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, to_hex

MIN_GAS = 200_000
"""What paying out on the other chain gets at least, if nothing else is asked for."""


class TokenBridge:
    """`l1_sender` sends on L1, `l2_sender` on L2; None: nothing can be sent there."""

    standard: Standard

    def __init__(
        self,
        *,
        l1: RpcClient,
        l2: RpcClient,
        system_config: Address,
        l1_sender: TransactionManager | None,
        l2_sender: TransactionManager | None,
    ):
        self._rpcs = {Layer.L1: l1, Layer.L2: l2}
        self._system_config = system_config
        self._senders = {Layer.L1: l1_sender, Layer.L2: l2_sender}

    @cached_property
    def ends(self) -> Ends:
        """The bridges and factories of both chains. Raises UserError if there are none."""
        l1, l2 = self._rpcs[Layer.L1], self._rpcs[Layer.L2]
        return read_ends(self.standard, l1=l1, l2=l2, system_config=self._system_config)

    def home(self, pair: Pair) -> Layer:
        """The chain that the original is on. Raises UserError unless the bridges carry this pair."""
        return require_pair(self.standard, self.ends, pair)

    def receipt(self, on: Layer, transaction: Hash) -> Receipt | None:
        """What became of a transaction; None while it is in no block."""
        return read_receipt(self._rpcs[on], transaction)

    def token(self, on: Layer, token: Address) -> Contract:
        return Contract(self._rpcs[on], token, self.standard.abi)

    def created(self, on: Layer, transaction: Hash) -> Address | None:
        """The copy that a transaction has made; None while it is in no block."""
        receipt = self.receipt(on, transaction)
        if receipt is None:
            return None
        made = [log.topics[1][12:] for log in receipt.logs if log.topics[:1] == (self.standard.created,)]
        if not made:
            raise UserError(
                f"{on} transaction {to_hex(transaction)} has made no copy: it failed, or is another"
            )
        return made[0]

    def _said(self, on: Layer, token: Address, **given: Any) -> dict[str, Any]:
        """By getter: what is given, or what the token says if that is None."""
        contract = self.token(on, token)
        found = {what: ask(contract, what) if known is None else known for what, known in given.items()}
        missing = ", ".join(what for what, known in found.items() if known is None)
        if missing:
            raise UserError(
                f"{checksum(token)} on {on} does not say its {missing}: is it an {self.standard} token, and "
                "of this chain? If it is, give what is missing"
            )
        return found

    def _factory(self, on: Layer) -> Contract:
        factory = self.ends[on].factory
        if factory is None or not has_code(self._rpcs[on], factory):
            raise UserError(f"no factory on {on} makes copies of {self.standard} tokens: have it made on L2")
        return Contract(self._rpcs[on], factory, self.standard.factory_abi)

    def _bridge(self, on: Layer) -> Contract:
        others = (
            *self.standard.abi,
            *artifact("OptimismPortal2").abi,
            *artifact("L1CrossDomainMessenger").abi,
        )
        errors = (entry for entry in others if entry["type"] == "error")
        return Contract(
            self._rpcs[on], self.ends[on].bridge, [*artifact(self.standard.bridge_on(on)).abi, *errors]
        )

    def _sender(self, on: Layer) -> TransactionManager:
        sender = self._senders[on]
        if sender is None:
            raise UserError(f"sending on {on} needs an account, and there is none; give it a key")
        return sender

    def _send(self, on: Layer, request: TransactionRequest) -> Hash:
        try:
            return self._sender(on).send(request)
        except TransactionRevertedError as error:
            raise explained(error) from error

    def _require_recipient(self, to: Layer, recipient: Address) -> None:
        if recipient == ZERO_ADDRESS:
            raise UserError("the zero address is nobody's: name who is to get it")
        if recipient == self.ends[to].bridge:
            raise UserError(
                f"{checksum(recipient)} is the bridge itself on {to}, which would keep it: name who is "
                "to get it"
            )

    def _require_absent(self, on: Layer, made: Address) -> None:
        """Factories refuse to make the same again without a reason."""
        if has_code(self._rpcs[on], made):
            raise UserError(
                f"this copy exists already on {on}, at {checksum(made)}: use it, or name it otherwise"
            )
