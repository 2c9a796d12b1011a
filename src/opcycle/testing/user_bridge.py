"""The bridge as one user has it: ether, messages, tokens."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict, Unpack

from eth_account.signers.local import LocalAccount

from opcycle.bridge.bridge import GAS_LIMIT
from opcycle.bridge.collectibles import Collectibles
from opcycle.bridge.messages import Messages
from opcycle.bridge.tokens import Tokens
from opcycle.errors import UserError
from opcycle.protocol.types import Address
from opcycle.testing.addresses import Addressed, to_address
from opcycle.testing.amounts import Ether, to_wei
from opcycle.testing.transfers import Deposit, Withdrawal
from opcycle.testing.users import signer_of

if TYPE_CHECKING:
    from opcycle.testing.rollup import LocalRollup

BLOCKS_PER_SECOND = 150
"""L2 blocks that a small machine makes in a second while L2 catches up: measured."""

CATCH_UP_LIMIT = 10_000
"""L2 blocks that a deposit waits for without being asked: more than a minute of the machine's time."""


class Transfer(TypedDict, total=False):
    """What goes over: `ether` or `wei` of value, `data` for a contract.

    `to` whom on the other chain; the user, if not given. `gas_limit`: of the call there.
    """

    ether: Ether
    wei: int
    to: Addressed
    data: bytes
    gas_limit: int


@dataclass(frozen=True, slots=True)
class _Call:
    to: Address
    wei: int
    data: bytes
    gas_limit: int


class UserBridge:
    """`deposit` and `withdraw` return when what they have sent is mined.

    Everything below sends and waits for nothing (`devnet.l1.wait_for(sent)`): `underlying`, `messages`,
    `tokens` (ERC-20) and `collectibles` (ERC-721); see `opcycle.bridge`.
    """

    def __init__(self, devnet: "LocalRollup", user: LocalAccount):
        self._devnet = devnet
        self._user = user
        self._signer = signer_of(user)
        self.underlying = devnet.underlying.assembly.bridge(self._signer)

    def deposit(self, **options: Unpack[Transfer]) -> Deposit:
        """From L1 to L2: `deposit(ether=1)`; returns when it has arrived.

        If L2 is behind, it catches up. Raises UserError if that takes long, and says how long.
        """
        devnet, call = self._devnet, self._call(options)
        self._require_reachable()
        sent = self.underlying.deposit(call.to, call.wei, data=call.data, gas_limit=call.gas_limit)
        receipt = devnet.l1.wait_for(sent, "the deposit")
        if not receipt.succeeded:
            raise UserError(f"the deposit 0x{sent.hex()} failed on L1; it has deposited nothing")
        deposit = Deposit(self.underlying, sent)
        devnet.catch_up()
        devnet.advance_until(deposit.arrived)
        return deposit

    def withdraw(self, **options: Unpack[Transfer]) -> Withdrawal:
        """From L2 to L1: `withdraw(ether="0.4")`, the first of three steps."""
        call = self._call(options)
        sent = self.underlying.withdraw(call.to, call.wei, data=call.data, gas_limit=call.gas_limit)
        receipt = self._devnet.l2.wait_for(sent, "the withdrawal")
        if not receipt.succeeded:
            raise UserError(f"the withdrawal 0x{sent.hex()} failed on L2; it has withdrawn nothing")
        return self._devnet.withdrawal(sent, self._user)

    @cached_property
    def messages(self) -> Messages:
        """Between contracts, through the messengers."""
        return self._devnet.underlying.assembly.messages(self._signer)

    @cached_property
    def tokens(self) -> Tokens:
        """ERC-20."""
        return self._devnet.underlying.assembly.tokens(self._signer)

    @cached_property
    def collectibles(self) -> Collectibles:
        """ERC-721."""
        return self._devnet.underlying.assembly.collectibles(self._signer)

    def _call(self, options: Transfer) -> "_Call":
        return _Call(
            to=to_address(options.get("to", self._user)),
            wei=to_wei(ether=options.get("ether"), wei=options.get("wei")),
            data=options.get("data", b""),
            gas_limit=options.get("gas_limit", GAS_LIMIT),
        )

    def _require_reachable(self) -> None:
        lag = self._devnet.lag
        blocks = lag // self._devnet.underlying.config.block_time
        if blocks > CATCH_UP_LIMIT:
            minutes = blocks // BLOCKS_PER_SECOND // 60 + 1
            raise UserError(
                f"L2 is {lag} s behind L1: a deposit made now arrives after {blocks} more L2 blocks, about "
                f"{minutes} minutes of your time. Deposit before time leaps, choose short windows, or call "
                "devnet.catch_up() first if you mean it"
            )
