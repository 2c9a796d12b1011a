// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CrossDomainMessenger} from "../bridge/CrossDomainMessenger.sol";
import {ICrossDomainMessenger} from "../bridge/ICrossDomainMessenger.sol";
import {AddressAliasHelper} from "../lib/AddressAliasHelper.sol";
import {IL2CrossDomainMessenger} from "./IL2CrossDomainMessenger.sol";
import {L2ToL1MessagePasser} from "./L2ToL1MessagePasser.sol";

/// @title L2CrossDomainMessenger
/// @notice Predeploy 0x42…07.
contract L2CrossDomainMessenger layout at 203 is IL2CrossDomainMessenger, CrossDomainMessenger {
    /// @dev 0x42…16
    L2ToL1MessagePasser internal constant MESSAGE_PASSER =
        L2ToL1MessagePasser(payable(0x4200000000000000000000000000000000000016));

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IL2CrossDomainMessenger
    function initialize(ICrossDomainMessenger _l1CrossDomainMessenger) external initializer {
        _requireProxyAdminOrOwner();
        _initializeMessenger(_l1CrossDomainMessenger);
    }

    /// @inheritdoc IL2CrossDomainMessenger
    function l1CrossDomainMessenger() external view returns (ICrossDomainMessenger) {
        return otherMessenger;
    }

    /// @inheritdoc ICrossDomainMessenger
    function paused() public pure override returns (bool) {
        return false;
    }

    /// @inheritdoc IL2CrossDomainMessenger
    function version() external pure returns (string memory) {
        return "2.2.1";
    }

    function _send(address _to, uint64 _gasLimit, bytes memory _data) internal override {
        MESSAGE_PASSER.initiateWithdrawal{value: msg.value}(_to, _gasLimit, _data);
    }

    /// @dev The messenger on L1 is a contract: its deposits come from its alias.
    function _isOtherMessenger() internal view override returns (bool) {
        return AddressAliasHelper.undoL1ToL2Alias(msg.sender) == address(otherMessenger);
    }

    function _isUnsafeTarget(address _target) internal view override returns (bool) {
        return _target == address(this) || _target == address(MESSAGE_PASSER);
    }
}
