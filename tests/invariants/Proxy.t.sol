// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {
    ITransparentUpgradeableProxy,
    TransparentUpgradeableProxy
} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";

import {OptimismPortal} from "../../contracts/bridge/OptimismPortal.sol";
import {SuperchainConfig} from "../../contracts/config/SuperchainConfig.sol";
import {SystemConfig} from "../../contracts/config/SystemConfig.sol";
import {ProxyAdmin} from "../../contracts/lib/ProxyAdmin.sol";
import {Reserved} from "../../contracts/lib/Reserved.sol";
import {System} from "./support/System.sol";
import {vm} from "./support/Vm.sol";

/// @notice How a deployment uses proxies: reserved first, set up by their owner in one transaction, upgradeable by
///         nobody else.
contract ProxyTest is System {
    bytes32 internal constant IMPLEMENTATION_SLOT =
        0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc; // EIP-1967
    bytes32 internal constant EIP1967_ADMIN_SLOT =
        0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;

    function setUp() public {
        deploySystem();
    }

    function test_proxy_slots_areTheStandards() public {
        Reserved reserved = new Reserved();
        address proxy = reserve(reserved);
        vm.assertEq(_addressAt(proxy, IMPLEMENTATION_SLOT), address(reserved), "implementation");
        vm.assertEq(ProxyAdmin(_addressAt(proxy, EIP1967_ADMIN_SLOT)).owner(), deployer, "admin's owner");
    }

    function test_reserved_hasNothingToInitialize() public {
        address proxy = reserve(new Reserved());
        (bool success,) = proxy.call(abi.encodeCall(SuperchainConfig.initialize, user));
        vm.assertFalse(success, "no function");
        vm.deal(address(this), 1);
        (success,) = proxy.call{value: 1}("");
        vm.assertFalse(success, "takes no ETH");
    }

    function test_upgradeAndCall_initializesAtOnce() public {
        address proxy = reserve(new Reserved());
        setUpProxy(proxy, address(new SuperchainConfig()), abi.encodeCall(SuperchainConfig.initialize, user));
        vm.assertEq(SuperchainConfig(proxy).guardian(), user, "initialized");
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        SuperchainConfig(proxy).initialize(guardian);
    }

    function testFuzz_upgradeAndCall_anyButOwner_reverts(address caller) public {
        if (caller == deployer) caller = user;
        ProxyAdmin admin = ProxyAdmin(adminOf(address(portal)));
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", caller));
        vm.prank(caller);
        admin.upgradeAndCall(ITransparentUpgradeableProxy(address(portal)), address(inbox), "");
    }

    /// @dev Only its ProxyAdmin reaches the proxy itself: for anybody else its upgrade is no function.
    function testFuzz_upgradeToAndCall_anyButAdmin_reachesLogic(address caller) public {
        if (caller == adminOf(address(portal))) caller = deployer;
        vm.prank(caller);
        (bool success,) = address(portal)
            .call(abi.encodeCall(ITransparentUpgradeableProxy.upgradeToAndCall, (address(inbox), "")));
        vm.assertFalse(success, "no such function in the logic");
    }

    /// @dev And the admin reaches nothing else: it cannot be mistaken for a user of the logic.
    function test_proxy_adminCallsLogic_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(TransparentUpgradeableProxy.ProxyDeniedAdminAccess.selector));
        vm.prank(adminOf(address(portal)));
        portal.donateETH();
    }

    /// @dev An upgrade keeps what the logic stored, among it that it was initialized.
    function test_upgradeAndCall_keepsState() public {
        vm.deal(user, 1 ether);
        vm.prank(user, user);
        portal.depositTransaction{value: 1 ether}(user, 1 ether, 100_000, false, "");
        setUpProxy(address(portal), address(new OptimismPortal()), "");
        (, uint64 bought,) = portal.params();
        vm.assertEq(bought, 100_000, "params");
        vm.assertEq(address(portal.l2Oracle()), address(oracle), "l2Oracle");
        vm.assertEq(address(portal.systemConfig()), address(config), "systemConfig");
        vm.assertEq(address(portal.superchainConfig()), address(superchain), "superchainConfig");
        vm.assertEq(portal.guardian(), guardian, "guardian");
        vm.assertEq(portal.l2Sender(), DEFAULT_L2_SENDER, "l2Sender");
        vm.assertEq(portal.version(), "2.8.0", "version");
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        portal.initialize(oracle, config, superchain);
    }

    /// @dev The logic contracts themselves can never be initialized: nobody can own them.
    function test_initialize_logicItself_reverts() public {
        (OptimismPortal portalLogic, SystemConfig configLogic) = (new OptimismPortal(), new SystemConfig());
        SuperchainConfig superchainLogic = new SuperchainConfig();
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        portalLogic.initialize(oracle, config, superchain);
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        superchainLogic.initialize(user);
        (bool success, bytes memory answer) =
            address(configLogic).call(systemConfigCall(defaultMarket(), GAS_LIMIT));
        vm.assertFalse(success, "SystemConfig");
        vm.assertEq(
            answer, abi.encodeWithSelector(Initializable.InvalidInitialization.selector), "the reason"
        );
    }

    function _addressAt(address account, bytes32 slot) private view returns (address) {
        return address(uint160(uint256(vm.load(account, slot))));
    }
}
