// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BridgeHandler} from "./support/BridgeHandler.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever goes over the bridges, with the messengers, the portal and its oracle between them; the names in brackets
///         are those of docs/bridge-properties.md:
///
///         I-BRIDGE-1  The portal holds what was deposited less what was paid; a messenger what failed in it; bridges no ether.
///                     (E-2, E-3, E-4)
///         I-BRIDGE-2  What is locked of a token is what there is of it on the other chain, plus what is on its way. (T-1)
///         I-BRIDGE-3  A bridge holds what it has locked; no token is made or lost. (T-2, T-5)
///         I-BRIDGE-4  Art is in one place: escrowed for one twin, if and only if the bridge has it. (N-1)
///         I-BRIDGE-5  A wrong pair, or a stranger, gets nothing. (T-3, T-4)
///         I-BRIDGE-6  What is sent is recorded; what failed can be relayed again, and nothing else, and on L1 not during a pause.
///                     (M-2, M-3, S-1)
///         I-BRIDGE-7  Nobody initializes a bridge or a factory again. (I-1)
///         I-BRIDGE-8  When everything works, whatever names the right pair arrives. (T-5)
///
///         The handler holds 5, 6 and 7 at every call.
contract BridgeInvariants {
    BridgeHandler internal handler;

    function setUp() public {
        handler = BridgeHandler(vm.deployCode("BridgeHandler.sol:BridgeHandler")); // too large to be part of this code
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_bridge() public view {
        handler.check();
    }

    function afterInvariant() public {
        handler.complete();
        handler.check();
        uint256 arrivals = handler.arrivals();
        handler.bridgeEther(true, 1 ether, true);
        handler.bridgeEther(false, 1 ether, true);
        handler.bridgeTokens(true, 0, 10, false);
        handler.bridgeTokens(false, 1, 10, false);
        handler.complete();
        vm.assertEq(handler.arrivals(), arrivals + 4, "I-BRIDGE-8: new ones arrive");
        handler.check();
    }

    /// @dev The handler is not vacuous: each action does what it is for, and is refused when it must be.
    function test_handler_everyAction() public {
        handler.bridgeEther(true, 1 ether, false);
        handler.bridgeEther(false, 1 ether, true); // closed
        handler.bridgeTokens(true, 0, 1000, false);
        handler.bridgeTokens(false, 1, 1000, false);
        handler.bridgeArt(0, false, false);
        handler.bridgeArt(1, true, false); // closed
        handler.bridgeArt(2, false, true); // a wrong twin
        handler.bridgeTokens(true, 0, 10, true); // a wrong pair, which L2 notices
        handler.check();
        for (uint256 i = 0; i < 6; ++i) {
            handler.deriveNext();
            handler.settleNext();
        }
        vm.assertEq(handler.arrivals(), 4, "arrived");
        vm.assertEq(handler.failures(), 4, "failed");
        handler.check();
        handler.bridgeTokens(false, 0, 300, false); // back
        handler.bridgeTokens(true, 1, 300, false);
        handler.bridgeTokens(true, 1, 300, true); // a wrong pair, which L1 notices
        handler.bridgeArt(0, false, true);
        vm.assertEq(handler.refusals(), 2, "wrong pairs");
        handler.bridgeArt(0, false, false);
        handler.setPaused(true);
        handler.settleNext();
        vm.assertEq(handler.arrivals(), 4, "paused");
        handler.replay(1); // to L1, during the pause
        handler.replay(0); // has arrived
        vm.assertEq(handler.refusals(), 4, "not relayed again");
        for (uint256 i = 0; i < 8; ++i) {
            handler.steal(i, i < 4);
        }
        vm.assertEq(handler.refusals(), 12, "strangers");
        for (uint256 i = 0; i < 7; ++i) {
            handler.initializeAgain(i);
        }
        handler.complete();
        handler.check();
        vm.assertEq(handler.arrivals(), 7, "all the way and back");
        vm.assertEq(handler.replays(), 4, "again; two of them in vain");
    }
}
