"""Settlement by an output oracle: the proposer writes a root down, the challenger deletes a rogue one."""

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.demo.scene import Scene
from opcycle.devnet.demo.stage import Stage, check
from opcycle.devnet.demo.view import Evidence
from opcycle.keccak import keccak
from opcycle.l1.signer import KeySigner
from opcycle.rpc.hexjson import checksum, to_hex


class OracleActs:
    """The stages from an output root on L1 to ether there."""

    def __init__(self, scene: Scene):
        self._scene = scene
        self._output_index: int

    def stages(self) -> list[Stage]:
        return [
            Stage("propose", "the output root is on L1", self._propose),
            Stage("challenge", "a rogue proposal is made, caught and deleted", self._challenge),
            Stage("settle", "the withdrawal is proven, the week passes, the ETH arrives", self._settle),
        ]

    def _propose(self) -> Evidence:
        devnet, oracle = self._scene.devnet, self._scene.devnet.assembly.oracle()
        number = self._scene.withdrawal_block
        self._scene.until(
            f"an output for L2 block {number}",
            lambda: oracle.latest_block_number(block="latest") >= number or None,
        )
        index = self._output_index = oracle.output_index_after(number, block="latest")
        output = oracle.output(index, block="latest")
        verified = devnet.node.output_at_block(output.l2_block_number)
        sequenced = devnet.l2.block(output.l2_block_number).output
        check("the verifier computes the same root", holds=verified.output_root == output.output_root)
        check("so does the sequencer's chain", holds=sequenced.root == output.output_root)
        return {
            "output": f"index {index} for L2 block {output.l2_block_number}",
            "output root": to_hex(output.output_root),
        }

    def _challenge(self) -> Evidence:
        """The proposer's own key, in the wrong hands for once."""
        devnet, oracle = self._scene.devnet, self._scene.devnet.assembly.oracle()
        devnet.pace.pause("proposer")
        rogue = devnet.assembly.l1_sender(KeySigner(ACCOUNTS["proposer"].key))
        self._scene.until("the proposer's last transaction", lambda: rogue.in_flight() == 0 or None)
        number = oracle.next_block_number(block="latest")
        index = oracle.next_output_index(block="latest")
        due = oracle.l2_timestamp(number, block="latest")
        self._scene.until("the next output's time", lambda: devnet.l1.head.timestamp > due or None)
        wrong = keccak(b"there is a lot more ETH in here")
        proposal = rogue.send(oracle.propose(wrong, number, l1_block=devnet.l1.head.id))
        receipt = self._scene.until("the rogue proposal", lambda: rogue.receipt(proposal))
        check("the rogue proposal was accepted", holds=receipt.succeeded)
        self._scene.until("its deletion", lambda: oracle.next_output_index(block="latest") == index or None)
        kept = oracle.output(self._output_index, block="latest").output_root
        right = devnet.node.output_at_block(oracle.output(self._output_index, block="latest").l2_block_number)
        check("the right output still stands", holds=kept == right.output_root)
        devnet.pace.resume("proposer")
        return {
            "rogue root": f"{to_hex(wrong)} for L2 block {number}",
            "proposed in": to_hex(proposal),
            "deleted by": checksum(ACCOUNTS["challenger"].address),
        }

    def _settle(self) -> Evidence:
        devnet = self._scene.devnet
        proof = self._scene.prove()
        period = devnet.assembly.oracle().finalization_period(block="latest")
        travelled_from = devnet.l1.head.timestamp
        devnet.travel(period + 1)
        finalized = self._scene.finalize()
        return {
            "proven in": to_hex(proof),
            "seconds travelled on L1": devnet.l1.head.timestamp - travelled_from,
            **finalized,
        }
