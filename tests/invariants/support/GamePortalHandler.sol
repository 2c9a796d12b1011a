// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OptimismPortal} from "../../../contracts/bridge/OptimismPortal.sol";
import {OptimismPortal2} from "../../../contracts/bridge/OptimismPortal2.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {RegistryHandler} from "./RegistryHandler.sol";
import {StorageTrie} from "./StorageTrie.sol";
import {WithdrawalTarget} from "./Targets.sol";
import {bound, vm} from "./Vm.sol";

/// @title GamePortalHandler
/// @notice Withdrawals begin on L2, are proven against games by several people, and are executed or not, while the games
///         begin, end, count and cease to count as a RegistryHandler makes them.
contract GamePortalHandler is RegistryHandler {
    using StorageTrie for bytes32;

    /// @dev What the model knows of a withdrawal; `isPaid` if its target takes it.
    struct Withdrawal {
        Types.WithdrawalTransaction transaction;
        bool isFinalized;
        bool isPaid;
    }

    /// @dev A submitter's proof; at 0 there is none.
    struct Proof {
        uint256 game;
        uint256 at;
    }

    uint256 internal constant PEOPLE = 2;
    uint256 internal constant MOST_WITHDRAWALS = 6;
    uint256 internal constant FUNDS = 100 ether;

    Withdrawal[] internal withdrawals;
    uint256[] internal includes; // the first withdrawals that a game's output has; none for a liar's
    mapping(uint256 withdrawal => Proof[PEOPLE] by) internal proofs;

    uint256 public etherOut;
    uint256 public proven;
    uint256 public finalizations;
    uint256 public refusedProofs;
    uint256 public refusedExecutions;

    constructor() {
        vm.deal(address(gamesPortal), FUNDS);
    }

    function deployed() external view returns (OptimismPortal2) {
        return gamesPortal;
    }

    function person(uint256 i) public pure returns (address) {
        return i % PEOPLE == 0 ? honest : liar;
    }

    /// @notice A withdrawal starts on L2, to a target that takes it or fails.
    function withdraw(bool takes) public {
        if (withdrawals.length == MOST_WITHDRAWALS) return;
        Withdrawal storage w = withdrawals.push();
        w.isPaid = takes;
        w.transaction = Types.WithdrawalTransaction({
            nonce: 1 << 240 | withdrawals.length,
            sender: user,
            target: address(new WithdrawalTarget(OptimismPortal(payable(address(gamesPortal))))),
            value: 1 ether,
            gasLimit: 1_000_000,
            data: takes
                ? abi.encodeCall(WithdrawalTarget.note, ())
                : abi.encodeCall(WithdrawalTarget.fail, ())
        });
    }

    /// @notice A game about an output with all withdrawals so far, or about a liar's.
    function propose(uint256 seed) public override {
        if (known.length == MOST_GAMES) return;
        uint256 end = seed % 5 == 0 ? 0 : withdrawals.length;
        bytes32 root = keccak256(abi.encode("a liar's", known.length));
        if (end != 0) root = rootOf(_output(end));
        if (_begin(seed, root)) includes.push(end);
    }

    /// @notice B-5: any withdrawal against any game.
    function prove(uint256 which, uint256 index, uint256 who) public {
        if (withdrawals.length == 0 || known.length == 0) return;
        (which, index, who) = (which % withdrawals.length, index % known.length, who % PEOPLE);
        Known memory game = known[index];
        bool counts = isProper(game) && game.isRespected && !(game.isLost && game.resolvedAt != 0);
        bool allowed = counts && which < includes[index] && block.timestamp > game.createdAt
            && !withdrawals[which].isFinalized && !superchain.paused(address(0));
        // against a game that has it not: by a forged L2
        uint256 end = which < includes[index] ? includes[index] : which + 1;
        bytes memory call = abi.encodeCall(
            gamesPortal.proveWithdrawalTransaction,
            (withdrawals[which].transaction, index, _output(end), _proof(which, end))
        );
        vm.prank(person(who));
        _expect(address(gamesPortal), call, allowed, "B-5");
        if (!allowed) {
            ++refusedProofs;
            return;
        }
        proofs[which][who] = Proof(index, block.timestamp);
        ++proven;
    }

    /// @notice B-2, B-3 and B-4: by anybody's proof.
    function finalize(uint256 which, uint256 who) public {
        if (withdrawals.length == 0) return;
        (which, who) = (which % withdrawals.length, who % PEOPLE);
        Withdrawal storage w = withdrawals[which];
        Proof memory made = proofs[which][who];
        bool matured = made.at != 0 && block.timestamp > made.at + MATURITY_DELAY;
        bool allowed = matured && !w.isFinalized && isValid(known[made.game]);
        bytes memory call = abi.encodeCall(
            gamesPortal.finalizeWithdrawalTransactionExternalProof, (w.transaction, person(who))
        );
        vm.prank(stranger);
        _expect(address(gamesPortal), call, allowed, "B-2, B-3, B-4");
        if (!allowed) {
            ++refusedExecutions;
            return;
        }
        w.isFinalized = true;
        if (w.isPaid) etherOut += w.transaction.value;
        ++finalizations;
    }

    /// @notice B-6: a withdrawal from beginning to end, whatever came before.
    function complete() external {
        if (registry.paused()) {
            vm.prank(guardian);
            superchain.unpause(address(0));
        }
        respect(1);
        uint256 games_ = known.length;
        vm.warp(block.timestamp + 1);
        withdrawals.push();
        Withdrawal storage w = withdrawals[withdrawals.length - 1];
        w.isPaid = true;
        w.transaction.nonce = withdrawals.length;
        (w.transaction.target, w.transaction.value) = (address(0x7B), 1 ether);
        _begin(1, rootOf(_output(withdrawals.length)));
        includes.push(withdrawals.length);
        vm.warp(block.timestamp + 1);
        prove(withdrawals.length - 1, games_, 0);
        vm.warp(block.timestamp + MAX_CLOCK);
        settle(games_);
        vm.warp(block.timestamp + MATURITY_DELAY + 1);
        finalize(withdrawals.length - 1, 0);
    }

    /*//////////////////////////////////////////////////////////////
                               THE MODEL
    //////////////////////////////////////////////////////////////*/

    function withdrawalCount() external view returns (uint256) {
        return withdrawals.length;
    }

    function withdrawal(uint256 index) external view returns (Withdrawal memory) {
        return withdrawals[index];
    }

    function proof(uint256 index, uint256 who) external view returns (address game, uint256 at) {
        Proof memory made = proofs[index][who];
        return made.at == 0 ? (address(0), 0) : (address(known[made.game].game), made.at);
    }

    function hash(uint256 index) external view returns (bytes32) {
        return hashOf(withdrawals[index].transaction);
    }

    function _keys(uint256 end) private view returns (bytes32[] memory keys) {
        keys = new bytes32[](end);
        for (uint256 i = 0; i < end; ++i) {
            keys[i] = hashOf(withdrawals[i].transaction).keyOf();
        }
    }

    function _output(uint256 end) private view returns (Types.OutputRootProof memory) {
        return outputOf(_keys(end));
    }

    function _proof(uint256 which, uint256 end) private view returns (bytes[] memory) {
        return StorageTrie.prove(_keys(end), hashOf(withdrawals[which].transaction).keyOf(), which % 2 == 0);
    }
}
