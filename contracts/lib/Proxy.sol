// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC1967} from "@openzeppelin/contracts/interfaces/IERC1967.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Proxy as OpenZeppelinProxy} from "@openzeppelin/contracts/proxy/Proxy.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

/// @title Proxy
/// @notice Forwards each call to its implementation, except that its admin finds the functions declared here. It may be
///         created before there is an implementation: its address then depends on nothing that will run in it.
/// @dev    The zero address is taken for the admin, too: it sends the deposits with which a fork of the OP Stack upgrades
///         predeploys, and an eth_call from it reads `implementation()`. Nobody else can send from there.
contract Proxy is OpenZeppelinProxy {
    using StorageSlot for bytes32;

    /// @notice Thrown when something is called before there is an implementation.
    error Proxy_NoImplementation(address proxy);

    /// @dev Anybody else's call ends here, with what the implementation makes of it.
    modifier adminOrForward() {
        if (msg.sender != ERC1967Utils.getAdmin() && msg.sender != address(0)) _fallback();
        _;
    }

    constructor(address _admin) {
        ERC1967Utils.changeAdmin(_admin);
    }

    receive() external payable {
        _fallback();
    }

    /// @notice For the admin: run another implementation from now on. The state stays.
    function upgradeTo(address _newImplementation) external adminOrForward {
        _upgradeTo(_newImplementation);
    }

    /// @notice For the admin: run another implementation, and call it at once, with the ETH sent along.
    /// @return What the implementation returned.
    function upgradeToAndCall(address _newImplementation, bytes calldata _data)
        external
        payable
        adminOrForward
        returns (bytes memory)
    {
        _upgradeTo(_newImplementation);
        return Address.functionDelegateCall(_newImplementation, _data);
    }

    /// @notice For the admin: give its place to another.
    function changeAdmin(address _newAdmin) external adminOrForward {
        ERC1967Utils.changeAdmin(_newAdmin);
    }

    /// @notice For the admin: who that is.
    function admin() external adminOrForward returns (address) {
        return ERC1967Utils.getAdmin();
    }

    /// @notice For the admin: what runs here; zero if nothing does.
    function implementation() external adminOrForward returns (address) {
        return ERC1967Utils.getImplementation();
    }

    /// @dev OpenZeppelin's own function for it would not take ETH without a call, nor return what the call does.
    function _upgradeTo(address _newImplementation) private {
        if (_newImplementation.code.length == 0) {
            revert ERC1967Utils.ERC1967InvalidImplementation(_newImplementation);
        }
        ERC1967Utils.IMPLEMENTATION_SLOT.getAddressSlot().value = _newImplementation;
        emit IERC1967.Upgraded(_newImplementation);
    }

    function _implementation() internal view override returns (address implementation_) {
        implementation_ = ERC1967Utils.getImplementation();
        if (implementation_ == address(0)) revert Proxy_NoImplementation(address(this));
    }
}
