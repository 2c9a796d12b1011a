// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RegistryChecks} from "./support/RegistryChecks.sol";
import {RegistryHandler} from "./support/RegistryHandler.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever the guardian does while games begin and end. Names are those of `tests/fuzz/disputes/properties.py`:
///
///         R-1  The anchor moves only to a newer and valid claim.     G-5  A game is decided once.
///         R-2  What the registry says of a game is so.               G-8  Bonds are earned iff the game is proper.
///         R-3  Only the guardian judges.                             F-2  The factory lists every game, in order.
///
///         The handler holds R-1, R-3 and G-8 at every call, too: what its model does not allow must be refused.
contract RegistryInvariants {
    using RegistryChecks for RegistryHandler;

    RegistryHandler internal handler;

    function setUp() public {
        handler = new RegistryHandler();
        handler.propose(1);
        handler.propose((1 << 8) | 1);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_registry() public view {
        handler.checkRegistry();
    }

    /// @dev The handler is not vacuous: each action does what it is for, and is refused when it must be.
    function test_handler_everyAction() public {
        handler.propose(0);
        handler.setAnchorState(0);
        vm.assertEq(handler.refused(), 1, "not decided");
        handler.attack(2);
        handler.wait(1);
        for (uint256 i = 0; i < 3; ++i) {
            handler.settle(i);
        }
        vm.assertEq(handler.ended(), 3, "decided");
        handler.wait(2);
        handler.close(0);
        vm.assertEq(handler.refused(), 2, "not final");
        handler.wait(0);
        handler.pause();
        handler.close(0);
        vm.assertEq(handler.refused(), 3, "paused");
        invariant_registry();
        handler.pause();
        handler.close(1);
        vm.assertEq(handler.anchorMoves(), 1, "anchored");
        handler.close(0);
        handler.setAnchorState(0);
        vm.assertEq(handler.refused(), 4, "older");
        handler.blacklist(2 << 8);
        vm.assertEq(handler.refused(), 5, "only the guardian");
        handler.close(2);
        vm.assertEq(handler.closings(), 3, "closed");
        vm.assertEq(handler.refunds(), 1, "refunded");
        handler.retire(0);
        handler.respect(0);
        handler.propose(1);
        invariant_registry();
    }
}
