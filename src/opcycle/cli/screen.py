"""One screen with everything a user of a devnet needs: endpoints, addresses, funded keys."""

from dataclasses import fields

from rich.console import Console
from rich.table import Table

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.devnet import Devnet
from opcycle.rpc.hexjson import checksum, to_hex


def show_devnet(devnet: Devnet) -> None:
    console = Console()
    rollup, ports, assembly = devnet.deployment.rollup, devnet.config.ports, devnet.assembly
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_row("L2 (send here)", f"{assembly.l2}  chain id {rollup.l2_chain_id}")
    table.add_row("L1", f"{assembly.l1}  chain id {rollup.l1_chain_id}")
    table.add_row("rollup node", assembly.node)
    table.add_row("verifier's L2", devnet.verifier.engine.l2.rpc.url)
    if devnet.local_l1 is not None:
        table.add_row("L1 beacon", f"http://127.0.0.1:{ports.l1_beacon}")
    table.add_section()
    for item in fields(devnet.deployment.addresses):
        address = getattr(devnet.deployment.addresses, item.name)
        table.add_row(item.name.replace("_", " "), checksum(address))
    table.add_row("deployment", str(devnet.deployment.directory))
    table.add_row("logs", devnet.logs)
    table.add_section()
    for role, account in ACCOUNTS.items():
        table.add_row(role, f"{checksum(account.address)}  {to_hex(account.key)}")
    console.print(table)
    console.print("The keys are well-known test keys. Ctrl-C stops the chain.")
