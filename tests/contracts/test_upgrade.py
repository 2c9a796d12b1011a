"""`opcycle upgrade` on anvil: an older implementation is replaced by the compiled one, and by nobody else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.contracts.snapshots import restored

from opcycle.cli.upgrade import upgrade
from opcycle.deploy.deployment import Deployment
from opcycle.errors import UserError
from opcycle.rpc.hexjson import from_hex, to_hex

IMPLEMENTATION = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
INITIALIZED = "0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00"
OLD = "0x" + "66" * 20


class Site:
    """A deployment whose SystemConfig runs an older version than the compiled one."""

    def __init__(self, chain: Any, deployment: Deployment):
        self.request = chain.provider.make_request
        self.url, self.deployment = chain.provider.http_uri, deployment
        self.proxy = to_hex(deployment.addresses.system_config)
        code = from_hex(self.request("eth_getCode", ["0x" + self.word(IMPLEMENTATION)[-40:], "latest"]))
        self.request("anvil_setCode", [OLD, to_hex(code.replace(b"3.14.2", b"3.14.1"))])
        self.request("anvil_setStorageAt", [OLD, INITIALIZED, "0x" + f"{2**64 - 1:064x}"])
        self.request("anvil_setStorageAt", [self.proxy, IMPLEMENTATION, "0x" + OLD[2:].rjust(64, "0")])

    def word(self, slot: str) -> str:
        return str(self.request("eth_getStorageAt", [self.proxy, slot, "latest"]))

    def run(self, *options: str, key: str) -> Result:
        arguments = [str(self.deployment.directory), "--contract", "SystemConfig", "--l1", self.url]
        return CliRunner(env={"OPCYCLE_PRIVATE_KEY": key}).invoke(upgrade, [*arguments, *options])


@pytest.fixture
def site(chain: Any, deployment: Deployment) -> Iterator[Site]:
    with restored(chain):
        yield Site(chain, deployment)


def test_it_is_shown_asked_and_done(site: Site, owner: Any, system_config: Any) -> None:
    before = system_config.gasLimit()
    shown = site.run("--yes", key=owner.private_key)
    assert shown.exit_code == 0, shown.output
    assert "version 3.14.1" in shown.output
    assert "version 3.14.2" in shown.output
    assert "upgraded in transaction 0x" in shown.output
    assert system_config.version() == "3.14.2"
    assert system_config.gasLimit() == before
    again = site.run("--yes", key=owner.private_key)
    assert isinstance(again.exception, UserError)
    assert "nothing to upgrade to" in str(again.exception)


def test_without_a_yes_nothing_is_sent(site: Site, owner: Any) -> None:
    nonce = owner.nonce
    assert site.run(key=owner.private_key).exit_code == 1
    assert owner.nonce == nonce
    assert site.word(IMPLEMENTATION)[-40:] == OLD[2:]


def test_somebody_else_is_refused_in_one_sentence(site: Site, user: Any, owner: Any) -> None:
    refused = site.run("--yes", key=user.private_key)
    assert isinstance(refused.exception, UserError)
    assert f"{user.address} may not upgrade SystemConfig" in str(refused.exception)
    assert owner.address in str(refused.exception)
    assert site.word(IMPLEMENTATION)[-40:] == OLD[2:]


def test_a_dry_run_and_printing_send_nothing_and_need_no_key(site: Site, owner: Any) -> None:
    nonce = owner.nonce
    assert "nothing was sent" in site.run("--dry-run", key="").output
    printed = site.run("--print", key="").output
    assert "the creation of SystemConfig" in printed
    assert "the upgrade of SystemConfig" in printed
    assert owner.nonce == nonce


def test_what_is_printed_does_it_when_the_owner_sends_it(
    site: Site, owner: Any, user: Any, system_config: Any
) -> None:
    body = json.loads(site.run("--print", "--json", key="").output)
    creation, call = body["calls"]
    assert body["transactions"] == []
    for sender, todo in ((user, creation), (owner, call)):
        request = {"from": sender.address, "to": todo["to"], "data": todo["data"]}
        site.request("eth_sendTransaction", [request])
        site.request("evm_mine", [])
    assert system_config.version() == "3.14.2"
    assert site.word(IMPLEMENTATION)[-40:] == body["after"]["address"][2:].lower()
