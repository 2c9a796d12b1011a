// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MessengerHandler} from "./support/MessengerHandler.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever is sent between the messengers, by EOAs, by EOAs that delegate their code and by contracts; the names in
///         brackets are those of docs/bridge-properties.md:
///
///         I-MESSENGER-1  A message is delivered at most once. (M-1)
///         I-MESSENGER-2  Every message that arrives is recorded: as successful or as failed. (M-2)
///         I-MESSENGER-3  What failed, and nothing else, can be relayed again, by anybody, without ether; when its target works,
///                        it succeeds: nothing is lost. (M-3)
///         I-MESSENGER-4  What nobody sent is not relayed, whoever brings it. (M-4)
///         I-MESSENGER-5  The cross-domain sender is who sent the message, even if another is relayed meanwhile; outside of a
///                        relay there is none. (M-5)
///         I-MESSENGER-6  A messenger holds the ether of the messages that failed in it, and no other. (E-3)
///         I-MESSENGER-7  While L1 is paused it relays nothing; pauses end by themselves. (S-1, S-2)
///         I-MESSENGER-8  Messages can always be sent, and are counted. (M-8)
///         I-MESSENGER-9  Nobody initializes a messenger again. (I-1)
///
///         The handler holds 2, 3, 4, 8 and 9 at every call.
contract MessengerInvariants {
    MessengerHandler internal handler;

    function setUp() public {
        handler = new MessengerHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_messenger() public view {
        handler.check();
    }

    function afterInvariant() public {
        uint256 relays = handler.relays();
        handler.send(true, 0, 2, 1 ether, 0);
        handler.send(false, 0, 2, 1 ether, 0);
        handler.complete();
        vm.assertGe(handler.relays(), relays + 2, "I-MESSENGER-3: a new one arrives, either way");
        handler.check();
    }

    /// @dev The handler is not vacuous: each action does what it is for, and is refused when it must be.
    function test_handler_everyAction() public {
        for (uint256 who = 0; who < 3; ++who) {
            handler.send(true, who, 0, 1 ether, 0); // closed
            handler.send(false, who, 0, 1 ether, 0);
            handler.send(true, who, 2, 3, 0);
            handler.send(false, who, 1, 4, 0); // tries to relay another
        }
        for (uint256 i = 0; i < 6; ++i) {
            handler.deriveNext();
            handler.settleNext();
        }
        vm.assertEq(handler.relays(), 6, "open ones");
        vm.assertEq(handler.failures(), 6, "closed ones");
        handler.check();
        handler.replay(0, 1); // still closed
        handler.replay(0, 0); // with ether
        handler.replay(2, 1); // succeeded
        vm.assertEq(handler.refusals(), 2, "refused");
        handler.pause(0);
        handler.replay(1, 1); // to L1
        vm.assertEq(handler.refusals(), 3, "paused");
        handler.setOpen(true);
        handler.replay(0, 1); // to L2
        vm.assertEq(handler.replays(), 2, "replayed");
        handler.unpause(false);
        handler.replay(1, 1);
        vm.assertEq(handler.replays(), 3, "after the pause");
        for (uint256 word = 0; word < 5; ++word) {
            handler.forge(word, word, word);
        }
        vm.assertEq(handler.forgeries(), 5, "forged");
        for (uint256 i = 0; i < 4; ++i) {
            handler.initializeAgain(i, i < 2);
        }
        handler.complete();
        handler.check();
    }
}
