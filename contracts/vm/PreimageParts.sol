// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPreimageOracle} from "./IPreimageOracle.sol";

/// @title PreimageParts
/// @notice What the machine reads: 32 bytes of length ‖ preimage at a time.
abstract contract PreimageParts is IPreimageOracle {
    /// @dev Bytes of the length in front of each preimage.
    uint256 internal constant PREFIX = 8;

    /// @inheritdoc IPreimageOracle
    mapping(bytes32 key => uint256 length) public preimageLengths;
    /// @inheritdoc IPreimageOracle
    mapping(bytes32 key => mapping(uint256 offset => bytes32 part)) public preimageParts;
    /// @inheritdoc IPreimageOracle
    mapping(bytes32 key => mapping(uint256 offset => bool isLoaded)) public preimagePartOk;

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

    /// @dev A part of a preimage of `_size` bytes begins before its end.
    function _checkOffset(uint256 _offset, uint256 _size) internal pure {
        unchecked {
            // no size comes close to 2^256
            if (_offset >= PREFIX + _size) revert PreimageOracle_OffsetTooHigh(_offset, PREFIX + _size);
        }
    }

    /// @dev From now on the machine can read it: 32 bytes of length ‖ preimage.
    function _keep(bytes32 _key, uint256 _offset, bytes32 _part, uint256 _size) internal {
        preimagePartOk[_key][_offset] = true;
        preimageParts[_key][_offset] = _part;
        preimageLengths[_key] = _size;
    }
}
