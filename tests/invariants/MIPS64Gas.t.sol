// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Machines} from "./support/Machines.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of a transaction that makes one step, the 21,000 and the calldata included, and the machine's code size.
///         The same steps on the reference's machine: tests/peers/test_reference_mips64.py.
/// forge-config: default.isolate = true
contract MIPS64GasTest is Machines {
    function test_gas_registers() public {
        _step(at(0), "nop");
        _step(at(special(0x2D, RS, RT, RD)), "daddu");
        _step(at(special(0x1F, RS, RT, 0)), "ddivu");
        _step(at(immediate(5, RS, RT, 1)), "bne");
    }

    function test_gas_memory() public {
        _step(_touching(0x37), "ld");
        _step(_touching(0x3F), "sd");
        _step(_touching(0x26), "lwr");
        _step(_touching(0x30), "ll");
        Machine memory m = _touching(0x38);
        (m.reservation, m.reserved, m.reservedBy) = (1, DATA, m.id);
        _step(m, "sc");
    }

    function test_gas_syscalls() public {
        _step(calling(5003, 0, 0, 0), "close");
        _step(calling(5009, 0, 4096, 0), "mmap");
        _step(calling(5055, 0x50F00, 0, 0), "clone");
        _step(calling(5194, DATA, 128, 0x81828384), "futex");
        _step(calling(5205, 0, 0, 0), "exit_group");
        Machine memory m = calling(5000, 5, DATA, 8);
        oracle.loadKeccak256PreimagePart(8, "0123456789");
        m.preimageKey = bytes32((uint256(keccak256("0123456789")) << 8 >> 8) | (2 << 248));
        m.preimageOffset = 8;
        _step(m, "read of a preimage");
        m = calling(5222, 0, DATA, 0);
        Machine memory between = turned(m);
        poke(between, DATA, 0);
        _step(m, bytes.concat(proofOf(m), memoryProof(between, DATA + 8)), "clock_gettime");
    }

    function test_gas_turns() public {
        Machine memory m = at(0);
        m.turn = 100_000;
        _step(m, "a turn ends");
        m.threadExited = 1;
        _step(m, "a thread has ended");
        m.exited = 1;
        _step(m, "the program has ended");
    }

    function test_codeSize() public {
        uint256 size = vm.getDeployedCode("contracts/vm/MIPS64.sol:MIPS64").length;
        vm.assertLe(size, 20_935, "the reference's");
        vm.snapshotValue("machine_code_sizes", "MIPS64", size);
    }

    function _touching(uint256 opcode) private pure returns (Machine memory m) {
        m = at(immediate(opcode, RS, RT, 0));
        m.r[RS] = DATA;
    }

    function _step(Machine memory m, string memory name) private {
        _step(m, proofOf(m), name);
    }

    function _step(Machine memory m, bytes memory proof, string memory name) private {
        machine.step(stateOf(m), proof, CONTEXT);
        vm.snapshotGasLastCall("machine", string.concat("MIPS64.step, ", name));
    }
}
