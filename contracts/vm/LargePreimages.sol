// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILargePreimages} from "./ILargePreimages.sol";
import {Keccak} from "./Keccak.sol";
import {LeafTree, TREE_DEPTH} from "./LeafTree.sol";
import {PreimageKeys} from "./PreimageKeys.sol";
import {PreimageParts} from "./PreimageParts.sol";
import {LibProposal, Proposal} from "./Proposal.sol";

/// @title LargePreimages
/// @notice Preimages that are proposed in parts, and believed unless somebody shows where they are wrong.
abstract contract LargePreimages is PreimageParts {
    using Keccak for Keccak.StateMatrix;

    /// @dev Who made a proposal, and the name it was given.
    struct ProposalKey {
        address claimant;
        uint256 uuid;
    }

    /// @inheritdoc ILargePreimages
    uint256 public constant MIN_BOND_SIZE = 0.25 ether;
    /// @inheritdoc ILargePreimages
    uint256 public constant KECCAK_TREE_DEPTH = TREE_DEPTH;
    /// @inheritdoc ILargePreimages
    uint256 public constant MAX_LEAF_COUNT = LeafTree.MAX_LEAVES;
    /// @dev 65,535 blocks of 136 bytes, but at least one byte of the last block is padding.
    uint256 private constant MAX_SIZE = 8_912_759;

    uint256 internal immutable MIN_PROPOSAL_SIZE;
    uint256 internal immutable CHALLENGE_PERIOD;

    /// @inheritdoc ILargePreimages
    ProposalKey[] public proposals;
    /// @inheritdoc ILargePreimages
    mapping(address claimant => mapping(uint256 uuid => bytes32[TREE_DEPTH])) public proposalBranches;
    /// @inheritdoc ILargePreimages
    mapping(address claimant => mapping(uint256 uuid => Proposal)) public proposalMetadata;
    /// @inheritdoc ILargePreimages
    mapping(address claimant => mapping(uint256 uuid => uint256 bond)) public proposalBonds;
    /// @inheritdoc ILargePreimages
    mapping(address claimant => mapping(uint256 uuid => bytes32 part)) public proposalParts;
    /// @inheritdoc ILargePreimages
    mapping(address claimant => mapping(uint256 uuid => uint64[] blockNumbers)) public proposalBlocks;

    constructor(uint256 _minProposalSize, uint256 _challengePeriod) {
        if (_challengePeriod > type(uint64).max) revert PreimageOracle_PeriodTooLong(_challengePeriod);
        MIN_PROPOSAL_SIZE = _minProposalSize;
        CHALLENGE_PERIOD = _challengePeriod;
    }

    /*//////////////////////////////////////////////////////////////
                               PROPOSING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ILargePreimages
    function initLPP(uint256 _uuid, uint32 _partOffset, uint32 _claimedSize) external payable {
        if (msg.value < MIN_BOND_SIZE) revert LargePreimages_BondTooSmall(msg.value, MIN_BOND_SIZE);
        _requireEOA();
        _checkOffset(_partOffset, _claimedSize);
        // A preimage of one block, which has no leaf before its last, could never be accepted.
        uint256 minimum = MIN_PROPOSAL_SIZE < Keccak.BLOCK ? Keccak.BLOCK : MIN_PROPOSAL_SIZE;
        if (_claimedSize < minimum) revert LargePreimages_TooSmall(_claimedSize, minimum);
        if (_claimedSize > MAX_SIZE) revert LargePreimages_TooLarge(_claimedSize, MAX_SIZE);
        if (proposalMetadata[msg.sender][_uuid].raw() != 0) {
            revert LargePreimages_AlreadyProposed(msg.sender, _uuid);
        }

        proposalMetadata[msg.sender][_uuid] = LibProposal.begin(_partOffset, _claimedSize);
        ProposalKey storage key = proposals.push();
        (key.claimant, key.uuid) = (msg.sender, _uuid);
        proposalBonds[msg.sender][_uuid] = msg.value;
    }

    /// @inheritdoc ILargePreimages
    function addLeavesLPP(
        uint256 _uuid,
        uint256 _inputStartBlock,
        bytes calldata _input,
        bytes32[] calldata _stateCommitments,
        bool _finalize
    ) external {
        _requireEOA();
        Proposal proposal = proposalMetadata[msg.sender][_uuid];
        _checkInput(_uuid, proposal, _inputStartBlock, _input.length, _finalize);
        _addPart(_uuid, proposal, _input);
        _addLeaves(_uuid, proposal.blocks(), _input, _stateCommitments, _finalize);
        proposal = proposal.grown(_stateCommitments.length, _input.length);
        proposalMetadata[msg.sender][_uuid] = _finalize ? proposal.completed(block.timestamp) : proposal;
        proposalBlocks[msg.sender][_uuid].push(uint64(block.number));
        _logCall();
    }

    /// @dev Whether an input is what comes next in a proposal, and does not make it longer or leave it shorter than claimed.
    function _checkInput(
        uint256 _uuid,
        Proposal _proposal,
        uint256 _startBlock,
        uint256 _size,
        bool _finalize
    ) private view {
        _checkOpen(msg.sender, _uuid, _proposal);
        if (_proposal.completedAt() != 0) revert LargePreimages_Complete(_proposal.completedAt());
        if (_startBlock != _proposal.blocks()) {
            revert LargePreimages_OtherBlock(_startBlock, _proposal.blocks());
        }
        if (!_finalize && _size % Keccak.BLOCK != 0) revert LargePreimages_PartOfABlock(_size);
        uint256 size = _proposal.size() + _size;
        if (_finalize ? size != _proposal.claimedSize() : size > _proposal.claimedSize()) {
            revert LargePreimages_SizeMismatch(size, _proposal.claimedSize());
        }
    }

    /// @dev Keep what an input has of the part that is proposed.
    function _addPart(uint256 _uuid, Proposal _proposal, bytes calldata _input) private {
        uint256 offset = _proposal.partOffset();
        bytes32 found = _dataFrom(offset, _input, PREFIX + _proposal.size());
        if (_proposal.size() == 0) found |= _lengthFrom(offset, _proposal.claimedSize());
        if (found != 0) proposalParts[msg.sender][_uuid] |= found;
    }

    /// @dev What the length of a preimage, which is in front of it, has of the 32 bytes from `_offset` on.
    function _lengthFrom(uint256 _offset, uint256 _size) private pure returns (bytes32) {
        unchecked {
            return _offset < PREFIX ? bytes32(bytes8(uint64(_size))) << 8 * _offset : bytes32(0);
        }
    }

    /// @dev What some bytes, which begin at `_start` of length ‖ preimage, have of the 32 bytes from `_offset` on. Both are
    ///      below 2^64.
    function _dataFrom(uint256 _offset, bytes calldata _data, uint256 _start)
        private
        pure
        returns (bytes32 part_)
    {
        unchecked {
            if (_start >= _offset + 32 || _offset >= _start + _data.length) return 0;
            return
                _offset < _start
                    ? bytes32(_data) >> 8 * (_start - _offset)
                    : bytes32(_data[_offset - _start:]);
        }
    }

    /// @dev Add an input's blocks to the tree, a padded one at the end.
    function _addLeaves(
        uint256 _uuid,
        uint256 _count,
        bytes calldata _input,
        bytes32[] calldata _stateCommitments,
        bool _finalize
    ) private {
        uint256 whole = _input.length / Keccak.BLOCK;
        uint256 blocks = _finalize ? whole + 1 : whole;
        if (_stateCommitments.length != blocks) {
            revert LargePreimages_CommitmentCount(_stateCommitments.length, blocks);
        }
        bytes32[TREE_DEPTH] storage branch = proposalBranches[msg.sender][_uuid];
        bytes32[TREE_DEPTH] memory nodes = LeafTree.load(branch, _count);
        _addWhole(nodes, _count, _input[:whole * Keccak.BLOCK], _stateCommitments);
        if (_finalize) {
            bytes memory last = Keccak.pad(_input[whole * Keccak.BLOCK:]);
            _addLast(nodes, _count + whole, last, _stateCommitments[whole]);
        }
        LeafTree.save(branch, _count + blocks, nodes);
    }

    function _addWhole(
        bytes32[TREE_DEPTH] memory _nodes,
        uint256 _count,
        bytes calldata _blocks,
        bytes32[] calldata _stateCommitments
    ) private pure {
        unchecked {
            for (uint256 i = 0; i * Keccak.BLOCK < _blocks.length; i++) {
                bytes32 leaf = _hashBlock(_blocks, i * Keccak.BLOCK, _count + i, _stateCommitments[i]);
                LeafTree.add(_nodes, _count + i, leaf);
            }
        }
    }

    function _addLast(
        bytes32[TREE_DEPTH] memory _nodes,
        uint256 _count,
        bytes memory _block,
        bytes32 _stateCommitment
    ) private pure {
        LeafTree.add(_nodes, _count, keccak256(abi.encodePacked(_block, _count, _stateCommitment)));
    }

    /// @dev Log caller ‖ calldata, without a topic. op-challenger looks for nothing else.
    function _logCall() private {
        bytes memory record = bytes.concat(bytes20(msg.sender), msg.data);
        assembly ("memory-safe") {
            log0(add(record, 32), mload(record)) // Solidity has no event whose data is not ABI-encoded
        }
    }

    /// @dev As upstream has it, although EIP-7702 gives keys code. Nothing depends on it.
    function _requireEOA() private view {
        if (msg.sender != tx.origin) revert LargePreimages_NotEOA(msg.sender);
    }

    /*//////////////////////////////////////////////////////////////
                              CHALLENGING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ILargePreimages
    function challengeLPP(
        address _claimant,
        uint256 _uuid,
        Keccak.StateMatrix memory _stateMatrix,
        Leaf calldata _preState,
        bytes32[] calldata _preStateProof,
        Leaf calldata _postState,
        bytes32[] calldata _postStateProof
    ) external {
        _checkOpen(_claimant, _uuid, proposalMetadata[_claimant][_uuid]);
        bytes32 root = getTreeRootLPP(_claimant, _uuid);
        _checkLeaf(_preState, _preStateProof, root);
        _checkLeaf(_postState, _postStateProof, root);
        _checkContiguous(_stateMatrix, _preState, _postState);
        _counter(_claimant, _uuid, _stateMatrix, _postState);
    }

    /// @inheritdoc ILargePreimages
    function challengeFirstLPP(
        address _claimant,
        uint256 _uuid,
        Leaf calldata _postState,
        bytes32[] calldata _postStateProof
    ) external {
        _checkOpen(_claimant, _uuid, proposalMetadata[_claimant][_uuid]);
        _checkLeaf(_postState, _postStateProof, getTreeRootLPP(_claimant, _uuid));
        if (_postState.index != 0) revert LargePreimages_NotFirst(_postState.index);
        Keccak.StateMatrix memory empty;
        _counter(_claimant, _uuid, empty, _postState);
    }

    /// @dev The caller gets the bond if a leaf does not follow from the state before it.
    function _counter(
        address _claimant,
        uint256 _uuid,
        Keccak.StateMatrix memory _before,
        Leaf calldata _leaf
    ) private {
        _before.absorb(_leaf.input);
        if (_before.commitment() == _leaf.stateCommitment) {
            revert LargePreimages_LeafIsRight(_leaf.index, _leaf.stateCommitment);
        }
        proposalMetadata[_claimant][_uuid] = proposalMetadata[_claimant][_uuid].countered();
        _payOut(_claimant, _uuid, msg.sender);
    }

    /*//////////////////////////////////////////////////////////////
                                SETTLING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ILargePreimages
    function squeezeLPP(
        address _claimant,
        uint256 _uuid,
        Keccak.StateMatrix memory _stateMatrix,
        Leaf calldata _preState,
        bytes32[] calldata _preStateProof,
        Leaf calldata _postState,
        bytes32[] calldata _postStateProof
    ) external {
        Proposal proposal = _lasting(_claimant, _uuid);
        bytes32 root = getTreeRootLPP(_claimant, _uuid);
        _checkLeaf(_preState, _preStateProof, root);
        _checkLeaf(_postState, _postStateProof, root);
        _checkContiguous(_stateMatrix, _preState, _postState);
        uint256 last = proposal.blocks() - 1;
        if (_postState.index != last) revert LargePreimages_NotLast(_postState.index, last);
        _stateMatrix.absorb(_postState.input);
        _accept(_claimant, _uuid, proposal, _stateMatrix.digest());
    }

    /// @dev A proposal that is complete, and was not challenged for as long as it could be.
    function _lasting(address _claimant, uint256 _uuid) private view returns (Proposal proposal_) {
        proposal_ = proposalMetadata[_claimant][_uuid];
        _checkOpen(_claimant, _uuid, proposal_);
        if (proposal_.completedAt() == 0) {
            revert LargePreimages_Incomplete(proposal_.size(), proposal_.claimedSize());
        }
        uint256 lastSecond = proposal_.completedAt() + CHALLENGE_PERIOD;
        if (block.timestamp <= lastSecond) revert LargePreimages_StillOpen(lastSecond);
    }

    /// @dev The proposal's part becomes one of the preimage with this hash.
    function _accept(address _claimant, uint256 _uuid, Proposal _proposal, bytes32 _hash) private {
        bytes32 key = PreimageKeys.ofType(_hash, PreimageKeys.KECCAK256);
        _keep(key, _proposal.partOffset(), proposalParts[_claimant][_uuid], _proposal.claimedSize());
        _payOut(_claimant, _uuid, _claimant);
    }

    /// @dev A proposal can be challenged or accepted once: as long as its bond is there.
    function _checkOpen(address _claimant, uint256 _uuid, Proposal _proposal) private view {
        if (_proposal.raw() == 0) revert LargePreimages_NotProposed(_claimant, _uuid);
        if (_proposal.isCountered()) revert LargePreimages_Countered(_claimant, _uuid);
        if (proposalBonds[_claimant][_uuid] == 0) revert LargePreimages_Settled(_claimant, _uuid);
    }

    /// @dev Everything else about the proposal is settled by now: the receiver may call back.
    function _payOut(address _claimant, uint256 _uuid, address _to) private {
        uint256 bond = proposalBonds[_claimant][_uuid];
        proposalBonds[_claimant][_uuid] = 0;
        (bool paid,) = _to.call{value: bond}("");
        if (!paid) revert LargePreimages_BondRefused(_to, bond);
    }

    /*//////////////////////////////////////////////////////////////
                                 LEAVES
    //////////////////////////////////////////////////////////////*/

    function _checkLeaf(Leaf calldata _leaf, bytes32[] calldata _proof, bytes32 _root) private pure {
        if (_proof.length != KECCAK_TREE_DEPTH) {
            revert LargePreimages_ProofLength(_proof.length, KECCAK_TREE_DEPTH);
        }
        if (_leaf.input.length != Keccak.BLOCK) revert LargePreimages_PartOfABlock(_leaf.input.length);
        bytes32 leaf = _hashBlock(_leaf.input, 0, _leaf.index, _leaf.stateCommitment);
        if (LeafTree.rootFrom(leaf, _leaf.index, _proof) != _root) {
            revert LargePreimages_NotInTree(_leaf.index, leaf, _root);
        }
    }

    function _checkContiguous(Keccak.StateMatrix memory _between, Leaf calldata _leaf, Leaf calldata _next)
        private
        pure
    {
        bytes32 state = _between.commitment();
        if (state != _leaf.stateCommitment) revert LargePreimages_OtherState(state, _leaf.stateCommitment);
        if (_leaf.index + 1 != _next.index) revert LargePreimages_NotContiguous(_leaf.index, _next.index);
    }

    /// @dev Hash of a leaf whose block begins at `_start` of `_data`.
    function _hashBlock(bytes calldata _data, uint256 _start, uint256 _index, bytes32 _stateCommitment)
        private
        pure
        returns (bytes32 leaf_)
    {
        // equivalent: leaf_ = keccak256(abi.encodePacked(_data[_start:_start + 136], _index, _stateCommitment)),
        //             which takes new memory every time
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            calldatacopy(buffer, add(_data.offset, _start), 136)
            mstore(add(buffer, 136), _index)
            mstore(add(buffer, 168), _stateCommitment)
            leaf_ := keccak256(buffer, 200)
        }
    }

    /*//////////////////////////////////////////////////////////////
                                GETTERS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ILargePreimages
    function getTreeRootLPP(address _owner, uint256 _uuid) public view returns (bytes32 treeRoot_) {
        return LeafTree.root(proposalBranches[_owner][_uuid], proposalMetadata[_owner][_uuid].blocks());
    }

    /// @inheritdoc ILargePreimages
    function zeroHashes(uint256 _height) external pure returns (bytes32) {
        if (_height >= KECCAK_TREE_DEPTH) revert LargePreimages_TooHigh(_height);
        return LeafTree.emptyRoot(_height);
    }

    /// @inheritdoc ILargePreimages
    function proposalCount() external view returns (uint256) {
        return proposals.length;
    }

    /// @inheritdoc ILargePreimages
    function proposalBlocksLen(address _claimant, uint256 _uuid) external view returns (uint256) {
        return proposalBlocks[_claimant][_uuid].length;
    }

    /// @inheritdoc ILargePreimages
    function challengePeriod() external view returns (uint256) {
        return CHALLENGE_PERIOD;
    }

    /// @inheritdoc ILargePreimages
    function minProposalSize() external view returns (uint256) {
        return MIN_PROPOSAL_SIZE;
    }
}
