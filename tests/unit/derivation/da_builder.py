"""Alt-DA for derivation tests: commitments to batches, a DA server that is a dict, challenges on L1."""

from dataclasses import dataclass, field, replace

from eth_abi import encode as abi_encode
from tests.unit.derivation.l1_builder import CONFIG, GENESIS, Engine, batches_on, payload_of

from opcycle.derivation.da_inputs import NeedDAInput
from opcycle.derivation.span_rules import NeedL2Block
from opcycle.protocol.alt_da import AltDAConfig, Commitment, CommitmentType
from opcycle.protocol.da_challenges import CHALLENGE_STATUS_CHANGED_TOPIC
from opcycle.protocol.types import Log

CONTRACT = bytes([0xDA]) * 20
CHALLENGE_WINDOW, RESOLVE_WINDOW = 4, 3
ALT_DA = AltDAConfig(CommitmentType.KECCAK, CHALLENGE_WINDOW, RESOLVE_WINDOW, CONTRACT)
PATIENT = replace(CONFIG, seq_window_size=1000)
"""No empty blocks are forced, however long nothing is posted."""

KECCAK = replace(PATIENT, alt_da=ALT_DA)
GENERIC = replace(PATIENT, alt_da=AltDAConfig(CommitmentType.GENERIC, CHALLENGE_WINDOW, RESOLVE_WINDOW))


def batch_data(parent=GENESIS, count=3):
    """The batcher payload for `count` L2 blocks on `parent`, and the last of these."""
    batches, tip = batches_on(parent, count)
    return payload_of(batches, channel_id=parent.number.to_bytes(16, "big")), tip


def generic(name):
    return Commitment(CommitmentType.GENERIC, b"\xff" + name)


def challenge(commitment, inclusion, *, status=1, index=0, address=CONTRACT):
    topics = (CHALLENGE_STATUS_CHANGED_TOPIC, inclusion.to_bytes(32, "big"))
    return Log(address, topics, abi_encode(["bytes", "uint8"], [commitment.encode(), status]), index)


def resolve_call(commitment, inclusion, data):
    arguments = abi_encode(["uint256", "bytes", "bytes"], [inclusion, commitment.encode(), data])
    return b"\xa0\x3a\xaf\xbf" + arguments


def challenged(blocks, commitment, inclusion, *, at):
    """The L1 `blocks`, with a challenge in block `at`."""
    found = list(blocks)
    found[at] = replace(found[at], logs=(challenge(commitment, inclusion),))
    return found


def resolved(blocks, commitment, inclusion, data, *, at):
    """The L1 `blocks`, with the data published in block `at`."""
    found = list(blocks)
    found[at] = replace(
        found[at],
        logs=(challenge(commitment, inclusion, status=2, index=7),),
        challenge_calldata={7: resolve_call(commitment, inclusion, data)},
    )
    return found


@dataclass
class DAEngine(Engine):
    """An engine whose driver has a DA server; `asked_for` are the commitments that it was asked for."""

    server: dict[Commitment, bytes] = field(default_factory=dict)
    asked_for: list[Commitment] = field(default_factory=list)

    def ask(self):
        while True:
            match answer := self.pipeline.next(self.safe_head, self.system_config):
                case NeedL2Block():
                    self.pipeline.push_l2(self.l2[answer.number - self.l2[0].ref.number])
                case NeedDAInput(commitment):
                    self.asked_for.append(commitment)
                    self.pipeline.push_da_input(commitment, self.server.get(commitment))
                case _:
                    return answer

    def restart(self):
        """As a node after a ResetError that goes back to the genesis."""
        self.verdicts += self.pipeline.take_verdicts()
        self.derived.clear()
        del self.l2[1:]
        self.safe_head = self.l2[0].ref
        self.pipeline.reset(
            origin_block=self.blocks[self.start],
            system_config=self.system_config,
            safe_head=self.safe_head,
        )
        return self
