"""Withdrawals through the portal: proven against games, finalized when they may be and when they may not."""

from tests.fuzz.disputes.rig import PEOPLE, RETURNING_TARGET
from tests.fuzz.disputes.settling import Settling
from tests.fuzz.disputes.truth import WITHDRAWALS
from tests.fuzz.evm import Event
from tests.fuzz.message_passer import Claim as Output
from tests.fuzz.message_passer import Shows, WithdrawalTuple, withdrawal_hash
from tests.fuzz.puppet import Call, puppet_code

SPOILINGS = ("not at all", "cut", "other", "changed", "another output")


class Withdrawing(Settling):
    @property
    def true_withdrawals(self) -> set[bytes]:
        """Hashes of what the true L2 withdraws."""
        return {withdrawal_hash(withdrawal) for withdrawal in self.l2.withdrawals}

    def prove(self, by: str, which: int, index: int, spoiling: str) -> None:
        """Against the newest game (0) that the factory lists, the one before it, …; 63 is one that is not
        there."""
        listed = self.model.listed
        at = len(listed) if index == 63 or not listed else len(listed) - 1 - index % len(listed)
        root = listed[at].root if at < len(listed) else bytes(32)
        block = self.l2.of_root(root) or self.l2.blocks[0]
        output = self.l2.blocks[0].output if spoiling == "another output" else block.output
        wanted = self._shown_by(block.output, which)
        if spoiling == "changed":
            wanted = (*wanted[:3], wanted[3] + 1, *wanted[4:])
        nodes, shows = self._proof(wanted, output, spoiling)
        self.act(
            "prove",
            lambda: self.model.prove(PEOPLE[by], wanted, at, output=output.preimage, shows=shows),
            *(self.deployment.portal, PEOPLE[by], "proveWithdrawalTransaction"),
            *(wanted, at, output.preimage, nodes),
            logs=lambda: [
                Event("WithdrawalProven", (withdrawal_hash(wanted), *wanted[1:3])),
                Event("WithdrawalProvenExtension1", (withdrawal_hash(wanted), PEOPLE[by])),
            ],
        )

    def _proof(
        self, withdrawal: WithdrawalTuple, output: Output, spoiling: str
    ) -> tuple[tuple[bytes, ...], Shows]:
        nodes = self.l2.passer.proof(withdrawal, output)
        shows = self.l2.passer.shows(withdrawal, output)
        if spoiling == "cut":
            return tuple(nodes[:-1]), Shows.NOTHING
        if spoiling == "other" and nodes:
            return (*nodes[:-1], nodes[-1][:-1] + bytes([nodes[-1][-1] ^ 1])), Shows.NOTHING
        return tuple(nodes), shows

    def finalize(self, by: str, which: int, submitter: str, changed: bool) -> None:
        """More often one that is proven. `changed`: another amount than was."""
        proofs = list(self.model.proofs)
        wanted, who = self._withdrawal(which), PEOPLE[submitter]
        if proofs and which < 12:
            hash_, who = proofs[which % len(proofs)]
            wanted = self._of_hash(hash_)
        self._finalize(PEOPLE[by], (*wanted[:3], wanted[3] + changed, *wanted[4:]), who)

    def _finalize(self, caller: bytes, withdrawal: WithdrawalTuple, submitter: bytes) -> None:
        """One target comes back, while it is paid, for every withdrawal that is proven."""
        portal = self.deployment.portal
        if withdrawal[2] == RETURNING_TARGET:
            function = "finalizeWithdrawalTransactionExternalProof"
            proven = ((self._of_hash(hash_), who) for hash_, who in self.model.proofs)
            more = [Call(portal.address, portal.encode(function, *proof)) for proof in proven]
            self.chain.set_code(RETURNING_TARGET, puppet_code(more))
        self.act(
            "finalize",
            lambda: self.model.finalize(withdrawal, submitter),
            *(portal, caller, "finalizeWithdrawalTransactionExternalProof"),
            *(withdrawal, submitter),
            logs=lambda: [
                Event(
                    "WithdrawalFinalized",
                    (withdrawal_hash(withdrawal), withdrawal[2] not in self.model.refuses),
                )
            ],
        )

    def _shown_by(self, output: Output, which: int) -> WithdrawalTuple:
        """More often one that is in the output."""
        shown = [w for w in self._all_withdrawals() if withdrawal_hash(w) in output.members]
        return shown[which % len(shown)] if shown and which < 12 else self._withdrawal(which)

    def _withdrawal(self, which: int) -> WithdrawalTuple:
        """One that the true L2 has, sooner or later; or one that it never has."""
        return self._all_withdrawals()[which % (WITHDRAWALS + 1)]

    def _of_hash(self, hash_: bytes) -> WithdrawalTuple:
        return next(w for w in self._all_withdrawals() if withdrawal_hash(w) == hash_)

    def _all_withdrawals(self) -> list[WithdrawalTuple]:
        return [*self.l2.withdrawals, self.l2.forged]
