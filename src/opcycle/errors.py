"""Every exception that opcycle raises on purpose, sorted by what the caller must do about it.

    OpcycleError
    ├── TemporaryError     try again later: a node is down, a transaction is not mined yet
    ├── ResetError         forget what was derived and start again from chain state: an L1 reorg
    └── CriticalError      stop: going on would be wrong
        └── UserError      … because of what the user gave us: a bad URL, key, port or config value

Anything else that escapes is a bug and crashes. Bad data on chain is never an exception: it is a
verdict (see `opcycle.derivation.verdicts`).
"""


class OpcycleError(Exception):
    """Base of the expected errors. The message says what happened, why, and what to do."""


class TemporaryError(OpcycleError):
    """The same call may succeed later; the runner retries with a back-off."""


class ResetError(OpcycleError):
    """The state that the agent built on is no longer canonical; the runner calls `reset()`."""


class CriticalError(OpcycleError):
    """Going on would break a promise of the protocol (say, reorg a finalized block); the runner stops."""


class UserError(CriticalError):
    """The user's input is wrong; the command line prints the sentence and exits with a non-zero status."""
