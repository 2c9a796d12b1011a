// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ResourceMetering} from "../../contracts/bridge/ResourceMetering.sol";
import {PortalHandler} from "./support/PortalHandler.sol";
import {System} from "./support/System.sol";
import {WithdrawalTarget} from "./support/Targets.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever users, proposer, challenger and liars do to the OptimismPortal:
///
///         I-PORTAL-1  No more ETH comes out than went in: the portal holds deposits and donations less what it paid.
///         I-PORTAL-2  Each withdrawal is executed at most once, and its target called at most once.
///         I-PORTAL-3  None is executed before its proof and its output are older than the finalization period.
///         I-PORTAL-4  None is proven against an output that is not there, or whose L2 does not have it; an output
///                     that is deleted takes the proofs against it along.
///         I-PORTAL-5  Outside of a withdrawal's call, l2Sender is nobody.
///         I-PORTAL-6  The deposits of a block buy at most the limit, at a price within its bounds.
///         I-PORTAL-7  Whatever happened before, a new withdrawal comes out.
///
///         The handler holds 3 and 4 at every call: the portal accepts exactly what its model allows.
contract PortalInvariants is System {
    uint32 internal constant LOWEST_PRICE = 1 gwei;
    uint128 internal constant HIGHEST_PRICE = 5 gwei; // low enough to be reached

    PortalHandler internal handler;

    function setUp() public {
        ResourceMetering.ResourceConfig memory market = defaultMarket();
        (market.minimumBaseFee, market.maximumBaseFee) = (LOWEST_PRICE, HIGHEST_PRICE);
        deploySystem(market);
        vm.fee(1_000_000 gwei); // deposits burn no gas
        handler = new PortalHandler(oracle, portal);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_portal() public view {
        _ether();
        _withdrawals();
        _market();
    }

    function afterInvariant() public {
        (uint256 proofs, uint256 finalizations) = (handler.proofs(), handler.finalizations());
        handler.complete();
        vm.assertEq(handler.proofs(), proofs + 1, "I-PORTAL-7: proven");
        vm.assertEq(handler.finalizations(), finalizations + 1, "I-PORTAL-7: executed");
        invariant_portal();
    }

    /// @dev The handler is not vacuous: each action does what it is for, and is refused when it must be.
    function test_handler_everyAction() public {
        handler.deposit(3 ether, 21_000, 0);
        handler.depositTooMuch(0);
        handler.donate(1 ether);
        vm.assertEq(handler.etherIn(), 4 ether, "in");
        vm.assertEq(handler.refused(), 1, "too much");
        handler.withdraw(1 ether, 0);
        handler.withdraw(1 ether, 1);
        handler.propose(false);
        handler.propose(true);
        handler.withdraw(1 ether, 2);
        handler.prove(0, 1); // a liar's output
        handler.prove(0, 2); // no output
        handler.prove(2, 0); // an output that is too old for it
        vm.assertEq(handler.refused(), 4, "not proven");
        handler.deleteOutputs(1);
        handler.propose(false);
        for (uint256 i = 0; i < 3; ++i) {
            handler.prove(i, 1);
        }
        vm.assertEq(handler.proofs(), 3, "proven");
        handler.finalize(0, 0);
        vm.assertEq(handler.refused(), 5, "too young");
        handler.finalize(2, FINALIZATION_PERIOD + 1); // calls back
        handler.finalize(1, 0); // fails
        handler.finalize(0, 0);
        handler.finalize(0, 0);
        vm.assertEq(handler.refused(), 6, "twice");
        vm.assertEq(handler.finalizations(), 3, "executed");
        vm.assertEq(handler.etherOut(), 2 ether, "out");
        invariant_portal();
    }

    function _ether() private view {
        vm.assertEq(address(portal).balance, handler.etherIn() - handler.etherOut(), "I-PORTAL-1: conserved");
        vm.assertLe(handler.etherOut(), handler.etherIn(), "I-PORTAL-1: out of what went in");
        vm.assertEq(portal.l2Sender(), DEFAULT_L2_SENDER, "I-PORTAL-5");
    }

    function _withdrawals() private view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            PortalHandler.Withdrawal memory w = handler.withdrawal(i);
            bytes32 hash = handler.hash(i);
            vm.assertEq(portal.finalizedWithdrawals(hash), w.finalized, "I-PORTAL-3: executed");
            (bytes32 root, uint128 timestamp, uint128 index) = portal.provenWithdrawals(hash);
            vm.assertEq(root, w.provenRoot, "I-PORTAL-4: root");
            vm.assertEq(timestamp, w.provenAt, "I-PORTAL-4: time");
            vm.assertEq(index, w.provenIndex, "I-PORTAL-4: index");
            uint256 calls = WithdrawalTarget(payable(w.transaction.target)).calls();
            vm.assertEq(calls, w.finalized && w.paid ? 1 : 0, "I-PORTAL-2: called");
        }
    }

    function _market() private view {
        (uint128 price, uint64 bought, uint64 number) = portal.params();
        vm.assertLe(bought, 20_000_000, "I-PORTAL-6: limit");
        vm.assertGe(price, LOWEST_PRICE, "I-PORTAL-6: lowest price");
        vm.assertLe(price, HIGHEST_PRICE, "I-PORTAL-6: highest price");
        vm.assertLe(number, block.number, "I-PORTAL-6: not ahead of L1");
    }
}
