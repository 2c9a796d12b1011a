"""`devnet` as a test sees it: two chains, the users' bridge, and time that passes only when told to."""

from collections.abc import Callable
from pathlib import Path
from typing import Unpack

from eth_account import Account
from eth_account.signers.local import LocalAccount

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import LONGEST
from opcycle.devnet.devnet import Devnet, NotInTimeError
from opcycle.devnet.leaps import BLOCKS_AT_STOP, TOGETHER, catch_up, leap
from opcycle.errors import TemporaryError, UserError
from opcycle.protocol.types import Hash
from opcycle.testing.agent_logs import logged, sizes
from opcycle.testing.chain import Chain
from opcycle.testing.compiled import AbiEntry
from opcycle.testing.conditions import Condition
from opcycle.testing.settings import Settings
from opcycle.testing.transfers import Deposit, Withdrawal
from opcycle.testing.user_bridge import Transfer, UserBridge
from opcycle.testing.users import fund, user_account

LONGEST_STEPPED = 120
"""Seconds of chain time that pass block by block on both chains; what is longer, L1 leaps over."""

PATIENCE = 600
"""Seconds of chain time that a condition may take by default, leaps not counted."""

MOST_LEAPS = 20

LINES = 5
"""Of each agent's log, where a test has failed."""

BLOCKS_TO_BE_MINED = 20
"""A transaction that is in none of the next twenty blocks will be in no block."""

DRIFT = 1800
"""Seconds that L2 may go on with users' transactions on one L1 origin (Fjord)."""


class LocalRollup:
    """A rollup of its own for each test. `l1` and `l2` are its chains.

    Whatever is called returns when it is done and mined; chain time moves by that, and by `advance` and
    `advance_until`, never by itself. `underlying` is the devnet with all its agents, for tests of those.
    """

    def __init__(self, underlying: Devnet, settings: Settings, *, project: Path):
        self.underlying = underlying
        self.settings = settings
        rollup, errors = underlying.deployment.rollup, list[AbiEntry]()
        self.l1 = Chain(
            "L1",
            underlying.l1_url,
            chain_id=rollup.l1_chain_id,
            project=project,
            wait=self._wait_for_block,
            errors=errors,
        )
        self.l2 = Chain(
            "L2",
            underlying.assembly.l2,
            chain_id=rollup.l2_chain_id,
            project=project,
            wait=self._wait_for_block,
            errors=errors,
        )
        self._chains = self.l1, self.l2
        self._users = 0
        self._logs = Path(underlying.logs)
        self._logs_before = sizes(self._logs)

    def new_user(self) -> LocalAccount:
        """An account that nobody has used, with 100 ether on each chain."""
        user = user_account(self._users)
        self._users += 1
        if self.l1.balance(user) == 0:
            fund(self.underlying, [user])
        return user

    def account(self, role: str) -> LocalAccount:
        """One of those that run the rollup: "deployer" (owns the contracts), "guardian", "batcher", …

        Raises UserError for an unknown role.
        """
        if role not in ACCOUNTS:
            raise UserError(f"nobody is the {role!r}; there are {', '.join(ACCOUNTS)}")
        account: LocalAccount = Account.from_key(ACCOUNTS[role].key)
        return account

    def bridge(self, user: LocalAccount) -> UserBridge:
        """The bridge as that user has it."""
        return UserBridge(self, user)

    def deposit(self, user: LocalAccount, **options: Unpack[Transfer]) -> Deposit:
        """`deposit(user, ether=1)`: from L1 to L2; returns when it has arrived; see `UserBridge.deposit`."""
        return self.bridge(user).deposit(**options)

    def withdraw(self, user: LocalAccount, **options: Unpack[Transfer]) -> Withdrawal:
        """`withdraw(user, ether="0.4")`: from L2 to L1, the first of three steps; see `UserBridge`."""
        return self.bridge(user).withdraw(**options)

    def withdrawal(self, transaction: Hash, user: LocalAccount) -> Withdrawal:
        """The one that a contract started in an L2 transaction; who proves and finalizes it is `user`."""
        return Withdrawal(
            user,
            transaction,
            l1=self.l1,
            bridge_of=lambda account: self.bridge(account).underlying,
            wait=self.advance_until,
            grace=TOGETHER + 2 * BLOCKS_AT_STOP * self.underlying.config.l1_block_time,
        )

    @property
    def addresses(self) -> dict[str, str]:
        """Of the rollup's contracts on L1, by the OP Stack's names: `addresses["OptimismPortalProxy"]`."""
        return self.underlying.deployment.addresses.to_json()

    @property
    def now(self) -> int:
        """L1 time: the timestamp of its newest block, in seconds."""
        return self.underlying.l1.head.timestamp

    @property
    def lag(self) -> int:
        """Seconds that L2 is behind L1, after `advance` has leapt."""
        return self.underlying.lag

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let chain time pass: `advance(days=3.5)`. Up to two minutes both chains make all their blocks.

        Over more than that, L1 leaps: only the agents act, when a game's clock runs out. L2 lags behind then:
        users go on there for half an hour of its time, but deposits wait until it has caught up.
        Raises UserError for a step back, or half a second.
        """
        total = seconds + 60 * minutes + 3600 * hours + 86_400 * days
        if not 0 <= total <= LONGEST:
            raise UserError(f"time passes by 0 to {LONGEST} s at once (asked for {total} s)")
        if total != int(total):
            raise UserError(f"chain time has whole seconds (asked for {total} s)")
        if total <= LONGEST_STEPPED:
            self.underlying.advance(int(total))
        else:
            leap(self.underlying, int(total))

    def advance_until(self, condition: Condition | Callable[[], object], *, seconds: int = PATIENCE) -> None:
        """Let chain time pass until the condition holds: `withdrawal.provable`, or any function of yours.

        Raises NotInTimeError, which names the condition, after `seconds` of chain time; what a condition is
        known to take (seven days until a withdrawal can be finalized) is leapt over and does not count.
        """
        asked = Condition.of(condition)
        devnet, stride = self.underlying, self.underlying.config.l1_block_time
        passed = leaps = 0
        devnet.settle()
        while not asked:
            left = asked.seconds_left()
            if left > LONGEST_STEPPED and leaps < MOST_LEAPS:
                leaps += 1
                leap(devnet, left)
            elif passed < seconds:
                passed += stride
                devnet.advance(stride)
            else:
                raise NotInTimeError(self._in_vain(asked, seconds))

    def catch_up(self) -> None:
        """Let L2 make all the blocks that it is behind L1: about 150 a second, however long that takes."""
        catch_up(self.underlying)

    def last_words(self) -> str:
        """What each agent has logged last in this test, and where the chains are: for whoever reads why it
        failed."""
        heads = map(_where_it_is, self._chains)
        said = (
            f"{name}: {line}"
            for name, lines in logged(self._logs, since=self._logs_before).items()
            for line in lines[-LINES:]
        )
        return "\n".join((*heads, *said))

    def close(self) -> None:
        for chain in self._chains:
            chain.close()

    def _in_vain(self, condition: Condition, seconds: int) -> str:
        try:
            said = condition.describe()
        except TemporaryError as error:
            said = str(error)
        text = f"waited {seconds} s of chain time in vain for {condition.name}"
        if said is not None:
            text += f"; it is {said}"
        if self.lag > DRIFT:
            text += (
                f"; L2 is {self.lag} s behind L1 since the last leap, and takes users' transactions only for "
                f"{DRIFT} s of its time, until devnet.catch_up()"
            )
        return text

    def _wait_for_block(self, what: str, is_there: Callable[[], bool]) -> None:
        """By the second: L2 has a block in each, as a rule."""
        config = self.underlying.config
        stride, longest = sorted((config.block_time, config.l1_block_time))
        most = BLOCKS_TO_BE_MINED * longest
        condition = Condition(f"{what} to be mined", is_there)
        passed = 0
        self.underlying.settle()
        while not condition:
            if passed > most:
                raise NotInTimeError(self._in_vain(condition, most))
            self.underlying.advance(stride)
            passed += stride


def _where_it_is(chain: Chain) -> str:
    """Also of a chain that a test has stopped."""
    try:
        return f"{chain.name} at block {chain.block_number}, time {chain.timestamp}"
    except TemporaryError as error:
        return f"{chain.name}: {error}"
