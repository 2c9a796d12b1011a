// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Proxy} from "./Proxy.sol";

/// @notice A proxy as its admin reads it. Its own functions are not `view`, since for others they forward.
interface IProxyView {
    function admin() external view returns (address);
    function implementation() external view returns (address);
}

/// @title ProxyAdmin
/// @notice The admin of all proxies of a chain: one on L1, and the L2 predeploy at 0x42…18. Its owner upgrades them.
contract ProxyAdmin is Ownable {
    constructor(address _owner) Ownable(_owner) {}

    /// @notice Let a proxy run another implementation. Its state stays.
    function upgrade(address payable _proxy, address _implementation) external onlyOwner {
        Proxy(_proxy).upgradeTo(_implementation);
    }

    /// @notice Let a proxy run another implementation and call it at once, so that nobody can initialize it first.
    function upgradeAndCall(address payable _proxy, address _implementation, bytes calldata _data)
        external
        payable
        onlyOwner
    {
        Proxy(_proxy).upgradeToAndCall{value: msg.value}(_implementation, _data);
    }

    /// @notice Give a proxy to another admin.
    /// @dev    WARNING: this contract can never take it back.
    function changeProxyAdmin(address payable _proxy, address _newAdmin) external onlyOwner {
        Proxy(_proxy).changeAdmin(_newAdmin);
    }

    /// @notice What a proxy of this admin runs; zero if nothing does.
    function getProxyImplementation(address _proxy) external view returns (address) {
        return IProxyView(_proxy).implementation();
    }

    /// @notice The admin of a proxy of this admin.
    function getProxyAdmin(address payable _proxy) external view returns (address) {
        return IProxyView(_proxy).admin();
    }
}
