"""Gas of everything that moves a dispute game, on our contracts and on the reference's, side by side.

Both are deployed alike on an anvil, behind the same proxies, for games as deep as production's; what counts
is a transaction's `gasUsed`. The last column is the reference as it was measured elsewhere, with the registry
or the proxies left out in places. Exits 1 if an operation costs 1% more on ours.

Usage: make bench-gas
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak
from tests.fuzz.disputes.deploy import CANNON, Artifacts, Deployment, Parameters, account, in_directory
from tests.fuzz.disputes.deploy import init_bond as init_bond_of
from tests.fuzz.disputes.truth import L2, PRESTATE, PRESTATE_HASH
from tests.fuzz.disputes.twin import OtherDeployment
from tests.fuzz.evm import Contract

from benchmarks.anvil import AnvilChain, anvil
from benchmarks.machine_gas import nop
from opcycle.artifacts import artifact

REFERENCE = Path(".tools/reference/out")

PRODUCTION = Parameters(
    max_depth=73,
    split_depth=30,
    clock=302_400,
    extension=10_800,
    preimage_period=86_400,
    finality_delay=302_400,
    weth_delay=604_800,
    maturity_delay=604_800,
)

HONEST, LIAR = account("honest"), account("liar")
ETHER = 10**18
FAILS = bytes([1])
"""First byte of what is claimed below the split depth: the machine ends by failing."""

NOP, UNFINISHED = nop(), bytes([3])
"""A state of MIPS64 before an instruction that does nothing, and the first byte of a claim about it."""

MEASURED_ELSEWHERE = {
    "create, first": 545_599,
    "create": 523_891,
    "attack, first": 285_187,
    "attack, deepest": 262_672,
    "73 attacks": 19_590_000,
    "addLocalData": 315_739,
    "resolveClaim, leaf": 86_050,
    "resolveClaim, inner": 103_000,
    "resolveClaim, root": 101_000,
    "74 claims of a line": 8_590_000,
    "resolveClaim, 100 children": 1_033_126,
    "resolve": 37_642,
    "closeGame": 140_511,
    "claimCredit, unlock": 104_825,
    "claimCredit, withdraw": 70_928,
    "loadKeccak256PreimagePart, 1 KB": 100_870,
    "proveWithdrawalTransaction": 363_435,
    "finalizeWithdrawalTransaction": 114_702,
}
"""Figures of the same contracts from forge, some with mocks: other proofs, values and places in the tree."""


class Meter:
    """One implementation, and what each operation cost on it, in gas of a whole transaction."""

    def __init__(
        self,
        chain: AnvilChain,
        artifacts: Artifacts,
        deployment: type[Deployment],
        parameters: Parameters = PRODUCTION,
        prestate: bytes = PRESTATE_HASH,
    ):
        self.l2 = L2(PRODUCTION.anchor_block, PRODUCTION.last_block)
        anchor = self.l2.root(PRODUCTION.anchor_block)
        self.chain = chain
        self.system = deployment(artifacts, parameters, anchor_root=anchor, prestate=prestate, chain=chain)
        for person in (HONEST, LIAR):
            self.chain.set_balance(person, 10**6 * ETHER)
        self.gas: dict[str, int] = {}

    def wait(self, seconds: int) -> None:
        self.chain.advance(seconds)

    def note(self, name: str) -> None:
        self.gas[name] = self.chain.gas_used

    def send(self, contract: Contract, function: str, *args: Any) -> None:
        """By the honest party. Events are of no interest: a clone's is in nobody's ABI."""
        self.chain.send(HONEST, contract.address, contract.encode(function, *args))

    def create(self, offset: int) -> Contract:
        """A game about a block after the anchor, which claims what is true."""
        number = PRODUCTION.anchor_block + offset
        arguments = (CANNON, self.l2.root(number), number.to_bytes(32, "big"))
        factory = self.system.factory
        create = factory.encode("create", *arguments)
        self.chain.send(HONEST, factory.address, create, value=init_bond_of(CANNON))
        game = factory.read("games", *arguments)[0]
        return self.system.game(game)

    def attack(self, game: Contract, parent: int, value: bytes) -> None:
        *_, disputed, position, _ = game.read("claimData", parent)
        bond = game.read("getRequiredBond", 2 * position)
        attack = game.encode("attack", disputed, parent, value)
        self.chain.send(LIAR, game.address, attack, value=bond)

    def settle(self, game: Contract) -> None:
        """A game that nobody has argued about, to its end."""
        self.wait(PRODUCTION.clock)
        self.send(game, "resolveClaim", 0, 0)
        self.send(game, "resolve")


def creating(meter: Meter) -> None:
    meter.create(1)
    meter.note("create, first")
    meter.wait(12)
    meter.create(2)
    meter.note("create")


def arguing(meter: Meter) -> None:
    """Down one line, a claim every 12 seconds, and up again."""
    game, depth = meter.create(3), PRODUCTION.max_depth
    total = 0
    for at in range(1, depth + 1):
        meter.wait(12)
        meter.attack(game, at - 1, FAILS + bytes([at]) * 31)
        total += meter.chain.gas_used
        if at in (1, depth):
            meter.note("attack, first" if at == 1 else "attack, deepest")
    meter.gas[f"{depth} attacks"] = total
    meter.send(game, "addLocalData", 4, depth, 8)
    meter.note("addLocalData")
    for ident in (1, 2, 3, 5):
        meter.send(game, "addLocalData", ident, depth, 8)
    meter.send(game, "step", depth, True, PRESTATE, b"")
    meter.note("step, without the machine's own gas")
    meter.wait(PRODUCTION.clock)
    total = 0
    for index in range(depth, -1, -1):
        meter.send(game, "resolveClaim", index, 0)
        total += meter.chain.gas_used
        if index in (depth, depth - 2, 0):
            meter.note("resolveClaim, " + {0: "root", depth: "leaf"}.get(index, "inner"))
    meter.gas[f"{depth + 1} claims of a line"] = total
    meter.send(game, "resolve")
    meter.note("resolve")


def stepping(meter: Meter) -> None:
    """By the real machine, with a proof as long as cannon's; at the first instant, from the prestate."""
    game, depth = meter.create(6), PRODUCTION.max_depth
    for at in range(depth):
        meter.attack(game, at, FAILS + bytes([at]) * 31)
    meter.send(game, "step", depth, True, NOP.state, NOP.proof)
    meter.note("step, MIPS64")


def settling_a_crowd(meter: Meter) -> None:
    game = meter.create(4)
    for value in range(100):
        meter.attack(game, 0, keccak(bytes([value])))
    meter.wait(PRODUCTION.clock)
    for index in range(1, 101):
        meter.send(game, "resolveClaim", index, 0)
    meter.send(game, "resolveClaim", 0, 0)
    meter.note("resolveClaim, 100 children")


def paying(meter: Meter) -> None:
    game = meter.create(5)
    meter.settle(game)
    meter.wait(PRODUCTION.finality_delay + 1)
    meter.send(game, "closeGame")
    meter.note("closeGame")
    meter.send(game, "claimCredit", HONEST)
    meter.note("claimCredit, unlock")
    meter.wait(PRODUCTION.weth_delay)
    meter.send(game, "claimCredit", HONEST)
    meter.note("claimCredit, withdraw")


def loading(meter: Meter) -> None:
    meter.send(meter.system.preimages, "loadKeccak256PreimagePart", 0, bytes(1024))
    meter.note("loadKeccak256PreimagePart, 1 KB")


def withdrawing(meter: Meter) -> None:
    portal, offset = meter.system.portal, 20
    block = meter.l2.blocks[offset]
    withdrawal = meter.l2.withdrawals[0]
    meter.chain.set_balance(portal.address, 10**6 * ETHER)
    index = meter.system.factory.read("gameCount")
    game = meter.create(offset)
    meter.wait(12)
    proof = tuple(meter.l2.passer.proof(withdrawal, block.output))
    meter.send(portal, "proveWithdrawalTransaction", withdrawal, index, block.output.preimage, proof)
    meter.note("proveWithdrawalTransaction")
    meter.settle(game)
    meter.wait(PRODUCTION.maturity_delay)
    meter.send(portal, "finalizeWithdrawalTransaction", withdrawal)
    meter.note("finalizeWithdrawalTransaction")


SCENES = (creating, arguing, settling_a_crowd, paying, loading, withdrawing)


def measure(artifacts: Artifacts, deployment: type[Deployment]) -> dict[str, int]:
    with anvil() as chain:
        meter = Meter(chain, artifacts, deployment)
        for scene in SCENES:
            meter.wait(12)
            scene(meter)
        with_mips64 = replace(PRODUCTION, machine="mips64")
        machine = Meter(chain, artifacts, deployment, with_mips64, UNFINISHED + keccak(NOP.state)[1:])
        stepping(machine)
        return meter.gas | machine.gas


def table(ours: dict[str, int], reference: dict[str, int], elsewhere: dict[str, int]) -> Iterator[str]:
    yield f"{'operation':<44}{'ours':>12}{'reference':>12}{'ratio':>8}{'elsewhere':>12}"
    for name, gas in ours.items():
        shown = f"{elsewhere[name]:,}" if name in elsewhere else "-"
        yield f"{name:<44}{gas:>12,}{reference[name]:>12,}{gas / reference[name]:>8.2f}{shown:>12}"


def main() -> None:
    ours = measure(artifact, Deployment)
    reference = measure(in_directory(REFERENCE), OtherDeployment)
    print("\n".join(table(ours, reference, MEASURED_ELSEWHERE)))
    worse = [name for name, gas in ours.items() if gas > 1.01 * reference[name]]
    if worse:
        sys.exit(f"dearer than the reference: {', '.join(worse)}")


if __name__ == "__main__":
    main()
