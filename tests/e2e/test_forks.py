"""A chain that lives through every fork, from Bedrock to Jovian, on real op-geths: two seconds after each
other, on L2 and on L1; and what is peculiar to the forks before Holocene.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import rlp
from tests.e2e.builders import signed_transfer
from tests.e2e.rollup import L2_CHAIN_ID, USER, Rollup, build_genesis, frames_of, rollup_config, settle

from opcycle.derivation.verdicts import Reason
from opcycle.keccak import keccak
from opcycle.protocol.deposits import DEPOSIT_TX_TYPE
from opcycle.protocol.frames import encode_batcher_payload
from opcycle.protocol.l2_block import BEDROCK_FIELDS, CANYON_FIELDS, ECOTONE_FIELDS, ISTHMUS_FIELDS
from opcycle.protocol.outputs import OutputRootProof
from opcycle.protocol.predeploys import L2_TO_L1_MESSAGE_PASSER
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import BlockId, L1BlockRef
from opcycle.protocol.upgrades import UPGRADES
from opcycle.rpc.hexjson import from_hex, to_hex

SCHEDULE = {fork: 2 + 2 * place for place, fork in enumerate(Fork)}
"""Seconds after the genesis; also the number of the first L2 block under the fork."""

GRANITE = {fork: 0 for fork in Fork if fork not in (Fork.HOLOCENE, Fork.ISTHMUS, Fork.JOVIAN)}

OVERHEAD, SCALAR = (188).to_bytes(32, "big"), (684_000).to_bytes(32, "big")
"""L1 fees as they were before Ecotone, which can read them, too."""

_L1_TWIN = {Fork.CANYON: "shanghai", Fork.ECOTONE: "cancun", Fork.ISTHMUS: "prague"}


class ForkingRollup(Rollup):
    """`schedule`: the forks that it has, in seconds after the genesis."""

    def __init__(self, directory: Path, schedule: Mapping[Fork, int]):
        super().__init__(directory)
        self._schedule = schedule

    def new_chain(self, l1_genesis: L1BlockRef) -> tuple[dict[str, Any], RollupConfig]:
        """Everything as in an ordinary chain, but the forks and what the first header has."""
        genesis = build_genesis(l1_genesis)
        times = {fork: l1_genesis.timestamp + after for fork, after in self._schedule.items()}
        forks_at_genesis = {fork for fork, after in self._schedule.items() if after == 0}
        body = genesis.to_json() | {"extraData": "0x"}
        body["config"] = {
            **{key: value for key, value in body["config"].items() if not key.endswith("Time")},
            **{f"{fork}Time": time for fork, time in times.items() if fork is not Fork.DELTA},
            **{f"{_L1_TWIN[fork]}Time": time for fork, time in times.items() if fork in _L1_TWIN},
        }
        fields = ECOTONE_FIELDS if Fork.ECOTONE in forks_at_genesis else BEDROCK_FIELDS
        header = rlp.decode(genesis.header)[:fields]
        header[12] = b""  # extra data
        if fields == ECOTONE_FIELDS:
            header[16] = keccak(rlp.encode(b""))  # withdrawals: none
        else:
            del body["excessBlobGas"], body["blobGasUsed"]
        first = BlockId(keccak(rlp.encode(header)), 0)
        config = replace(rollup_config(l1_genesis, genesis), genesis_l2=first, fork_times=times)
        if fields == BEDROCK_FIELDS:
            system_config = replace(config.genesis_system_config, overhead=OVERHEAD, scalar=SCALAR)
            config = replace(config, genesis_system_config=system_config)
        return body, config


@contextmanager
def forking(directory: Path, schedule: Mapping[Fork, int]) -> Iterator[Rollup]:
    with ForkingRollup(directory, schedule) as rollup:
        yield rollup


def transfer(nonce: int) -> bytes:
    raw, _ = signed_transfer(USER, nonce=nonce, chain_id=L2_CHAIN_ID)
    return from_hex(raw)


def header_fields(rollup: Rollup, number: int) -> int:
    raw = from_hex(rollup.verifying.client.rpc.call("debug_getRawHeader", hex(number)))
    return len(rlp.decode(raw))


def fields_at(number: int) -> int:
    """By the schedule."""
    for fork, fields in ((Fork.ISTHMUS, ISTHMUS_FIELDS), (Fork.ECOTONE, ECOTONE_FIELDS)):
        if number >= SCHEDULE[fork]:
            return fields
    return CANYON_FIELDS if number >= SCHEDULE[Fork.CANYON] else BEDROCK_FIELDS


def test_derivation__every_fork_in_its_turn__the_sequencers_blocks_and_outputs(tmp_path: Path) -> None:
    with forking(tmp_path, SCHEDULE) as rollup:
        verifier = None
        posted = 0
        for step in range(13):
            rollup.sequencing.client.rpc.call("eth_sendRawTransaction", to_hex(transfer(step)))
            rollup.advance(1)
            head = rollup.sequencing.head.ref.number
            rollup.post(posted + 1, head)
            posted = head
            rollup.l1.mine()
            verifier = verifier or rollup.new_verifier()
            settle(verifier.node)
        assert verifier is not None
        assert posted > max(SCHEDULE.values()) + 2
        assert verifier.rpc.sync_status().safe_l2.number == posted
        assert verifier.l2.hashes(posted) == rollup.sequencing.hashes(posted)
        for number in range(posted + 1):
            assert header_fields(rollup, number) == fields_at(number)
            block = verifier.l2.client.block(number)
            root = rollup.sequencing.client.proof(L2_TO_L1_MESSAGE_PASSER, (), number).storage_root
            wanted = OutputRootProof(bytes(32), block.state_root, root, block.ref.hash)
            assert verifier.rpc.output_at_block(number).output == wanted
            deposits = [tx for tx in block.transactions if tx[0] == DEPOSIT_TX_TYPE]
            upgrades = [len(UPGRADES[fork]) for fork in UPGRADES if SCHEDULE[fork] == number]
            assert len(deposits) == (number > 0) + sum(upgrades)


def test_derivation__blocks_known_already__every_forks_are_consolidated(tmp_path: Path) -> None:
    with forking(tmp_path, SCHEDULE) as rollup:
        rollup.advance(12)
        head = rollup.sequencing.head.ref
        assert head.number > max(SCHEDULE.values())
        rollup.post(1, head.number)
        rollup.l1.mine()
        verifier = rollup.new_verifier(unsafe_source=rollup.sequencing.client)
        did = settle(verifier.node)
        assert not [line for line in did if "reorg" in line or "refused" in line]
        assert verifier.rpc.sync_status().unsafe_l2 == verifier.rpc.sync_status().safe_l2 == head


def test_step__batch_that_cannot_be_executed_before_holocene__the_next_one_counts(tmp_path: Path) -> None:
    with forking(tmp_path, GRANITE) as rollup:
        rollup.advance(3)
        first, second, third, *_ = rollup.batches(1, 6)
        # the sequencer's own second block is empty; before Holocene a batch may come before its turn
        undecodable, too_early = (
            replace(second, transactions=(bad,)) for bad in (b"\x02 no transaction at all", transfer(7))
        )
        for batches in ([first, undecodable], [third, too_early], [second]):
            rollup.send(encode_batcher_payload(frames_of(batches)))
        rollup.l1.mine()
        verifier = rollup.new_verifier()
        settle(verifier.node)
        assert verifier.l2.head.ref.number == 3
        assert verifier.l2.hashes(3) == rollup.sequencing.hashes(3)
        reasons = [verdict.reason for verdict in verifier.verdicts.newest(100)]
        assert reasons.count(Reason.INVALID_BEFORE_HOLOCENE) == 2
