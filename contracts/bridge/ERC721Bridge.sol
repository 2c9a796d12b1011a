// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EOA} from "../lib/EOA.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";
import {IERC721Bridge} from "./IERC721Bridge.sol";

/// @title ERC721Bridge
abstract contract ERC721Bridge is IERC721Bridge {
    /// @inheritdoc IERC721Bridge
    ICrossDomainMessenger public messenger;

    /// @inheritdoc IERC721Bridge
    IERC721Bridge public otherBridge;

    /// @inheritdoc IERC721Bridge
    function bridgeERC721(
        address _localToken,
        address _remoteToken,
        uint256 _tokenId,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external {
        if (!EOA.isSenderEOA()) revert ERC721Bridge_NotEOA(msg.sender);
        _initiateBridgeERC721(_localToken, _remoteToken, msg.sender, _tokenId, _minGasLimit, _extraData);
    }

    /// @inheritdoc IERC721Bridge
    function bridgeERC721To(
        address _localToken,
        address _remoteToken,
        address _to,
        uint256 _tokenId,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external {
        if (_to == address(0)) revert ERC721Bridge_NoRecipient();
        _initiateBridgeERC721(_localToken, _remoteToken, _to, _tokenId, _minGasLimit, _extraData);
    }

    /// @dev The caller's token goes to `_to`. What is local here is remote there.
    function _initiateBridgeERC721(
        address _localToken,
        address _remoteToken,
        address _to,
        uint256 _tokenId,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) private {
        if (_remoteToken == address(0)) revert ERC721Bridge_NoRemoteToken(_localToken);
        if (_localToken.code.length == 0) revert ERC721Bridge_NotToken(_localToken);
        _takeIn(_localToken, _remoteToken, _tokenId);
        bytes memory message = abi.encodeCall(
            IERC721Bridge.finalizeBridgeERC721,
            (_remoteToken, _localToken, msg.sender, _to, _tokenId, _extraData)
        );
        messenger.sendMessage(address(otherBridge), message, _minGasLimit);
        emit ERC721BridgeInitiated(_localToken, _remoteToken, msg.sender, _to, _tokenId, _extraData);
    }

    /// @inheritdoc IERC721Bridge
    function finalizeBridgeERC721(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _tokenId,
        bytes calldata _extraData
    ) external {
        _requireOtherBridge();
        if (_localToken == address(this)) revert ERC721Bridge_NotToken(_localToken);
        _payOut(_localToken, _remoteToken, _to, _tokenId);
        emit ERC721BridgeFinalized(_localToken, _remoteToken, _from, _to, _tokenId, _extraData);
    }

    /// @inheritdoc IERC721Bridge
    function paused() public view virtual returns (bool) {
        return false;
    }

    /// @inheritdoc IERC721Bridge
    function MESSENGER() external view returns (ICrossDomainMessenger) {
        return messenger;
    }

    /// @inheritdoc IERC721Bridge
    function OTHER_BRIDGE() external view returns (IERC721Bridge) {
        return otherBridge;
    }

    function _requireOtherBridge() private view {
        if (msg.sender != address(messenger)) revert ERC721Bridge_NotOtherBridge(msg.sender, address(0));
        address sender = messenger.xDomainMessageSender();
        if (sender != address(otherBridge)) revert ERC721Bridge_NotOtherBridge(msg.sender, sender);
        if (paused()) revert ERC721Bridge_Paused();
    }

    /// @dev Take a token of the caller's.
    function _takeIn(address _localToken, address _remoteToken, uint256 _tokenId) internal virtual;

    /// @dev The inverse.
    function _payOut(address _localToken, address _remoteToken, address _to, uint256 _tokenId)
        internal
        virtual;
}
