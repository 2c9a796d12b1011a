// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../lib/Constants.sol";

/// @title L1Block
/// @notice What L2 knows about L1. The first transaction of every L2 block, a deposit that derivation makes, sets it.
///         Spec: "L1 Attributes Predeployed Contract". Predeploy 0x42…15.
/// @dev    op-geth reads slots 1, 3, 7 and 8 itself to charge the L1 data fee and the operator fee: their layout is
///         consensus.
///
///         slot 0: number u64 at byte 0, timestamp u64 at 8 (from the right)
///         slot 1: basefee
///         slot 2: hash
///         slot 3: sequenceNumber u64 at 0, blobBaseFeeScalar u32 at 8, baseFeeScalar u32 at 12
///         slot 4: batcherHash
///         slot 5: l1FeeOverhead (Bedrock); slot 6: l1FeeScalar (Bedrock)
///         slot 7: blobBaseFee
///         slot 8: operatorFeeConstant u64 at 0, operatorFeeScalar u32 at 8, daFootprintGasScalar u16 at 12
contract L1Block {
    error L1Block_NotDepositor(address caller);

    /// @notice L1 origin: number and time (seconds).
    uint64 public number;
    uint64 public timestamp;

    /// @notice L1 origin's base fee, in wei.
    uint256 public basefee;

    /// @notice L1 origin's hash.
    bytes32 public hash;

    /// @notice Distance to the first L2 block of this L1 origin.
    uint64 public sequenceNumber;

    /// @notice Ecotone's fee scalars, each over 1e6.
    uint32 public blobBaseFeeScalar;
    uint32 public baseFeeScalar;

    /// @notice Who may post batches, left-padded.
    bytes32 public batcherHash;

    /// @notice Bedrock's fee parameters.
    uint256 public l1FeeOverhead;
    uint256 public l1FeeScalar;

    /// @notice L1 origin's blob base fee, in wei.
    uint256 public blobBaseFee;

    /// @notice Isthmus' operator fee.
    uint64 public operatorFeeConstant;
    uint32 public operatorFeeScalar;

    /// @notice Jovian's weight of a byte of batch data, in gas.
    uint16 public daFootprintGasScalar;

    function version() external pure returns (string memory) {
        return "1.9.0";
    }

    // What pays for gas is ETH, on every chain of these contracts; wallets ask.

    function gasPayingToken() external pure returns (address addr_, uint8 decimals_) {
        return (Constants.ETHER, 18);
    }

    function gasPayingTokenName() external pure returns (string memory) {
        return "Ether";
    }

    function gasPayingTokenSymbol() external pure returns (string memory) {
        return "ETH";
    }

    function isCustomGasToken() external pure returns (bool) {
        return false;
    }

    /// @notice The only account that may set the values.
    function DEPOSITOR_ACCOUNT() public pure returns (address) {
        return Constants.DEPOSITOR_ACCOUNT;
    }

    /// @notice Bedrock's setter, ABI-encoded.
    function setL1BlockValues(
        uint64 _number,
        uint64 _timestamp,
        uint256 _basefee,
        bytes32 _hash,
        uint64 _sequenceNumber,
        bytes32 _batcherHash,
        uint256 _l1FeeOverhead,
        uint256 _l1FeeScalar
    ) external {
        if (msg.sender != Constants.DEPOSITOR_ACCOUNT) {
            revert L1Block_NotDepositor(msg.sender);
        }
        number = _number;
        timestamp = _timestamp;
        basefee = _basefee;
        hash = _hash;
        sequenceNumber = _sequenceNumber;
        batcherHash = _batcherHash;
        l1FeeOverhead = _l1FeeOverhead;
        l1FeeScalar = _l1FeeScalar;
    }

    /// @dev What later forms of the attributes begin with. Each word is written whole: Solidity would read it again for
    ///      each of its fields. Calldata that is too short means zeros, as in upstream's: derivation writes it.
    modifier setsEcotoneValues() {
        if (msg.sender != Constants.DEPOSITOR_ACCOUNT) revert L1Block_NotDepositor(msg.sender);
        // equivalent: baseFeeScalar = uint32(bytes4(msg.data[4:8])), and so on for the fields in the calldata's order
        assembly ("memory-safe") {
            sstore(sequenceNumber.slot, shr(128, calldataload(4))) // with both scalars
            sstore(number.slot, shr(128, calldataload(20))) // with the timestamp
            sstore(basefee.slot, calldataload(36))
            sstore(blobBaseFee.slot, calldataload(68))
            sstore(hash.slot, calldataload(100))
            sstore(batcherHash.slot, calldataload(132))
        }
        _;
    }

    /// @notice Ecotone's setter; packed calldata, byte offsets after the selector:
    ///         0 baseFeeScalar u32 · 4 blobBaseFeeScalar u32 · 8 sequenceNumber u64 · 16 timestamp u64 · 24 number u64
    ///         · 32 basefee u256 · 64 blobBaseFee u256 · 96 hash · 128 batcherHash
    function setL1BlockValuesEcotone() external setsEcotoneValues {}

    /// @notice Isthmus' setter: Ecotone's calldata, then 160 operatorFeeScalar u32 · 164 operatorFeeConstant u64
    function setL1BlockValuesIsthmus() external setsEcotoneValues {
        // equivalent: operatorFeeScalar = uint32(bytes4(msg.data[164:168])), operatorFeeConstant = …; and no footprint
        assembly ("memory-safe") {
            sstore(operatorFeeConstant.slot, shr(160, calldataload(164)))
        }
    }

    /// @notice Jovian's setter: Isthmus' calldata, then 172 daFootprintGasScalar u16
    function setL1BlockValuesJovian() external setsEcotoneValues {
        // equivalent: as Isthmus', then daFootprintGasScalar = uint16(bytes2(msg.data[176:178]))
        assembly ("memory-safe") {
            let fees := calldataload(164) // scalar u32 ‖ constant u64 ‖ footprint u16 ‖ …
            let footprint := and(shr(144, fees), 0xffff)
            sstore(operatorFeeConstant.slot, or(shl(96, footprint), shr(160, fees)))
        }
    }
}
