"""A trace of the steps that were recorded from cannon."""

from collections.abc import Collection

from tests.vectors.cannon_steps.steps import END, EXIT, LOAD, NUMBER, READ, STORE, hashes, step

from opcycle.challenger.traces import StepProof
from opcycle.protocol.dispute_game import Dispute
from opcycle.protocol.types import Hash


class Recorded:
    """Of any dispute. States other than those around recorded steps have hashes that are made up."""

    absolute_prestate = b"\x03" + bytes(31)

    def state(self, dispute: Dispute, instant: int) -> Hash:
        if instant in (READ, STORE, LOAD, NUMBER, EXIT):
            return hashes(instant)[1]
        return hashes(END)[0] if instant >= END else b"\x03" + instant.to_bytes(31, "big")

    def proof(self, dispute: Dispute, instant: int) -> StepProof:
        return StepProof(*step(min(instant, END)))

    def keep(self, l1_heads: Collection[Hash]) -> None:
        pass
