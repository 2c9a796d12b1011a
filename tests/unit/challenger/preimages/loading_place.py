"""Steps that want parts of preimages loaded, of two games, at an oracle in an EVM of this process."""

from types import SimpleNamespace

from tests.unit.challenger.preimages.oracle_place import HONEST, OraclePlace

from opcycle.challenger.preimages.loading import Preimages, Wanted
from opcycle.protocol.preimages import oracle_key

GAME, CONTEXT = b"\x6a" * 20, b"\xc0" * 32
LEFT = 1000
"""Seconds in which each step must be mined."""


class Loading(OraclePlace):
    def __init__(self):
        super().__init__()
        self.restart()

    def restart(self):
        self.preimages = Preimages(HONEST)

    def turn(self):
        """Begin one."""
        self.preimages.begin(self.l1)

    def game(self, address: bytes = GAME):
        def add_local_data(claim, *, ident, offset):
            word = b"\x77" * 32
            call = "loadLocalData", ident, CONTEXT, word, 32, offset
            return self.oracle.contract.request(*call)

        return SimpleNamespace(
            contract=SimpleNamespace(address=address),
            preimages=lambda *, block: self.oracle,
            add_local_data=add_local_data,
        )

    def want(self, read, *, game: bytes = GAME, claim: int = 9):
        """In the turn that has begun."""
        wanted = Wanted(read, SimpleNamespace(index=claim), CONTEXT, "game 0", LEFT)
        return self.preimages.load(self.game(game), wanted)

    def ask(self, read):
        """In a turn of its own."""
        self.turn()
        return self.want(read)

    def act(self, read) -> list[str]:
        due, _ = self.ask(read)
        for item in due:
            self.send(item.request)
        return [item.why.replace(f"0x{read.key.hex()}", "K") for item in due]

    def loaded(self, read) -> bytes:
        key = oracle_key(read, CONTEXT, GAME)
        part, size = self.contract.read("readPreimage", key, read.offset)
        return part[:size]
