// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title PreimageKeys
/// @notice What preimages are called. The first byte of a key says what kind of preimage it names. Spec: "Pre-image Key
///         Types".
library PreimageKeys {
    uint8 internal constant LOCAL = 1;
    uint8 internal constant KECCAK256 = 2;
    uint8 internal constant SHA256 = 4;
    uint8 internal constant BLOB = 5;
    uint8 internal constant PRECOMPILE = 6;

    /// @notice The key with `_type` as its first byte.
    function ofType(bytes32 _hash, uint8 _type) internal pure returns (bytes32) {
        return (_hash & bytes32(type(uint256).max >> 8)) | bytes32(uint256(_type) << 248);
    }

    /// @notice The key of local word `_ident` in one context of one caller: nobody else can load what it reads.
    function local(uint256 _ident, bytes32 _localContext, address _caller) internal pure returns (bytes32) {
        bytes32 key = ofType(bytes32(_ident), LOCAL);
        return ofType(keccak256(abi.encode(key, _caller, _localContext)), LOCAL);
    }
}
