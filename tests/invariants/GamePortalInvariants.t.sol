// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OptimismPortal2} from "../../contracts/bridge/OptimismPortal2.sol";
import {GamePortalHandler} from "./support/GamePortalHandler.sol";
import {RegistryChecks} from "./support/RegistryChecks.sol";
import {WithdrawalTarget} from "./support/Targets.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever users, liars and guardian do to the portal for games. Names are those of
///         `tests/fuzz/disputes/properties.py`:
///
///         B-2  A withdrawal is executed at most once.                   B-5  Only a genuine proof against a game that
///         B-3  Not before its proof and its game have waited.                can count proves a withdrawal.
///         B-4  A proof counts for its submitter alone.                  B-6  A new withdrawal comes out in the end.
///         P-1  While paused, nothing is proven or executed.             W-5  No ether is made or lost.
///
///         The handler holds B-2 to B-5 and P-1 at every call: what its model does not allow must be refused. A game's
///         claim is true or a liar's here as in `RegistryInvariants`; that the true one wins is `GameInvariants`'.
contract GamePortalInvariants {
    using RegistryChecks for GamePortalHandler;

    GamePortalHandler internal handler;
    OptimismPortal2 internal portal;

    function setUp() public {
        handler = new GamePortalHandler();
        portal = handler.deployed();
        handler.withdraw(true);
        handler.propose(1);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function excludeSelectors() public view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(handler);
        selectors[0].selectors = new bytes4[](1);
        selectors[0].selectors[0] = handler.complete.selector;
    }

    /// @dev For forge: what it may not call.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function invariant_gamePortal() public view {
        RegistryChecks.checkRegistry(handler);
        vm.assertEq(address(portal).balance, 100 ether - handler.etherOut(), "W-5");
        vm.assertEq(portal.l2Sender(), 0x000000000000000000000000000000000000dEaD, "B-2: nobody's call");
        for (uint256 i = 0; i < handler.withdrawalCount(); ++i) {
            GamePortalHandler.Withdrawal memory w = handler.withdrawal(i);
            bytes32 hash = handler.hash(i);
            vm.assertEq(portal.finalizedWithdrawals(hash), w.isFinalized, "B-3");
            for (uint256 who = 0; who < 2; ++who) {
                (address game, uint256 at) = handler.proof(i, who);
                (, uint64 provenAt) = portal.provenWithdrawals(hash, handler.person(who));
                vm.assertEq(provenAt, at, "B-4: since");
                vm.assertEq(_provenAgainst(hash, handler.person(who)), game, "B-4: against");
            }
            if (w.transaction.target.code.length == 0) continue;
            uint256 calls = WithdrawalTarget(payable(w.transaction.target)).calls();
            vm.assertEq(calls, w.isFinalized && w.isPaid ? 1 : 0, "B-2");
        }
    }

    function _provenAgainst(bytes32 hash, address who) private view returns (address) {
        (bool success, bytes memory answer) =
            address(portal).staticcall(abi.encodeCall(portal.provenWithdrawals, (hash, who)));
        vm.assertTrue(success, "provenWithdrawals");
        return abi.decode(answer, (address));
    }

    function afterInvariant() public {
        uint256 before = handler.finalizations();
        handler.complete();
        vm.assertEq(handler.finalizations(), before + 1, "B-6");
        invariant_gamePortal();
    }

    /// @dev The handler is not vacuous: each action does what it is for, and is refused when it must be.
    function test_handler_everyAction() public {
        handler.prove(0, 0, 0);
        vm.assertEq(handler.refusedProofs(), 1, "in the game's own second");
        handler.wait(0);
        handler.withdraw(false);
        handler.prove(1, 0, 0);
        vm.assertEq(handler.refusedProofs(), 2, "not in that output");
        handler.propose(1);
        handler.propose(5); // a liar's
        handler.wait(0);
        handler.prove(0, 0, 0);
        handler.prove(1, 1, 1);
        handler.prove(0, 2, 0);
        vm.assertEq(handler.proven(), 2, "proven");
        vm.assertEq(handler.refusedProofs(), 3, "not in the liar's");
        handler.pause();
        handler.prove(0, 1, 0);
        vm.assertEq(handler.refusedProofs(), 4, "paused");
        handler.pause();
        handler.attack(2);
        handler.wait(1);
        for (uint256 i = 0; i < 3; ++i) {
            handler.settle(i);
        }
        handler.finalize(0, 0);
        vm.assertEq(handler.refusedExecutions(), 1, "too young");
        handler.wait(1);
        handler.wait(0);
        handler.finalize(0, 1);
        vm.assertEq(handler.refusedExecutions(), 2, "nobody else's proof");
        handler.finalize(0, 0);
        handler.finalize(0, 0);
        vm.assertEq(handler.refusedExecutions(), 3, "twice");
        handler.finalize(1, 1);
        vm.assertEq(handler.finalizations(), 2, "executed");
        vm.assertEq(handler.etherOut(), 1 ether, "one target failed");
        handler.complete();
        invariant_gamePortal();
    }
}
