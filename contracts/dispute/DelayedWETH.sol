// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ISuperchainConfig} from "../config/ISuperchainConfig.sol";
import {ISystemConfig} from "../config/ISystemConfig.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {WrappedEther} from "../lib/WrappedEther.sol";
import {IDelayedWETH} from "./IDelayedWETH.sol";

/// @title DelayedWETH
contract DelayedWETH is IDelayedWETH, WrappedEther, ProxyAdminOwned, Initializable {
    /// @dev See IDelayedWETH.withdrawals.
    struct WithdrawalRequest {
        uint256 amount;
        uint256 timestamp;
    }

    uint256 internal immutable DELAY_SECONDS;

    /// @inheritdoc IDelayedWETH
    mapping(address owner => mapping(address guy => WithdrawalRequest request)) public withdrawals;

    /// @inheritdoc IDelayedWETH
    ISystemConfig public systemConfig;

    constructor(uint256 _delay) {
        DELAY_SECONDS = _delay;
        _disableInitializers();
    }

    /// @inheritdoc IDelayedWETH
    function initialize(ISystemConfig _systemConfig) external initializer {
        _requireProxyAdminOrOwner();
        systemConfig = _systemConfig;
    }

    /*//////////////////////////////////////////////////////////////
                                  WETH
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IDelayedWETH
    function deposit() public payable override(IDelayedWETH, WrappedEther) {
        super.deposit();
    }

    /// @inheritdoc IDelayedWETH
    function unlock(address _guy, uint256 _wad) external {
        WithdrawalRequest storage request = withdrawals[msg.sender][_guy];
        request.timestamp = block.timestamp;
        request.amount += _wad;
    }

    /// @inheritdoc IDelayedWETH
    function withdraw(uint256 _wad) public override(IDelayedWETH, WrappedEther) {
        withdraw(msg.sender, _wad);
    }

    /// @inheritdoc IDelayedWETH
    function withdraw(address _guy, uint256 _wad) public {
        if (systemConfig.paused()) revert DelayedWETH_Paused();
        WithdrawalRequest storage request = withdrawals[msg.sender][_guy];
        // Nothing at all, of what was never unlocked, is not to be had either.
        if (request.timestamp == 0 || request.amount < _wad) {
            revert DelayedWETH_NotUnlocked(_wad, request.amount);
        }
        uint256 availableAt = request.timestamp + DELAY_SECONDS;
        if (block.timestamp < availableAt) revert DelayedWETH_TooEarly(availableAt, block.timestamp);
        request.amount -= _wad;
        super.withdraw(_wad);
    }

    /*//////////////////////////////////////////////////////////////
                                 OWNER
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IDelayedWETH
    function recover(uint256 _wad) external {
        _requireProxyAdminOwner();
        uint256 amount = _wad < address(this).balance ? _wad : address(this).balance;
        (bool success,) = msg.sender.call{value: amount}("");
        if (!success) revert WrappedEther_TransferFailed(msg.sender, amount);
    }

    /// @inheritdoc IDelayedWETH
    function hold(address _guy) external {
        hold(_guy, balanceOf[_guy]);
    }

    /// @inheritdoc IDelayedWETH
    function hold(address _guy, uint256 _wad) public {
        _requireProxyAdminOwner();
        _approve(_guy, msg.sender, _wad);
        transferFrom(_guy, msg.sender, _wad);
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IDelayedWETH
    function delay() external view returns (uint256) {
        return DELAY_SECONDS;
    }

    /// @inheritdoc IDelayedWETH
    function config() external view returns (ISuperchainConfig) {
        return systemConfig.superchainConfig();
    }

    /// @inheritdoc IDelayedWETH
    function version() external pure returns (string memory) {
        return "1.5.1";
    }
}
