// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OptimismPortal} from "../../../contracts/bridge/OptimismPortal.sol";
import {ResourceMetering} from "../../../contracts/bridge/ResourceMetering.sol";
import {ISuperchainConfig} from "../../../contracts/config/ISuperchainConfig.sol";
import {ISystemConfig} from "../../../contracts/config/ISystemConfig.sol";
import {SuperchainConfig} from "../../../contracts/config/SuperchainConfig.sol";
import {SystemConfig} from "../../../contracts/config/SystemConfig.sol";
import {BatchInbox} from "../../../contracts/inbox/BatchInbox.sol";
import {Proxy} from "../../../contracts/lib/Proxy.sol";
import {ProxyAdmin} from "../../../contracts/lib/ProxyAdmin.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {L2OutputOracle} from "../../../contracts/oracle/L2OutputOracle.sol";
import {StorageTrie} from "./StorageTrie.sol";
import {vm} from "./Vm.sol";

/// @title System
/// @notice The whole settlement layer as a deployment makes it: proxies that are empty first, then upgraded and
///         initialized in one transaction of their one admin's owner.
abstract contract System {
    uint256 internal constant SUBMISSION_INTERVAL = 20;
    uint256 internal constant L2_BLOCK_TIME = 2;
    uint256 internal constant STARTING_BLOCK = 100;
    uint256 internal constant STARTING_TIMESTAMP = 1_700_000_000;
    uint256 internal constant FINALIZATION_PERIOD = 1 hours;
    uint64 internal constant GAS_LIMIT = 60_000_000;
    uint256 internal constant L2_CHAIN_ID = 901;
    address internal constant DEFAULT_L2_SENDER = 0x000000000000000000000000000000000000dEaD;
    bytes32 internal constant ADMIN_SLOT = bytes32(uint256(keccak256("eip1967.proxy.admin")) - 1);

    address internal constant deployer = address(0xD0);
    address internal constant owner = address(0xD1);
    address internal constant guardian = address(0xD2);
    address internal constant proposer = address(0xD3);
    address internal constant challenger = address(0xD4);
    address internal constant batcher = address(0xD5);
    address internal constant blockSigner = address(0xD6);
    address internal constant user = address(0xD7);

    ProxyAdmin internal proxyAdmin;
    BatchInbox internal inbox;
    SuperchainConfig internal superchain;
    SystemConfig internal config;
    L2OutputOracle internal oracle;
    OptimismPortal internal portal;

    function deploySystem() internal {
        deploySystem(defaultMarket());
    }

    function deploySystem(ResourceMetering.ResourceConfig memory market) internal {
        vm.warp(STARTING_TIMESTAMP + 1000 * SUBMISSION_INTERVAL * L2_BLOCK_TIME);
        vm.roll(1000);
        proxyAdmin = new ProxyAdmin(deployer);
        inbox = new BatchInbox();
        superchain = SuperchainConfig(emptyProxy());
        config = SystemConfig(emptyProxy());
        oracle = L2OutputOracle(emptyProxy());
        portal = OptimismPortal(emptyProxy());

        setUpProxy(
            address(superchain),
            address(new SuperchainConfig()),
            abi.encodeCall(SuperchainConfig.initialize, guardian)
        );
        setUpProxy(address(config), address(new SystemConfig()), systemConfigCall(market, GAS_LIMIT));
        setUpProxy(address(oracle), address(new L2OutputOracle()), oracleCall());
        setUpProxy(
            address(portal),
            address(new OptimismPortal()),
            abi.encodeCall(OptimismPortal.initialize, (oracle, config, superchain))
        );
    }

    function emptyProxy() internal returns (address payable) {
        return payable(address(new Proxy(address(proxyAdmin))));
    }

    function setUpProxy(address proxy, address logic, bytes memory call) internal {
        vm.prank(proxyAdmin.owner());
        proxyAdmin.upgradeAndCall(payable(proxy), logic, call);
    }

    function oracleCall() internal pure returns (bytes memory) {
        return abi.encodeCall(
            L2OutputOracle.initialize,
            (
                SUBMISSION_INTERVAL,
                L2_BLOCK_TIME,
                STARTING_BLOCK,
                STARTING_TIMESTAMP,
                proposer,
                challenger,
                FINALIZATION_PERIOD
            )
        );
    }

    function systemConfigCall(ResourceMetering.ResourceConfig memory market, uint64 gasLimit)
        internal
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            SystemConfig.initialize,
            (
                owner,
                1_368,
                810_949,
                bytes32(uint256(uint160(batcher))),
                gasLimit,
                blockSigner,
                market,
                address(inbox),
                chainAddresses(),
                L2_CHAIN_ID,
                ISuperchainConfig(superchain)
            )
        );
    }

    function chainAddresses() internal view returns (ISystemConfig.Addresses memory) {
        return ISystemConfig.Addresses({
            l1CrossDomainMessenger: address(0xA1),
            l1ERC721Bridge: address(0xA2),
            l1StandardBridge: address(0xA3),
            optimismPortal: address(portal),
            optimismMintableERC20Factory: address(0xA5),
            delayedWETH: address(0xA6),
            opcm: address(0xA7)
        });
    }

    /// @notice Upstream's standard parameters.
    function defaultMarket() internal pure returns (ResourceMetering.ResourceConfig memory) {
        return ResourceMetering.ResourceConfig({
            maxResourceLimit: 20_000_000,
            elasticityMultiplier: 10,
            baseFeeMaxChangeDenominator: 8,
            minimumBaseFee: 1 gwei,
            systemTxMaxGas: 1_000_000,
            maximumBaseFee: type(uint128).max
        });
    }

    /*//////////////////////////////////////////////////////////////
                         L2, AS FAR AS L1 SEES IT
    //////////////////////////////////////////////////////////////*/

    /// @notice An output of L2 whose message passer recorded the withdrawals that `keys` name.
    function outputOf(bytes32[] memory keys) internal pure returns (Types.OutputRootProof memory) {
        return Types.OutputRootProof({
            version: bytes32(0),
            stateRoot: keccak256("state"),
            messagePasserStorageRoot: StorageTrie.root(keys),
            latestBlockhash: keccak256("block")
        });
    }

    /// @dev Independent of the library that the portal uses.
    function rootOf(Types.OutputRootProof memory output) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                output.version, output.stateRoot, output.messagePasserStorageRoot, output.latestBlockhash
            )
        );
    }

    /// @dev Independent of the library that the portal uses.
    function hashOf(Types.WithdrawalTransaction memory w) internal pure returns (bytes32) {
        bytes memory head = abi.encodePacked(
            w.nonce,
            uint256(uint160(w.sender)),
            uint256(uint160(w.target)),
            w.value,
            w.gasLimit,
            uint256(6 * 32),
            w.data.length
        );
        return keccak256(abi.encodePacked(head, w.data, new bytes((32 - w.data.length % 32) % 32)));
    }

    /// @notice Propose `root` as the output that is due, when it is due.
    function proposeRoot(bytes32 root) internal returns (uint256 index) {
        uint256 number = oracle.nextBlockNumber();
        uint256 due = oracle.computeL2Timestamp(number);
        if (block.timestamp <= due) vm.warp(due + 1);
        index = oracle.nextOutputIndex();
        vm.prank(proposer);
        oracle.proposeL2Output(root, number, bytes32(0), 0);
    }

    function one(bytes32 key) internal pure returns (bytes32[] memory keys) {
        keys = new bytes32[](1);
        keys[0] = key;
    }
}
