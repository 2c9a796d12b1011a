// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

import {ERC721Bridge} from "../bridge/ERC721Bridge.sol";
import {ICrossDomainMessenger} from "../bridge/ICrossDomainMessenger.sol";
import {IERC721Bridge} from "../bridge/IERC721Bridge.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {IOptimismMintableERC721} from "./IOptimismMintableERC721.sol";
import {OPTIMISM_MINTABLE_ERC721_ID} from "./OptimismMintableERC721.sol";

/// @title L2ERC721Bridge
/// @notice The L2 end of the bridge for tokens that are each their own: mints what is locked on L1. Predeploy 0x42…14.
/// @dev    State lies where upstream's does.
contract L2ERC721Bridge layout at 1 is ERC721Bridge, ProxyAdminOwned, Initializable {
    using ERC165Checker for address;

    /// @notice Thrown when a token is not one that bridges mint.
    error L2ERC721Bridge_NotMintable(address localToken);

    /// @notice Thrown when a token stands for another contract than the one named.
    error L2ERC721Bridge_WrongPair(address localToken, address remoteToken, address expected);

    ICrossDomainMessenger internal constant L2_CROSS_DOMAIN_MESSENGER =
        ICrossDomainMessenger(0x4200000000000000000000000000000000000007);

    constructor() {
        _disableInitializers();
    }

    /// @notice Set up behind a proxy, once.
    /// @param _l1ERC721Bridge  L1ERC721Bridge's proxy.
    function initialize(IERC721Bridge _l1ERC721Bridge) external initializer {
        _requireProxyAdminOrOwner();
        messenger = L2_CROSS_DOMAIN_MESSENGER;
        otherBridge = _l1ERC721Bridge;
    }

    function version() external pure returns (string memory) {
        return "1.10.1";
    }

    function _takeIn(address _localToken, address _remoteToken, uint256 _tokenId) internal override {
        address owner = IERC721(_localToken).ownerOf(_tokenId);
        if (owner != msg.sender) revert ERC721Bridge_NotOwner(_localToken, _tokenId, owner);
        _requirePair(_localToken, _remoteToken);
        IOptimismMintableERC721(_localToken).burn(msg.sender, _tokenId);
    }

    function _payOut(address _localToken, address _remoteToken, address _to, uint256 _tokenId)
        internal
        override
    {
        if (!_isMintable(_localToken)) revert L2ERC721Bridge_NotMintable(_localToken);
        _requirePair(_localToken, _remoteToken);
        IOptimismMintableERC721(_localToken).safeMint(_to, _tokenId);
    }

    /// @dev Whether a token says so by ERC-165, and does not just say yes to everything. Whether it knows ERC-165 is not
    ///      asked: these answers show it.
    function _isMintable(address _token) private view returns (bool) {
        return !_token.supportsERC165InterfaceUnchecked(0xffffffff)
            && (_token.supportsERC165InterfaceUnchecked(OPTIMISM_MINTABLE_ERC721_ID)
                || _token.supportsERC165InterfaceUnchecked(type(IOptimismMintableERC721).interfaceId));
    }

    function _requirePair(address _localToken, address _remoteToken) private view {
        try IOptimismMintableERC721(_localToken).remoteToken() returns (address expected) {
            if (_remoteToken != expected) {
                revert L2ERC721Bridge_WrongPair(_localToken, _remoteToken, expected);
            }
        } catch {
            revert L2ERC721Bridge_NotMintable(_localToken);
        }
    }
}
