// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {OptimismMintableERC721} from "./OptimismMintableERC721.sol";

/// @title OptimismMintableERC721Factory
/// @notice Makes contracts that stand for those of L1. Anybody may have one made; names prove nothing. Predeploy 0x42…17.
/// @dev    State lies where upstream's does, and tokens' salts are upstream's.
contract OptimismMintableERC721Factory is ProxyAdminOwned, Initializable {
    /// @notice Thrown when the contract to stand for is not named.
    error OptimismMintableERC721Factory_NoRemoteToken();

    /// @notice A contract was made.
    event OptimismMintableERC721Created(
        address indexed localToken, address indexed remoteToken, address deployer
    );

    /// @notice Whether a contract was made here.
    mapping(address localToken => bool isOurs) public isOptimismMintableERC721;

    /// @dev What upstream's initializer has there.
    uint16 private __gap;

    /// @notice The bridge of this chain, which may mint and burn what is made here.
    address public bridge;

    /// @notice L1's chain id.
    uint256 public remoteChainID;

    constructor() {
        _disableInitializers();
    }

    /// @notice Set up behind a proxy, once.
    function initialize(address _bridge, uint256 _remoteChainID) external initializer {
        _requireProxyAdminOrOwner();
        bridge = _bridge;
        remoteChainID = _remoteChainID;
    }

    /// @notice Make a contract, at an address that follows from the arguments: each combination exists once.
    /// @param _remoteToken  The contract on L1 that it stands for.
    function createOptimismMintableERC721(
        address _remoteToken,
        string calldata _name,
        string calldata _symbol
    ) external returns (address localToken_) {
        if (_remoteToken == address(0)) {
            revert OptimismMintableERC721Factory_NoRemoteToken();
        }
        bytes32 salt = keccak256(abi.encode(_remoteToken, _name, _symbol));
        localToken_ = address(
            new OptimismMintableERC721{salt: salt}(bridge, remoteChainID, _remoteToken, _name, _symbol)
        );
        isOptimismMintableERC721[localToken_] = true;
        emit OptimismMintableERC721Created(localToken_, _remoteToken, msg.sender);
    }

    /// @notice See bridge.
    function BRIDGE() external view returns (address) {
        return bridge;
    }

    /// @notice See remoteChainID.
    function REMOTE_CHAIN_ID() external view returns (uint256) {
        return remoteChainID;
    }

    function version() external pure returns (string memory) {
        return "1.5.1";
    }
}
