"""The contracts of dispute games in an EVM of this process, behind as much of an L1 RPC as getters need.

Ours, or another build (OPCYCLE_ARTIFACTS, a directory in forge's layout): with `.tools/reference/out` there
(`make reference`), proposers and withdrawals are tested on Optimism's own contracts.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.fuzz.disputes.deploy import (
    CANNON,
    GENESIS,
    GUARDIAN,
    Parameters,
    account,
    chosen,
    init_bond,
)
from tests.fuzz.disputes.twin import OtherDeployment
from tests.fuzz.evm import Chain

from opcycle.l1.anchor_state_registry import AnchorStateRegistry
from opcycle.l1.dispute_games import DisputeGameFactory
from opcycle.l1.portal2 import OptimismPortal2
from opcycle.protocol.types import Log
from opcycle.rpc.hexjson import from_quantity, to_hex, to_quantity

HEAD = b"\x1a" * 32
PARAMETERS = Parameters()
PROPOSER, STRANGER = account("proposer"), account("stranger")


class EvmRpc:
    """Answers `eth_call`, always as of now: nothing is remembered of earlier blocks but logs."""

    def __init__(self, chain: Chain):
        self._chain = chain
        self.requests = 0
        self.logs = defaultdict[int, list[Log]](list)
        """By block number."""

    def remember(self, number: int) -> None:
        """What the last transaction, in block `number`, has logged."""
        self.logs[number] += self._chain.logs()

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        self.requests += 1
        return [self._answer(*call) for call in calls]

    def _answer(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_getLogs":
            return self._logs_of(*params)
        assert method == "eth_call"
        query, _ = params
        to, data = (bytes.fromhex(query[key][2:]) for key in ("to", "data"))
        return to_hex(self._chain.call(bytes(20), to, data))

    def _logs_of(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """Of one contract in one block."""
        assert query["fromBlock"] == query["toBlock"]
        return [
            {
                "address": to_hex(log.address),
                "topics": [to_hex(topic) for topic in log.topics],
                "data": to_hex(log.data),
                "logIndex": to_quantity(index),
            }
            for index, log in enumerate(self.logs[from_quantity(query["fromBlock"])])
            if to_hex(log.address) == query["address"]
        ]


class GamesL1:
    """`now`: L1 time, seconds. Games are made for `CANNON`, type 0, which withdrawals rely on."""

    def __init__(self) -> None:
        self.contracts = OtherDeployment(
            chosen(), PARAMETERS, anchor_root=b"\xaa" * 32, prestate=b"\x03" + b"\x11" * 31
        )
        self.rpc = EvmRpc(self.contracts.chain)
        self.factory = DisputeGameFactory(self.rpc, self.contracts.factory.address)  # type: ignore[arg-type]
        self.registry = AnchorStateRegistry(self.rpc, self.contracts.registry.address)  # type: ignore[arg-type]
        self.portal = OptimismPortal2(self.rpc, self.contracts.portal.address)  # type: ignore[arg-type]
        self.now = GENESIS
        for person in (PROPOSER, STRANGER):
            self.contracts.chain.set_balance(person, 10**24)
        self.wait(1)

    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.contracts.chain.set_block(1000 + (self.now - GENESIS), self.now)

    def propose(self, block: int, root: bytes, *, by: bytes = PROPOSER, kind: int = CANNON) -> bytes:
        """The new game's address."""
        events = self.contracts.factory.send(
            by, "create", kind, root, block.to_bytes(32, "big"), value=init_bond(kind)
        )
        (made,) = (event.args for event in events if event.name == "DisputeGameCreated")
        found: bytes = made[0] if isinstance(made[0], bytes) else bytes.fromhex(made[0][2:])
        return found

    def guard(self, function: str, *args: object) -> None:
        """The guardian's word at the registry."""
        self.contracts.registry.send(GUARDIAN, function, *args)
