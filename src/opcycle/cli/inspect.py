"""`opcycle inspect`: whether a live deployment is what its configuration says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.deploy.config import DeployConfig
from opcycle.deploy.inspection.findings import Finding, Report, Severity
from opcycle.deploy.inspection.inspect import inspect as inspect_l1
from opcycle.deploy.inspection.subject import read_subject
from opcycle.monitor.table import aligned
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import checksum, to_hex

_TITLES = ("severity", "contract", "at", "what")


@click.command()
@click.argument("deployment", type=click.Path(path_type=Path))
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="What the rollup is to be: the file that it was deployed with.",
)
@click.option("--l1", required=True, help="L1 RPC URL.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def inspect(ctx: click.Context, *, deployment: Path, config_file: Path, l1: str, as_json: bool) -> None:
    """Compare a live deployment with its configuration, and say what deviates.

    DEPLOYMENT is a directory with addresses.json and rollup.json, or one of these files. Looked at are the
    code, admin and initializer of every contract, every role and every parameter. Sends nothing. The exit
    status is 1 if there is an error, 0 if there are warnings and notes only.

    \b
    opcycle inspect deployments/local --config deploy/local.yaml --l1 http://127.0.0.1:8545
    """
    config, rpc = DeployConfig.load(config_file), RpcClient(l1)
    subject = read_subject(deployment, config, rpc)
    report = inspect_l1(rpc, subject.plan, subject.addresses)
    if as_json:
        click.echo(orjson.dumps(to_json(report), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in lines(report):
            click.echo(line)
    if report.has_errors:
        ctx.exit(1)


def lines(report: Report) -> Iterator[str]:
    """The table, with what is, what should be and what to do below each row; then the sum."""
    if report.findings:
        yield from aligned(_TITLES, [row for finding in report.findings for row in _rows(finding)])
    counts = [(report.count(severity), str(severity)) for severity in Severity]
    sums = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count)
    yield f"{sums or 'nothing deviates'}: {report.checks} checks at the end of L1 block {report.l1.number}"


def to_json(report: Report) -> dict[str, Any]:
    return {
        "l1": {"number": report.l1.number, "hash": to_hex(report.l1.hash)},
        "checks": report.checks,
        "counts": {str(severity): report.count(severity) for severity in Severity},
        "findings": [finding.to_json() for finding in report.findings],
    }


def _rows(finding: Finding) -> Iterator[tuple[str, ...] | str]:
    yield (str(finding.severity), finding.contract, checksum(finding.address), finding.what)
    yield f"    is         {finding.found}"
    yield f"    should be  {finding.wanted}"
    yield f"    to do      {finding.advice}"
