// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BothChains} from "./BothChains.sol";
import {Mailbox} from "./Mailbox.sol";
import {bound, vm} from "./Vm.sol";

/// @title MessengerHandler
/// @notice Users of every kind send messages both ways; they arrive, fail, and are relayed again; liars forge; the guardian
///         pauses. A model knows before each call whether it must be accepted, and counts what was.
contract MessengerHandler is BothChains {
    /// @dev What the model knows of `sent[i]`.
    struct Note {
        address sender;
        bool arrived;
        bool succeeded;
    }

    address internal constant SIGNER = address(0x7702); // an EOA that delegates its code
    address internal constant OTHER_ORIGIN = address(0x0719);

    Mailbox internal mailbox = new Mailbox();
    Mailbox internal wallet = new Mailbox(); // any contract
    Note[] internal notes;
    uint256 internal pausedAt;

    uint256 public replays;
    uint256 public relays;
    uint256 public failures;
    uint256 public forgeries;
    uint256 public refusals;
    uint256 public pauses;

    constructor() {
        deployBothChains();
        vm.etch(SIGNER, abi.encodePacked(hex"ef0100", address(wallet)));
    }

    /*//////////////////////////////////////////////////////////////
                                  ACTIONS
    //////////////////////////////////////////////////////////////*/

    function send(bool toL2, uint256 who, uint256 kind, uint256 value, uint256 minGas) public {
        value = bound(value, 0, 10 ether);
        minGas = bound(minGas, 400_000, 1_000_000);
        (address sender, address origin) = _sender(who);
        if (!toL2 && sender != origin) origin = sender; // there is nobody's alias on L2
        vm.deal(sender, value);
        vm.prank(sender, origin);
        (bool success,) = messengerOf(!toL2).call{value: value}(
            abi.encodeWithSignature(
                "sendMessage(address,bytes,uint32)", address(mailbox), _call(toL2, kind), uint32(minGas)
            )
        );
        vm.assertTrue(success, "I-MESSENGER-8: sent");
        collect();
        notes.push(Note(sender, false, false));
        vm.assertEq(sent.length, notes.length, "I-MESSENGER-8: one message");
    }

    /// @notice The oldest deposit is executed on L2.
    function deriveNext() public {
        if (derived == deposits.length) return;
        uint256 index = _indexOf(deposits[derived].data);
        bool success = derive();
        vm.assertTrue(success, "I-MESSENGER-2: L2 records what arrives");
        _arrived(index);
    }

    /// @notice The oldest withdrawal is executed on L1; not while L1 is paused.
    function settleNext() public {
        if (settled == withdrawals.length || isPaused()) return;
        uint256 index = _indexOf(withdrawals[settled].data);
        bool success = settle();
        vm.assertTrue(success, "I-MESSENGER-2: L1 records what arrives");
        _arrived(index);
    }

    /// @notice Anybody relays any message again.
    function replay(uint256 which, uint256 value) public {
        if (sent.length == 0) return;
        which = bound(which, 0, sent.length - 1);
        value = value % 4 == 0 ? 1 : 0;
        Note storage note = notes[which];
        bool stopped = !sent[which].toL2 && isPaused();
        bool allowed = note.arrived && !note.succeeded && value == 0 && !stopped;
        bool success = relay(sent[which], RELAYER, value);
        vm.assertEq(success, allowed, "I-MESSENGER-3: what failed, and nothing else, can be relayed again");
        if (!allowed) {
            ++refusals;
            return;
        }
        note.succeeded = hasSucceeded(sent[which]);
        ++replays;
        if (note.succeeded) ++relays;
    }

    /// @notice A message that nobody sent: another value, or another nonce, of one that somebody did.
    function forge(uint256 which, uint256 by, uint256 word) external {
        if (sent.length == 0) return;
        BothChains.Sent memory message = sent[bound(which, 0, sent.length - 1)];
        bytes memory call = message.relay;
        word = bound(word, 0, 4);
        call[4 + 32 * word + 31] = bytes1(uint8(call[4 + 32 * word + 31]) ^ 1);
        message.relay = call;
        address[3] memory liars = [RELAYER, address(l1Messenger), aliasOf(address(l1Bridge))];
        vm.assertFalse(relay(message, liars[by % 3], 0), "I-MESSENGER-4: forged");
        ++forgeries;
    }

    function setOpen(bool open) external {
        mailbox.set(open);
    }

    function pause(uint256 identifier) external {
        address what = identifier % 3 == 0 ? address(0) : identifier % 3 == 1 ? address(portal) : address(1);
        if (superchain.pauseTimestamps(what) != 0) return;
        vm.prank(guardian);
        superchain.pause(what);
        if (what != address(1)) ++pauses;
    }

    /// @notice By the guardian, or by waiting.
    function unpause(bool byGuardian) public {
        if (!byGuardian) vm.warp(block.timestamp + 7_884_000);
        vm.startPrank(guardian);
        superchain.unpause(address(0));
        superchain.unpause(address(portal));
        superchain.unpause(address(1));
        vm.stopPrank();
    }

    /// @notice Every initializer, by a stranger and by the owner of all proxies.
    function initializeAgain(uint256 which, bool byOwner) external {
        address[2] memory places = [address(l1Messenger), address(l2Messenger)];
        bytes[2] memory calls = [
            abi.encodeWithSignature("initialize(address,address)", RELAYER, RELAYER),
            abi.encodeWithSignature("initialize(address)", RELAYER)
        ];
        vm.prank(!byOwner ? RELAYER : which % 2 == 0 ? deployer : L2_ADMIN);
        (bool success,) = places[which % 2].call(calls[which % 2]);
        vm.assertFalse(success, "I-MESSENGER-9: initialized again");
    }

    /*//////////////////////////////////////////////////////////////
                                 THE MODEL
    //////////////////////////////////////////////////////////////*/

    function isPaused() public view returns (bool) {
        return superchain.paused(address(0)) || superchain.paused(address(portal));
    }

    /// @notice Everything that is under way arrives, and what failed is relayed again.
    function complete() external {
        unpause(true);
        mailbox.set(true);
        while (derived < deposits.length) {
            deriveNext();
        }
        while (settled < withdrawals.length) {
            settleNext();
        }
        for (uint256 i = 0; i < sent.length; ++i) {
            if (!notes[i].succeeded) replay(i, 1);
            vm.assertTrue(notes[i].succeeded, "I-MESSENGER-3: nothing is lost");
        }
    }

    function check() external view {
        uint256[2] memory counts;
        uint256[2] memory held;
        for (uint256 i = 0; i < sent.length; ++i) {
            uint256 to = sent[i].toL2 ? 1 : 0;
            ++counts[to];
            (bool succeeded, bool failed) = (hasSucceeded(sent[i]), hasFailed(sent[i]));
            vm.assertEq(succeeded, notes[i].succeeded, "I-MESSENGER-1: succeeded");
            vm.assertEq(succeeded || failed, notes[i].arrived, "I-MESSENGER-2: recorded");
            vm.assertEq(mailbox.taken(i), succeeded ? 1 : 0, "I-MESSENGER-1: delivered once");
            if (succeeded) vm.assertEq(mailbox.senders(i), notes[i].sender, "I-MESSENGER-5: sender");
            else if (failed) held[to] += sent[i].value;
        }
        vm.assertEq(address(l1Messenger).balance, held[0], "I-MESSENGER-6: L1's ether");
        vm.assertEq(address(l2Messenger).balance, held[1], "I-MESSENGER-6: L2's ether");
        vm.assertEq(l1Messenger.messageNonce(), (1 << 240) + counts[1], "I-MESSENGER-8: L1's nonce");
        vm.assertEq(l2Messenger.messageNonce(), (1 << 240) + counts[0], "I-MESSENGER-8: L2's nonce");
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 sender = vm.load(messengerOf(i == 1), bytes32(uint256(204)));
            vm.assertEq(sender, bytes32(uint256(0xdEaD)), "I-MESSENGER-5: outside of a relay");
        }
        vm.assertEq(l1Messenger.paused(), isPaused(), "I-MESSENGER-7: paused");
    }

    function _arrived(uint256 index) private {
        notes[index].arrived = true;
        notes[index].succeeded = hasSucceeded(sent[index]);
        if (notes[index].succeeded) ++relays;
        else ++failures;
    }

    function _indexOf(bytes memory call) private view returns (uint256 index) {
        while (keccak256(sent[index].relay) != keccak256(call)) ++index;
    }

    function _sender(uint256 who) private view returns (address sender, address origin) {
        if (who % 3 == 0) return (user, user);
        return (who % 3 == 1 ? SIGNER : address(wallet), OTHER_ORIGIN);
    }

    /// @dev The mailbox knows a message by its place in `sent`.
    function _call(bool toL2, uint256 kind) private view returns (bytes memory) {
        uint256 id = sent.length;
        if (kind % 4 == 0) return abi.encodeCall(Mailbox.takeIfOpen, id);
        if (kind % 4 != 1) return abi.encodeCall(Mailbox.take, id);
        bytes memory other;
        for (uint256 i = sent.length; i != 0 && other.length == 0; --i) {
            if (sent[i - 1].toL2 == toL2) other = sent[i - 1].relay;
        }
        return abi.encodeCall(Mailbox.takeAndRelay, (id, other));
    }
}
