// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";

/// @title IERC721Bridge
/// @notice What the bridges of both chains share: L1 locks what L2 mints and burns. WARNING: unlike IStandardBridge these
///         know no tokens of L2's own: one that is sent from there is refused, or burnt if it says that it is mintable.
interface IERC721Bridge {
    /// @notice Thrown when a contract uses what sends to the caller's own address on the other chain, which there may be
    ///         nobody's: contracts name a recipient.
    error ERC721Bridge_NotEOA(address caller);

    /// @notice Thrown when the recipient, or the other chain's token, is nobody.
    error ERC721Bridge_NoRecipient();
    error ERC721Bridge_NoRemoteToken(address localToken);

    /// @notice Thrown when anything but a message of the other chain's bridge pays out. `sender` is who sent the message,
    ///         zero if the caller is not the messenger.
    error ERC721Bridge_NotOtherBridge(address caller, address sender);

    /// @notice Thrown when the guardian has paused withdrawals.
    error ERC721Bridge_Paused();

    /// @notice Thrown when no contract is at the token's address, or the bridge itself is.
    error ERC721Bridge_NotToken(address token);

    /// @notice Thrown when a token of the caller's was to be taken that is another's.
    error ERC721Bridge_NotOwner(address token, uint256 tokenId, address owner);

    /// @notice A token goes to the other chain.
    event ERC721BridgeInitiated(
        address indexed localToken,
        address indexed remoteToken,
        address indexed from,
        address to,
        uint256 tokenId,
        bytes extraData
    );

    /// @notice A token came from the other chain.
    event ERC721BridgeFinalized(
        address indexed localToken,
        address indexed remoteToken,
        address indexed from,
        address to,
        uint256 tokenId,
        bytes extraData
    );

    /// @notice Send a token to the caller's address on the other chain. Only for keys. L1's bridge needs an approval.
    /// @param _localToken   The contract here.
    /// @param _remoteToken  The contract there. WARNING: sent from L1 to what is not a mintable token that stands for
    ///                      `_localToken`, the token stays locked.
    /// @param _tokenId      Which one.
    /// @param _minGasLimit  Gas that paying out on the other chain gets at least.
    /// @param _extraData    Appears in events of both chains, and does nothing.
    function bridgeERC721(
        address _localToken,
        address _remoteToken,
        uint256 _tokenId,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external;

    /// @notice Send a token to somebody on the other chain. A contract must be one that takes tokens.
    function bridgeERC721To(
        address _localToken,
        address _remoteToken,
        address _to,
        uint256 _tokenId,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external;

    /// @notice Pay out a token. Only for messages of the other chain's bridge.
    function finalizeBridgeERC721(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _tokenId,
        bytes calldata _extraData
    ) external;

    /// @notice Whether paying out is paused; never on L2.
    function paused() external view returns (bool);

    /// @notice Carries messages to the other bridge; the second is the name of the time before it could be initialized.
    function messenger() external view returns (ICrossDomainMessenger);
    function MESSENGER() external view returns (ICrossDomainMessenger);

    /// @notice The bridge of the other chain; the second is the name of the time before it could be initialized.
    function otherBridge() external view returns (IERC721Bridge);
    function OTHER_BRIDGE() external view returns (IERC721Bridge);
}
