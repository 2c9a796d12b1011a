// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FaultDisputeGame} from "../../../contracts/dispute/FaultDisputeGame.sol";
import {GameBase} from "../../../contracts/dispute/GameBase.sol";
import {Duration} from "../../../contracts/dispute/types/Types.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {OutputMachine} from "../../fuzz/disputes/OutputMachine.sol";
import {Games} from "./Games.sol";
import {vm} from "./Vm.sol";

/// @title Truth
/// @notice An L2 whose output roots are known, and games about it that are small enough to be played to the end: 2 levels
///         of output roots (4 blocks), 2 of the machine's states (4 steps). The machine says whether an output root is
///         right, so that games end in every way.
abstract contract Truth is Games {
    /// @dev What the machine computes: the output root of block `number` from the one agreed on.
    struct Dispute {
        bytes32 agreed;
        bytes32 disputed;
        uint256 number;
        bytes32 l1Head;
        uint256 safeBlock;
    }

    uint256 internal constant TREE_DEPTH = 5;
    uint256 internal constant TREE_SPLIT = 2;
    uint256 internal constant STEPS = 4;
    uint256 internal constant KNOWN_BLOCKS = 30;
    uint8 internal constant VALID = 0;
    uint8 internal constant INVALID = 1;
    uint8 internal constant PANIC = 2;
    uint8 internal constant UNFINISHED = 3;
    bytes internal constant FIRST_STATE = "before the first step";

    OutputMachine internal outputs;

    /// @notice How far L1 up to a block makes L2 safe.
    mapping(bytes32 l1Head => uint256 number) internal safeAt;
    mapping(uint256 number => bytes32 root) private _roots;
    mapping(bytes32 root => uint256 number) private _numbers;

    /// @notice Let all games be about this L2, and know all that is true on it.
    function deployTruth() internal {
        outputs = new OutputMachine(firstState(), STEPS, preimages);
        _learn();
        GameBase.GameParameters memory small = parameters();
        (small.maxGameDepth, small.splitDepth) = (TREE_DEPTH, TREE_SPLIT);
        FaultDisputeGame logic = new FaultDisputeGame(small);
        bytes memory args = abi.encodePacked(
            firstState(), address(outputs), address(registry), address(weth), uint256(L2_CHAIN_ID)
        );
        vm.prank(owner);
        factory.setImplementation(ALPHABET, logic, args);
    }

    function _learn() private {
        for (uint256 number = ANCHOR_BLOCK; number <= ANCHOR_BLOCK + KNOWN_BLOCKS; ++number) {
            (Types.OutputRootProof memory output,) = outputAndHeader(number);
            _roots[number] = rootOf(output);
            _numbers[_roots[number]] = number;
            outputs.teach(number, _roots[number]);
        }
    }

    function anchorRoot() internal pure override returns (bytes32) {
        (Types.OutputRootProof memory output,) = outputAndHeader(ANCHOR_BLOCK);
        return rootOf(output);
    }

    function firstState() internal pure returns (bytes32) {
        return withStatus(keccak256(FIRST_STATE), UNFINISHED);
    }

    function withStatus(bytes32 hash, uint8 status) internal pure returns (bytes32) {
        return bytes32(uint256(hash) & (type(uint256).max >> 8) | uint256(status) << 248);
    }

    function rootAt(uint256 number) internal view returns (bytes32) {
        return _roots[number];
    }

    /// @notice The claim about the machine's state after step `instant`, from 0.
    function stateClaim(Dispute memory dispute, uint256 instant) internal view returns (bytes32) {
        uint8 status = instant == STEPS - 1 ? verdict(dispute) : UNFINISHED;
        return withStatus(keccak256(stateBefore(dispute, instant + 1)), status);
    }

    /// @notice The machine's state before step `instant`.
    function stateBefore(Dispute memory dispute, uint256 instant) internal view returns (bytes memory) {
        if (instant == 0) return FIRST_STATE;
        bytes32 words = keccak256(
            abi.encode(
                dispute.l1Head,
                dispute.agreed,
                dispute.disputed,
                dispute.number,
                bytes32(uint256(L2_CHAIN_ID) << 192)
            )
        );
        return abi.encode(words, verdict(dispute), instant);
    }

    function verdict(Dispute memory dispute) internal view returns (uint8) {
        uint256 first = _numbers[dispute.agreed];
        if (first == 0) return PANIC;
        uint256 last = dispute.number < dispute.safeBlock ? dispute.number : dispute.safeBlock;
        bytes32 result = first < last ? _roots[last] : dispute.agreed;
        return result == dispute.disputed ? VALID : INVALID;
    }
}
