"""A devnet whose preimage oracle takes small large preimages; and people who propose some, true or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eth_account import Account
from tests.e2e.games import CLOCK, GAMES, Arena, arena_config
from tests.fuzz.puppet import Call, puppet_code
from tests.unit.challenger.preimages.oracle_place import lying

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.config import DevnetConfig
from opcycle.l1.preimage_oracle import PreimageOracle, Proposal
from opcycle.l1.transactions import TransactionRequest
from opcycle.protocol.large_preimages import LargePreimage
from opcycle.rpc.hexjson import from_hex, from_quantity, to_hex

MIN_SIZE, PERIOD = 1000, 300
GAS = 5_000_000


def large_preimages_config(directory: Path, *, period: int = PERIOD) -> DevnetConfig:
    games = replace(
        GAMES,
        preimage_min_proposal_size=MIN_SIZE,
        preimage_challenge_period=period,
        max_clock_duration=max(CLOCK, 2 * period),
    )
    return replace(arena_config(directory), games=games)


@dataclass
class Desk:
    """Where preimages are proposed."""

    place: Arena
    oracle: PreimageOracle

    def propose(
        self,
        role: str,
        data: bytes,
        *,
        uuid: int,
        offset: int = 8,
        lies: Sequence[int] = (),
        at_once: int = 300,
        delegates: bool = False,
    ) -> Proposal:
        """A complete proposal; `lies`: its wrong leaves. `delegates`: all leaves in one transaction of an
        account with code (EIP-7702); else each chunk in one of its own, all in one block."""
        begin = self.oracle.propose(uuid, offset=offset, size=len(data), bond=self._bond())
        chunks = LargePreimage(data).chunks(offset=offset, uuid=uuid, start=0, size=at_once)
        calls = [self.oracle.add(lying(chunk, lies), gas=GAS) for chunk in chunks]
        self.place.send(role, begin)
        if delegates:
            self._send_delegated(role, calls)
        else:
            sender = self.place.sender(role)
            for request in calls:
                sender.send(request)
            self.place.devnet.advance(2)
        found = self.last()
        assert found.completed_at is not None
        return found

    def last(self) -> Proposal:
        return self.look(self.oracle.proposal_count(block="latest") - 1)

    def look(self, index: int) -> Proposal:
        """As it is now."""
        (found,) = self.oracle.proposals([index], block="latest")
        return found

    def part(self, key: bytes, offset: int) -> bytes:
        """What a machine reads."""
        part, size = self.oracle.contract.read("readPreimage", key, offset, block="latest")
        return bytes(part[:size])

    def _bond(self) -> int:
        return self.oracle.rules(block="latest").bond

    def _send_delegated(self, role: str, calls: Sequence[TransactionRequest]) -> None:
        account, rpc = ACCOUNTS[role], self.place.devnet.l1.rpc
        sender = self.place.sender(role)
        code = puppet_code([Call(self.oracle.address, call.data) for call in calls])
        creation = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("80600a5f395ff3") + code
        deployed = sender.send(TransactionRequest(to=None, data=creation))
        self.place.devnet.advance(2)
        receipt = sender.receipt(deployed)
        assert receipt is not None
        assert receipt.contract is not None
        chain = from_quantity(rpc.call("eth_chainId"))
        nonce = sender.next_nonce()
        permission = {"chainId": chain, "address": receipt.contract, "nonce": nonce + 1}
        fields = {
            "type": 4,
            "chainId": chain,
            "nonce": nonce,
            "to": account.address,
            "value": 0,
            "data": b"",
            "gas": GAS,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 10**9,
            "authorizationList": [Account.sign_authorization(permission, account.key)],
        }
        raw = bytes(Account.sign_transaction(fields, account.key).raw_transaction)
        transaction = from_hex(rpc.call("eth_sendRawTransaction", to_hex(raw)))
        self.place.devnet.advance(2)
        receipt = sender.receipt(transaction)
        assert receipt is None or receipt.succeeded


def wei(place: Arena, role: str) -> int:
    return from_quantity(place.devnet.l1.rpc.call("eth_getBalance", to_hex(ACCOUNTS[role].address), "latest"))
