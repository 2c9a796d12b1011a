// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILargePreimages} from "./ILargePreimages.sol";

/// @title IPreimageOracle
/// @notice Data by key, for a machine on chain. A preimage begins with its length as u64 and is read 32 bytes at a time.
///         Spec: "Pre-image Oracle".
interface IPreimageOracle is ILargePreimages {
    /// @notice Thrown when nobody has loaded the part that is read.
    error PreimageOracle_NotLoaded(bytes32 key, uint256 offset);

    /// @notice Thrown for a part that begins after the preimage's end.
    error PreimageOracle_OffsetTooHigh(uint256 offset, uint256 end);

    /// @notice Thrown for a challenge period that a game's clock could not hold.
    error PreimageOracle_PeriodTooLong(uint256 challengePeriod);

    /// @notice Thrown for a local word of more than 32 bytes.
    error PreimageOracle_LocalDataTooLong(uint256 size);

    /// @notice Thrown for a KZG commitment or proof that has not 48 bytes.
    error PreimageOracle_BadPointSize(uint256 size);

    /// @notice Thrown when the polynomial of a commitment has another value at `z`.
    error PreimageOracle_WrongBlobElement(bytes32 versionedHash, uint256 z, uint256 y);

    /// @notice Thrown when a precompile could run out of gas: what it returns then is not its result.
    error PreimageOracle_NotEnoughGas(uint256 gasLeft, uint256 gasNeeded);

    /// @notice Read 32 bytes of a preimage at `_offset` of length ‖ data; reverts unless someone has loaded them.
    /// @return dat_     The bytes, zeros after the end.
    /// @return datLen_  How many of them belong to the preimage.
    function readPreimage(bytes32 _key, uint256 _offset) external view returns (bytes32 dat_, uint256 datLen_);

    /// @notice Load a word that has a meaning in one game only, in the caller's name.
    /// @param _ident         Which word.
    /// @param _localContext  Where in the game.
    /// @param _word          The word; its first `_size` bytes are the data.
    /// @param _size          0 to 32.
    /// @param _partOffset    Offset in length ‖ data of the part to load.
    /// @return key_          What it is read by: it differs for each caller and context.
    function loadLocalData(
        uint256 _ident,
        bytes32 _localContext,
        bytes32 _word,
        uint256 _size,
        uint256 _partOffset
    ) external returns (bytes32 key_);

    /// @notice Load a part of a preimage whose key is its keccak256 hash, the first byte replaced by 2.
    function loadKeccak256PreimagePart(uint256 _partOffset, bytes calldata _preimage) external;

    /// @notice Load a part of a preimage whose key is its SHA-256 hash, the first byte replaced by 4.
    function loadSha256PreimagePart(uint256 _partOffset, bytes calldata _preimage) external;

    /// @notice Load a part of one element of a blob: the 32 bytes `_y`, which are the value at `_z` of the polynomial that
    ///         `_commitment` commits to. The key is keccak256(commitment ‖ z), the first byte replaced by 5. EIP-4844.
    /// @param _z           Where. Below the order of BLS12-381's scalar field, as is `_y`.
    /// @param _y           The value there.
    /// @param _commitment  KZG commitment, 48 bytes.
    /// @param _proof       KZG proof, 48 bytes.
    /// @param _partOffset  Offset in length ‖ y of the part to load.
    function loadBlobPreimagePart(
        uint256 _z,
        uint256 _y,
        bytes calldata _commitment,
        bytes calldata _proof,
        uint256 _partOffset
    ) external;

    /// @notice Load a part of what a precompile of L1 makes of an input: 1 if it succeeds, else 0, as a byte ‖ what it
    ///         returns. The key is keccak256(address, 20 bytes ‖ required gas u64 ‖ input), the first byte replaced by 6.
    /// @param _partOffset   Offset in length ‖ result of the part to load.
    /// @param _precompile   Its address.
    /// @param _requiredGas  Gas that it gets at least. Whoever asks for the key has chosen enough for the input, so that
    ///                      nobody can make the precompile fail for want of it.
    /// @param _input        The input.
    function loadPrecompilePreimagePart(
        uint256 _partOffset,
        address _precompile,
        uint64 _requiredGas,
        bytes calldata _input
    ) external;

    /// @notice Gas kept for what surrounds a precompile's call.
    function PRECOMPILE_CALL_RESERVED_GAS() external view returns (uint256);

    /// @notice Bytes of a preimage, without the length in front; 0 if no part was loaded.
    function preimageLengths(bytes32 _key) external view returns (uint256 length);

    /// @notice A loaded part.
    function preimageParts(bytes32 _key, uint256 _offset) external view returns (bytes32 part);

    /// @notice Whether a part was loaded.
    function preimagePartOk(bytes32 _key, uint256 _offset) external view returns (bool isLoaded);

    /// @notice Version of the ABI; op-challenger chooses by it how to talk to the oracle.
    function version() external view returns (string memory);
}
