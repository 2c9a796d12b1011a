// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";

import {IWithdrawals} from "../../contracts/bridge/IWithdrawals.sol";
import {Hashing} from "../../contracts/lib/Hashing.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {System} from "./support/System.sol";
import {vm} from "./support/Vm.sol";

/// @notice Withdrawals of OP Mainnet and proofs from other projects' tests: our codecs are the network's.
contract WithdrawalVectorsTest is System {
    string internal constant DIRECTORY = "tests/invariants/vectors/";

    string internal json;

    function setUp() public {
        deploySystem();
    }

    function test_prove_withdrawalsOfMainnet() public {
        json = vm.readFile(string.concat(DIRECTORY, "withdrawals.json"));
        uint256 count = 0;
        for (string memory at = _case(0); vm.keyExistsJson(json, at); at = _case(++count)) {
            Types.WithdrawalTransaction memory withdrawal = _withdrawal(at);
            Types.OutputRootProof memory output = _output(string.concat(at, ".output_root_proof"));
            bytes32 hash = _bytes32(at, ".withdrawal_hash");
            vm.assertEq(Hashing.hashWithdrawal(withdrawal), hash, "hashWithdrawal");
            vm.assertEq(hashOf(withdrawal), hash, "these tests' own hash");
            bytes32 root = Hashing.hashOutputRootProof(output);
            vm.assertEq(root, _bytes32(at, ".output_root_computed"), "hashOutputRootProof");

            uint256 index = proposeRoot(root);
            bytes[] memory proof = vm.parseJsonBytesArray(json, string.concat(at, ".withdrawal_proof"));
            portal.proveWithdrawalTransaction(withdrawal, index, output, proof);
            (bytes32 proven,,) = portal.provenWithdrawals(hash);
            vm.assertEq(proven, root, "proven");

            ++withdrawal.value; // a wei more than what L2 recorded
            vm.expectRevert(
                abi.encodeWithSelector(
                    IWithdrawals.Withdrawals_NotInOutput.selector,
                    Hashing.hashWithdrawal(withdrawal),
                    output.messagePasserStorageRoot
                )
            );
            portal.proveWithdrawalTransaction(withdrawal, index, output, proof);
        }
        vm.assertEq(count, 2, "cases");
    }

    /// @dev eth_getProof leaves embedded leaves out, op-node's and viem's proofs repeat them: both count.
    function test_trieProof_embeddedLeaf_withAndWithout() public {
        json = vm.readFile(string.concat(DIRECTORY, "embedded_leaf_proofs.json"));
        uint256 withLeaf = 0;
        uint256 count = 0;
        for (string memory at = _case(0); vm.keyExistsJson(json, at); at = _case(++count)) {
            bytes memory key = vm.parseJsonBytes(json, string.concat(at, ".key"));
            bytes[] memory proof = vm.parseJsonBytesArray(json, string.concat(at, ".proof"));
            bytes memory leaf = vm.parseJsonBytes(json, string.concat(at, ".embedded_leaf"));
            bytes memory value = this.traverse(keccak256(proof[0]), key, proof);
            vm.assertGt(value.length, 0, "without");
            if (leaf.length == 0) continue;
            vm.assertEq(this.traverse(keccak256(proof[0]), key, _push(proof, leaf)), value, "with");
            ++withLeaf;
        }
        vm.assertEq(count, 3, "cases");
        vm.assertEq(withLeaf, 1, "cases with a leaf to leave out");
    }

    /// @dev Upstream's own cases: what its MerkleTrie refuses, ours refuses; where it finds a value, ours finds it.
    function test_trieProof_upstreamsCases() public {
        json = vm.readFile(string.concat(DIRECTORY, "merkle_trie_cases.json"));
        uint256 accepted = 0;
        uint256 count = 0;
        for (string memory at = _case(0); vm.keyExistsJson(json, at); at = _case(++count)) {
            string memory name = vm.parseJsonString(json, string.concat(at, ".name"));
            bytes memory key = vm.parseJsonBytes(json, string.concat(at, ".key"));
            bytes[] memory proof = vm.parseJsonBytesArray(json, string.concat(at, ".proof"));
            bool expected = vm.parseJsonBool(json, string.concat(at, ".accepted"));
            try this.traverse(_bytes32(at, ".root"), key, proof) returns (bytes memory value) {
                vm.assertTrue(expected, name);
                vm.assertEq(value, vm.parseJsonBytes(json, string.concat(at, ".value")), name);
                ++accepted;
            } catch {
                vm.assertFalse(expected, name);
            }
        }
        vm.assertEq(accepted, 10, "accepted");
        vm.assertEq(count, 21, "cases");
    }

    function traverse(bytes32 root, bytes calldata key, bytes[] calldata proof)
        external
        pure
        returns (bytes memory)
    {
        return TrieProof.traverse(root, key, proof);
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    function _withdrawal(string memory at) private view returns (Types.WithdrawalTransaction memory) {
        return Types.WithdrawalTransaction({
            nonce: vm.parseJsonUint(json, string.concat(at, ".nonce")),
            sender: vm.parseJsonAddress(json, string.concat(at, ".sender")),
            target: vm.parseJsonAddress(json, string.concat(at, ".target")),
            value: vm.parseJsonUint(json, string.concat(at, ".value")),
            gasLimit: vm.parseJsonUint(json, string.concat(at, ".gas_limit")),
            data: vm.parseJsonBytes(json, string.concat(at, ".data"))
        });
    }

    function _output(string memory at) private view returns (Types.OutputRootProof memory) {
        return Types.OutputRootProof({
            version: _bytes32(at, ".version"),
            stateRoot: _bytes32(at, ".state_root"),
            messagePasserStorageRoot: _bytes32(at, ".message_passer_storage_root"),
            latestBlockhash: _bytes32(at, ".latest_block_hash")
        });
    }

    function _bytes32(string memory at, string memory key) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(at, key));
    }

    function _push(bytes[] memory items, bytes memory last) private pure returns (bytes[] memory longer) {
        longer = new bytes[](items.length + 1);
        for (uint256 i = 0; i < items.length; ++i) {
            longer[i] = items[i];
        }
        longer[items.length] = last;
    }

    function _case(uint256 index) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(index), "]");
    }
}
