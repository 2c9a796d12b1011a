// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPreimageOracle} from "./IPreimageOracle.sol";
import {LargePreimages} from "./LargePreimages.sol";
import {PreimageKeys} from "./PreimageKeys.sol";

/// @title PreimageOracle
/// @notice Everything that the machine reads from outside of itself. Here are the preimages that fit into one transaction.
contract PreimageOracle is LargePreimages {
    /// @inheritdoc IPreimageOracle
    uint256 public constant PRECOMPILE_CALL_RESERVED_GAS = 100_000;

    address private constant POINT_EVALUATION = address(10);
    /// @dev Bytes of a KZG commitment or proof.
    uint256 private constant POINT = 48;
    /// @dev First byte of a blob's versioned hash.
    uint8 private constant VERSION_KZG = 1;

    constructor(uint256 _minProposalSize, uint256 _challengePeriod)
        LargePreimages(_minProposalSize, _challengePeriod)
    {}

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
        _loadWord(key_, _partOffset, _word, _size);
    }

    /// @inheritdoc IPreimageOracle
    function loadKeccak256PreimagePart(uint256 _partOffset, bytes calldata _preimage) external {
        bytes memory preimage = _preimage;
        _load(PreimageKeys.ofType(keccak256(preimage), PreimageKeys.KECCAK256), _partOffset, preimage);
    }

    /// @inheritdoc IPreimageOracle
    function loadSha256PreimagePart(uint256 _partOffset, bytes calldata _preimage) external {
        bytes memory preimage = _preimage;
        _load(PreimageKeys.ofType(sha256(preimage), PreimageKeys.SHA256), _partOffset, preimage);
    }

    /// @inheritdoc IPreimageOracle
    function loadBlobPreimagePart(
        uint256 _z,
        uint256 _y,
        bytes calldata _commitment,
        bytes calldata _proof,
        uint256 _partOffset
    ) external {
        if (_commitment.length != POINT) {
            revert PreimageOracle_BadPointSize(_commitment.length);
        }
        if (_proof.length != POINT) revert PreimageOracle_BadPointSize(_proof.length);
        bytes32 versionedHash = PreimageKeys.ofType(sha256(_commitment), VERSION_KZG);
        bytes memory opening = abi.encodePacked(versionedHash, _z, _y, _commitment, _proof);
        (bool isRight,) = POINT_EVALUATION.staticcall(opening);
        if (!isRight) revert PreimageOracle_WrongBlobElement(versionedHash, _z, _y);
        bytes32 hash = keccak256(abi.encodePacked(_commitment, _z));
        _loadWord(PreimageKeys.ofType(hash, PreimageKeys.BLOB), _partOffset, bytes32(_y), 32);
    }

    /// @inheritdoc IPreimageOracle
    function loadPrecompilePreimagePart(
        uint256 _partOffset,
        address _precompile,
        uint64 _requiredGas,
        bytes calldata _input
    ) external {
        bytes memory named = abi.encodePacked(_precompile, _requiredGas, _input);
        bytes32 key = PreimageKeys.ofType(keccak256(named), PreimageKeys.PRECOMPILE);
        _load(key, _partOffset, _resultOf(_precompile, _requiredGas, named));
    }

    /// @inheritdoc IPreimageOracle
    function version() external pure returns (string memory) {
        return "1.1.5";
    }

    /// @dev Whether a precompile succeeds, as a byte ‖ what it returns.
    /// @param _named  What its key is the hash of: 28 bytes ‖ its input. It is not copied, because nothing that costs more for
    ///                a longer input may come between the look at the gas and the call.
    function _resultOf(address _precompile, uint64 _requiredGas, bytes memory _named)
        private
        view
        returns (bytes memory result_)
    {
        // EIP-150 forwards at most 63/64.
        uint256 needed = PRECOMPILE_CALL_RESERVED_GAS + (uint256(_requiredGas) * 64 + 62) / 63;
        if (gasleft() < needed) revert PreimageOracle_NotEnoughGas(gasleft(), needed);
        // equivalent: (bool success, bytes memory returned) = _precompile.staticcall(_named[28:]);
        //             result_ = bytes.concat(bytes1(success ? 1 : 0), returned);
        assembly ("memory-safe") {
            let success := staticcall(gas(), _precompile, add(_named, 60), sub(mload(_named), 28), 0, 0)
            result_ := mload(0x40)
            mstore(result_, add(returndatasize(), 1))
            mstore8(add(result_, 32), success)
            returndatacopy(add(result_, 33), 0, returndatasize())
            mstore(0x40, and(add(add(result_, returndatasize()), 64), not(31)))
        }
    }

    /// @dev Keep 32 bytes of length u64 ‖ preimage from `_offset` on, zeros after the end.
    function _load(bytes32 _key, uint256 _offset, bytes memory _preimage) private {
        uint256 size = _preimage.length;
        _checkOffset(_offset, size);
        bytes32 part = _offset < PREFIX
            ? _prefixFrom(_offset, size) | _wordAt(_preimage, 0) >> 8 * (PREFIX - _offset)
            : _wordAt(_preimage, _offset - PREFIX);
        _keep(_key, _offset, part, size);
    }

    /// @dev `_load` of the first `_size` bytes of a word.
    function _loadWord(bytes32 _key, uint256 _offset, bytes32 _word, uint256 _size) private {
        _checkOffset(_offset, _size);
        bytes32 data = _firstBytes(_word, _size);
        bytes32 part = _offset < PREFIX
            ? _prefixFrom(_offset, _size) | data >> 8 * (PREFIX - _offset)
            : data << 8 * (_offset - PREFIX);
        _keep(_key, _offset, part, _size);
    }

    /// @dev 32 bytes from `_start` on, which is not after the end; zeros after it.
    function _wordAt(bytes memory _data, uint256 _start) private pure returns (bytes32 word_) {
        // equivalent: word_ = bytes32(_data[_start:_start + 32]), which memory has no slices for
        assembly ("memory-safe") {
            word_ := mload(add(add(_data, 32), _start))
        }
        return _firstBytes(word_, _data.length - _start);
    }

    function _firstBytes(bytes32 _word, uint256 _count) private pure returns (bytes32) {
        return _count < 32 ? _word & ~(bytes32(type(uint256).max) >> 8 * _count) : _word;
    }
}
