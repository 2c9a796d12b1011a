// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FaultDisputeGame} from "../../contracts/dispute/FaultDisputeGame.sol";
import {GameBase} from "../../contracts/dispute/GameBase.sol";
import {IFaultDisputeGame} from "../../contracts/dispute/IFaultDisputeGame.sol";
import {Position} from "../../contracts/dispute/types/Position.sol";
import {Claim, Duration, GameType} from "../../contracts/dispute/types/Types.sol";
import {Types} from "../../contracts/lib/Types.sol";
import {Games} from "./support/Games.sol";
import {StorageTrie} from "./support/StorageTrie.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of a transaction to each function of a game as deep as production's (73 levels, 30 of them of output
///         roots), the 21,000 and the calldata included. `make bench-gas` prints it beside the reference.
/// forge-config: default.isolate = true
contract GameGasTest is Games {
    using StorageTrie for bytes32;

    GameType internal constant DEEP = GameType.wrap(0);
    uint256 internal constant DEPTH = 73;
    uint256 internal constant SPLIT = 30;

    function setUp() public {
        deployGames();
        GameBase.GameParameters memory deep = GameBase.GameParameters({
            maxGameDepth: DEPTH,
            splitDepth: SPLIT,
            clockExtension: Duration.wrap(EXTENSION),
            maxClockDuration: Duration.wrap(MAX_CLOCK)
        });
        FaultDisputeGame logic = new FaultDisputeGame(deep);
        vm.prank(owner);
        factory.setImplementation(DEEP, logic, gameArgs());
        vm.prank(owner);
        factory.setInitBond(DEEP, 0.08 ether);
        vm.prank(guardian);
        registry.setRespectedGameType(DEEP);
    }

    function test_gas_create() public {
        _create(1);
        _snapshot("DisputeGameFactory.create, first");
        _create(2);
        _snapshot("DisputeGameFactory.create");
    }

    function test_gas_wholeGame() public {
        IFaultDisputeGame game = _create(1);
        uint256 moves = 0;
        for (uint256 depth = 1; depth <= DEPTH; depth++) {
            _move(game, depth - 1, _value(depth));
            if (depth == 1) _snapshot("FaultDisputeGame.attack, first");
            if (depth == SPLIT) _snapshot("FaultDisputeGame.attack, at the split depth");
            if (depth == SPLIT + 1) _snapshot("FaultDisputeGame.attack, root of a lower tree");
            if (depth == DEPTH) _snapshot("FaultDisputeGame.attack, deepest");
            moves += vm.lastCallGas().gasTotalUsed;
        }
        vm.snapshotValue("games", "FaultDisputeGame.attack, 73 of them", moves);

        game.addLocalData(4, DEPTH, 0);
        _snapshot("FaultDisputeGame.addLocalData");
        game.step(DEPTH, true, PRESTATE, "");
        _snapshot("FaultDisputeGame.step, AlphabetVM");

        vm.warp(block.timestamp + MAX_CLOCK);
        uint256 settling = 0;
        for (uint256 index = DEPTH + 1; index > 0; index--) {
            game.resolveClaim(index - 1, 0);
            if (index == DEPTH + 1) _snapshot("FaultDisputeGame.resolveClaim, leaf");
            if (index == DEPTH - 1) _snapshot("FaultDisputeGame.resolveClaim, inner");
            if (index == 1) _snapshot("FaultDisputeGame.resolveClaim, root");
            settling += vm.lastCallGas().gasTotalUsed;
        }
        vm.snapshotValue("games", "FaultDisputeGame.resolveClaim, all 74 claims of a line", settling);
        game.resolve();
        _snapshot("FaultDisputeGame.resolve");
    }

    function test_gas_resolveClaim_100_children() public {
        IFaultDisputeGame game = _create(1);
        for (uint256 i = 0; i < 100; i++) {
            _move(game, 0, keccak256(abi.encode(i)));
        }
        vm.warp(block.timestamp + MAX_CLOCK);
        for (uint256 i = 100; i > 0; i--) {
            game.resolveClaim(i, 0);
        }
        game.resolveClaim(0, 0);
        _snapshot("FaultDisputeGame.resolveClaim, 100 children");
    }

    function test_gas_payout() public {
        IFaultDisputeGame game = _create(1);
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(0, 0);
        game.resolve();
        vm.warp(block.timestamp + FINALITY_DELAY + 1);
        game.closeGame();
        _snapshot("FaultDisputeGame.closeGame");
        game.claimCredit(honest);
        _snapshot("FaultDisputeGame.claimCredit, unlock");
        vm.warp(block.timestamp + WETH_DELAY);
        game.claimCredit(honest);
        _snapshot("FaultDisputeGame.claimCredit, withdraw");
    }

    function test_gas_withdrawals() public {
        vm.deal(address(gamesPortal), 1 ether);
        vm.deal(address(0xE0A), 1);
        Types.WithdrawalTransaction memory w =
            Types.WithdrawalTransaction(1 << 240, user, address(0xE0A), 1 ether, 100_000, "");
        bytes32[] memory keys = hashOf(w).keyOf().crowd(5);
        Types.OutputRootProof memory output = outputOf(keys);
        bytes[] memory proof = StorageTrie.prove(keys, keys[0], false);
        vm.assertEq(proof.length, 6, "nodes");
        vm.prank(honest);
        IFaultDisputeGame game = IFaultDisputeGame(
            address(
                factory.create{value: 0.08 ether}(
                    DEEP, Claim.wrap(rootOf(output)), abi.encode(ANCHOR_BLOCK + 1)
                )
            )
        );
        vm.warp(block.timestamp + 1);
        gamesPortal.proveWithdrawalTransaction(w, 0, output, proof);
        _snapshot("OptimismPortal2.proveWithdrawalTransaction, 6 nodes");
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(0, 0);
        game.resolve();
        vm.warp(block.timestamp + MATURITY_DELAY + 1);
        gamesPortal.finalizeWithdrawalTransaction(w);
        _snapshot("OptimismPortal2.finalizeWithdrawalTransaction, ETH");
    }

    /*//////////////////////////////////////////////////////////////
                               CODE SIZES
    //////////////////////////////////////////////////////////////*/

    function test_codeSizes() public {
        _size("bridge/", "OptimismPortal2");
        _size("dispute/", "AnchorStateRegistry");
        _size("dispute/", "DelayedWETH");
        _size("dispute/", "DisputeGameFactory");
        _size("dispute/", "FaultDisputeGame");
        _size("dispute/", "PermissionedDisputeGame");
        _size("vm/", "AlphabetVM");
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    function _create(uint256 blocks) private returns (IFaultDisputeGame) {
        uint256 number = ANCHOR_BLOCK + blocks;
        vm.prank(honest);
        return IFaultDisputeGame(
            address(factory.create{value: 0.08 ether}(DEEP, Claim.wrap(outputAt(number)), abi.encode(number)))
        );
    }

    /// @dev Anything, but the root of the lower tree must say that the machine fails.
    function _value(uint256 depth) private pure returns (bytes32) {
        return bytes32(uint256(1) << 248) | bytes32(depth);
    }

    function _move(IFaultDisputeGame game, uint256 parent, bytes32 value) private {
        (Claim disputed, uint256 bond) = quote(game, parent, true);
        vm.prank(liar);
        game.attack{value: bond}(disputed, parent, Claim.wrap(value));
    }

    function _snapshot(string memory name) private {
        vm.snapshotGasLastCall("games", name);
    }

    function _size(string memory folder, string memory name) private {
        uint256 size = vm.getDeployedCode(string.concat("contracts/", folder, name, ".sol:", name)).length;
        vm.assertLe(size, 22_000, "EIP-170, with room to spare");
        vm.snapshotValue("game_code_sizes", name, size);
    }
}
