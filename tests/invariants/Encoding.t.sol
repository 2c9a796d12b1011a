// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Encoding} from "../../contracts/lib/Encoding.sol";
import {Message} from "./support/Messages.sol";
import {vm} from "./support/Vm.sol";

/// @notice How messages are written, beside these tests' own way and a message of OP Mainnet's.
contract EncodingTest {
    function testFuzz_versionedNonce_thereAndBack(uint240 nonce, uint16 version) public pure {
        uint256 versioned = Encoding.encodeVersionedNonce(nonce, version);
        vm.assertEq(versioned, uint256(bytes32(abi.encodePacked(version, nonce))), "version, then nonce");
        vm.assertEq(Encoding.versionOf(versioned), version, "its version");
    }

    function testFuzz_encode_bothVersions_byHand(Message calldata m) public view {
        (bytes memory v0, bytes memory v1, bytes memory inside) = this.encode(m);
        vm.assertEq(keccak256(v0), m.legacyHash(), "version 0");
        vm.assertEq(v1, m.relayCall(), "version 1");
        vm.assertEq(inside, m.data, "the message inside");
    }

    /// @dev A withdrawal of the messenger's on OP Mainnet: its data is a message's encoding.
    function test_encode_aMessageOfMainnet() public view {
        string memory json = vm.readFile("tests/invariants/vectors/withdrawals.json");
        vm.assertEq(
            vm.parseJsonAddress(json, ".cases[1].sender"),
            0x4200000000000000000000000000000000000007,
            "the messenger's"
        );
        bytes memory data = vm.parseJsonBytes(json, ".cases[1].data");
        Message memory m = this.decode(data);
        vm.assertEq(m.value, vm.parseJsonUint(json, ".cases[1].value"), "its value");
        (, bytes memory v1,) = this.encode(m);
        vm.assertEq(v1, data, "written again");
    }

    function encode(Message calldata m)
        external
        pure
        returns (bytes memory v0, bytes memory v1, bytes memory inside)
    {
        v0 = Encoding.encodeCrossDomainMessageV0(m.target, m.sender, m.data, m.nonce);
        v1 = Encoding.encodeCrossDomainMessageV1(m.nonce, m.sender, m.target, m.value, m.minGasLimit, m.data);
        inside = Encoding.messageIn(v1);
    }

    function decode(bytes calldata call) external pure returns (Message memory m) {
        (m.nonce, m.sender, m.target, m.value, m.minGasLimit, m.data) =
            abi.decode(call[4:], (uint256, address, address, uint256, uint256, bytes));
    }
}
