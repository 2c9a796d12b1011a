// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {ERC721Bridge} from "./ERC721Bridge.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";
import {IERC721Bridge} from "./IERC721Bridge.sol";
import {IL1ERC721Bridge} from "./IL1ERC721Bridge.sol";

/// @title L1ERC721Bridge
/// @notice The L1 end of the bridge for tokens that are each their own: keeps what is on L2.
/// @dev    State lies where upstream's does.
contract L1ERC721Bridge layout at 1 is IL1ERC721Bridge, ERC721Bridge, ProxyAdminOwned, Initializable {
    IERC721Bridge internal constant L2_ERC721_BRIDGE =
        IERC721Bridge(0x4200000000000000000000000000000000000014);

    /// @dev 3 to 48.
    uint256[46] private __gap;

    /// @inheritdoc IL1ERC721Bridge
    mapping(
        address localToken => mapping(address remoteToken => mapping(uint256 tokenId => bool isDeposited))
    ) public deposits;

    /// @dev 50.
    uint256 private __gap50;

    /// @inheritdoc IL1ERC721Bridge
    ISystemConfig public systemConfig;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IL1ERC721Bridge
    function initialize(ICrossDomainMessenger _messenger, ISystemConfig _systemConfig) external initializer {
        _requireProxyAdminOrOwner();
        messenger = _messenger;
        otherBridge = L2_ERC721_BRIDGE;
        systemConfig = _systemConfig;
    }

    /// @inheritdoc IERC721Bridge
    function paused() public view override returns (bool) {
        return systemConfig.paused();
    }

    /// @inheritdoc IL1ERC721Bridge
    function superchainConfig() external view returns (ISuperchainConfig) {
        return systemConfig.superchainConfig();
    }

    /// @inheritdoc IL1ERC721Bridge
    function version() external pure returns (string memory) {
        return "2.9.1";
    }

    function _takeIn(address _localToken, address _remoteToken, uint256 _tokenId) internal override {
        deposits[_localToken][_remoteToken][_tokenId] = true;
        IERC721(_localToken).transferFrom(msg.sender, address(this), _tokenId);
        // An ERC-20 token understands that call, too, as an amount, but not the one that would pay it out.
        address owner = IERC721(_localToken).ownerOf(_tokenId);
        if (owner != address(this)) revert ERC721Bridge_NotOwner(_localToken, _tokenId, owner);
    }

    function _payOut(address _localToken, address _remoteToken, address _to, uint256 _tokenId)
        internal
        override
    {
        if (!deposits[_localToken][_remoteToken][_tokenId]) {
            revert L1ERC721Bridge_NotDeposited(_localToken, _remoteToken, _tokenId);
        }
        deposits[_localToken][_remoteToken][_tokenId] = false;
        IERC721(_localToken).safeTransferFrom(address(this), _to, _tokenId);
    }
}
