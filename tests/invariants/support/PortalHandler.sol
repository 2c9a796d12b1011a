// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OptimismPortal} from "../../../contracts/bridge/OptimismPortal.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {L2OutputOracle} from "../../../contracts/oracle/L2OutputOracle.sol";
import {StorageTrie} from "./StorageTrie.sol";
import {System} from "./System.sol";
import {WithdrawalTarget} from "./Targets.sol";
import {bound, vm} from "./Vm.sol";

/// @title PortalHandler
/// @notice Deposits, proposes, proves, deletes, finalizes and waits at random, beside a model that knows before each
///         call whether the portal must accept it. A call that ends otherwise fails the run.
contract PortalHandler is System {
    using StorageTrie for bytes32;

    /// @dev An output of L2, and the withdrawals that it includes. `end == start` for a liar's.
    struct Output {
        bytes32 root;
        uint256 proposedAt;
        uint256 start;
        uint256 end;
    }

    /// @dev What the model knows of a withdrawal; `paid` if its target took it.
    struct Withdrawal {
        Types.WithdrawalTransaction transaction;
        bytes32 provenRoot;
        uint256 provenIndex;
        uint256 provenAt;
        bool finalized;
        bool paid;
    }

    uint256 internal constant LIMIT = 20_000_000;
    uint256 internal constant WINDOW = 4; // withdrawals that an output includes: the newest

    Output[] internal outputs;
    Withdrawal[] internal withdrawals;

    uint256 public etherIn;
    uint256 public etherOut;
    uint256 public reserved; // value of withdrawals that are not final yet
    uint256 public deposits;
    uint256 public proofs;
    uint256 public finalizations;
    uint256 public refused;

    constructor(L2OutputOracle oracle_, OptimismPortal portal_) {
        (oracle, portal) = (oracle_, portal_);
    }

    /*//////////////////////////////////////////////////////////////
                                DEPOSITS
    //////////////////////////////////////////////////////////////*/

    function deposit(uint256 value, uint256 gas, uint256 blocks) public {
        value = bound(value, 0, 100 ether);
        vm.roll(block.number + bound(blocks, 0, 3));
        uint256 room = _room();
        if (room < 21_000) {
            vm.roll(block.number + 1);
            room = LIMIT;
        }
        vm.deal(user, value);
        vm.prank(user, user);
        portal.depositTransaction{value: value}(user, value, uint64(bound(gas, 21_000, room)), false, "");
        etherIn += value;
        ++deposits;
    }

    /// @notice More gas than the block has left: refused, ETH and all.
    function depositTooMuch(uint64 excess) external {
        uint64 gas = uint64(bound(excess, _room() + 1, type(uint64).max));
        vm.deal(user, 1 ether);
        vm.prank(user, user);
        _expect(1 ether, abi.encodeCall(portal.depositTransaction, (user, 1 ether, gas, false, "")), false);
    }

    function donate(uint256 value) external {
        value = bound(value, 0, 1 ether);
        vm.deal(user, value);
        vm.prank(user);
        portal.donateETH{value: value}();
        etherIn += value;
    }

    /*//////////////////////////////////////////////////////////////
                            L2 AND ITS OUTPUTS
    //////////////////////////////////////////////////////////////*/

    /// @notice A withdrawal starts on L2: of ETH that was deposited, to a target that takes it, fails or calls back.
    function withdraw(uint256 value, uint256 answer) public {
        bytes[3] memory calls = [
            abi.encodeCall(WithdrawalTarget.note, ()),
            abi.encodeCall(WithdrawalTarget.fail, ()),
            abi.encodeCall(WithdrawalTarget.callBack, (_anotherOne(answer)))
        ];
        answer = bound(answer, 0, 2);
        value = bound(value, 0, etherIn - etherOut - reserved);
        reserved += value;
        withdrawals.push();
        Withdrawal storage w = withdrawals[withdrawals.length - 1];
        w.paid = answer != 1;
        w.transaction = Types.WithdrawalTransaction({
            nonce: 1 << 240 | withdrawals.length,
            sender: user,
            target: address(new WithdrawalTarget(portal)),
            value: value,
            gasLimit: 1_000_000,
            data: calls[answer]
        });
    }

    function propose(bool rogue) public {
        uint256 end = withdrawals.length;
        uint256 start = rogue ? end : end > WINDOW ? end - WINDOW : 0;
        bytes32 root = keccak256(abi.encode("a liar's", outputs.length, block.timestamp));
        if (start != end) root = rootOf(outputOf(_keys(start, end)));
        proposeRoot(root);
        outputs.push(Output(root, block.timestamp, start, end));
    }

    function deleteOutputs(uint256 index) external {
        index = bound(index, 0, outputs.length);
        bool allowed =
            index < outputs.length && block.timestamp < outputs[index].proposedAt + FINALIZATION_PERIOD;
        vm.prank(challenger);
        (bool success,) = address(oracle).call(abi.encodeCall(oracle.deleteL2Outputs, index));
        vm.assertEq(success, allowed, "deleted, if not final");
        while (success && outputs.length > index) outputs.pop();
    }

    /*//////////////////////////////////////////////////////////////
                               WITHDRAWALS
    //////////////////////////////////////////////////////////////*/

    /// @notice Any withdrawal against any output, also one that is not there.
    function prove(uint256 which, uint256 index) public {
        if (withdrawals.length == 0) withdraw(0, which);
        which = bound(which, 0, withdrawals.length - 1);
        index = bound(index, 0, outputs.length);
        Withdrawal storage w = withdrawals[which];
        bool included = index < outputs.length && outputs[index].start <= which && which < outputs[index].end;
        bool allowed = included && (w.provenAt == 0 || !_stands(w));

        bytes32 key = hashOf(w.transaction).keyOf();
        bytes32[] memory keys = included ? _keys(outputs[index].start, outputs[index].end) : one(key); // a forged L2
        bytes[] memory proof = StorageTrie.prove(keys, key, which % 2 == 0);
        _expect(
            0,
            abi.encodeCall(portal.proveWithdrawalTransaction, (w.transaction, index, outputOf(keys), proof)),
            allowed
        );
        if (!allowed) return;
        (w.provenRoot, w.provenIndex, w.provenAt) = (outputs[index].root, index, block.timestamp);
        ++proofs;
    }

    function finalize(uint256 which, uint256 later) public {
        if (withdrawals.length == 0) withdraw(0, which);
        vm.warp(block.timestamp + bound(later, 0, FINALIZATION_PERIOD + 1));
        which = bound(which, 0, withdrawals.length - 1);
        Withdrawal storage w = withdrawals[which];
        bool allowed = !w.finalized && w.provenAt != 0 && block.timestamp > w.provenAt + FINALIZATION_PERIOD
            && _stands(w) && block.timestamp > outputs[w.provenIndex].proposedAt + FINALIZATION_PERIOD;
        _expect(0, abi.encodeCall(portal.finalizeWithdrawalTransaction, w.transaction), allowed);
        if (!allowed) return;
        w.finalized = true;
        reserved -= w.transaction.value;
        if (w.paid) etherOut += w.transaction.value;
        ++finalizations;
    }

    /// @notice A withdrawal from beginning to end.
    function complete() external {
        deposit(1 ether, 21_000, 1);
        withdraw(1 ether, 0);
        propose(false);
        prove(withdrawals.length - 1, outputs.length - 1);
        finalize(withdrawals.length - 1, FINALIZATION_PERIOD + 1);
    }

    /*//////////////////////////////////////////////////////////////
                                THE MODEL
    //////////////////////////////////////////////////////////////*/

    function count() external view returns (uint256) {
        return withdrawals.length;
    }

    function withdrawal(uint256 index) external view returns (Withdrawal memory) {
        return withdrawals[index];
    }

    function hash(uint256 index) external view returns (bytes32) {
        return hashOf(withdrawals[index].transaction);
    }

    /// @dev Whether the output that a proof was made against is still there.
    function _stands(Withdrawal storage w) private view returns (bool) {
        return w.provenIndex < outputs.length && outputs[w.provenIndex].root == w.provenRoot;
    }

    function _keys(uint256 start, uint256 end) private view returns (bytes32[] memory keys) {
        keys = new bytes32[](end - start);
        for (uint256 i = start; i < end; ++i) {
            keys[i - start] = hashOf(withdrawals[i].transaction).keyOf();
        }
    }

    /// @dev A call by which a target tries to execute an earlier withdrawal, if there is one, inside of its own.
    function _anotherOne(uint256 seed) private view returns (bytes memory) {
        Types.WithdrawalTransaction memory another;
        if (withdrawals.length != 0) another = withdrawals[seed % withdrawals.length].transaction;
        return abi.encodeCall(portal.finalizeWithdrawalTransaction, another);
    }

    /// @dev Deposit gas that is left in this block.
    function _room() private view returns (uint256) {
        (, uint64 bought, uint64 number) = portal.params();
        return number == block.number ? LIMIT - bought : LIMIT;
    }

    function _expect(uint256 value, bytes memory call, bool allowed) private {
        (bool success,) = address(portal).call{value: value}(call);
        vm.assertEq(success, allowed, "accepted if the model allows it");
        if (!allowed) ++refused;
    }
}
