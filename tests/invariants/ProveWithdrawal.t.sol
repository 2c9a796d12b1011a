// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptimismPortal} from "../../contracts/bridge/IOptimismPortal.sol";
import {IWithdrawals} from "../../contracts/bridge/IWithdrawals.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {IL2OutputOracle} from "../../contracts/oracle/IL2OutputOracle.sol";
import {StorageTrie} from "./support/StorageTrie.sol";
import {System} from "./support/System.sol";
import {bound, vm} from "./support/Vm.sol";

contract ProveWithdrawalTest is System {
    using StorageTrie for bytes32;

    Types.WithdrawalTransaction internal withdrawal;
    bytes32 internal withdrawalHash;
    Types.OutputRootProof internal output;
    bytes[] internal proof;

    function setUp() public {
        deploySystem();
        withdrawal = Types.WithdrawalTransaction({
            nonce: 1 << 240,
            sender: user,
            target: address(0x7A),
            value: 1 ether,
            gasLimit: 100_000,
            data: hex"c0ffee"
        });
        withdrawalHash = hashOf(withdrawal);
        _put(one(withdrawalHash.keyOf()), false);
        proposeRoot(rootOf(output));
    }

    /*//////////////////////////////////////////////////////////////
                                 PROVEN
    //////////////////////////////////////////////////////////////*/

    function test_prove_included_storedAndEmitted() public {
        vm.expectEmit(true, true, true, true, address(portal));
        emit IWithdrawals.WithdrawalProven(withdrawalHash, user, address(0x7A));
        _prove(0);
        _assertProven(rootOf(output), block.timestamp, 0);
        vm.assertFalse(portal.finalizedWithdrawals(withdrawalHash), "not finalized by it");
    }

    /// forge-config: default.fuzz.runs = 64
    /// @dev Anybody may prove, any withdrawal, in a trie of any shape.
    function testFuzz_prove_anyWithdrawalAmongOthers(
        Types.WithdrawalTransaction memory w,
        uint256 crowd,
        uint256 seed,
        bool embedded
    ) public {
        if (w.target == address(portal)) w.target = user;
        withdrawal = w;
        withdrawalHash = hashOf(w);
        bytes32[] memory keys = new bytes32[](1 + bound(crowd, 0, 40));
        keys[0] = withdrawalHash.keyOf();
        for (uint256 i = 1; i < keys.length; ++i) {
            keys[i] = keccak256(abi.encode(seed, i));
        }
        _put(keys, embedded);
        uint256 index = proposeRoot(rootOf(output));
        vm.prank(address(uint160(seed)));
        _prove(index);
        _assertProven(rootOf(output), block.timestamp, index);
    }

    /// @dev Leaves of 31 bytes and less are inside of their branch. A proof may list them (Bedrock's rule) or not
    ///      (what op-geth's eth_getProof gives).
    function testFuzz_prove_deepTrie_withOrWithoutEmbeddedLeaf(uint256 depth, bool embedded) public {
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) =
        (withdrawalHash.keyOf(), withdrawalHash.keyOf().neighbour(bound(depth, 1, 63), 1));
        _put(keys, embedded);
        uint256 index = proposeRoot(rootOf(output));
        _prove(index);
        _assertProven(rootOf(output), block.timestamp, index);
    }

    function test_prove_fullBranches_withinBlockGas() public {
        _put(withdrawalHash.keyOf().crowd(7), false); // the trie of some 268 million withdrawals
        uint256 index = proposeRoot(rootOf(output));
        uint256 before = gasleft();
        _prove(index);
        vm.assertLt(before - gasleft(), 1_000_000, "affordable");
    }

    /*//////////////////////////////////////////////////////////////
                                NOT PROVEN
    //////////////////////////////////////////////////////////////*/

    function test_prove_targetIsPortal_reverts() public {
        withdrawal.target = address(portal);
        _put(one(hashOf(withdrawal).keyOf()), false);
        uint256 index = proposeRoot(rootOf(output));
        vm.expectRevert(abi.encodeWithSelector(IWithdrawals.Withdrawals_BadTarget.selector, address(portal)));
        _prove(index);
    }

    function test_prove_paused_reverts() public {
        address[2] memory identifiers = [address(0), address(portal)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(guardian);
            superchain.pause(identifiers[i]);
            vm.expectRevert(abi.encodeWithSelector(IOptimismPortal.OptimismPortal_Paused.selector));
            _prove(0);
            vm.prank(guardian);
            superchain.unpause(identifiers[i]);
        }
        _prove(0);
        _assertProven(rootOf(output), block.timestamp, 0);
    }

    function test_prove_noSuchOutput_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_NoSuchOutput.selector, 1, 1));
        _prove(1);
    }

    function test_prove_deletedOutput_reverts() public {
        vm.prank(challenger);
        oracle.deleteL2Outputs(0);
        vm.expectRevert(abi.encodeWithSelector(IL2OutputOracle.L2OutputOracle_NoSuchOutput.selector, 0, 0));
        _prove(0);
    }

    /// @dev Each of the four parts of an output root counts.
    function testFuzz_prove_otherOutputPart_reverts(uint256 part, bytes32 other) public {
        part = bound(part, 0, 3);
        bytes32 claimed = rootOf(output);
        if (part == 0) output.version = _differs(output.version, other);
        if (part == 1) output.stateRoot = _differs(output.stateRoot, other);
        if (part == 2) output.messagePasserStorageRoot = _differs(output.messagePasserStorageRoot, other);
        if (part == 3) output.latestBlockhash = _differs(output.latestBlockhash, other);
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawals.Withdrawals_WrongOutputRoot.selector, rootOf(output), claimed)
        );
        _prove(0);
    }

    /// @dev Each of the six fields of a withdrawal counts.
    function testFuzz_prove_otherField_reverts(uint256 field, uint256 change) public {
        field = bound(field, 0, 5);
        change = bound(change, 1, type(uint128).max);
        if (field == 0) withdrawal.nonce ^= change;
        if (field == 1) withdrawal.sender = address(uint160(withdrawal.sender) ^ uint160(change));
        if (field == 2) withdrawal.target = address(uint160(withdrawal.target) ^ uint160(change));
        if (field == 3) withdrawal.value ^= change;
        if (field == 4) withdrawal.gasLimit ^= change;
        if (field == 5) withdrawal.data = abi.encodePacked(withdrawal.data, change);
        vm.expectRevert(
            abi.encodeWithSelector(
                IWithdrawals.Withdrawals_NotInOutput.selector,
                hashOf(withdrawal),
                output.messagePasserStorageRoot
            )
        );
        _prove(0);
    }

    function test_prove_emptyProof_reverts() public {
        delete proof;
        _expectNotInOutput();
        _prove(0);
    }

    function test_prove_extraNode_reverts() public {
        proof.push(proof[0]);
        _expectNotInOutput();
        _prove(0);
    }

    function test_prove_missingLeaf_reverts() public {
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (withdrawalHash.keyOf(), withdrawalHash.keyOf().neighbour(0, 1));
        _put(keys, false);
        uint256 index = proposeRoot(rootOf(output));
        vm.assertEq(proof.length, 2, "branch and leaf");
        proof.pop();
        _expectNotInOutput();
        _prove(index);
    }

    /// @dev The proof of another withdrawal in the same trie.
    function test_prove_neighboursProof_reverts() public {
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (withdrawalHash.keyOf(), keccak256("another"));
        _put(keys, false);
        proof = StorageTrie.prove(keys, keys[1], false);
        uint256 index = proposeRoot(rootOf(output));
        _expectNotInOutput();
        _prove(index);
    }

    /// forge-config: default.fuzz.runs = 64
    /// @dev A bit anywhere in the proof: the hashes refuse it.
    function testFuzz_prove_flippedBit_reverts(uint256 node, uint256 bit) public {
        bytes32[] memory keys = withdrawalHash.keyOf().crowd(2);
        _put(keys, true);
        uint256 index = proposeRoot(rootOf(output));
        node = bound(node, 0, proof.length - 1);
        bit = bound(bit, 0, proof[node].length * 8 - 1);
        bytes memory bent = proof[node];
        bent[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        proof[node] = bent;
        _expectNotInOutput();
        _prove(index);
    }

    /*//////////////////////////////////////////////////////////////
                               PROVE AGAIN
    //////////////////////////////////////////////////////////////*/

    /// @dev Nobody can start another one's wait again.
    function test_proveAgain_goodProof_reverts() public {
        uint256 second = proposeRoot(rootOf(output));
        _prove(0);
        _expectAlreadyProven(0);
        _prove(0);
        _expectAlreadyProven(0);
        _prove(second);
    }

    function test_proveAgain_outputDeleted_waitsAnew() public {
        uint256 second = proposeRoot(rootOf(output));
        _prove(second);
        vm.prank(challenger);
        oracle.deleteL2Outputs(second);
        vm.warp(block.timestamp + 10);
        _prove(0);
        _assertProven(rootOf(output), block.timestamp, 0);
    }

    function test_proveAgain_outputReplaced_waitsAnew() public {
        _prove(0);
        vm.prank(challenger);
        oracle.deleteL2Outputs(0);
        bytes32[] memory keys = new bytes32[](2);
        (keys[0], keys[1]) = (withdrawalHash.keyOf(), withdrawalHash.keyOf().neighbour(0, 1));
        _put(keys, false);
        proposeRoot(rootOf(output));
        vm.warp(block.timestamp + 10);
        _prove(0);
        _assertProven(rootOf(output), block.timestamp, 0);
    }

    /// @dev The same root in the same place is the same claim: the proof stands (and waits for the output's new age).
    function test_proveAgain_outputProposedAgain_reverts() public {
        _prove(0);
        vm.prank(challenger);
        oracle.deleteL2Outputs(0);
        proposeRoot(rootOf(output));
        _expectAlreadyProven(0);
        _prove(0);
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    function _prove(uint256 index) private {
        portal.proveWithdrawalTransaction(withdrawal, index, output, proof);
    }

    /// @dev L2's state from now on: exactly these withdrawals; the proof is that of the first.
    function _put(bytes32[] memory keys, bool embedded) private {
        output = outputOf(keys);
        proof = StorageTrie.prove(keys, keys[0], embedded);
    }

    function _assertProven(bytes32 root, uint256 time, uint256 index) private view {
        (bytes32 outputRoot, uint128 timestamp, uint128 l2OutputIndex) =
            portal.provenWithdrawals(withdrawalHash);
        vm.assertEq(outputRoot, root, "outputRoot");
        vm.assertEq(timestamp, time, "timestamp");
        vm.assertEq(l2OutputIndex, index, "l2OutputIndex");
    }

    function _expectNotInOutput() private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IWithdrawals.Withdrawals_NotInOutput.selector, withdrawalHash, output.messagePasserStorageRoot
            )
        );
    }

    function _expectAlreadyProven(uint256 index) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IOptimismPortal.OptimismPortal_AlreadyProven.selector, withdrawalHash, index
            )
        );
    }

    function _differs(bytes32 value, bytes32 other) private pure returns (bytes32) {
        return value == other ? ~other : other;
    }
}
