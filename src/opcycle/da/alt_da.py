"""Batches on a DA server and commitments to them on L1; on Ethereum while the DA server is down.

Source: OP Stack specs, "Alt-DA Mode". Derivation takes frames from L1 beside commitments, in the order of L1,
so failing over needs nobody's consent. That 503 asks for it is the custom of DA proxies (EigenDA's).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from opcycle.da import BatchPublisher, Published
from opcycle.da.client import DAServerDownError
from opcycle.protocol.alt_da import Commitment, CommitmentType


class DAStore(Protocol):
    """`opcycle.da.client.DAClient` is one."""

    def put(self, data: bytes, kind: CommitmentType) -> Commitment: ...


@dataclass(frozen=True, slots=True)
class _Choice:
    """Where `payload` goes: to L1 as this commitment, or to Ethereum as it is (None)."""

    payload: bytes
    commitment: Commitment | None


class AltDAPublisher:
    """One commitment a transaction. `commitments` posts them, `ethereum` what `store` is down for.

    Every payload is offered to `store` first, so that batches return to it by themselves. A choice stands
    until its payload is sent: of a send that broke off only the same publisher with the same bytes can tell
    what became of it. `say` hears when the store goes down and when it is back.
    """

    def __init__(
        self,
        store: DAStore,
        kind: CommitmentType,
        *,
        commitments: BatchPublisher,
        ethereum: BatchPublisher,
        say: Callable[[str], None],
    ):
        self._store = store
        self._kind = kind
        self._commitments = commitments
        self._ethereum = ethereum
        self._say = say
        self._is_down = False
        self._chosen: _Choice | None = None

    def publish(self, payloads: Sequence[bytes]) -> Published:
        if self._chosen is None or self._chosen.payload != payloads[0]:
            self._chosen = self._choose(payloads[0])
        if self._chosen.commitment is None:
            published = self._ethereum.publish(payloads)
        else:
            published = self._commitments.publish([self._chosen.commitment.payload])
        self._chosen = None
        return published

    def _choose(self, payload: bytes) -> _Choice:
        try:
            commitment = self._store.put(payload, self._kind)
        except DAServerDownError as error:
            self._note(is_down=True, text=f"{error}; batches go to Ethereum")
            return _Choice(payload, None)
        self._note(is_down=False, text="the DA server is back; batches go there again")
        return _Choice(payload, commitment)

    def _note(self, *, is_down: bool, text: str) -> None:
        if is_down != self._is_down:
            self._say(text)
        self._is_down = is_down
