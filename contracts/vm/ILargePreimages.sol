// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Keccak} from "./Keccak.sol";
import {Proposal} from "./Proposal.sol";

/// @title ILargePreimages
/// @notice Preimages of keccak256 that do not fit into one transaction, proposed in parts. Whoever proposes one sends its
///         blocks of 136 bytes and, after each, the hash that it claims the sponge's state has. The contract puts both into
///         a Merkle tree and computes nothing. For a while anybody can show one block after which the state is another:
///         that takes the proposer's bond. A proposal that lasts gives its part of the preimage to PreimageOracle.
///         Spec: "Pre-image Oracle", large preimage proposals.
interface ILargePreimages {
    /// @notice One block of a proposed preimage, a leaf of its tree: keccak256(input ‖ index ‖ stateCommitment).
    /// @param input            136 bytes; of the last block, with its padding.
    /// @param index            Place among the blocks, from 0.
    /// @param stateCommitment  Claimed hash of the sponge's state after the block: of its 25 lanes, each as 32 bytes.
    struct Leaf {
        bytes input;
        uint256 index;
        bytes32 stateCommitment;
    }

    /// @notice Thrown for a proposal with too small a bond.
    error LargePreimages_BondTooSmall(uint256 bond, uint256 minimum);

    /// @notice Thrown when a contract proposes, or adds to a proposal.
    error LargePreimages_NotEOA(address caller);

    /// @notice Thrown for a proposal that fits into one transaction.
    error LargePreimages_TooSmall(uint256 size, uint256 minimum);

    /// @notice Thrown for a proposal that the tree has no room for.
    error LargePreimages_TooLarge(uint256 size, uint256 maximum);

    /// @notice Thrown when a proposal is begun again, whatever became of it.
    error LargePreimages_AlreadyProposed(address claimant, uint256 uuid);

    /// @notice Thrown when there is no such proposal.
    error LargePreimages_NotProposed(address claimant, uint256 uuid);

    /// @notice Thrown when something is added to a proposal that is complete.
    error LargePreimages_Complete(uint256 completedAt);

    /// @notice Thrown when a proposal that is not complete is to be used.
    error LargePreimages_Incomplete(uint256 size, uint256 claimedSize);

    /// @notice Thrown for blocks that are not the next ones.
    error LargePreimages_OtherBlock(uint256 index, uint256 expected);

    /// @notice Thrown for an input, not the last one, that does not end with a block's end.
    error LargePreimages_PartOfABlock(uint256 size);

    /// @notice Thrown for more or fewer state commitments than blocks.
    error LargePreimages_CommitmentCount(uint256 count, uint256 blocks);

    /// @notice Thrown when a preimage gets longer than its proposer claimed, or is shorter at its end.
    error LargePreimages_SizeMismatch(uint256 size, uint256 claimedSize);

    /// @notice Thrown for a proof that has not 16 nodes.
    error LargePreimages_ProofLength(uint256 length, uint256 expected);

    /// @notice Thrown for a leaf that is not in the proposal's tree.
    error LargePreimages_NotInTree(uint256 index, bytes32 leaf, bytes32 root);

    /// @notice Thrown for a state that is not the one a leaf commits to.
    error LargePreimages_OtherState(bytes32 state, bytes32 stateCommitment);

    /// @notice Thrown for two leaves of which the second does not follow the first.
    error LargePreimages_NotContiguous(uint256 index, uint256 nextIndex);

    /// @notice Thrown when a leaf that has others before it is challenged as the first.
    error LargePreimages_NotFirst(uint256 index);

    /// @notice Thrown when a preimage is to be hashed to its end from leaves that are not its last two.
    error LargePreimages_NotLast(uint256 index, uint256 lastIndex);

    /// @notice Thrown when a challenged leaf turns out to be right.
    error LargePreimages_LeafIsRight(uint256 index, bytes32 stateCommitment);

    /// @notice Thrown while a proposal may still be challenged.
    error LargePreimages_StillOpen(uint256 lastSecond);

    /// @notice Thrown for a proposal that was challenged successfully.
    error LargePreimages_Countered(address claimant, uint256 uuid);

    /// @notice Thrown for a proposal that became part of the oracle, and whose bond was given back.
    error LargePreimages_Settled(address claimant, uint256 uuid);

    /// @notice Thrown when a bond's receiver refuses it.
    error LargePreimages_BondRefused(address receiver, uint256 bond);

    /// @notice Thrown for a height that the tree has not below its root.
    error LargePreimages_TooHigh(uint256 height);

    /// @notice Begin a proposal in the caller's name. What is sent beyond `MIN_BOND_SIZE` is part of the bond.
    /// @param _uuid         The caller's own name for it, never used before.
    /// @param _partOffset   Offset in length ‖ preimage of the 32 bytes that the proposal is for.
    /// @param _claimedSize  Bytes of the preimage.
    function initLPP(uint256 _uuid, uint32 _partOffset, uint32 _claimedSize) external payable;

    /// @notice Add blocks to a proposal of the caller's. The log, which has no topics, is what others check it by:
    ///         caller (20 bytes) ‖ the whole calldata.
    /// @param _uuid              Which proposal.
    /// @param _inputStartBlock   Blocks that it has so far.
    /// @param _input             What follows of the preimage: whole blocks, unless it is the end.
    /// @param _stateCommitments  For each block the claimed hash of the state after it.
    /// @param _finalize          Whether this is the end. The padding is added here, and needs a block of its own after an
    ///                           input of whole blocks.
    function addLeavesLPP(
        uint256 _uuid,
        uint256 _inputStartBlock,
        bytes calldata _input,
        bytes32[] calldata _stateCommitments,
        bool _finalize
    ) external;

    /// @notice Take the bond of a proposal by showing that a leaf does not follow from the one before it.
    /// @param _claimant        Whose proposal.
    /// @param _uuid            Which of them.
    /// @param _stateMatrix     The state after `_preState`.
    /// @param _preState        A leaf.
    /// @param _preStateProof   Its neighbours in the tree, from the bottom, 16 of them.
    /// @param _postState       The leaf after it.
    /// @param _postStateProof  Its neighbours.
    function challengeLPP(
        address _claimant,
        uint256 _uuid,
        Keccak.StateMatrix memory _stateMatrix,
        Leaf calldata _preState,
        bytes32[] calldata _preStateProof,
        Leaf calldata _postState,
        bytes32[] calldata _postStateProof
    ) external;

    /// @notice As `challengeLPP`, for the first leaf, which follows from the empty state.
    function challengeFirstLPP(
        address _claimant,
        uint256 _uuid,
        Leaf calldata _postState,
        bytes32[] calldata _postStateProof
    ) external;

    /// @notice Make a proposal's part readable once nobody can challenge it any longer. The bond goes back to its claimant.
    ///         The arguments are those of `challengeLPP`, for the last two leaves.
    function squeezeLPP(
        address _claimant,
        uint256 _uuid,
        Keccak.StateMatrix memory _stateMatrix,
        Leaf calldata _preState,
        bytes32[] calldata _preStateProof,
        Leaf calldata _postState,
        bytes32[] calldata _postStateProof
    ) external;

    /// @notice Smallest bond of a proposal.
    function MIN_BOND_SIZE() external view returns (uint256);

    /// @notice Height of the tree.
    function KECCAK_TREE_DEPTH() external view returns (uint256);

    /// @notice Most leaves of a tree; the place on the far right stays empty.
    function MAX_LEAF_COUNT() external view returns (uint256);

    /// @notice Bytes from which on a preimage can be proposed.
    function minProposalSize() external view returns (uint256 minProposalSize_);

    /// @notice Seconds after its completion for which a proposal can be challenged before it counts.
    function challengePeriod() external view returns (uint256 challengePeriod_);

    /// @notice How many proposals were ever begun.
    function proposalCount() external view returns (uint256 count_);

    /// @notice A proposal, in the order of their beginning.
    function proposals(uint256 _index) external view returns (address claimant, uint256 uuid);

    /// @notice What became of a proposal so far, in 32 bytes.
    function proposalMetadata(address _claimant, uint256 _uuid) external view returns (Proposal metadata);

    /// @notice The bond that a proposal still has.
    function proposalBonds(address _claimant, uint256 _uuid) external view returns (uint256 bond);

    /// @notice As much of the proposed part as was added so far.
    function proposalParts(address _claimant, uint256 _uuid) external view returns (bytes32 part);

    /// @notice L1 block of each `addLeavesLPP`.
    function proposalBlocks(address _claimant, uint256 _uuid, uint256 _index)
        external
        view
        returns (uint64 blockNumber);

    /// @notice How many `addLeavesLPP` there were.
    function proposalBlocksLen(address _claimant, uint256 _uuid) external view returns (uint256 len_);

    /// @notice Root of the full subtree of 2^height leaves that the tree has, in the order of its leaves, if bit `height` of
    ///         its number of leaves is 1. Otherwise without meaning.
    function proposalBranches(address _claimant, uint256 _uuid, uint256 _height)
        external
        view
        returns (bytes32 node);

    /// @notice Root of a proposal's tree as it is now.
    function getTreeRootLPP(address _owner, uint256 _uuid) external view returns (bytes32 treeRoot_);

    /// @notice Root of an empty subtree of 2^height leaves.
    function zeroHashes(uint256 _height) external view returns (bytes32 node);
}
