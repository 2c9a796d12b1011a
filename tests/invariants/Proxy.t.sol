// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC1967} from "@openzeppelin/contracts/interfaces/IERC1967.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {OptimismPortal} from "../../contracts/bridge/OptimismPortal.sol";
import {SuperchainConfig} from "../../contracts/config/SuperchainConfig.sol";
import {SystemConfig} from "../../contracts/config/SystemConfig.sol";
import {Proxy} from "../../contracts/lib/Proxy.sol";
import {ProxyAdmin} from "../../contracts/lib/ProxyAdmin.sol";
import {ProxyAdminOwned} from "../../contracts/lib/ProxyAdminOwned.sol";
import {System} from "./support/System.sol";
import {vm} from "./support/Vm.sol";

/// @notice Tells what a proxy made of a call.
contract Echo {
    error Refused(address caller);

    address public last;

    receive() external payable {}

    function note() external payable returns (address, uint256) {
        last = msg.sender;
        return (msg.sender, msg.value);
    }

    function refuse() external view {
        revert Refused(msg.sender);
    }

    /// @dev The selector of a function of the proxy.
    function implementation() external pure returns (string memory) {
        return "the implementation's own";
    }
}

/// @notice The proxy by itself: whose call it takes for itself, and what becomes of all others.
contract ProxyTest is System {
    bytes32 internal constant IMPLEMENTATION_SLOT =
        0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc; // EIP-1967
    bytes32 internal constant EIP1967_ADMIN_SLOT =
        0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;

    address internal constant admin = address(0xAD);

    Echo internal echo;
    Proxy internal proxy;

    function setUp() public {
        echo = new Echo();
        proxy = new Proxy(admin);
        vm.prank(admin);
        proxy.upgradeTo(address(echo));
    }

    function test_slots_areTheStandards() public {
        vm.expectEmit(true, true, true, true);
        emit IERC1967.AdminChanged(address(0), admin);
        Proxy fresh = new Proxy(admin);
        vm.assertEq(_addressAt(address(fresh), EIP1967_ADMIN_SLOT), admin, "admin");
        vm.assertEq(_addressAt(address(fresh), IMPLEMENTATION_SLOT), address(0), "nothing runs in it");
        vm.assertEq(_addressAt(address(proxy), IMPLEMENTATION_SLOT), address(echo), "implementation");
    }

    function test_empty_anyCall_reverts() public {
        Proxy fresh = new Proxy(admin);
        bytes memory reason = abi.encodeWithSelector(Proxy.Proxy_NoImplementation.selector, address(fresh));
        vm.expectRevert(reason);
        Echo(payable(address(fresh))).note();
        vm.deal(address(this), 1);
        (bool success, bytes memory answer) = address(fresh).call{value: 1}("");
        vm.assertFalse(success, "takes no ETH either");
        vm.assertEq(answer, reason, "for the same reason");
    }

    /// @dev The zero address sends the deposits of a fork's upgrade.
    function test_admin_andTheZeroAddress_reachTheProxyItself() public {
        address[2] memory callers = [admin, address(0)];
        for (uint256 i = 0; i < 2; ++i) {
            Proxy fresh = new Proxy(admin);
            vm.prank(callers[i]);
            vm.expectEmit(true, true, true, true, address(fresh));
            emit IERC1967.Upgraded(address(echo));
            fresh.upgradeTo(address(echo));
            vm.prank(callers[i]);
            vm.assertEq(fresh.implementation(), address(echo), "implementation");
            vm.prank(callers[i]);
            vm.assertEq(fresh.admin(), admin, "admin");

            vm.deal(callers[i], 3);
            vm.prank(callers[i]);
            bytes memory returned =
                fresh.upgradeToAndCall{value: 3}(address(echo), abi.encodeCall(Echo.note, ()));
            vm.assertEq(returned, abi.encode(callers[i], 3), "called by the caller, with its ETH");

            vm.prank(callers[i]);
            vm.expectEmit(true, true, true, true, address(fresh));
            emit IERC1967.AdminChanged(admin, user);
            fresh.changeAdmin(user);
            vm.assertEq(_addressAt(address(fresh), EIP1967_ADMIN_SLOT), user, "admin");
        }
    }

    function testFuzz_anybodyElse_isForwarded(address caller, uint96 value) public {
        if (caller == admin || caller == address(0)) caller = user;
        bytes[5] memory calls = [
            abi.encodeCall(Proxy.upgradeTo, address(this)),
            abi.encodeCall(Proxy.upgradeToAndCall, (address(this), "")),
            abi.encodeCall(Proxy.changeAdmin, caller),
            abi.encodeCall(Proxy.admin, ()),
            abi.encodeCall(Echo.refuse, ())
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool done,) = address(proxy).call(calls[i]);
            vm.assertFalse(done, "the implementation has no such function, or refuses");
        }
        vm.prank(caller);
        (, bytes memory own) = address(proxy).call(abi.encodeCall(Proxy.implementation, ()));
        vm.assertEq(own, abi.encode("the implementation's own"), "even a function that the proxy has");

        vm.deal(caller, value);
        vm.prank(caller);
        (bool success, bytes memory answer) = address(proxy).call{value: value}(abi.encodeCall(Echo.note, ()));
        vm.assertTrue(success, "forwarded");
        vm.assertEq(answer, abi.encode(caller, uint256(value)), "with caller and value");
        vm.assertEq(_addressAt(address(proxy), IMPLEMENTATION_SLOT), address(echo), "nothing changed");
        vm.assertEq(_addressAt(address(proxy), EIP1967_ADMIN_SLOT), admin, "nothing changed");
    }

    /// @dev As any other user, where the proxy has no function of that name.
    function test_admin_callsLogic_isForwarded() public {
        vm.prank(admin);
        Echo(payable(address(proxy))).note();
        vm.assertEq(Echo(payable(address(proxy))).last(), admin, "in the proxy's storage");
        vm.assertEq(echo.last(), address(0), "not in the implementation's");
        vm.expectRevert(abi.encodeWithSelector(Echo.Refused.selector, admin));
        vm.prank(admin);
        Echo(payable(address(proxy))).refuse();
    }

    function test_plainEther_reachesTheImplementation() public {
        vm.deal(user, 5);
        vm.prank(user);
        (bool success,) = address(proxy).call{value: 5}("");
        vm.assertTrue(success, "taken");
        vm.assertEq(address(proxy).balance, 5, "by the proxy");
    }

    function test_upgradeTo_withoutCode_reverts() public {
        bytes memory reason = abi.encodeWithSelector(ERC1967Utils.ERC1967InvalidImplementation.selector, user);
        vm.expectRevert(reason);
        vm.prank(admin);
        proxy.upgradeTo(user);
        vm.expectRevert(reason);
        vm.prank(admin);
        proxy.upgradeToAndCall(user, "");
    }

    function test_changeAdmin_toNobody_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ERC1967Utils.ERC1967InvalidAdmin.selector, address(0)));
        vm.prank(admin);
        proxy.changeAdmin(address(0));
    }

    function test_upgradeToAndCall_failing_changesNothing() public {
        Echo other = new Echo();
        vm.expectRevert(abi.encodeWithSelector(Echo.Refused.selector, admin));
        vm.prank(admin);
        proxy.upgradeToAndCall(address(other), abi.encodeCall(Echo.refuse, ()));
        vm.assertEq(_addressAt(address(proxy), IMPLEMENTATION_SLOT), address(echo), "implementation");
    }

    function _addressAt(address account, bytes32 slot) private view returns (address) {
        return address(uint160(uint256(vm.load(account, slot))));
    }
}

/// @notice How a deployment uses proxies: empty first, set up by the one admin's owner in one transaction, upgradeable by
///         nobody else.
contract ProxyAdminTest is System {
    function setUp() public {
        deploySystem();
    }

    function test_getters_ofAProxy() public {
        vm.assertEq(proxyAdmin.getProxyAdmin(payable(address(portal))), address(proxyAdmin), "admin");
        vm.assertEq(proxyAdmin.getProxyImplementation(emptyProxy()), address(0), "an empty one");
        OptimismPortal logic = new OptimismPortal();
        vm.prank(deployer);
        proxyAdmin.upgrade(payable(address(portal)), address(logic));
        vm.assertEq(proxyAdmin.getProxyImplementation(address(portal)), address(logic), "implementation");
    }

    function test_changeProxyAdmin_givesItAway() public {
        vm.prank(deployer);
        proxyAdmin.changeProxyAdmin(payable(address(portal)), user);
        vm.prank(user);
        vm.assertEq(Proxy(payable(address(portal))).admin(), user, "admin");
        OptimismPortal logic = new OptimismPortal();
        vm.prank(deployer);
        (bool success,) = address(proxyAdmin)
            .call(abi.encodeCall(proxyAdmin.upgrade, (payable(address(portal)), address(logic))));
        vm.assertFalse(success, "no longer this admin's");
    }

    function testFuzz_anyButOwner_reverts(address caller) public {
        if (caller == deployer) caller = user;
        address payable at = payable(address(portal));
        bytes[3] memory calls = [
            abi.encodeCall(proxyAdmin.upgrade, (at, address(inbox))),
            abi.encodeCall(proxyAdmin.upgradeAndCall, (at, address(inbox), "")),
            abi.encodeCall(proxyAdmin.changeProxyAdmin, (at, caller))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool success, bytes memory answer) = address(proxyAdmin).call(calls[i]);
            vm.assertFalse(success, "refused");
            vm.assertEq(
                answer, abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", caller), "the reason"
            );
        }
    }

    function test_upgradeAndCall_initializesAtOnce() public {
        address proxy = emptyProxy();
        setUpProxy(proxy, address(new SuperchainConfig()), abi.encodeCall(SuperchainConfig.initialize, user));
        vm.assertEq(SuperchainConfig(proxy).guardian(), user, "initialized");
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        SuperchainConfig(proxy).initialize(guardian);
    }

    /// @dev Should a proxy ever be upgraded without being initialized at once, no stranger can be faster.
    function testFuzz_initialize_anyButAdminAndOwner_reverts(address caller) public {
        if (caller == deployer || caller == address(proxyAdmin)) caller = user;
        SuperchainConfig logic = new SuperchainConfig();
        address payable proxy = emptyProxy();
        vm.prank(deployer);
        proxyAdmin.upgrade(proxy, address(logic));
        vm.expectRevert(
            abi.encodeWithSelector(
                ProxyAdminOwned.ProxyAdminOwned_NotAdminOrOwner.selector, caller, address(proxyAdmin)
            )
        );
        vm.prank(caller);
        SuperchainConfig(proxy).initialize(caller);

        vm.prank(deployer);
        SuperchainConfig(proxy).initialize(guardian);
        vm.assertEq(SuperchainConfig(proxy).guardian(), guardian, "its owner may");
    }

    function test_proxyAdmin_isKnownToTheLogic() public view {
        vm.assertEq(portal.proxyAdmin(), address(proxyAdmin), "admin");
        vm.assertEq(portal.proxyAdminOwner(), deployer, "its owner");
    }

    /// @dev An upgrade keeps what the logic stored, among it that it was initialized.
    function test_upgrade_keepsState() public {
        vm.deal(user, 1 ether);
        vm.prank(user, user);
        portal.depositTransaction{value: 1 ether}(user, 1 ether, 100_000, false, "");
        OptimismPortal logic = new OptimismPortal();
        vm.prank(deployer);
        proxyAdmin.upgrade(payable(address(portal)), address(logic));
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
}
