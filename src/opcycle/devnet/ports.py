"""Where the devnet listens: fixed loopback ports that people can put into a wallet, or any free ones."""

import random
from dataclasses import dataclass, fields
from itertools import islice

from opcycle.engine.geth import port_is_free
from opcycle.errors import UserError


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports. The sequencer's L2 RPC is the one that users talk to."""

    l1_rpc: int = 8545
    l1_engine: int = 8551
    l1_beacon: int = 5052
    sequencer_rpc: int = 9545
    sequencer_engine: int = 9551
    verifier_rpc: int = 9645
    verifier_engine: int = 9651
    node_rpc: int = 7545
    rebuilt_rpc: int = 9745
    rebuilt_engine: int = 9751
    rebuilt_node_rpc: int = 7745
    control: int = 8600
    da_server: int = 3100
    metrics: int = 7300
    batcher_rpc: int = 6545


FIRST_PORT, LAST_PORT = 20_000, 32_000
"""Below the range from which systems take ports for outgoing connections: nobody gets ours in between."""


def free_ports() -> Ports:
    """Ports that nobody listens on now, all different."""
    wanted = len(fields(Ports))
    candidates = random.SystemRandom().sample(range(FIRST_PORT, LAST_PORT), LAST_PORT - FIRST_PORT)
    free = list(islice(filter(port_is_free, candidates), wanted))
    if len(free) < wanted:
        raise UserError(f"fewer than {wanted} ports between {FIRST_PORT} and {LAST_PORT} are free")
    return Ports(*free)
