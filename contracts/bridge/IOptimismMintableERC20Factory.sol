// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IOptimismMintableERC20Factory
/// @notice Makes tokens that stand for tokens of the other chain. Anybody may have one made; names prove nothing. The same
///         contract on both chains, on L2 as predeploy 0x42…12. Spec: "Optimism Mintable ERC20 Factory".
interface IOptimismMintableERC20Factory {
    /// @notice Thrown when the token to stand for is not named.
    error OptimismMintableERC20Factory_NoRemoteToken();

    /// @notice A token was made. The first is of the time before Bedrock, and names the other chain's token first.
    event StandardL2TokenCreated(address indexed remoteToken, address indexed localToken);
    event OptimismMintableERC20Created(
        address indexed localToken, address indexed remoteToken, address deployer
    );

    /// @notice Set up behind a proxy, once.
    /// @param _bridge  The bridge of this chain, which may mint and burn what is made here.
    function initialize(address _bridge) external;

    /// @notice Make a token of 18 decimals. The name of the time before Bedrock.
    function createStandardL2Token(address _remoteToken, string calldata _name, string calldata _symbol)
        external
        returns (address);

    /// @notice Make a token of 18 decimals.
    function createOptimismMintableERC20(address _remoteToken, string calldata _name, string calldata _symbol)
        external
        returns (address);

    /// @notice Make a token, at an address that follows from the arguments: each combination exists once.
    /// @param _remoteToken  The token on the other chain that it stands for.
    /// @param _decimals     Should be that token's: amounts cross the bridge as they are.
    function createOptimismMintableERC20WithDecimals(
        address _remoteToken,
        string calldata _name,
        string calldata _symbol,
        uint8 _decimals
    ) external returns (address localToken_);

    /// @notice The token that one made here stands for; zero for any other.
    function deployments(address _localToken) external view returns (address remoteToken_);

    /// @notice The bridge of this chain; the second is the name of the time before it could be initialized.
    function bridge() external view returns (address);
    function BRIDGE() external view returns (address);

    function version() external view returns (string memory);
}
