// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Enumerable} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Enumerable.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {IOptimismMintableERC721} from "./IOptimismMintableERC721.sol";

/// @dev ERC-165 id of upstream's IOptimismMintableERC721 since it lists everything that the contract has, and not only what
///      IOptimismMintableERC721 here has. Newer tokens have this id, older ones the other.
bytes4 constant OPTIMISM_MINTABLE_ERC721_ID = 0xaecafc23;

/// @title OptimismMintableERC721
/// @notice Stands on L2 for a contract of L1: the bridge mints a token to whoever locked that one, and burns it again.
contract OptimismMintableERC721 is ERC721Enumerable, IOptimismMintableERC721 {
    /// @notice Thrown when somebody else mints or burns.
    error OptimismMintableERC721_NotBridge(address caller);

    /// @notice Thrown when a token is made that could not be bridged.
    error OptimismMintableERC721_Zero(address bridge, uint256 remoteChainId, address remoteToken);

    /// @notice A token was made, or destroyed. Each follows the Transfer that says the same.
    event Mint(address indexed account, uint256 tokenId);
    event Burn(address indexed account, uint256 tokenId);

    /// @inheritdoc IOptimismMintableERC721
    uint256 public immutable REMOTE_CHAIN_ID;

    /// @inheritdoc IOptimismMintableERC721
    address public immutable REMOTE_TOKEN;

    /// @inheritdoc IOptimismMintableERC721
    address public immutable BRIDGE;

    /// @notice What a token's URI begins with: by EIP-681 a call of `tokenURI` on L1, whose answer the URI is.
    string public baseTokenURI;

    constructor(
        address _bridge,
        uint256 _remoteChainId,
        address _remoteToken,
        string memory _name,
        string memory _symbol
    ) ERC721(_name, _symbol) {
        if (_bridge == address(0) || _remoteChainId == 0 || _remoteToken == address(0)) {
            revert OptimismMintableERC721_Zero(_bridge, _remoteChainId, _remoteToken);
        }
        BRIDGE = _bridge;
        REMOTE_CHAIN_ID = _remoteChainId;
        REMOTE_TOKEN = _remoteToken;
        string memory token = Strings.toHexString(_remoteToken);
        baseTokenURI =
            string.concat("ethereum:", token, "@", Strings.toString(_remoteChainId), "/tokenURI?uint256=");
    }

    /// @inheritdoc IOptimismMintableERC721
    function safeMint(address _to, uint256 _tokenId) external {
        _requireBridge();
        _safeMint(_to, _tokenId);
        emit Mint(_to, _tokenId);
    }

    /// @inheritdoc IOptimismMintableERC721
    function burn(address _from, uint256 _tokenId) external {
        _requireBridge();
        _burn(_tokenId);
        emit Burn(_from, _tokenId);
    }

    /// @inheritdoc IOptimismMintableERC721
    function remoteChainId() external view returns (uint256) {
        return REMOTE_CHAIN_ID;
    }

    /// @inheritdoc IOptimismMintableERC721
    function remoteToken() external view returns (address) {
        return REMOTE_TOKEN;
    }

    /// @inheritdoc IOptimismMintableERC721
    function bridge() external view returns (address) {
        return BRIDGE;
    }

    /// @notice Whether this does what an ERC-165 id stands for.
    function supportsInterface(bytes4 _interfaceId) public view override returns (bool) {
        return _interfaceId == OPTIMISM_MINTABLE_ERC721_ID
            || _interfaceId == type(IOptimismMintableERC721).interfaceId
            || super.supportsInterface(_interfaceId);
    }

    function version() external pure returns (string memory) {
        return "1.3.2";
    }

    function _baseURI() internal view override returns (string memory) {
        return baseTokenURI;
    }

    function _requireBridge() private view {
        if (msg.sender != BRIDGE) revert OptimismMintableERC721_NotBridge(msg.sender);
    }
}
