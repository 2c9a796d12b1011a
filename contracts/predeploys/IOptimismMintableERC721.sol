// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IOptimismMintableERC721
/// @notice What L2's bridge needs of a token that it mints and burns, beside IERC721. Whoever writes such a token of their
///         own implements it, and says so by ERC-165: see OptimismMintableERC721.
interface IOptimismMintableERC721 {
    /// @notice The contract on L1 that this one stands for, and the chain that it is on. Each has two names.
    function REMOTE_CHAIN_ID() external view returns (uint256);
    function REMOTE_TOKEN() external view returns (address);
    function remoteChainId() external view returns (uint256);
    function remoteToken() external view returns (address);

    /// @notice The bridge that mints and burns.
    function BRIDGE() external view returns (address);
    function bridge() external view returns (address);

    /// @notice Make a token for somebody who, if a contract, takes tokens. Only the bridge may.
    function safeMint(address _to, uint256 _tokenId) external;

    /// @notice Destroy somebody's token. Only the bridge may, which asks for the owner first.
    function burn(address _from, uint256 _tokenId) external;
}
