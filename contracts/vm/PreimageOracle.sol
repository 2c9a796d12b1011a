// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPreimageOracle} from "./IPreimageOracle.sol";
import {PreimageKeys} from "./PreimageKeys.sol";

/// @title PreimageOracle
/// @notice Preimages that fit into one transaction, by local key, keccak256 and SHA-256.
contract PreimageOracle is IPreimageOracle {
    /// @dev Bytes of the length in front of each preimage.
    uint256 private constant PREFIX = 8;

    uint256 internal immutable MIN_PROPOSAL_SIZE;
    uint256 internal immutable CHALLENGE_PERIOD;

    /// @inheritdoc IPreimageOracle
    mapping(bytes32 key => uint256 length) public preimageLengths;
    /// @inheritdoc IPreimageOracle
    mapping(bytes32 key => mapping(uint256 offset => bytes32 part)) public preimageParts;
    /// @inheritdoc IPreimageOracle
    mapping(bytes32 key => mapping(uint256 offset => bool isLoaded)) public preimagePartOk;

    constructor(uint256 _minProposalSize, uint256 _challengePeriod) {
        if (_challengePeriod > type(uint64).max) revert PreimageOracle_PeriodTooLong(_challengePeriod);
        MIN_PROPOSAL_SIZE = _minProposalSize;
        CHALLENGE_PERIOD = _challengePeriod;
    }

    /// @inheritdoc IPreimageOracle
    function readPreimage(bytes32 _key, uint256 _offset)
        external
        view
        returns (bytes32 dat_, uint256 datLen_)
    {
        if (!preimagePartOk[_key][_offset]) {
            revert PreimageOracle_NotLoaded(_key, _offset);
        }
        uint256 left = PREFIX + preimageLengths[_key] - _offset;
        return (preimageParts[_key][_offset], left < 32 ? left : 32);
    }

    /// @inheritdoc IPreimageOracle
    function loadLocalData(
        uint256 _ident,
        bytes32 _localContext,
        bytes32 _word,
        uint256 _size,
        uint256 _partOffset
    ) external returns (bytes32 key_) {
        if (_size > 32) revert PreimageOracle_LocalDataTooLong(_size);
        key_ = PreimageKeys.local(_ident, _localContext, msg.sender);
        bytes memory word = new bytes(_size);
        for (uint256 i = 0; i < _size; i++) {
            word[i] = _word[i];
        }
        _load(key_, word, _partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function loadKeccak256PreimagePart(uint256 _partOffset, bytes memory _preimage) external {
        _load(PreimageKeys.ofType(keccak256(_preimage), PreimageKeys.KECCAK256), _preimage, _partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function loadSha256PreimagePart(uint256 _partOffset, bytes memory _preimage) external {
        _load(PreimageKeys.ofType(sha256(_preimage), PreimageKeys.SHA256), _preimage, _partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function version() external pure returns (string memory) {
        return "1.1.5";
    }

    /// @inheritdoc IPreimageOracle
    function challengePeriod() external view returns (uint256) {
        return CHALLENGE_PERIOD;
    }

    /// @inheritdoc IPreimageOracle
    function minProposalSize() external view returns (uint256) {
        return MIN_PROPOSAL_SIZE;
    }

    /// @dev Keep 32 bytes of length u64 ‖ preimage from `_offset` on, zeros after the end.
    function _load(bytes32 _key, bytes memory _preimage, uint256 _offset) private {
        uint256 size = _preimage.length;
        if (_offset >= PREFIX + size) revert PreimageOracle_OffsetTooHigh(_offset, PREFIX + size);
        preimagePartOk[_key][_offset] = true;
        preimageParts[_key][_offset] = _offset < PREFIX
            ? bytes32(bytes8(uint64(size))) << 8 * _offset | _wordAt(_preimage, 0) >> 8 * (PREFIX - _offset)
            : _wordAt(_preimage, _offset - PREFIX);
        preimageLengths[_key] = size;
    }

    /// @dev 32 bytes from `_start` on, which is not after the end; zeros after it.
    function _wordAt(bytes memory _data, uint256 _start) private pure returns (bytes32 word_) {
        // equivalent: word_ = bytes32(_data[_start:_start + 32]), which memory has no slices for
        assembly ("memory-safe") {
            word_ := mload(add(add(_data, 32), _start))
        }
        uint256 left = _data.length - _start;
        if (left < 32) word_ &= ~(bytes32(type(uint256).max) >> 8 * left);
    }
}
