"""`opcycle <verb>`: the command line. Each verb is a module of this package, imported only when asked for.

An expected error becomes one sentence on standard error and exit status 1; `--verbose` shows the
traceback. So does what the machine refuses (a full disk, a directory of somebody else). Anything else is a
bug and shows itself. SIGTERM ends a command as Ctrl-C does.
"""

import importlib
import os
import signal
import sys

import click

from opcycle import __version__
from opcycle.errors import OpcycleError

VERBS = {
    "setup": "setup",
    "contracts": "contracts",
    "demo": "demo",
    "devnet": "devnet",
    "travel": "devnet",
    "deploy": "deploy",
    "inspect": "inspect",
    "upgrade": "upgrade",
    "prestate": "prestate",
    "sequencer": "agents.sequencer",
    "batcher": "agents.batcher",
    "node": "agents.node",
    "proposer": "agents.proposer",
    "challenger": "agents.challenger",
    "da-server": "da_server",
    "deposit": "bridge",
    "withdraw": "bridge",
    "prove": "bridge",
    "finalize": "bridge",
    "status": "bridge",
    "message": "messages",
    "token": "tokens",
    "decode": "decode",
    "explain": "explain",
    "costs": "costs",
    "games": "games",
    "game": "game",
    "step": "step",
    "watch": "watch",
    "bonds": "bonds",
    "fuzz": "fuzz",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"opcycle.cli.{VERBS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="opcycle")
@click.option("--verbose", is_flag=True, help="Show tracebacks and debug logs.")
@click.pass_context
def cli(ctx: click.Context, *, verbose: bool) -> None:
    """The whole life of an OP Stack transaction, as one small runnable system.

    \b
    opcycle demo                      watch one transaction through all six stages
    opcycle devnet                    keep the same chain running
    opcycle deposit 1.5               put 1.5 ETH on L2
    """
    ctx.obj = {"verbose": verbose}
    if verbose:
        import logging  # which takes longer to load than `opcycle decode` has for a file

        logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)


def sentence(error: OpcycleError | OSError) -> str:
    """What a user is told of an expected error."""
    if isinstance(error, OSError):
        reason = (error.strerror or str(error)).lower()
        return f"cannot use {error.filename}: {reason}" if error.filename else reason
    return str(error)


def main() -> None:
    """Entry point of the `opcycle` script."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--verbose"]  # it may stand anywhere
    verbose = len(arguments) < len(sys.argv) - 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = cli.main(["--verbose"] * verbose + arguments, prog_name="opcycle", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has gone; so must the interpreter's last flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OpcycleError, OSError) as error:
        if verbose:
            raise
        click.echo(f"{click.style('error:', fg='red')} {sentence(error)}", err=True)
        sys.exit(1)
