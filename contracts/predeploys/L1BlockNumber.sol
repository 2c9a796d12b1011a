// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {L1Block} from "./L1Block.sol";

/// @title L1BlockNumber
/// @notice The L1 origin's number, however it is asked. Legacy; tools still probe it. Predeploy 0x42…13.
contract L1BlockNumber {
    /// @dev 0x42…15
    L1Block internal constant L1_BLOCK = L1Block(0x4200000000000000000000000000000000000015);

    receive() external payable {
        _return(L1_BLOCK.number());
    }

    fallback() external payable {
        _return(L1_BLOCK.number());
    }

    function version() external pure returns (string memory) {
        return "1.1.3";
    }

    function getL1BlockNumber() external view returns (uint256) {
        return L1_BLOCK.number();
    }

    function _return(uint256 _number) private pure {
        // equivalent: return abi.encode(_number), which a fallback without parameters cannot say
        assembly ("memory-safe") {
            mstore(0, _number)
            return(0, 32)
        }
    }
}
