"""Where the devnet listens: fixed loopback ports that people can put into a wallet, or any free ones."""

import socket
from dataclasses import dataclass, fields


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


def free_ports() -> Ports:
    """Ports that nobody listens on now, all different."""
    probes = [socket.socket() for _ in fields(Ports)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return Ports(*(probe.getsockname()[1] for probe in probes))
    finally:
        for probe in probes:
            probe.close()
