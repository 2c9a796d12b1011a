"""One screen with everything a user of a devnet needs: endpoints, addresses, funded keys."""

from collections.abc import Iterator
from dataclasses import fields

import click

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.rpc.hexjson import checksum, to_hex

Row = tuple[str, str]


def show_devnet(devnet: Devnet) -> None:
    """Never cut to the terminal's width: people copy from it."""
    for title, rows in (
        ("endpoints", list(_endpoints(devnet))),
        ("contracts on L1", list(_contracts(devnet))),
        ("accounts, funded on both chains, with well-known test keys", list(_accounts())),
        ("files", [("deployment", str(devnet.deployment.directory)), ("logs", devnet.logs)]),
    ):
        click.echo(click.style(title, bold=True))
        for name, value in rows:
            click.echo(f"  {name:<21} {value}")
    click.echo("ready; Ctrl-C stops the chain")


def _endpoints(devnet: Devnet) -> Iterator[Row]:
    rollup, ports, assembly = devnet.deployment.rollup, devnet.config.ports, devnet.assembly
    yield "L2, for users", f"{assembly.l2}  chain id {rollup.l2_chain_id}"
    yield "L1", f"{assembly.l1}  chain id {rollup.l1_chain_id}"
    if devnet.local_l1 is not None:
        yield "L1 beacon", f"http://127.0.0.1:{ports.l1_beacon}"
    if assembly.da_server is not None:
        yield "DA server", assembly.da_server
    yield "rollup node", assembly.node
    yield "batcher's RPC", f"http://127.0.0.1:{ports.batcher_rpc}"
    yield "metrics", f"http://127.0.0.1:{ports.metrics}/metrics"
    yield "verifier's L2", devnet.verifier.engine.l2.rpc.url


def _contracts(devnet: Devnet) -> Iterator[Row]:
    addresses = devnet.deployment.addresses
    for item in fields(addresses):
        if (address := getattr(addresses, item.name)) is not None:
            yield item.name.replace("_", " "), checksum(address)


def _accounts() -> Iterator[Row]:
    for role, account in ACCOUNTS.items():
        yield role, f"{checksum(account.address)}  {to_hex(account.key)}"
