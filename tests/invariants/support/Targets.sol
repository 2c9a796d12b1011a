// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OptimismPortal} from "../../../contracts/bridge/OptimismPortal.sol";

/// @notice A target that notes what it is called with, and may answer by failing, looping or calling back.
contract WithdrawalTarget {
    OptimismPortal internal immutable PORTAL;

    uint256 public calls;
    address public caller;
    address public l2Sender;
    uint256 public value;
    uint256 public gas;
    bytes public data;
    bytes public answer;

    constructor(OptimismPortal portal) {
        PORTAL = portal;
    }

    receive() external payable {
        note();
    }

    function note() public payable {
        uint256 received = gasleft();
        ++calls;
        (caller, l2Sender, value, gas, data) = (msg.sender, PORTAL.l2Sender(), msg.value, received, msg.data);
    }

    function fail() external payable {
        revert("no");
    }

    function burnAll() external payable {
        while (true) {}
    }

    /// @dev A megabyte of return data, which would cost its reader dearly.
    function bomb() external payable {
        assembly {
            revert(0, 1000000)
        }
    }

    function callBack(bytes calldata call) external payable {
        ++calls;
        bool success;
        (success, answer) = address(PORTAL).call(call);
        require(!success, "WithdrawalTarget: called back successfully");
    }
}

/// @notice Deposits what it is sent.
contract DepositingTarget {
    OptimismPortal internal immutable PORTAL;

    constructor(OptimismPortal portal) {
        PORTAL = portal;
    }

    receive() external payable {
        PORTAL.depositTransaction{value: msg.value}(address(this), msg.value, 100_000, false, "");
    }
}

/// @notice A wallet that notes what it receives, which takes more gas than a plain transfer of old gives.
contract HeavyWallet {
    uint256 public received;

    receive() external payable {
        received += msg.value;
    }
}
