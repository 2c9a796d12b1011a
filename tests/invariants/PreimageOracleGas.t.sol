// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Proposals} from "./support/Proposals.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of a transaction to each function of the oracle, the 21,000 and the calldata included, and its code size.
///         Beside the reference: tests/peers/test_reference_oracle.py.
/// forge-config: default.isolate = true
contract PreimageOracleGasTest is Proposals {
    function setUp() public {
        deployOracle();
    }

    function test_gas_local() public {
        oracle.loadLocalData(1, "context", "word", 32, 0);
        _snapshot("loadLocalData");
    }

    function test_gas_hashed() public {
        oracle.loadKeccak256PreimagePart(0, new bytes(1024));
        _snapshot("loadKeccak256PreimagePart, 1 KB of zeros");
        oracle.loadSha256PreimagePart(0, new bytes(1024));
        _snapshot("loadSha256PreimagePart, 1 KB of zeros");
    }

    /// @dev The polynomial 0: its commitment, and each proof, is the point at infinity.
    function test_gas_blob() public {
        bytes memory infinity = bytes.concat(bytes1(0xc0), new bytes(47));
        oracle.loadBlobPreimagePart(1, 0, infinity, infinity, 0);
        _snapshot("loadBlobPreimagePart");
    }

    function test_gas_precompile() public {
        oracle.loadPrecompilePreimagePart(0, address(2), 100_000, new bytes(128));
        _snapshot("loadPrecompilePreimagePart, SHA-256 of 128 zeros");
    }

    function test_gas_add() public {
        begin(136 * 300 + 1, 0);
        _snapshot("initLPP");
        vm.prank(claimant, claimant);
        oracle.addLeavesLPP(UUID, 0, new bytes(136 * 300), new bytes32[](300), false);
        _snapshot("addLeavesLPP, 300 blocks of zeros");
        vm.prank(claimant, claimant);
        oracle.addLeavesLPP(UUID, 300, new bytes(1), new bytes32[](1), true);
        _snapshot("addLeavesLPP, the last one");
    }

    function test_gas_challenge() public {
        Plan memory plan = lieAt(planOf(bytesOf(1000)), 3);
        propose(plan, 0);
        challenge(plan, plan.leaves.length, 3);
        _snapshot("challengeLPP");
    }

    function test_gas_challengeFirst() public {
        Plan memory plan = lieAt(planOf(bytesOf(1000)), 0);
        propose(plan, 0);
        challenge(plan, plan.leaves.length, 0);
        _snapshot("challengeFirstLPP");
    }

    function test_gas_squeeze() public {
        Plan memory plan = planOf(bytesOf(1000));
        propose(plan, 0);
        afterPeriod();
        squeeze(plan);
        _snapshot("squeezeLPP");
        oracle.readPreimage(keyOf(plan.data), 0);
        _snapshot("readPreimage");
    }

    function test_codeSize() public {
        uint256 size = address(oracle).code.length;
        vm.assertLe(size, 13_930, "the reference's");
        vm.snapshotValue("preimage_code_sizes", "PreimageOracle", size);
    }

    function _snapshot(string memory name) private {
        vm.snapshotGasLastCall("preimages", string.concat("PreimageOracle.", name));
    }
}
