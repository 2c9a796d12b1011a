"""One step of an agent, and what its exception asks for (see `opcycle.errors`): later, again, or stop."""

import logging
from collections import Counter

from opcycle.agent import Agent
from opcycle.errors import ResetError, TemporaryError

POLL = 0.05
"""Seconds between two looks at a chain when there was nothing to do."""

BACKOFF = 0.5
"""Seconds before the next try after a temporary error."""


class Stepping:
    """Steps one agent and keeps its log. Critical errors and bugs escape.

    `results` counts the steps by what came of them: "progress", "idle", "retry" or "reset".
    """

    def __init__(self, agent: Agent):
        self.agent = agent
        self.results: Counter[str] = Counter()
        self.log = logging.getLogger(f"opcycle.{agent.name}")
        self._complaint = ""

    def once(self) -> float:
        """Returns the seconds to wait before the next step; 0 after progress.

        What goes on failing for the same reason is logged once.
        """
        try:
            outcome = self.agent.step()
        except TemporaryError as error:
            self.results["retry"] += 1
            if str(error) != self._complaint:
                self.log.warning("retry: %s", error)
            self._complaint = str(error)
            return BACKOFF
        except ResetError as error:
            self.results["reset"] += 1
            self.log.warning("reset: %s", error)
            self.agent.reset()
            return POLL
        self.results["progress" if outcome.progress else "idle"] += 1
        self._complaint = ""
        for did in outcome.did:
            self.log.info(did)
        return 0.0 if outcome.progress else POLL
