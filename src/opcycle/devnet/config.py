"""What a devnet is asked to be, and what its directory remembers of that between two runs."""

import fcntl
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import orjson

from opcycle.batcher.options import BatcherOptions
from opcycle.batcher.throttling import ThrottleOptions
from opcycle.deploy.config import VM, GamesConfig, Settlement
from opcycle.deploy.deployment import ADDRESSES_FILE, GENESIS_FILE, ROLLUP_FILE
from opcycle.deploy.local import LOCAL_GAMES
from opcycle.devnet.ports import Ports
from opcycle.errors import UserError
from opcycle.protocol.alt_da import AltDAConfig, CommitmentType
from opcycle.protocol.types import ZERO_ADDRESS, Address

SETTINGS_FILE = "devnet.json"
LOCK_FILE = "lock"
_VERSION = 3

LONGEST = 10**9
"""Seconds, or blocks: three decades, more than anybody wants on purpose."""


NO_CHALLENGES: Address = bytes.fromhex("00000000000000000000000000000000c4a11e46")
"""Stands for the challenge contract that op-node wants with keccak commitments; nothing is deployed there."""


def local_alt_da(kind: CommitmentType) -> AltDAConfig:
    """Alt-DA with short windows: L2 is final 4 L1 blocks after L1 is. Nobody can challenge."""
    contract = NO_CHALLENGES if kind is CommitmentType.KECCAK else ZERO_ADDRESS
    return AltDAConfig(kind, challenge_window=4, resolve_window=4, challenge_contract=contract)


@dataclass(frozen=True, slots=True)
class DevnetConfig:
    """Times in seconds, `submission_interval` in L2 blocks.

    A local chain starts from a fixed timestamp and keeps its own time; `is_wall_clock`: the machine's
    instead, unless it was stopped for more than an hour.
    `node_follows_sequencer`: the node takes the sequencer's blocks before they are on L1, as an op-node does;
    op-batcher asks its rollup node for these. Otherwise the node listens to L1 alone.
    `games` is of settlement by dispute games, `finalization_period` of settlement by an output oracle.
    `l1_url` names an L1 that somebody else runs, on which the test accounts have ether; None: one of our own.
    `throttle`: when L2 blocks get smaller because too much of them waits for L1.
    `batch_inbox` is an address without code, instead of a BatchInbox contract, for op-batcher's blobs.
    `is_restorable`: it can come back to an earlier state (`opcycle.devnet.snapshot`), as its op-geths keep no
    transactions on disk.
    `alt_da` makes it a chain whose batches may be on a DA server, which the devnet then runs.
    """

    directory: Path
    block_time: int = 1
    l1_block_time: int = 2
    settlement: Settlement = Settlement.GAMES
    games: GamesConfig = LOCAL_GAMES
    submission_interval: int = 10
    finalization_period: int = 604_800
    is_wall_clock: bool = False
    node_follows_sequencer: bool = False
    l1_url: str | None = None
    ports: Ports = field(default_factory=Ports)
    batcher: BatcherOptions = field(default_factory=BatcherOptions)
    throttle: ThrottleOptions = field(default_factory=ThrottleOptions)
    alt_da: AltDAConfig | None = None
    batch_inbox: Address | None = None
    is_restorable: bool = False

    def __post_init__(self) -> None:
        for what, value in (
            ("block time", self.block_time),
            ("L1 block time", self.l1_block_time),
            ("submission interval", self.submission_interval),
            ("finalization period", self.finalization_period),
        ):
            if value < 1:
                raise UserError(f"the {what} is {value}; it must be at least 1")
            if value > LONGEST:
                raise UserError(f"the {what} is {value}; it must be at most {LONGEST}")

    @property
    def deployment(self) -> Path:
        """The directory of the deployment's files."""
        return self.directory / "deployment"

    @property
    def cannon(self) -> Path:
        """Where runs of a machine about MIPS64 are."""
        return self.directory / "cannon"

    @property
    def journal(self) -> Path:
        """The file of the sequencer's last payloads."""
        return self.directory / "sequencer" / "payloads.jsonl"

    @property
    def uses_cannon(self) -> bool:
        """Whether games about MIPS64 settle it."""
        return self.settlement is Settlement.GAMES and self.games.vm is VM.MIPS64

    @property
    def is_deployed(self) -> bool:
        """Whether those are all there; if one lacks, deploying again writes them again."""
        return all((self.deployment / name).exists() for name in (ADDRESSES_FILE, ROLLUP_FILE, GENESIS_FILE))

    @property
    def settings(self) -> dict[str, object]:
        """What cannot change once the contracts are on their way to L1."""
        return {
            "version": _VERSION,
            "block_time": self.block_time,
            "l1_block_time": self.l1_block_time,
            "settlement": self.settlement,
            "games": {name: _plain(value) for name, value in asdict(self.games).items()},
            "submission_interval": self.submission_interval,
            "finalization_period": self.finalization_period,
            "L1": "a local one" if self.l1_url is None else "somebody else's",
            "alt_da": None if self.alt_da is None else self.alt_da.to_json(),
            "batch_inbox": None if self.batch_inbox is None else self.batch_inbox.hex(),
        }


def _plain(value: object) -> object:
    """As JSON can have it."""
    return value.hex() if isinstance(value, bytes) else value


class Claim:
    """A devnet's hold on its directory: one process at a time, and always with the same settings.

    Raises UserError if another devnet runs there, or if the chain there was made with other settings.
    """

    def __init__(self, config: DevnetConfig):
        directory = config.directory
        directory.mkdir(parents=True, exist_ok=True)
        self._lock: IO[str] = (directory / LOCK_FILE).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._remember(config)
        except BlockingIOError as error:
            self._lock.close()
            raise UserError(
                f"another devnet runs in {directory}; stop it, or use another --data directory"
            ) from error
        except UserError:
            self._lock.close()
            raise

    def release(self) -> None:
        self._lock.close()

    @staticmethod
    def _remember(config: DevnetConfig) -> None:
        file, settings = config.directory / SETTINGS_FILE, config.settings
        if not config.deployment.exists():  # nothing is made with other settings yet
            fresh = file.with_suffix(".new")
            fresh.write_bytes(orjson.dumps(settings, option=orjson.OPT_INDENT_2))
            fresh.replace(file)
        try:
            written = orjson.loads(file.read_bytes())
            changed = [(key, written.get(key)) for key in settings if written.get(key) != settings[key]]
        except (ValueError, AttributeError, OSError) as error:
            raise UserError(f"{file} is damaged or gone; use another --data directory") from error
        if changed:
            key, before = changed[0]
            raise UserError(
                f"the devnet in {file.parent} was made with {key} {before}, not {settings[key]}; "
                "start it with the same settings, or use another --data directory"
            )


def is_running(directory: Path) -> bool:
    """Whether a devnet has its claim on the directory now."""
    try:
        with (directory / LOCK_FILE).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no such file: no devnet was ever there
        return False
    return False


def discard(directory: Path) -> None:
    """Delete a devnet that nobody runs, to begin a new one there. Raises UserError for anything else."""
    if not directory.exists():
        return
    if any(directory.iterdir()) and not (directory / SETTINGS_FILE).exists():
        raise UserError(f"{directory} holds something else than a devnet; it is left alone, use --data DIR")
    with (directory / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(f"another devnet runs in {directory}; stop it, or use --data DIR") from error
        with suppress(FileNotFoundError):
            shutil.rmtree(directory)
