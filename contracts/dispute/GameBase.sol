// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CWIA} from "solady/utils/legacy/CWIA.sol";

import {IBigStepper} from "../vm/IBigStepper.sol";
import {Bonds} from "./Bonds.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {IDelayedWETH} from "./IDelayedWETH.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {IFaultDisputeGame} from "./IFaultDisputeGame.sol";
import {Clock, LibClock} from "./types/Clock.sol";
import {Position} from "./types/Position.sol";
import {
    BondDistributionMode,
    Claim,
    Duration,
    GameStatus,
    GameType,
    Proposal,
    Timestamp
} from "./types/Types.sol";

/// @title GameBase
/// @notice What every part of a game needs: its parameters, its state, and questions about its tree of claims.
/// @dev    The parameters of all games of a type are immutables of the logic; those of one game are appended to its
///         clone's calldata:
///           creator 20 ‖ root claim 32 ‖ L1 head 32 ‖ type 4 ‖ L2 block number 32 ‖
///           absolute prestate 32 ‖ vm 20 ‖ anchor registry 20 ‖ weth 20 ‖ L2 chain id 32
abstract contract GameBase is IFaultDisputeGame, CWIA {
    /// @notice Parameters of all games of a type; see the getters of the same names.
    struct GameParameters {
        uint256 maxGameDepth;
        uint256 splitDepth;
        Duration clockExtension;
        Duration maxClockDuration;
    }

    /// @dev A claim in four slots; see IFaultDisputeGame.claimData. What is read on the way up the tree is in the first:
    ///        position, parentIndex, timestamp, isResolved | claimant, duration | counteredBy, bond | claim
    ///      `timestamp` and `duration` are its clock. `bond` has room for all the ETH that there is.
    struct ClaimData {
        Position position;
        uint32 parentIndex;
        Timestamp timestamp;
        bool isResolved;
        address claimant;
        Duration duration;
        address counteredBy;
        uint96 bond;
        Claim claim;
    }

    /// @dev See IFaultDisputeGame.resolutionCheckpoints.
    struct ResolutionCheckpoint {
        bool initialCheckpointComplete;
        uint32 subgameIndex;
        Position leftmostPosition;
        address counteredBy;
    }

    /// @dev Positions must fit into 126 bits, and the position of a step is one level below the deepest claim.
    uint256 internal constant DEEPEST = 125;

    /// @dev Least depth of the upper tree: the clock extension at its end is twice the normal one, and the root's
    ///      children must not be there.
    uint256 internal constant LEAST_SPLIT_DEPTH = 2;

    Position internal constant ROOT = Position.wrap(1);

    /// @dev The root claim's parent index: none.
    uint32 internal constant NO_PARENT = type(uint32).max;

    uint256 internal constant ARGUMENTS_SIZE = 244;

    uint256 internal immutable MAX_GAME_DEPTH;
    uint256 internal immutable SPLIT_DEPTH;
    uint64 internal immutable CLOCK_EXTENSION;
    uint64 internal immutable MAX_CLOCK_DURATION;
    int256 internal immutable LN_OF_BOND_FACTOR;

    /// @inheritdoc IDisputeGame
    Timestamp public createdAt;
    /// @inheritdoc IDisputeGame
    Timestamp public resolvedAt;
    /// @inheritdoc IDisputeGame
    GameStatus public status;
    bool internal _initialized;
    /// @inheritdoc IFaultDisputeGame
    bool public l2BlockNumberChallenged;
    /// @inheritdoc IFaultDisputeGame
    address public l2BlockNumberChallenger;
    ClaimData[] internal _claimData;
    /// @inheritdoc IFaultDisputeGame
    mapping(address recipient => uint256 amount) public normalModeCredit;
    /// @inheritdoc IFaultDisputeGame
    mapping(bytes32 claimHash => bool exists) public claims;
    /// @dev See IFaultDisputeGame.subgames.
    mapping(uint256 claimIndex => uint32[] children) internal _subgames;
    /// @dev Free, so that what follows lies where upstream has it: other chains read games by storage proofs.
    bytes32 private _slot6;
    /// @inheritdoc IFaultDisputeGame
    mapping(uint256 claimIndex => ResolutionCheckpoint checkpoint) public resolutionCheckpoints;
    /// @inheritdoc IFaultDisputeGame
    Proposal public startingOutputRoot;
    /// @inheritdoc IDisputeGame
    bool public wasRespectedGameTypeWhenCreated;
    /// @inheritdoc IFaultDisputeGame
    mapping(address recipient => uint256 amount) public refundModeCredit;
    /// @inheritdoc IFaultDisputeGame
    mapping(address recipient => bool hasUnlocked) public hasUnlockedCredit;
    /// @inheritdoc IFaultDisputeGame
    BondDistributionMode public bondDistributionMode;

    constructor(GameParameters memory _parameters) {
        uint256 maxDepth = _parameters.maxGameDepth;
        uint256 split = _parameters.splitDepth;
        if (maxDepth > DEEPEST || split < LEAST_SPLIT_DEPTH || split + 1 >= maxDepth) {
            revert FaultDisputeGame_BadDepths(maxDepth, split);
        }
        uint256 atSplit = 2 * uint256(_parameters.clockExtension.raw());
        uint64 maxClock = _parameters.maxClockDuration.raw();
        if (atSplit > maxClock) revert FaultDisputeGame_BadClock(atSplit, maxClock);
        MAX_GAME_DEPTH = maxDepth;
        SPLIT_DEPTH = split;
        CLOCK_EXTENSION = _parameters.clockExtension.raw();
        MAX_CLOCK_DURATION = maxClock;
        LN_OF_BOND_FACTOR = Bonds.lnOfFactor(maxDepth);
    }

    /*//////////////////////////////////////////////////////////////
                           THE TREE OF CLAIMS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IFaultDisputeGame
    function getRequiredBond(Position _position) public view returns (uint256 requiredBond_) {
        uint256 depth = _position.depth();
        if (depth > MAX_GAME_DEPTH) revert FaultDisputeGame_TooDeep(depth, MAX_GAME_DEPTH);
        return Bonds.required(depth, LN_OF_BOND_FACTOR);
    }

    /// @inheritdoc IFaultDisputeGame
    function getChallengerDuration(uint256 _claimIndex) public view returns (Duration duration_) {
        _requireInProgress();
        ClaimData storage claim = _claimData[_claimIndex];
        uint64 used = uint64(block.timestamp) - claim.timestamp.raw();
        // Who would answer is on the side of the claim's parent, which had used this when it was made.
        if (claim.parentIndex != NO_PARENT) used += _claimData[claim.parentIndex].duration.raw();
        return Duration.wrap(used < MAX_CLOCK_DURATION ? used : MAX_CLOCK_DURATION);
    }

    /// @inheritdoc IFaultDisputeGame
    function getNumToResolve(uint256 _claimIndex) public view returns (uint256 numRemainingChildren_) {
        return _subgames[_claimIndex].length - resolutionCheckpoints[_claimIndex].subgameIndex;
    }

    /// @inheritdoc IFaultDisputeGame
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
        )
    {
        ClaimData storage data = _claimData[_index];
        return (
            data.parentIndex,
            data.counteredBy,
            data.claimant,
            data.bond,
            data.claim,
            data.position,
            LibClock.wrap(data.duration, data.timestamp)
        );
    }

    /// @inheritdoc IFaultDisputeGame
    function subgames(uint256 _claimIndex, uint256 _childNumber) external view returns (uint256) {
        return _subgames[_claimIndex][_childNumber];
    }

    /// @inheritdoc IFaultDisputeGame
    function resolvedSubgames(uint256 _claimIndex) external view returns (bool) {
        return _claimIndex < _claimData.length && _claimData[_claimIndex].isResolved;
    }

    /// @inheritdoc IFaultDisputeGame
    function claimDataLen() external view returns (uint256 len_) {
        return _claimData.length;
    }

    function _requireInProgress() internal view {
        if (status != GameStatus.IN_PROGRESS) revert FaultDisputeGame_NotInProgress();
    }

    /*//////////////////////////////////////////////////////////////
                     PARAMETERS OF ALL GAMES OF A TYPE
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IFaultDisputeGame
    function maxGameDepth() external view returns (uint256) {
        return MAX_GAME_DEPTH;
    }

    /// @inheritdoc IFaultDisputeGame
    function splitDepth() external view returns (uint256) {
        return SPLIT_DEPTH;
    }

    /// @inheritdoc IFaultDisputeGame
    function maxClockDuration() external view returns (Duration) {
        return Duration.wrap(MAX_CLOCK_DURATION);
    }

    /// @inheritdoc IFaultDisputeGame
    function clockExtension() external view returns (Duration) {
        return Duration.wrap(CLOCK_EXTENSION);
    }

    /*//////////////////////////////////////////////////////////////
                         PARAMETERS OF ONE GAME
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IDisputeGame
    function gameCreator() public pure returns (address) {
        return _getArgAddress(0);
    }

    /// @inheritdoc IDisputeGame
    function rootClaim() public pure returns (Claim) {
        return Claim.wrap(_getArgBytes32(20));
    }

    /// @inheritdoc IDisputeGame
    function rootClaimByChainId(uint256 _chainId) external pure returns (Claim) {
        if (_chainId != l2ChainId()) revert FaultDisputeGame_UnknownChain(_chainId, l2ChainId());
        return rootClaim();
    }

    /// @inheritdoc IDisputeGame
    function l1Head() public pure returns (bytes32) {
        return _getArgBytes32(52);
    }

    /// @inheritdoc IDisputeGame
    function gameType() public pure returns (GameType) {
        return GameType.wrap(_getArgUint32(84));
    }

    /// @inheritdoc IDisputeGame
    function l2SequenceNumber() public pure returns (uint256) {
        return _getArgUint256(88);
    }

    /// @inheritdoc IFaultDisputeGame
    function l2BlockNumber() external pure returns (uint256) {
        return l2SequenceNumber();
    }

    /// @inheritdoc IDisputeGame
    function extraData() public pure returns (bytes memory) {
        return _getArgBytes(88, 32);
    }

    /// @inheritdoc IDisputeGame
    function gameData() external pure returns (GameType, Claim, bytes memory) {
        return (gameType(), rootClaim(), extraData());
    }

    /// @inheritdoc IFaultDisputeGame
    function absolutePrestate() public pure returns (Claim) {
        return Claim.wrap(_getArgBytes32(120));
    }

    /// @inheritdoc IFaultDisputeGame
    function vm() public pure returns (IBigStepper) {
        return IBigStepper(_getArgAddress(152));
    }

    /// @inheritdoc IFaultDisputeGame
    function anchorStateRegistry() public pure returns (IAnchorStateRegistry) {
        return IAnchorStateRegistry(_getArgAddress(172));
    }

    /// @inheritdoc IFaultDisputeGame
    function weth() public pure returns (IDelayedWETH) {
        return IDelayedWETH(_getArgAddress(192));
    }

    /// @inheritdoc IFaultDisputeGame
    function l2ChainId() public pure returns (uint256) {
        return _getArgUint256(212);
    }

    /// @inheritdoc IFaultDisputeGame
    function startingBlockNumber() external view returns (uint256) {
        return startingOutputRoot.l2SequenceNumber;
    }

    /// @inheritdoc IFaultDisputeGame
    function startingRootHash() external view returns (bytes32) {
        return startingOutputRoot.root;
    }

    /*//////////////////////////////////////////////////////////////
                      WHAT A VARIANT MAY CHANGE
    //////////////////////////////////////////////////////////////*/

    /// @dev Reverts for who may not make the root claim: nobody.
    function _checkProposer() internal view virtual {}

    /// @dev Reverts for who may not move or step: nobody.
    function _checkParty() internal view virtual {}

    /// @dev Bytes that the clone appends to the calldata of each call.
    function _argumentsSize() internal pure virtual returns (uint256) {
        return ARGUMENTS_SIZE;
    }
}
