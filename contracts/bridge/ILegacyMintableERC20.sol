// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title ILegacyMintableERC20
/// @notice By this, ERC-165 id 0x1d1d8b63, bridges know tokens that were made before Bedrock.
interface ILegacyMintableERC20 is IERC165 {
    /// @notice The token on the other chain that this one stands for.
    function l1Token() external view returns (address);

    /// @notice See IOptimismMintableERC20.
    function mint(address _to, uint256 _amount) external;

    /// @notice See IOptimismMintableERC20.
    function burn(address _from, uint256 _amount) external;
}
