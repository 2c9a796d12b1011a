"""`opcycle inspect`: whether a live deployment is what its configuration says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from opcycle.cli.options import about_program, prestate_option
from opcycle.deploy.config import DeployConfig
from opcycle.deploy.inspection.files import file_findings
from opcycle.deploy.inspection.findings import Finding, Report, Severity
from opcycle.deploy.inspection.inspect import inspect as inspect_l1
from opcycle.deploy.inspection.l2 import inspect_l2
from opcycle.deploy.inspection.subject import l2_of, read_subject
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
@click.option("--l2", help="L2 RPC URL: inspect that chain, too.")
@prestate_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def inspect(
    ctx: click.Context,
    *,
    deployment: Path,
    config_file: Path,
    l1: str,
    l2: str | None,
    absolute_prestate: str | None,
    as_json: bool,
) -> None:
    """Compare a live deployment with its configuration, and say what deviates.

    DEPLOYMENT is a directory with addresses.json and rollup.json, or one of these files. Looked at are the
    code, admin and initializer of every contract, every role and every parameter; on L2, whether it is the
    chain that began with these. Games about mips64 must be about the program that `opcycle prestate` has
    built here for the chain, unless the configuration or --absolute-prestate names another. Sends nothing.
    The exit status is 1 if there is an error, 0 if there are warnings and notes only.

    \b
    opcycle inspect deployments/local --config deploy/local.yaml --l1 http://127.0.0.1:8545
    """
    config, rpc = about_program(DeployConfig.load(config_file), absolute_prestate), RpcClient(l1)
    subject = read_subject(deployment, config, rpc)
    plan = subject.plan
    found_in_files = [*file_findings(plan, subject.rollup), *subject.notes]
    reports = {"l1": inspect_l1(rpc, plan, subject.addresses).plus(found_in_files)}
    if l2 is not None:
        reports["l2"] = inspect_l2(l2_of(subject, l2), rpc, plan)
    if as_json:
        body = {chain: to_json(report) for chain, report in reports.items()}
        click.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
    else:
        for chain, report in reports.items():
            for line in lines(chain.upper(), report):
                click.echo(line)
    if any(report.has_errors for report in reports.values()):
        ctx.exit(1)


def lines(chain: str, report: Report) -> Iterator[str]:
    """The table, with what is, what should be and what to do below each row; then the sum."""
    if report.findings:
        yield from aligned(_TITLES, [row for finding in report.findings for row in _rows(finding)])
    counts = [(report.count(severity), str(severity)) for severity in Severity]
    sums = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count)
    where = f"at the end of {chain} block {report.block.number}"
    yield f"{chain}: {sums or 'nothing deviates'}; {report.checks} checks {where}"


def to_json(report: Report) -> dict[str, Any]:
    return {
        "block": {"number": report.block.number, "hash": to_hex(report.block.hash)},
        "checks": report.checks,
        "counts": {str(severity): report.count(severity) for severity in Severity},
        "findings": [finding.to_json() for finding in report.findings],
    }


def _rows(finding: Finding) -> Iterator[tuple[str, ...] | str]:
    where = checksum(finding.address) if finding.address else "-"
    yield (str(finding.severity), finding.contract, where, finding.what)
    yield f"    is         {finding.found}"
    yield f"    should be  {finding.wanted}"
    yield f"    to do      {finding.advice}"
