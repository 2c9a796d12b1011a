// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDisputeGame} from "../../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../../contracts/dispute/IFaultDisputeGame.sol";
import {Position} from "../../../contracts/dispute/types/Position.sol";
import {Claim, GameStatus} from "../../../contracts/dispute/types/Types.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {Games} from "../../invariants/support/Games.sol";
import {StorageTrie} from "../../invariants/support/StorageTrie.sol";
import {bound, vm} from "../../invariants/support/Vm.sol";

/// @title UpstreamSolvency
/// @notice What upstream's only stateful test of dispute games checks, told anew: one actor makes moves with random
///         arguments, time stands still meanwhile, nobody steps; in the end all is settled and everybody is paid.
/// @dev    Its actor is its only player, so whatever it wins is its own, and who answers whom is never asked.
contract UpstreamSolvency is Games {
    IFaultDisputeGame internal game;
    RandomMover internal mover;
    uint256 internal before;

    function setUp() public {
        deployGames();
        before = liar.balance;
        game = propose(liar, bytes32(uint256(10)), ANCHOR_BLOCK + 16);
        mover = new RandomMover(game);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(mover);
    }

    /// forge-config: default.invariant.fail-on-revert = false
    /// forge-config: default.invariant.runs = 64
    /// forge-config: default.invariant.depth = 32
    function invariant_upstream_allEtherComesBack() public {
        vm.warp(block.timestamp + 2 * MAX_CLOCK + 1);
        for (uint256 i = game.claimDataLen(); i > 0; i--) {
            game.resolveClaim(i - 1, 0);
        }
        game.resolve();
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.closeGame();
        game.claimCredit(liar);
        game.claimCredit(address(mover));
        vm.warp(block.timestamp + WETH_DELAY + 1);
        if (game.credit(liar) > 0) game.claimCredit(liar);
        if (game.credit(address(mover)) > 0) game.claimCredit(address(mover));

        bool stands = game.status() == GameStatus.DEFENDER_WINS;
        vm.assertEq(liar.balance, stands ? before : before - 0.08 ether, "the proposer's");
        vm.assertEq(address(mover).balance, mover.paid() + (stands ? 0 : 0.08 ether), "the mover's");
        vm.assertEq(address(game).balance, 0, "the game's");
    }
}

/// @notice Pays each move with ether made for it.
contract RandomMover {
    IFaultDisputeGame internal immutable GAME;
    uint256 public paid;

    constructor(IFaultDisputeGame _game) {
        GAME = _game;
    }

    receive() external payable {}

    function move(bool _isAttack, uint256 _parent, Claim _claim) external {
        uint256 parent = bound(_parent, 0, GAME.claimDataLen() - 1);
        (,,,, Claim disputed, Position position,) = GAME.claimData(parent);
        uint256 bond = GAME.getRequiredBond(position.move(_isAttack));
        vm.deal(address(this), bond);
        paid += bond;
        GAME.move{value: bond}(disputed, parent, _claim, _isAttack);
    }
}

/// @notice What upstream's invariant tests of withdrawals start from: one withdrawal, proven against a game that was won.
abstract contract UpstreamPortal is Games {
    using StorageTrie for bytes32;

    Types.WithdrawalTransaction internal withdrawal;

    function prepare(uint256 _age) internal {
        deployGames();
        withdrawal = Types.WithdrawalTransaction({
            nonce: 1 << 240, sender: user, target: address(0x7A), value: 1 ether, gasLimit: 100_000, data: ""
        });
        bytes32[] memory keys = new bytes32[](1);
        keys[0] = hashOf(withdrawal).keyOf();
        Types.OutputRootProof memory output = outputOf(keys);
        vm.deal(address(gamesPortal), 5 ether);
        settle(propose(honest, rootOf(output), ANCHOR_BLOCK + 16));
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        gamesPortal.proveWithdrawalTransaction(withdrawal, 0, output, StorageTrie.prove(keys, keys[0], false));
        vm.warp(block.timestamp + _age);
    }

    function finalizes() internal returns (bool success) {
        (success,) = address(gamesPortal)
            .call(abi.encodeCall(gamesPortal.finalizeWithdrawalTransaction, (withdrawal)));
    }

    /// @notice Forge's way to name functions of what is behind a proxy.
    struct FuzzInterface {
        address addr;
        string[] artifacts;
    }

    /// @dev Anybody calls anything of the portal with random arguments.
    function targetInterfaces() public view returns (FuzzInterface[] memory targets) {
        targets = new FuzzInterface[](1);
        targets[0] = FuzzInterface(address(gamesPortal), new string[](1));
        targets[0].artifacts[0] = "OptimismPortal2";
    }
}

contract UpstreamCannotTimeTravel is UpstreamPortal {
    function setUp() public {
        prepare(0);
    }

    /// forge-config: default.invariant.fail-on-revert = false
    /// forge-config: default.invariant.runs = 64
    /// forge-config: default.invariant.depth = 32
    function invariant_upstream_cannotFinalizeBeforePeriodHasPassed() public {
        vm.assertEq(finalizes(), false, "finalized");
    }
}

contract UpstreamCannotFinalizeTwice is UpstreamPortal {
    function setUp() public {
        prepare(MATURITY_DELAY + 1);
        gamesPortal.finalizeWithdrawalTransaction(withdrawal);
    }

    /// forge-config: default.invariant.fail-on-revert = false
    /// forge-config: default.invariant.runs = 64
    /// forge-config: default.invariant.depth = 32
    function invariant_upstream_cannotFinalizeTwice() public {
        vm.assertEq(finalizes(), false, "finalized");
    }
}

contract UpstreamCanAlwaysFinalize is UpstreamPortal {
    function setUp() public {
        prepare(MATURITY_DELAY + 1);
    }

    /// forge-config: default.invariant.fail-on-revert = false
    /// forge-config: default.invariant.runs = 64
    /// forge-config: default.invariant.depth = 32
    function invariant_upstream_canAlwaysFinalize() public {
        vm.assertEq(finalizes(), true, "finalized");
        vm.assertEq(address(0x7A).balance, 1 ether, "paid");
    }
}
