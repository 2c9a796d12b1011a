"""A contract that refuses: which error, with which arguments."""

from typing import Any

from opcycle.errors import OpcycleError
from opcycle.l1.reverts import RevertDecoder


class ContractRevertedError(OpcycleError):
    """A call or transaction reverted, or would.

    `error`: the name of the contract's error, `Error` for a `require` with a text, `Panic` for a failed
    assertion, empty if no known ABI declares it. `arguments`: as eth_abi decodes them. `data`: as returned.
    """

    def __init__(self, what: str, data: bytes, known: RevertDecoder):
        super().__init__(f"{what} reverts with {known.explain(data)}")
        self.data = data
        self.error, self.arguments = "", ()
        found: tuple[str, tuple[Any, ...]] | None = known.decode(data)
        if found is not None:
            self.error, self.arguments = found
