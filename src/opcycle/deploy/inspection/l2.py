"""Whether a live L2 is the one that its plan begins with: its first block, the code and the storage that its
contracts began with and keep, and the L1 whose blocks it follows.

Code and storage are all that a contract is. So what a bridge takes for its other half needs no question of
its own: that is in a slot which the genesis has filled.
"""

from collections.abc import Iterator

from opcycle.artifacts import artifact
from opcycle.deploy.inspection.checks import Answer, Check, ask, head, look
from opcycle.deploy.inspection.code import summary
from opcycle.deploy.inspection.expected import Kind, Proxied
from opcycle.deploy.inspection.findings import Finding, Report, Severity, shown, worst_first
from opcycle.deploy.inspection.initialized import STRANGER, initializer_check
from opcycle.deploy.plan import Plan
from opcycle.engine.alloc import ADMIN_SLOT, IMPLEMENTATION_SLOT, INITIALIZED_SLOT, Account
from opcycle.engine.predeploy_state import contract_name
from opcycle.l1.contract import Contract, encode_call
from opcycle.protocol import predeploys
from opcycle.protocol.types import Address, BlockId, Hash
from opcycle.rpc.client import RpcClient
from opcycle.rpc.hexjson import from_hex, to_hex, to_quantity

_VAULTS = ("SequencerFeeVault", "BaseFeeVault", "L1FeeVault", "OperatorFeeVault")
_SLOTS = {IMPLEMENTATION_SLOT: "the implementation", ADMIN_SLOT: "the proxy's admin"}
_NAMED = {
    ("ProxyAdmin", 0): (Kind.ROLE, "owner"),
    ("L2CrossDomainMessenger", 207): (Kind.WIRING, "otherMessenger"),
    ("L2StandardBridge", 3): (Kind.WIRING, "messenger"),
    ("L2StandardBridge", 4): (Kind.WIRING, "otherBridge"),
    ("L2ERC721Bridge", 1): (Kind.WIRING, "messenger"),
    ("L2ERC721Bridge", 2): (Kind.WIRING, "otherBridge"),
    ("OptimismMintableERC20Factory", 1): (Kind.WIRING, "bridge"),
    ("OptimismMintableERC721Factory", 1): (Kind.WIRING, "bridge"),
    ("OptimismMintableERC721Factory", 2): (Kind.WIRING, "remoteChainID"),
    **{(vault, 1): (Kind.SETTING, "minWithdrawalAmount") for vault in _VAULTS},
    **{(vault, 2): (Kind.SETTING, "recipient and withdrawalNetwork") for vault in _VAULTS},
}
"""What is in a slot, by the contract's name; also where the genesis has a zero there."""

OTHER_L2 = "give --l2 the URL of the chain that this deployment is of: every L2 of another genesis is another"
OTHER_LOGIC = "only the owner of L2's ProxyAdmin, or a fork that is unknown here, changes this: ask who did"
OTHER_L1 = "wait for L2 to follow a reorg of L1 and inspect again; if that stays, its node follows another L1"


def inspect_l2(l2: RpcClient, l1: RpcClient, plan: Plan) -> Report:
    """Everything on L2 that is not as `plan` has it. Raises TemporaryError if a server does not answer."""
    block, genesis = head(l2), l2.call("eth_getBlockByNumber", "0x0", False)
    if (first := from_hex(genesis["hash"])) != plan.genesis.id.hash:
        found = ("the first block", shown(first), shown(plan.genesis.id.hash), OTHER_L2)
        finding = Finding(Severity.ERROR, "L2", predeploys.L1_BLOCK, *found)
        return Report(block, 0, (finding,))
    tag = to_quantity(block.number)
    checks = [
        check
        for address, account in plan.genesis.alloc.items()
        if account.code
        for check in [*_account_checks(address, account, tag), *_initializer_checks(plan, address, tag)]
    ]
    findings = look(l2, checks)
    if not any(finding.contract == "L1Block" for finding in findings):
        findings += _pairing(l2, l1, block)
    return Report(block, len(checks) + 1, worst_first(findings))


def _account_checks(address: Address, account: Account, tag: str) -> Iterator[Check]:
    name = contract_name(address)

    def judge_code(answer: Answer) -> Finding | None:
        if (code := from_hex(answer)) == account.code:
            return None
        found = ("the code", summary(code), summary(account.code), OTHER_LOGIC)
        return Finding(Severity.ERROR, name, address, *found)

    yield Check((("eth_getCode", [to_hex(address), tag]),), judge_code)
    is_proxy = IMPLEMENTATION_SLOT in account.storage
    named = {number.to_bytes(32, "big"): bytes(32) for front, number in _NAMED if is_proxy and front == name}
    for slot, word in (named | dict(account.storage)).items():
        if slot != INITIALIZED_SLOT:
            yield _slot_check(name, address, slot, word, tag)


def _initializer_checks(plan: Plan, address: Address, tag: str) -> Iterator[Check]:
    """Of a predeploy that the genesis has set up, as its initializer would have done."""
    storage, name = plan.genesis.alloc[address].storage, contract_name(address)
    if INITIALIZED_SLOT in storage:
        proxied = Proxied(predeploys.PROXY_ADMIN, plan.config.roles.owner, _any_initialization(name))
        yield initializer_check(name, address, proxied, tag, is_proxy=IMPLEMENTATION_SLOT in storage)


def _any_initialization(name: str) -> bytes:
    """The call of an initializer of addresses and numbers, with some that none refuses."""
    abi = artifact(name).abi
    (entry,) = (entry for entry in abi if entry.get("name") == "initialize")
    return encode_call(
        abi, "initialize", *(STRANGER if i["type"] == "address" else 1 for i in entry["inputs"])
    )


def _slot_check(name: str, address: Address, slot: Hash, word: bytes, tag: str) -> Check:
    number = int.from_bytes(slot, "big")
    kind, what = _NAMED.get((name, number), (Kind.FIXED, _SLOTS.get(slot, f"storage slot {number:#x}")))

    def judge(answer: Answer) -> Finding | None:
        if (found := from_hex(answer)) == word:
            return None
        values = (what, shown(found), shown(word))
        advice = OTHER_LOGIC if kind is Kind.FIXED else kind.advice
        return Finding(kind.severity, name, address, *values, advice)

    return Check((("eth_getStorageAt", [to_hex(address), to_hex(slot), tag]),), judge)


def _pairing(l2: RpcClient, l1: RpcClient, end: BlockId) -> Iterator[Finding]:
    """L2 knows the hash of an L1 block; the first L2 block knows none yet."""
    bound = Contract(l2, predeploys.L1_BLOCK, artifact("L1Block").abi)
    number, known = bound.read_many([("number", ()), ("hash", ())], block=end.number)
    if known == bytes(32):
        return
    (block,) = ask(l1, [("eth_getBlockByNumber", [to_quantity(number), False])])
    found = from_hex(block["hash"]) if block else b""
    if found != known:
        there = shown(found) if found else "not there"
        what = f"the hash of L1 block {number}"
        yield Finding(
            Severity.ERROR, "L1Block", predeploys.L1_BLOCK, what, shown(known), f"{there}, as on L1", OTHER_L1
        )
