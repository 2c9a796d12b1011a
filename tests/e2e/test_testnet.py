"""docs/testnet.md, followed on an L1 like Sepolia from no contract to a finalized withdrawal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.e2e.operator import AGENTS, SHORTER, TEXT, Operator, commands, following, stated

from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.ports import free_ports
from opcycle.l1.receipts import receipt_from_json
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, to_hex
from opcycle.rpc.server import serve


class Explorer:
    """A Blockscout that takes whatever is submitted."""

    def __init__(self) -> None:
        self.verified: set[str] = set()

    async def take(self, request: Request) -> JSONResponse:
        assert b'name="files[0]"' in await request.body()
        self.verified.add(request.path_params["address"])
        return JSONResponse({"message": "Smart-contract verification started"})

    @property
    def app(self) -> Starlette:
        path = "/api/v2/smart-contracts/{address}/verification/via/standard-input"
        return Starlette(routes=[Route(path, self.take, methods=["POST"])])


@pytest.fixture
def explorer() -> Iterator[tuple[Explorer, str]]:
    explorer = Explorer()
    server = serve(explorer.app, free_ports().metrics)
    yield explorer, server.url
    server.stop()


@pytest.fixture
def operator(tmp_path: Path, explorer: tuple[Explorer, str]) -> Iterator[Operator]:
    with following(tmp_path, EXPLORER_URL=explorer[1], PAUSE="0") as operator:
        yield operator


def test_from_nothing_to_a_finalized_withdrawal(operator: Operator, explorer: tuple[Explorer, str]) -> None:
    typed = iter(commands())
    tried = operator.type(next(typed))
    assert "--dry-run" not in tried
    assert not (operator.directory / "deployments").exists()
    assert "ETH spent" in operator.type(next(typed))
    assert "nothing deviates" in operator.type(next(typed))
    operator.type(next(typed))
    contracts = json.loads((operator.deployment.directory / "verification" / "contracts.json").read_text())
    assert explorer[0].verified == {item["address"] for item in contracts}
    assert "absolute prestate  0x03" in operator.type(next(typed))

    for line in typed:
        if "opcycle status" in line:
            break
        said = operator.type(line)
        if "opcycle deposit" in line:
            assert "arrived in L2 block" in said
    assert set(operator.running) == set(AGENTS)
    withdrawal = from_hex(operator.environment["WITHDRAWAL"])
    assert "wait" in operator.type(line)
    operator.until("a game that has it", lambda: operator.bridge.status(withdrawal).is_provable)
    assert "proven against game" in operator.type(next(typed))
    operator.until("its windows", lambda: operator.bridge.status(withdrawal).is_finalizable)
    assert operator.type(next(typed)).splitlines()[1] == "finalized"

    assert "blobs" in operator.type(next(typed))
    assert list(typed) == []
    assert set(operator.stop().values()) == {0}
    assert operator.l1.asked_in_vain == set(), "the L1 offers what a public RPC does"
    require_stated_gas(operator)


def require_stated_gas(operator: Operator) -> None:
    """What the document says of gas is enough, and not far too much."""
    used = gas_by_sender(operator.l1.chain.rpc, operator.l1.chain.head.number)
    deposit, *withdrawal = used["user"]
    measured = {
        "for all of it": sum(used["deployer"]),
        "and one blob a transaction": max(used["batcher"]),
        "a game, and the bond": max(used["proposer"]),
        "at most for each": max(used["challenger"]),
        "a deposit": deposit,
        "a withdrawal": sum(withdrawal),
    }
    says = {what: stated(what) for what in measured}
    wrong = {what: gas for what, gas in measured.items() if not gas <= says[what] <= gas * 5 // 4}
    assert not wrong, f"the document says {says}; measured are {measured}"


def gas_by_sender(rpc: RpcClient, head: int) -> dict[str, list[int]]:
    roles = {to_hex(account.address): role for role, account in ACCOUNTS.items()}
    used: dict[str, list[int]] = {}
    for number in range(head + 1):
        for body in rpc.call("eth_getBlockReceipts", hex(number)):
            used.setdefault(roles[body["from"]], []).append(receipt_from_json(body).gas_used)
    return used


def test_what_the_test_shortens_is_in_the_document() -> None:
    for said in SHORTER:
        assert TEXT.count(said) == 1, said


def test_the_file_is_a_configuration_and_its_times_are_what_the_text_says() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    games = yaml.safe_load(block)["games"]
    hours = (games["max_clock_duration"] + games["finality_delay"] + 3600) / 3600
    assert hours == 2.5, "about three hours, with what the proposer waits for L1's finality"
