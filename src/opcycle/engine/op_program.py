"""The command line of op-program for one claimed output root. Source: op-program v1.18.1, `host/flags`."""

from dataclasses import dataclass
from pathlib import Path

from opcycle.protocol.types import Hash
from opcycle.rpc.hexjson import to_hex


@dataclass(frozen=True, slots=True)
class Sources:
    """URLs of what op-program reads the chains from: `l1` an Ethereum RPC, `beacon` of the same chain, `l2`
    an op-geth with its `debug` methods and the state of every block."""

    l1: str
    beacon: str
    l2: str


@dataclass(frozen=True, slots=True)
class ClaimedOutput:
    """What the program is to decide: whether `claim` is the output root of L2 block `block`.

    It begins with the block `agreed_head`, whose output root is `agreed`, and knows of L1 what is in the
    blocks up to `l1_head`.
    """

    l1_head: Hash
    agreed_head: Hash
    agreed: Hash
    claim: Hash
    block: int


def op_program_command(
    host: Path, claimed: ClaimedOutput, sources: Sources, *, data: Path, l2_chain_id: int, is_server: bool
) -> list[str]:
    """The command. `host` must know the chain. `data` is the directory for what it has fetched.

    As a server it answers a machine that is its parent, as cannon is: cannon takes the command after `--`.
    Otherwise it runs the program itself and exits with 0 if the claim is right, with 1 if it is wrong or
    anything else is.
    """
    return [
        str(host),
        *(["--server"] if is_server else []),
        *("--l1", sources.l1),
        *("--l1.beacon", sources.beacon),
        *("--l2", sources.l2),
        *("--datadir", str(data)),
        *("--network", str(l2_chain_id)),
        *("--l1.head", to_hex(claimed.l1_head)),
        *("--l2.head", to_hex(claimed.agreed_head)),
        *("--l2.outputroot", to_hex(claimed.agreed)),
        *("--l2.claim", to_hex(claimed.claim)),
        *("--l2.blocknumber", str(claimed.block)),
    ]
