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
        _checkOffset(_partOffset, _preimage.length);
        bytes32 hash;
        bytes32 part;
        // equivalent: bytes memory whole = abi.encodePacked(uint64(_preimage.length), _preimage, bytes32(0));
        //             hash = keccak256(_preimage);
        //             part = bytes32(whole[_partOffset:_partOffset + 32]);
        assembly ("memory-safe") {
            let whole := mload(0x40)
            mstore(whole, shl(192, _preimage.length))
            calldatacopy(add(whole, 8), _preimage.offset, _preimage.length)
            mstore(add(add(whole, 8), _preimage.length), 0)
            hash := keccak256(add(whole, 8), _preimage.length)
            part := mload(add(whole, _partOffset))
        }
        _keep(PreimageKeys.ofType(hash, PreimageKeys.KECCAK256), _partOffset, part, _preimage.length);
    }

    /// @inheritdoc IPreimageOracle
    function loadSha256PreimagePart(uint256 _partOffset, bytes calldata _preimage) external {
        _checkOffset(_partOffset, _preimage.length);
        bytes32 hash;
        bytes32 part;
        // equivalent: as above, with hash = sha256(_preimage), which is the precompile at address 2
        assembly ("memory-safe") {
            let whole := mload(0x40)
            mstore(whole, shl(192, _preimage.length))
            calldatacopy(add(whole, 8), _preimage.offset, _preimage.length)
            mstore(add(add(whole, 8), _preimage.length), 0)
            // it fails for want of gas only
            if iszero(staticcall(gas(), 2, add(whole, 8), _preimage.length, 0, 32)) {
                revert(0, 0)
            }
            hash := mload(0)
            part := mload(add(whole, _partOffset))
        }
        _keep(PreimageKeys.ofType(hash, PreimageKeys.SHA256), _partOffset, part, _preimage.length);
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
        bytes memory whole = _call(_precompile, _requiredGas, named);
        uint256 size = whole.length - PREFIX - 32;
        _checkOffset(_partOffset, size);
        _keep(key, _partOffset, _wordAt(whole, _partOffset), size);
    }

    /// @inheritdoc IPreimageOracle
    function version() external pure returns (string memory) {
        return "1.1.5";
    }

    /// @dev Call a precompile.
    /// @param _named   What its key is the hash of: 28 bytes ‖ its input. It is not copied, because nothing that costs more
    ///                 for a longer input may come between the look at the gas and the call.
    /// @return whole_  Length of the result u64 ‖ the result: 1 for success or 0, as a byte ‖ what it returned ‖ 32 zeros.
    function _call(address _precompile, uint64 _requiredGas, bytes memory _named)
        private
        view
        returns (bytes memory whole_)
    {
        unchecked {
            // EIP-150 forwards at most 63/64. No term comes close to 2^256.
            uint256 needed = PRECOMPILE_CALL_RESERVED_GAS * 63 + uint256(_requiredGas) * 64;
            if (gasleft() * 63 < needed) revert PreimageOracle_NotEnoughGas(gasleft(), needed / 63);
        }
        // equivalent: (bool success, bytes memory returned) = _precompile.staticcall(_named[28:]);
        //             whole_ = abi.encodePacked(uint64(1 + returned.length), success, returned, bytes32(0));
        assembly ("memory-safe") {
            let success := staticcall(gas(), _precompile, add(_named, 60), sub(mload(_named), 28), 0, 0)
            whole_ := mload(0x40)
            mstore(whole_, add(returndatasize(), 41))
            mstore(add(whole_, 32), shl(192, add(returndatasize(), 1)))
            mstore8(add(whole_, 40), success)
            returndatacopy(add(whole_, 41), 0, returndatasize())
            mstore(add(add(whole_, 41), returndatasize()), 0)
            mstore(0x40, and(add(add(whole_, returndatasize()), 104), not(31)))
        }
    }

    /// @dev Keep 32 bytes of length ‖ the first `_size` bytes of a word.
    function _loadWord(bytes32 _key, uint256 _offset, bytes32 _word, uint256 _size) private {
        _checkOffset(_offset, _size);
        unchecked {
            bytes32 data = _word & ~bytes32(type(uint256).max >> 8 * _size);
            bytes32 part = _offset < PREFIX
                ? bytes32(_size << 192) << 8 * _offset | data >> 8 * (PREFIX - _offset)
                : data << 8 * (_offset - PREFIX);
            _keep(_key, _offset, part, _size);
        }
    }

    /// @dev 32 bytes from `_start` on, which must all be there.
    function _wordAt(bytes memory _data, uint256 _start) private pure returns (bytes32 word_) {
        // equivalent: word_ = bytes32(_data[_start:_start + 32]), which memory has no slices for
        assembly ("memory-safe") {
            word_ := mload(add(add(_data, 32), _start))
        }
    }
}
