// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Machines} from "./support/Machines.sol";
import {vm} from "./support/Vm.sol";

/// @notice What a state and a proof can show: one step, and no other. Of the properties in docs/dispute-properties.md: V-2
///         and V-4.
contract MIPS64WitnessTest is Machines {
    uint256 internal constant STATE = 188;
    uint256 internal constant PROOF = WITNESS + 3 * MEMORY_PROOF;

    /// @dev Steps of all kinds that keep each part of the state, or change it by what it was: so that no two states have one
    ///      successor.
    function _step(uint256 which) private pure returns (Machine memory) {
        uint32[7] memory instructions = [
            uint32(0x0109502D), // daddu
            immediate(0x37, 0, RT, 0), // ld
            immediate(0x24, RS, RT, 1), // lbu
            immediate(0x04, RS, RT, 16), // beq
            uint32(3) << 26 | 0x400, // jal
            uint32(0x01090018), // mult
            0 // nop
        ];
        Machine memory m = at(instructions[which % 7]);
        (m.r[RS], m.data) = which % 7 == 2 ? (DATA, DATA) : (m.r[RS], 0);
        return m;
    }

    /// @notice Whatever proof is shown, a state has one successor or none.
    function testFuzz_proof_withOtherBytes_provesTheSameOrNothing(uint256 seed) public {
        Machine memory m = _step(seed);
        bytes32 honest = machine.step(stateOf(m), proofOf(m), CONTEXT);
        bytes memory proof = _padded(proofOf(m));
        vm.assertEq(machine.step(stateOf(m), proof, CONTEXT), honest, "what is not looked at");
        for (uint256 i = 0; i < 1 + (seed >> 32) % 3; i++) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            proof[drawn % PROOF] ^= bytes1(uint8(1 << ((drawn >> 128) % 8)));
        }
        _sameOrRefused(stateOf(m), proof, honest);
    }

    /// @notice Nor does any proof at all, of any length.
    function testFuzz_proof_ofAnyBytes_provesNothing(uint256 seed, bytes memory proof) public {
        Machine memory m = _step(seed);
        vm.assertEq(_call(stateOf(m), proof).length, 0, "a step");
    }

    /// @notice No other state has the same successor, or it is refused.
    function testFuzz_state_withAnotherByte_isRefusedOrHasAnotherSuccessor(uint256 seed) public {
        Machine memory m = _step(seed);
        bytes32 honest = machine.step(stateOf(m), proofOf(m), CONTEXT);
        bytes memory state = stateOf(m);
        state[(seed >> 32) % STATE] ^= bytes1(uint8(1 << ((seed >> 128) % 8)));
        bytes memory result = _call(state, proofOf(m));
        if (result.length != 0) {
            vm.assertTrue(abi.decode(result, (bytes32)) << 8 != honest << 8, "one successor");
        }
    }

    /// @notice Once it has exited, it stands still, whatever is shown.
    function testFuzz_exited_anyProof_standsStill(uint256 seed, bytes memory proof) public {
        Machine memory m = _step(seed);
        m.exited = 1;
        m.exitCode = uint8(seed >> 64);
        vm.assertEq(machine.step(stateOf(m), proof, CONTEXT), claimOf(m), "moved");
    }

    function _sameOrRefused(bytes memory state, bytes memory proof, bytes32 honest) private {
        bytes memory result = _call(state, proof);
        if (result.length != 0) vm.assertEq(abi.decode(result, (bytes32)), honest, "another successor");
    }

    /// @dev What a step returns; nothing if it is refused, by an error that has a name.
    function _call(bytes memory state, bytes memory proof) private returns (bytes memory) {
        (bool success, bytes memory result) =
            address(machine).call(abi.encodeCall(machine.step, (state, proof, CONTEXT)));
        if (success) return result;
        vm.assertTrue(result.length >= 4, "a reason");
        return "";
    }

    function _padded(bytes memory proof) private pure returns (bytes memory) {
        return bytes.concat(proof, new bytes(PROOF - proof.length));
    }
}
