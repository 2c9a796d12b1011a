// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Types as BridgeTypes} from "../lib/Types.sol";
import {IBigStepper} from "../vm/IBigStepper.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {IDelayedWETH} from "./IDelayedWETH.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {Clock} from "./types/Clock.sol";
import {Position} from "./types/Position.sol";
import {BondDistributionMode, Claim, Duration} from "./types/Types.sol";

/// @title IFaultDisputeGame
/// @notice A dispute about an output root, by bisection. Claims form a tree (by `parentIndex`) whose positions are those
///         of a binary tree: down to the split depth a claim is an output root of some L2 block after the anchor's;
///         below it, a state of the machine that computes one of those blocks. At the greatest depth one step of the
///         machine decides. Spec: "Fault Dispute Game".
interface IFaultDisputeGame is IDisputeGame {
    error FaultDisputeGame_AlreadyInitialized();
    /// @notice Thrown when the depths do not leave room for both trees, or positions would overflow.
    error FaultDisputeGame_BadDepths(uint256 maxGameDepth, uint256 splitDepth);
    /// @notice Thrown when the clock is shorter than the longest extension (seconds).
    error FaultDisputeGame_BadClock(uint256 longestExtension, uint256 maxClockDuration);
    /// @notice Thrown when the registry has no output root to start from.
    error FaultDisputeGame_NoAnchor();
    /// @notice Thrown when the clone's arguments are longer or shorter than the game's.
    error FaultDisputeGame_BadArguments(uint256 calldataSize, uint256 expected);
    /// @notice Thrown when the root claim is not about an L2 block after the anchor's, or beyond 2^64.
    error FaultDisputeGame_BadBlockNumber(uint256 l2SequenceNumber, uint256 anchored);
    /// @notice Thrown when the game has been decided.
    error FaultDisputeGame_NotInProgress();
    /// @notice Thrown when the claim at an index is not the one that the caller means: L1 has reorganised.
    error FaultDisputeGame_OtherClaim(Claim meant, Claim found);
    /// @notice Thrown for a defense of a claim that says nothing about what comes after it: the root of either tree.
    error FaultDisputeGame_CannotDefendRoot(Position root);
    /// @notice Thrown when the root claim was shown to be about another L2 block: arguing on is pointless.
    error FaultDisputeGame_BlockNumberChallenged();
    /// @notice Thrown for a claim below the deepest positions.
    error FaultDisputeGame_TooDeep(uint256 depth, uint256 maxGameDepth);
    /// @notice Thrown when a claim about the machine's last state begins with a status that its side cannot mean.
    error FaultDisputeGame_BadStatus(Claim claim, uint8 status);
    /// @notice Thrown when the ETH sent is not the bond of the position.
    error FaultDisputeGame_IncorrectBond(uint256 sent, uint256 required);
    /// @notice Thrown when the side to move has no time left.
    error FaultDisputeGame_ClockExpired(uint256 challengeIndex);
    /// @notice Thrown when the side to move still has time (seconds) left.
    error FaultDisputeGame_ClockRunning(uint256 claimIndex, Duration used);
    /// @notice Thrown when the same claim answers the same claim already.
    error FaultDisputeGame_ClaimExists(Claim claim, Position position, uint256 challengeIndex);
    /// @notice Thrown for a step from a claim that is not at the greatest depth.
    error FaultDisputeGame_NotAtMaxDepth(Position position);
    /// @notice Thrown when the state given is not the one claimed (the status byte aside).
    error FaultDisputeGame_WrongPrestate(bytes32 given, Claim claimed);
    /// @notice Thrown when the step shows the claim to be right.
    error FaultDisputeGame_ClaimIsRight(uint256 claimIndex, Claim postState);
    /// @notice Thrown when a claim was countered by a step before.
    error FaultDisputeGame_AlreadyCountered(uint256 claimIndex, address counteredBy);
    /// @notice Thrown when a claim and those below it have been settled already.
    error FaultDisputeGame_AlreadyResolved(uint256 claimIndex);
    /// @notice Thrown when a claim that answers this one has not been settled yet.
    error FaultDisputeGame_UnresolvedBelow(uint256 claimIndex);
    /// @notice Thrown for a claim of the upper tree where one of the lower is asked for.
    error FaultDisputeGame_AboveSplit(Position position);
    /// @notice Thrown for the root claim of a chain that the game is not about.
    error FaultDisputeGame_UnknownChain(uint256 asked, uint256 l2ChainId);
    /// @notice Thrown for a local word that the game does not have.
    error FaultDisputeGame_UnknownLocalData(uint256 ident);
    /// @notice Thrown when the parts given are not those of the root claim.
    error FaultDisputeGame_WrongOutputRoot(bytes32 fromProof, Claim rootClaim);
    /// @notice Thrown when the header given is not that of the output root, or its number is not one.
    error FaultDisputeGame_BadHeader(bytes32 hash, bytes32 expected);
    /// @notice Thrown when the root claim is about the L2 block that it says.
    error FaultDisputeGame_BlockNumberMatches(uint256 blockNumber);
    /// @notice Thrown when the game was not decided yet.
    error FaultDisputeGame_NotResolved();
    /// @notice Thrown when the game was decided too recently.
    error FaultDisputeGame_NotFinalized();
    /// @notice Thrown while the chain is paused: whether the game counts cannot be decided now.
    error FaultDisputeGame_Paused();
    /// @notice Thrown when someone has nothing, or nothing more, to claim.
    error FaultDisputeGame_NoCredit(address recipient);
    /// @notice Thrown when a recipient refuses its ETH.
    error FaultDisputeGame_TransferFailed(address recipient, uint256 amount);

    /// @notice A claim was made against another.
    event Move(uint256 indexed parentIndex, Claim indexed claim, address indexed claimant);

    /// @notice It was decided who gets the bonds.
    event GameClosed(BondDistributionMode bondDistributionMode);

    /// @notice Answer a claim with one left of it: "the trouble is in the first half".
    /// @param _disputed     The claim answered, which protects the caller from an L1 reorg.
    /// @param _parentIndex  Its index.
    /// @param _claim        The caller's claim.
    function attack(Claim _disputed, uint256 _parentIndex, Claim _claim) external payable;

    /// @notice Answer a claim with one right of it: "right so far, the trouble is in the second half".
    function defend(Claim _disputed, uint256 _parentIndex, Claim _claim) external payable;

    /// @notice Attack or defend a claim, with `getRequiredBond` of the new position.
    function move(Claim _disputed, uint256 _challengeIndex, Claim _claim, bool _isAttack) external payable;

    /// @notice Counter a claim at the greatest depth by running the machine for one step: by an attack the step to the
    ///         claimed state, by a defense the step from it.
    /// @param _stateData  The state before the step.
    /// @param _proof      The machine's proof for that state.
    function step(uint256 _claimIndex, bool _isAttack, bytes calldata _stateData, bytes calldata _proof)
        external;

    /// @notice Give the machine a word that only this dispute has: 1 L1 head, 2 output root agreed on, 3 output root
    ///         in dispute, 4 its L2 block number, 5 L2 chain id.
    /// @param _ident        Which.
    /// @param _execLeafIdx  A claim of the lower tree; which dispute it is follows from it.
    /// @param _partOffset   Offset of the part in length ‖ data.
    function addLocalData(uint256 _ident, uint256 _execLeafIdx, uint256 _partOffset) external;

    /// @notice Show that the root claim is the output root of another L2 block than it says; it loses then.
    /// @param _outputRootProof  Preimage of the root claim.
    /// @param _headerRLP        The header of its L2 block.
    function challengeRootL2Block(
        BridgeTypes.OutputRootProof calldata _outputRootProof,
        bytes calldata _headerRLP
    ) external;

    /// @notice Settle a claim whose clock has run out, once all that answer it are settled: it is countered by the
    ///         leftmost answer that was not countered itself, whose claimant gets the bond.
    /// @param _claimIndex    The claim.
    /// @param _numToResolve  How many of its answers to look at now, in order; 0, at the first call: all.
    function resolveClaim(uint256 _claimIndex, uint256 _numToResolve) external;

    /// @notice Decide who gets the bonds, and move the anchor if this game can. Anyone may; without effect once done.
    function closeGame() external;

    /// @notice Pay a recipient, in two calls: the first unlocks its credit, the second, after the delay of the WETH
    ///         contract, sends it.
    function claimCredit(address _recipient) external;

    /// @notice The bond of a claim, in wei: 0.08 ETH at the root, 60 at the greatest depth, a fixed factor per level.
    function getRequiredBond(Position _position) external view returns (uint256 requiredBond_);

    /// @notice Seconds used so far by whoever would answer a claim.
    function getChallengerDuration(uint256 _claimIndex) external view returns (Duration duration_);

    /// @notice How many answers to a claim `resolveClaim` has yet to look at.
    function getNumToResolve(uint256 _claimIndex) external view returns (uint256 numRemainingChildren_);

    /// @notice A claim by the order in which they were made; the root claim is 0, and its parent 2^32 - 1.
    function claimData(uint256 _index)
        external
        view
        returns (
            uint32 parentIndex,
            address counteredBy,
            address claimant,
            uint128 bond,
            Claim claim,
            Position position,
            Clock clock
        );

    /// @notice How many claims were made.
    function claimDataLen() external view returns (uint256 len_);

    /// @notice What someone gets, in wei: as decided, or, before, in the normal mode.
    function credit(address _recipient) external view returns (uint256 credit_);

    /// @notice Wei earned so far by settled claims.
    function normalModeCredit(address _recipient) external view returns (uint256);

    /// @notice Wei paid as bonds.
    function refundModeCredit(address _recipient) external view returns (uint256);

    /// @notice Whether the first of the two calls of `claimCredit` was made.
    function hasUnlockedCredit(address _recipient) external view returns (bool);

    /// @notice Who gets the bonds.
    function bondDistributionMode() external view returns (BondDistributionMode);

    /// @notice The indices of the claims that answer a claim.
    function subgames(uint256 _claimIndex, uint256 _n) external view returns (uint256);

    /// @notice Whether a claim and those below it are settled.
    function resolvedSubgames(uint256 _claimIndex) external view returns (bool);

    /// @notice How far `resolveClaim` has come with a claim.
    function resolutionCheckpoints(uint256 _claimIndex)
        external
        view
        returns (
            bool initialCheckpointComplete,
            uint32 subgameIndex,
            Position leftmostPosition,
            address counteredBy
        );

    /// @notice Whether a claim was made: keccak256(claim ‖ position u128 ‖ parent index u128).
    function claims(bytes32 _claimHash) external view returns (bool);

    /// @notice The output root and L2 block number that both sides start from: the anchor when the game began.
    function startingOutputRoot() external view returns (bytes32 root, uint256 l2SequenceNumber);
    function startingBlockNumber() external view returns (uint256);
    function startingRootHash() external view returns (bytes32);

    /// @notice The number of the L2 block whose output root is claimed; as `l2SequenceNumber`.
    function l2BlockNumber() external view returns (uint256);

    /// @notice Who has shown that the root claim is about another L2 block.
    function l2BlockNumberChallenged() external view returns (bool);
    function l2BlockNumberChallenger() external view returns (address);

    /// @notice Hash of the machine's first state, the program loaded.
    function absolutePrestate() external view returns (Claim);

    /// @notice The machine.
    function vm() external view returns (IBigStepper);

    /// @notice The registry that gave the anchor and judges this game.
    function anchorStateRegistry() external view returns (IAnchorStateRegistry);

    /// @notice Where the bonds lie.
    function weth() external view returns (IDelayedWETH);

    /// @notice Chain id of the L2.
    function l2ChainId() external view returns (uint256);

    /// @notice Depth of the leaves of the lower tree.
    function maxGameDepth() external view returns (uint256);

    /// @notice Depth of the leaves of the upper tree.
    function splitDepth() external view returns (uint256);

    /// @notice Seconds that each side has.
    function maxClockDuration() external view returns (Duration);

    /// @notice Seconds that a side has at least after an answer.
    function clockExtension() external view returns (Duration);

    /// @notice Version of the ABI; op-challenger chooses by it how to talk to the game.
    function version() external view returns (string memory);
}
