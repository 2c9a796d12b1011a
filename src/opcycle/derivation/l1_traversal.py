"""First stage: walks L1 block by block and keeps the system config as of the block it stands on.

Blocks are pushed in from outside, ahead of reading or one at a time, and must form one chain.
"""

from collections import deque

from opcycle.derivation.config_updates import after_block
from opcycle.errors import ResetError
from opcycle.protocol.rollup import RollupConfig, SystemConfig
from opcycle.protocol.types import L1Block


class L1Traversal:
    """Stands on `origin`, the L1 block being read; `system_config` includes that block's own updates."""

    def __init__(self, config: RollupConfig, origin: L1Block, system_config: SystemConfig):
        self.origin = origin
        self.system_config = system_config
        self._config = config
        self._ahead: deque[tuple[L1Block, SystemConfig]] = deque()
        self._was_read = False

    @property
    def next_number(self) -> int:
        """The L1 block to push next."""
        return self._tip.header.number + 1

    @property
    def system_config_ahead(self) -> SystemConfig:
        """The config after the last block that was pushed."""
        return self._ahead[-1][1] if self._ahead else self.system_config

    def ahead(self, number: int) -> L1Block | None:
        """Block `number`, after `origin`, if it has been pushed."""
        index = number - self.origin.header.number - 1
        return self._ahead[index][0] if 0 <= index < len(self._ahead) else None

    def push(self, block: L1Block) -> None:
        """Append the block after the last one. Raises ResetError unless it is its child."""
        tip = self._tip.header
        if block.header.number != tip.number + 1 or block.header.parent_hash != tip.hash:
            raise ResetError(
                f"L1 block {block.ref} has the parent 0x{block.header.parent_hash.hex()[:8]}…, "
                f"so it does not follow {tip.id}"
            )
        self._ahead.append((block, after_block(self._config, self.system_config_ahead, block)))

    def next(self) -> L1Block | None:
        """The block at `origin`, once; None until `advance` moves on."""
        if self._was_read:
            return None
        self._was_read = True
        return self.origin

    def advance(self) -> bool:
        """Step to the next block and apply its config updates; False when it has not been pushed."""
        if not self._ahead:
            return False
        self.origin, self.system_config = self._ahead.popleft()
        self._was_read = False
        return True

    @property
    def _tip(self) -> L1Block:
        return self._ahead[-1][0] if self._ahead else self.origin
