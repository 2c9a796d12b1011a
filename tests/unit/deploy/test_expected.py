"""No getter is forgotten: what takes no arguments is compared with the plan, or it is said here why not."""

import pytest
from tests.unit.deploy.configs import DEPLOYER, GAMES, valid_config
from tests.unit.deploy.evm_l1 import EvmL1

from opcycle.artifacts import artifact
from opcycle.deploy.inspection.expected import expected_contracts
from opcycle.deploy.plan import Plan, make_plan

CODE = {"version", "proxyAdmin", "proxyAdminOwner", "paused", "superchainConfig", "guardian"}
"""What every contract's code returns by itself, or asks of a contract that is inspected itself."""

CODE_OF = {
    "SuperchainConfig": {"pauseExpiry"},
    "SystemConfig": {
        *(
            "BATCH_INBOX_SLOT",
            "DELAYED_WETH_SLOT",
            "L1_CROSS_DOMAIN_MESSENGER_SLOT",
            "L1_ERC_721_BRIDGE_SLOT",
        ),
        *("L1_STANDARD_BRIDGE_SLOT", "OPCM_SLOT", "OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT"),
        *("OPTIMISM_PORTAL_SLOT", "START_BLOCK_SLOT", "UNSAFE_BLOCK_SIGNER_SLOT", "VERSION"),
        *("minimumGasLimit", "maximumGasLimit", "getAddresses", "disputeGameFactory", "isCustomGasToken"),
        *("basefeeScalar", "blobbasefeeScalar"),  # set together with `scalar`, which is asked
    },
    "L1CrossDomainMessenger": {
        *("ENCODING_OVERHEAD", "FLOOR_CALLDATA_OVERHEAD", "MESSAGE_VERSION"),
        *("MIN_GAS_CALLDATA_OVERHEAD", "MIN_GAS_DYNAMIC_OVERHEAD_DENOMINATOR"),
        *("MIN_GAS_DYNAMIC_OVERHEAD_NUMERATOR", "OTHER_MESSENGER", "PORTAL", "RELAY_CALL_OVERHEAD"),
        *("RELAY_CONSTANT_OVERHEAD", "RELAY_GAS_CHECK_BUFFER", "RELAY_RESERVED_GAS", "TX_BASE_GAS"),
    },
    "L1StandardBridge": {"MESSENGER", "OTHER_BRIDGE", "l2TokenBridge"},
    "L1ERC721Bridge": {"MESSENGER", "OTHER_BRIDGE"},
    "OptimismMintableERC20Factory": {"BRIDGE"},
    "L2OutputOracle": {
        *("CHALLENGER", "FINALIZATION_PERIOD_SECONDS", "L2_BLOCK_TIME", "PROPOSER", "SUBMISSION_INTERVAL"),
    },
    "OptimismPortal2": {"respectedGameType", "disputeGameFinalityDelaySeconds", "disputeGameFactory"},
    "DelayedWETH": {"config", "name", "symbol", "decimals"},
    "PreimageOracle": {
        *("KECCAK_TREE_DEPTH", "MAX_LEAF_COUNT", "MIN_BOND_SIZE", "PRECOMPILE_CALL_RESERVED_GAS"),
    },
}
"""The same of one contract: constants, older names, and what another contract answers."""

USE = {
    "L1CrossDomainMessenger": {"messageNonce", "xDomainMessageSender"},
    "SystemConfig": {"startBlock"},
    "L2OutputOracle": {"latestBlockNumber", "latestOutputIndex", "nextBlockNumber", "nextOutputIndex"},
    "OptimismPortal": {"l2Sender", "params"},
    "OptimismPortal2": {"l2Sender", "params", "respectedGameTypeUpdatedAt"},
    "DisputeGameFactory": {"gameCount"},
    "AnchorStateRegistry": {"getAnchorRoot", "retirementTimestamp"},
    "DelayedWETH": {"totalSupply"},
    "PreimageOracle": {"proposalCount"},
}
"""What changes while a chain is used, or depends on when it was deployed."""

OF_A_GAME = {
    *("absolutePrestate", "anchorStateRegistry", "bondDistributionMode", "claimDataLen", "createdAt"),
    *(
        "extraData",
        "gameCreator",
        "gameData",
        "gameType",
        "l1Head",
        "l2BlockNumber",
        "l2BlockNumberChallenged",
    ),
    *("l2BlockNumberChallenger", "l2ChainId", "l2SequenceNumber", "resolvedAt", "rootClaim", "status"),
    *("startingBlockNumber", "startingOutputRoot", "startingRootHash", "vm", "weth"),
    *("wasRespectedGameTypeWhenCreated",),
}
"""The implementation of games is none itself; what it is told is in `DisputeGameFactory.gameArgs`."""


def plan_of(settlement: dict[str, str]) -> Plan:
    return make_plan(valid_config(**settlement), l1_chain_id=900, deployer=DEPLOYER, anchor=EvmL1().blocks[0])


def getters(name: str) -> set[str]:
    """Those without arguments."""
    return {
        entry["name"]
        for entry in artifact(name).abi
        if entry["type"] == "function"
        and entry["stateMutability"] in ("view", "pure")
        and not entry["inputs"]
    }


@pytest.mark.parametrize("settlement", [{}, GAMES])
def test_expected_contracts__every_getter__is_asked_or_it_is_known_why_not(
    settlement: dict[str, str],
) -> None:
    forgotten, known = {}, {}
    for contract in expected_contracts(plan_of(settlement)):
        name = contract.name
        asked = {value.getter for value in contract.values}
        forgotten[name] = getters(name) - asked - CODE
        known[name] = CODE_OF.get(name, set()) | USE.get(name, set())
    known |= {"FaultDisputeGame": OF_A_GAME} if settlement else {}
    assert forgotten == known


@pytest.mark.parametrize("settlement", [{}, GAMES])
def test_expected_contracts__everything_that_a_deployment_creates__once(settlement: dict[str, str]) -> None:
    plan = plan_of(settlement)
    contracts = expected_contracts(plan)
    assert {contract.name for contract in contracts} == set(plan.logic)
    assert {contract.name for contract in contracts if contract.proxied} == set(plan.proxies)
    assert len({contract.address for contract in contracts}) == len(contracts)
