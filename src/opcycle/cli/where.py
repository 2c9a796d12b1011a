"""Where a command finds its chain: a running devnet's directory, or a deployment and URLs given by hand."""

import functools
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.bridge.bridge import Bridge
from opcycle.bridge.messages import Messages
from opcycle.deploy.deployment import Deployment
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.assembly import Assembly
from opcycle.devnet.config import is_running
from opcycle.devnet.devnet import Devnet
from opcycle.errors import UserError
from opcycle.l1.signer import KeySigner, Signer

DEFAULT_DATA = Path(".opcycle/devnet")
ENDPOINTS_FILE = "endpoints.json"
KEY_VARIABLE = "OPCYCLE_PRIVATE_KEY"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a running devnet leaves in its directory for other commands: URLs, and where its deployment is.

    `da_server` is None on a chain without alt-DA, `l1_beacon` on an L1 that is not its own. `node_l2` is the
    RPC of the node's engine, `cannon` the directory of the runs of a machine about MIPS64.
    """

    l1: str
    l2: str
    node: str
    control: str
    batcher: str
    metrics: str
    deployment: str
    node_l2: str
    cannon: str
    da_server: str | None = None
    l1_beacon: str | None = None

    @classmethod
    def of(cls, devnet: Devnet) -> "Endpoints":
        return cls(
            l1=devnet.assembly.l1,
            l2=devnet.assembly.l2,
            node=devnet.assembly.node,
            control=f"http://127.0.0.1:{devnet.config.ports.control}",
            batcher=f"http://127.0.0.1:{devnet.config.ports.batcher_rpc}",
            metrics=f"http://127.0.0.1:{devnet.config.ports.metrics}/metrics",
            deployment=str(devnet.deployment.directory),
            node_l2=devnet.verifier.engine.l2.rpc.url,
            cannon=str(devnet.config.cannon),
            da_server=devnet.assembly.da_server,
            l1_beacon=devnet.assembly.l1_beacon,
        )

    def write(self, directory: Path) -> None:
        (directory / ENDPOINTS_FILE).write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))

    @classmethod
    def read(cls, directory: Path) -> "Endpoints":
        """Raises UserError if no devnet runs there."""
        file = directory / ENDPOINTS_FILE
        try:
            found = cls(**orjson.loads(file.read_bytes()))
        except FileNotFoundError as error:
            raise UserError(
                f"no devnet has run in {directory}; start one with `opcycle devnet`, "
                "or name the chain with --deployment, --l1 and --l2"
            ) from error
        except (ValueError, TypeError) as error:
            raise UserError(f"{file} is damaged ({error}); start the devnet again") from error
        if not is_running(directory):
            raise UserError(
                f"the devnet in {directory} does not run; start it with `opcycle devnet --data {directory}`"
            )
        return found


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain and who uses it."""

    assembly: Assembly
    signer: Signer

    @property
    def bridge(self) -> Bridge:
        return self.assembly.bridge(self.signer)

    @property
    def messages(self) -> Messages:
        return self.assembly.messages(self.signer)


def chain_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that name a chain and a key; the command gets `chain`."""

    @click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        default=DEFAULT_DATA,
        envvar="OPCYCLE_DATA",
        show_default=True,
        help="A running devnet's directory.",
    )
    @click.option(
        "--deployment",
        type=click.Path(path_type=Path, file_okay=False),
        help="A deployment's directory, for a chain that is no devnet.",
    )
    @click.option("--l1", help="L1 RPC URL.")
    @click.option("--l2", help="L2 RPC URL.")
    @functools.wraps(command)
    def with_chain(
        *args: Any, data: Path, deployment: Path | None, l1: str | None, l2: str | None, **rest: Any
    ) -> Any:
        return command(*args, chain=_find(data, deployment, l1, l2), **rest)

    return with_chain


def _find(data: Path, deployment: Path | None, l1: str | None, l2: str | None) -> Chain:
    if deployment is None:
        known = Endpoints.read(data)
        found = Deployment.load(Path(known.deployment))
        assembly = Assembly(found, l1=l1 or known.l1, l2=l2 or known.l2, node=known.node)
        return Chain(assembly, key_signer(default=ACCOUNTS["user"].key))
    if l1 is None or l2 is None:
        raise UserError("--deployment needs --l1 and --l2 beside it")
    return Chain(Assembly(Deployment.load(deployment), l1=l1, l2=l2, node=""), key_signer(default=None))


def key_signer(*, default: bytes | None) -> Signer:
    """The account of `$OPCYCLE_PRIVATE_KEY`, or of `default`. Raises UserError if there is neither."""
    text = os.environ.get(KEY_VARIABLE)
    if text is None:
        if default is None:
            raise UserError(f"no key: put a private key (64 hex digits) into ${KEY_VARIABLE}")
        return KeySigner(default)
    try:
        return KeySigner(bytes.fromhex(text.strip().removeprefix("0x")))
    except ValueError as error:
        raise UserError(f"${KEY_VARIABLE} is no private key: it must hold 64 hex digits") from error
