// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title IOptimismMintableERC20
/// @notice By this, ERC-165 id 0xec4fc8e3, bridges know tokens that they may mint and burn. Whoever writes such a token of
///         their own implements it. Spec: "Standard Bridges".
interface IOptimismMintableERC20 is IERC165 {
    /// @notice The token on the other chain that this one stands for.
    function remoteToken() external view returns (address);

    /// @notice The bridge that mints and burns.
    function bridge() external view returns (address);

    /// @notice Make tokens for somebody. Only the bridge may.
    function mint(address _to, uint256 _amount) external;

    /// @notice Destroy somebody's tokens. Only the bridge may; it needs no allowance.
    function burn(address _from, uint256 _amount) external;
}
