"""Real viem on our chain: a program written by viem's guides deposits, withdraws, and asks for fees."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_utils.crypto import keccak
from tests.e2e.withdrawing import AMOUNT, CLOCK, FINALITY, MATURITY, RECIPIENT, Place, place_in
from tests.peers.viem_process import Viem, ViemError, running

from opcycle.artifacts import artifact
from opcycle.bridge.status import (
    Finalizable,
    Finalized,
    MustBeProvenAgain,
    Provable,
    Proven,
    WaitingForGame,
)
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.l1.contract import Contract
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.rpc.hexjson import checksum, from_hex, from_quantity, to_hex

USER = ACCOUNTS["user"]
BUFFER = 10
"""Seconds: viem's `getTimeToFinalize` says so much more than the portal demands."""


@dataclass
class Stage:
    """A devnet, and viem beside it."""

    place: Place
    viem: Viem

    def mined(self, step: str, **arguments: object) -> str:
        """The hash of an L1 transaction that viem sends, once it is mined; it must have succeeded."""
        sent = self.viem.do(step, **arguments)
        self.place.devnet.advance(1)
        assert self.viem.do("l1Receipt", hash=sent)["status"] == "success"
        return str(sent)

    def withdraw(self) -> str:
        """The hash of a withdrawal on L2, in a block that is safe."""
        sent = self.viem.do("withdraw", to=to_hex(RECIPIENT), value=str(AMOUNT))
        self.safe(sent)
        (withdrawal,) = self.viem.do("withdrawals", hash=sent)
        assert (withdrawal["value"], withdrawal["sender"]) == (str(AMOUNT), checksum(USER.address))
        return str(sent)

    def safe(self, sent: str) -> None:
        """An L2 transaction that viem has sent succeeds, in a block that is safe in the end."""
        self.place.devnet.advance(2)
        receipt = self.viem.do("l2Receipt", hash=sent)
        assert receipt["status"] == "success"
        number, node = int(receipt["blockNumber"]), self.place.devnet.node
        self.place.devnet.until(
            "a safe block", lambda: node.sync_status().safe_l2.number >= number, seconds=60
        )

    def relayed(self, deposit: str) -> None:
        """What an L1 transaction deposits succeeds on L2."""
        self.place.devnet.advance(3)
        receipt = self.viem.do("l2Receipt", hash=self.viem.do("deposited", hash=deposit)["first"])
        assert receipt["status"] == "success"

    def tokens(self) -> dict[str, str]:
        """A token on L1 of which the user has five, and its counterpart on L2."""
        bytecode = to_hex(artifact("WETH").bytecode)
        deployed = self.mined("deployToken", bytecode=bytecode)
        token = self.viem.do("l1Receipt", hash=deployed)["contractAddress"]
        self.mined("wrap", token=token, value=str(5 * AMOUNT))
        created = self.viem.do("createMintable", token=token)
        self.place.devnet.advance(2)
        assert self.viem.do("l2Receipt", hash=created)["status"] == "success"
        return {
            "l1Token": checksum(from_hex(token)),
            "l2Token": self.viem.do("createdMintable", hash=created),
        }

    def through_the_portal(self, withdrawal: str) -> str:
        """The hash of the transaction that finalizes it, after all that has to come before."""
        game = self.place.propose()
        self.place.devnet.advance(1)
        self.mined("prove", hash=withdrawal)
        self.place.travel_to(self.place.now + CLOCK)
        self.place.decide(game)
        self.place.travel_to(self.place.now + MATURITY)
        return self.mined("finalize", hash=withdrawal)

    def claimed(self, game: FaultDisputeGame) -> int:
        """The L2 block that a game is about."""
        return game.read(block=self.place.devnet.l1.head.hash).claimed_block

    def finalizable_at(self, withdrawal: str) -> int:
        """The last second at which it cannot be finalized, as viem has it; to which viem adds a few."""
        found = self.viem.do("timeToFinalize", hash=withdrawal)
        assert found["period"] == MATURITY
        assert found["timestamp"] == (self.place.now + found["seconds"]) * 1000
        return self.place.now + int(found["seconds"]) - BUFFER


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for all tests that let time pass on both chains."""
    with stage_in(tmp_path_factory.mktemp("viem")) as stage:
        yield stage


@pytest.fixture
def traveller(tmp_path: Path) -> Iterator[Stage]:
    """For one test, which travels in L1's time: L2 then stays behind."""
    with stage_in(tmp_path) as stage:
        yield stage


@contextmanager
def stage_in(directory: Path) -> Iterator[Stage]:
    with place_in(directory / "devnet") as place, running(directory / "scripts", lambda: place.now) as viem:
        at, urls = place.devnet.deployment.addresses, place.devnet.assembly
        assert at.dispute_game_factory is not None
        l1 = {"id": place.devnet.deployment.rollup.l1_chain_id, "url": urls.l1}
        contracts = {
            "portal": checksum(at.optimism_portal),
            "disputeGameFactory": checksum(at.dispute_game_factory),
            "l1StandardBridge": checksum(at.l1_standard_bridge),
            "l1CrossDomainMessenger": checksum(at.l1_cross_domain_messenger),
        }
        l2 = {"id": place.devnet.deployment.rollup.l2_chain_id, "url": urls.l2, "contracts": contracts}
        viem.do("connect", key=to_hex(USER.key), l1=l1, l2=l2)
        sent = viem.do("deployMulticall")
        place.devnet.advance(1)
        multicall = viem.do("l1Receipt", hash=sent)["contractAddress"]
        viem.do("connect", key=to_hex(USER.key), l1=l1 | {"multicall3": multicall}, l2=l2)
        yield Stage(place, viem)


def selector(error: str) -> str:
    """By which alone viem names the portal's errors here: its ABI for this call has none of them."""
    return to_hex(keccak(text=error)[:4])


STATUS = {
    WaitingForGame: "waiting-to-prove",
    Provable: "ready-to-prove",
    MustBeProvenAgain: "ready-to-prove",
    Proven: "waiting-to-finalize",
    Finalizable: "ready-to-finalize",
    Finalized: "finalized",
}


def place_status(place: Place, withdrawal: str) -> str:
    """What our own bridge says of it, in viem's words."""
    return STATUS[type(place.bridge.status(from_hex(withdrawal)).stage)]


def balance(place: Place, address: bytes) -> int:
    return from_quantity(place.devnet.l2.rpc.call("eth_getBalance", to_hex(address), "latest"))


def test_a_deposit_arrives_under_the_hash_that_viem_computes(stage: Stage) -> None:
    place, viem = stage.place, stage.viem
    somebody = b"\x51" * 20
    sent = stage.mined("deposit", mint=str(3 * AMOUNT), to=to_hex(somebody))
    found = viem.do("deposited", hash=sent)
    assert found["hashes"] == [found["first"]]
    (deposit,) = found["deposits"]
    assert (deposit["mint"], deposit["value"]) == (str(3 * AMOUNT), str(3 * AMOUNT))
    place.devnet.advance(3)
    receipt = viem.do("l2Receipt", hash=found["first"])
    assert receipt["status"] == "success"
    assert balance(place, somebody) == 3 * AMOUNT
    transaction = viem.do("l2Transaction", hash=found["first"])
    assert transaction["sourceHash"] == deposit["sourceHash"]
    assert transaction["type"] == "deposit"
    assert transaction["mint"] == str(3 * AMOUNT)


def test_a_deposit_with_a_call_and_one_that_creates_a_contract_do_so(stage: Stage) -> None:
    place, viem = stage.place, stage.viem
    code = "0x6005600c60003960056000f3" + "6001600055"  # a contract that writes a one into its first slot
    empty = {"value": "0", "mint": "0", "gas": "200000"}
    sent = stage.mined("depositCall", data=code, isCreation=True, **empty)
    place.devnet.advance(3)
    created = viem.do("l2Receipt", hash=viem.do("deposited", hash=sent)["first"])
    contract = created["contractAddress"]
    assert created["status"] == "success"
    assert place.devnet.l2.rpc.call("eth_getCode", contract, "latest") == "0x6001600055"

    sent = stage.mined("depositCall", to=contract, data="0x1234", isCreation=False, **empty)
    (deposit,) = viem.do("deposited", hash=sent)["deposits"]
    assert (deposit["data"], deposit["gas"], deposit["isCreation"]) == ("0x1234", "200000", False)
    place.devnet.advance(3)
    assert from_quantity(place.devnet.l2.rpc.call("eth_getStorageAt", contract, "0x0", "latest")) == 1


def test_gas_that_viem_estimates_for_a_deposit_is_enough_and_not_much_more(stage: Stage) -> None:
    estimate = int(stage.viem.do("estimateDepositGas", to=to_hex(RECIPIENT), value="1"))
    sent = stage.mined("deposit", mint="1", to=to_hex(RECIPIENT))
    used = int(stage.viem.do("l1Receipt", hash=sent)["gasUsed"])
    assert used <= estimate < 2 * used


def test_a_withdrawal_goes_through_all_stages_that_viem_knows(traveller: Stage) -> None:
    stage, place, viem = traveller, traveller.place, traveller.viem
    sent = stage.withdraw()
    assert viem.do("status", hash=sent) == place_status(place, sent) == "waiting-to-prove"
    with pytest.raises(ViemError, match="not been proven"):
        viem.do("timeToFinalize", hash=sent)
    viem.begin("waitToProve", hash=sent)
    game = place.propose()
    assert viem.end()["game"]["l2BlockNumber"] == str(stage.claimed(game))
    place.devnet.advance(1)  # the portal takes no proof of a game's own second, which viem does not know
    assert viem.do("timeToProve", hash=sent)["seconds"] == 0
    assert viem.do("status", hash=sent) == place_status(place, sent) == "ready-to-prove"

    stage.mined("prove", hash=sent)
    proven_at = place.now
    assert viem.do("status", hash=sent) == place_status(place, sent) == "waiting-to-finalize"
    assert stage.finalizable_at(sent) == proven_at + MATURITY
    with pytest.raises(ViemError, match=selector("OptimismPortal_ProofNotOldEnough()")):
        viem.do("finalize", hash=sent)

    place.travel_to(place.now + CLOCK)
    place.decide(game)
    last = max(proven_at + MATURITY, place.now + FINALITY)
    assert stage.finalizable_at(sent) == last
    place.travel_to(last)
    assert viem.do("status", hash=sent) == place_status(place, sent) == "waiting-to-finalize"
    place.travel_to(last + 1)
    assert viem.do("status", hash=sent) == place_status(place, sent) == "ready-to-finalize"
    before = place.received()
    stage.mined("finalize", hash=sent)
    assert place.received() == before + AMOUNT
    assert viem.do("status", hash=sent) == place_status(place, sent) == "finalized"


def test_a_token_goes_to_l2_and_back(traveller: Stage) -> None:
    """By the actions of Optimism's own addition to viem."""
    stage, viem = traveller, traveller.viem
    tokens = stage.tokens()
    stage.mined("approve", l1Token=tokens["l1Token"], amount=str(5 * AMOUNT))
    sent = stage.mined("depositToken", amount=str(3 * AMOUNT), **tokens)
    (initiated,) = viem.do("bridged", chain="l1", hash=sent)
    assert initiated["eventName"] == "ERC20BridgeInitiated"
    stage.relayed(sent)
    assert viem.do("balances", **tokens) == {"l1": str(2 * AMOUNT), "l2": str(3 * AMOUNT)}
    stage.relayed(stage.mined("depositTokenByAbi", amount=str(2 * AMOUNT), **tokens))
    assert viem.do("balances", **tokens) == {"l1": "0", "l2": str(5 * AMOUNT)}

    sent = viem.do("withdrawToken", l2Token=tokens["l2Token"], amount=str(4 * AMOUNT))
    stage.safe(sent)
    assert viem.do("balances", **tokens) == {"l1": "0", "l2": str(AMOUNT)}
    finalized = stage.through_the_portal(sent)
    (event,) = viem.do("bridged", chain="l1", hash=finalized)
    assert (event["eventName"], event["amount"]) == ("ERC20BridgeFinalized", str(4 * AMOUNT))
    assert viem.do("balances", **tokens) == {"l1": str(4 * AMOUNT), "l2": str(AMOUNT)}


def test_a_token_is_not_sent_to_another_tokens_counterpart(stage: Stage) -> None:
    one, other = stage.tokens(), stage.tokens()
    mixed = {"l1Token": one["l1Token"], "l2Token": other["l2Token"]}
    with pytest.raises(ViemError, match="remote token address mismatch"):
        stage.viem.do("depositToken", amount="1", **mixed)


def test_ether_and_messages_arrive_from_the_bridge_and_the_messenger(stage: Stage) -> None:
    place, viem = stage.place, stage.viem
    somebody = b"\x52" * 20
    stage.relayed(stage.mined("depositEther", to=to_hex(somebody), value=str(AMOUNT)))
    assert balance(place, somebody) == AMOUNT
    message = {"target": to_hex(somebody), "message": "0x1234", "value": "7"}
    stage.relayed(stage.mined("sendMessage", **message))
    assert balance(place, somebody) == AMOUNT + 7
    sent = viem.do("returnMessage", **message)
    stage.safe(sent)
    (withdrawal,) = viem.do("withdrawals", hash=sent)
    at = place.devnet.deployment.addresses
    assert withdrawal["target"] == checksum(at.l1_cross_domain_messenger)
    assert withdrawal["value"] == "7"


def test_a_proof_against_a_game_that_is_lost_is_to_be_made_again(traveller: Stage) -> None:
    stage, place, viem = traveller, traveller.place, traveller.viem
    sent = stage.withdraw()
    place.propose(b"\x66" * 32)
    place.devnet.advance(1)
    assert viem.do("status", hash=sent) == "ready-to-prove", "whatever is claimed"
    with pytest.raises(ViemError, match=selector("Withdrawals_WrongOutputRoot(bytes32,bytes32)")):
        viem.do("prove", hash=sent)
    right = place.propose()
    place.devnet.advance(1)
    stage.mined("proveAgainstNewest", hash=sent)
    assert viem.do("status", hash=sent) == "waiting-to-finalize"
    place.attack(right)
    place.travel_to(place.now + CLOCK + 1)
    place.decide(right)
    place.travel_to(place.now + MATURITY)
    assert viem.do("status", hash=sent) == place_status(place, sent) == "ready-to-prove"


def test_games_are_those_of_the_factory_newest_first(stage: Stage) -> None:
    place, viem = stage.place, stage.viem
    safe = place.devnet.node.sync_status().safe_l2.number
    blocks = [stage.claimed(place.propose(block=number)) for number in (safe - 1, safe)]
    factory = place.devnet.assembly.factory()
    count = factory.game_count(block="latest")
    games = viem.do("games", l2BlockNumber="0")
    assert [int(game["index"]) for game in games] == list(reversed(range(count)))
    assert [int(game["l2BlockNumber"]) for game in games[:2]] == blocks[::-1]
    assert viem.do("game", l2BlockNumber=str(blocks[1]))["index"] == str(count - 1)
    with pytest.raises(ViemError) as caught:
        viem.do("game", l2BlockNumber=str(blocks[1] + 1))
    assert caught.value.name == "GameNotFoundError"


def test_fees_that_viem_estimates_are_those_that_are_taken(stage: Stage) -> None:
    place, viem = stage.place, stage.viem
    at = place.devnet.deployment.addresses.system_config
    system_config = Contract(place.devnet.l1.rpc, at, artifact("SystemConfig").abi)
    scalar, constant = 7, 12_345
    place.send("deployer", system_config.request("setOperatorFeeScalars", scalar, constant))
    place.devnet.advance(5)
    incompressible = b"".join(keccak(bytes([number])) for number in range(16))
    transaction = {"to": to_hex(RECIPIENT), "value": "1", "data": to_hex(incompressible)}
    fees = {name: int(value) for name, value in viem.do("fees", **transaction).items()}
    assert fees["operatorFee"] == fees["operatorFeeByParameters"] == fees["gas"] * scalar * 100 + constant
    assert fees["totalFee"] == fees["l1Fee"] + fees["operatorFee"] + fees["gas"] * fees["gasPrice"]
    sent = viem.do("send", **transaction)
    place.devnet.advance(2)
    receipt = viem.do("l2Receipt", hash=sent)
    taken = int(receipt["l1Fee"]) * fees["l1BaseFee"] // int(receipt["l1GasPrice"])  # an L1 block later
    assert taken * 97 // 100 <= fees["l1Fee"] <= taken * 103 // 100, "it estimates an unsigned transaction"
    assert int(receipt["gasUsed"]) <= fees["gas"] <= int(receipt["gasUsed"]) * 102 // 100
