"""What a deployment leaves behind, and where: `addresses.json`, `rollup.json`, `genesis.json`.

`rollup.json` is op-node's, `genesis.json` op-geth's; the names in `addresses.json` are those of the OP Stack.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import orjson

from opcycle.deploy.config import Settlement
from opcycle.engine.fault_proof_program import ChainFiles
from opcycle.errors import UserError
from opcycle.protocol.rollup import RollupConfig, unknown_forks
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity

T = TypeVar("T")

ADDRESSES_FILE = "addresses.json"
ROLLUP_FILE = "rollup.json"
GENESIS_FILE = "genesis.json"

_NAMES = {
    "batch_inbox": "BatchInbox",
    "optimism_portal": "OptimismPortalProxy",
    "system_config": "SystemConfigProxy",
    "superchain_config": "SuperchainConfigProxy",
    "proxy_admin": "ProxyAdmin",
    "l1_cross_domain_messenger": "L1CrossDomainMessengerProxy",
    "l1_standard_bridge": "L1StandardBridgeProxy",
    "l1_erc721_bridge": "L1ERC721BridgeProxy",
    "optimism_mintable_erc20_factory": "OptimismMintableERC20FactoryProxy",
    "l2_output_oracle": "L2OutputOracleProxy",
    "dispute_game_factory": "DisputeGameFactoryProxy",
    "anchor_state_registry": "AnchorStateRegistryProxy",
    "delayed_weth": "DelayedWETHProxy",
    "preimage_oracle": "PreimageOracle",
}
_IN_EITHER_MODE = (
    "batch_inbox",
    "optimism_portal",
    "system_config",
    "superchain_config",
    "proxy_admin",
    "l1_cross_domain_messenger",
    "l1_standard_bridge",
    "l1_erc721_bridge",
    "optimism_mintable_erc20_factory",
)
_IN_ONE_MODE = {
    Settlement.ORACLE: ("l2_output_oracle",),
    Settlement.GAMES: ("dispute_game_factory", "anchor_state_registry", "delayed_weth", "preimage_oracle"),
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the contracts are on L1; for those behind a proxy, the proxy. `proxy_admin` is the
    admin of all of them.

    The output oracle is there if that settles the rollup, else the last four; a mixture is a ValueError.
    """

    batch_inbox: Address
    optimism_portal: Address
    system_config: Address
    superchain_config: Address
    proxy_admin: Address
    l1_cross_domain_messenger: Address
    l1_standard_bridge: Address
    l1_erc721_bridge: Address
    optimism_mintable_erc20_factory: Address
    l2_output_oracle: Address | None = None
    dispute_game_factory: Address | None = None
    anchor_state_registry: Address | None = None
    delayed_weth: Address | None = None
    preimage_oracle: Address | None = None

    def __post_init__(self) -> None:
        there = {name for name in _NAMES if getattr(self, name) is not None}
        wanted = {*_IN_EITHER_MODE, *_IN_ONE_MODE[self.settlement]}
        if there != wanted:
            names = ", ".join(_NAMES[name] for name in sorted(there ^ wanted))
            raise ValueError(f"not all of the {self.settlement} settlement mode, or of both modes: {names}")

    @property
    def settlement(self) -> Settlement:
        return Settlement.GAMES if self.l2_output_oracle is None else Settlement.ORACLE

    def to_json(self) -> dict[str, str]:
        found = {_NAMES[item.name]: getattr(self, item.name) for item in fields(self)}
        return {name: checksum(address) for name, address in found.items() if address is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> "Addresses":
        """Raises KeyError or ValueError naming what is missing or malformed."""
        mode = Settlement.ORACLE if _NAMES["l2_output_oracle"] in data else Settlement.GAMES
        names = (*_IN_EITHER_MODE, *_IN_ONE_MODE[mode])
        return cls(**{name: _address(data[_NAMES[name]]) for name in names})


@dataclass(frozen=True, slots=True)
class Deployment:
    """A rollup whose contracts are on L1."""

    directory: Path
    addresses: Addresses
    rollup: RollupConfig

    @property
    def genesis_file(self) -> Path:
        """For `geth init`."""
        return self.directory / GENESIS_FILE

    @property
    def chain_files(self) -> ChainFiles:
        """What the fault-proof program must know of the chain. Raises UserError for a damaged genesis."""
        return ChainFiles(self.rollup, _read(self.genesis_file, lambda data: data["config"]))

    @classmethod
    def load(cls, directory: Path) -> "Deployment":
        """Raises UserError if files are missing, damaged, or not of one and the same deployment."""
        addresses, rollup = read_contracts(directory)
        time, chain_id = _read(directory / GENESIS_FILE, _genesis_summary)
        deployment = cls(directory, addresses, rollup)
        if (
            (time, chain_id) != (rollup.genesis_time, rollup.l2_chain_id)
            or rollup.deposit_contract != addresses.optimism_portal
            or rollup.l1_system_config != addresses.system_config
            or rollup.batch_inbox != addresses.batch_inbox
        ):
            raise UserError(
                f"the files in {directory} are of different deployments; deploy again into an empty directory"
            )
        return deployment

    def write(self, genesis: Mapping[str, Any]) -> None:
        """Write all three files; each is whole or not there, and `addresses.json` comes last."""
        write_json(self.genesis_file, genesis)
        write_json(self.directory / ROLLUP_FILE, self.rollup.to_json())
        write_json(self.directory / ADDRESSES_FILE, self.addresses.to_json())


def read_contracts(directory: Path) -> tuple[Addresses, RollupConfig]:
    """What is enough to find a rollup on L1. Raises UserError if a file is missing or damaged."""
    addresses = _read(directory / ADDRESSES_FILE, Addresses.from_json)
    return addresses, _read(directory / ROLLUP_FILE, _rollup)


def write_json(file: Path, data: Mapping[str, Any] | Sequence[Any]) -> None:
    """As `write_file`, what JSON there is for `data`."""
    write_file(file, orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write_file(file: Path, content: bytes) -> None:
    """Replace `file` in one go, in a directory made if need be. Raises UserError when that fails."""
    fresh = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        fresh.replace(file)
    except OSError as error:
        raise UserError(f"cannot write {file}: {error.strerror}") from error


def _read(file: Path, parse: Callable[[Any], T]) -> T:
    try:
        return parse(orjson.loads(file.read_bytes()))
    except FileNotFoundError as error:
        raise UserError(
            f"there is no {file.name} in {file.parent}: nothing was deployed there, or not to the end; "
            "run the deployment (again), it goes on where it stopped"
        ) from error
    except OSError as error:
        raise UserError(f"cannot read {file}: {error.strerror}") from error
    except KeyError as error:
        raise UserError(
            f"{file} is damaged: {error} is missing; delete it and run the deployment again"
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{file} is damaged ({error}); delete it and run the deployment again") from error


def _rollup(data: Mapping[str, Any]) -> RollupConfig:
    """A node that does not know a fork must not go on into it: it would leave the chain without a word."""
    if unknown := unknown_forks(data):
        raise UserError(
            f"{ROLLUP_FILE} schedules {' and '.join(unknown)}, whose rules this program does not know; "
            "it cannot follow that chain"
        )
    return RollupConfig.from_json(data)


def _genesis_summary(data: Mapping[str, Any]) -> tuple[int, int]:
    return from_quantity(data["timestamp"]), int(data["config"]["chainId"])


def _address(text: str) -> Address:
    address = from_hex(text)
    if len(address) != 20:
        raise ValueError(f"{text!r} is no address")
    return address
