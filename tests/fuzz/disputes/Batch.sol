// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Batch
/// @notice Many questions in one call. Calldata is a row of: target 20 bytes, length of the question 2 bytes, question. The
///         answer is what each of them returned or reverted with, one after the other.
contract Batch {
    fallback() external {
        assembly ("memory-safe") {
            let answer := 0
            let at := 0
            for {} lt(at, calldatasize()) {} {
                let target := shr(96, calldataload(at))
                let size := shr(240, calldataload(add(at, 20)))
                calldatacopy(answer, add(at, 22), size)
                pop(staticcall(gas(), target, answer, size, 0, 0))
                returndatacopy(answer, 0, returndatasize())
                answer := add(answer, returndatasize())
                at := add(add(at, 22), size)
            }
            return(0, answer)
        }
    }
}
