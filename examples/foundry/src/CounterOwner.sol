// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Counter, ICrossDomainMessenger} from "./Counter.sol";

/// @notice The part of L1's portal that makes deposits.
interface IOptimismPortal {
    function depositTransaction(
        address to,
        uint256 value,
        uint64 gasLimit,
        bool isCreation,
        bytes calldata data
    ) external payable;
}

/// @title CounterOwner
/// @notice On L1. Owns a `Counter` on L2 and lets whoever deployed it set that, in both ways.
contract CounterOwner {
    error NotTheKeeper(address caller);

    /// @notice What setting costs on L2, with room to spare. The messenger's own gas comes on top.
    uint32 private constant GAS_ON_L2 = 100_000;

    ICrossDomainMessenger public immutable messenger;
    IOptimismPortal public immutable portal;
    address public immutable keeper;

    constructor(ICrossDomainMessenger _messenger, IOptimismPortal _portal) {
        (messenger, portal, keeper) = (_messenger, _portal, msg.sender);
    }

    modifier onlyKeeper() {
        if (msg.sender != keeper) revert NotTheKeeper(msg.sender);
        _;
    }

    function setByMessage(Counter _counter, uint256 _count) external onlyKeeper {
        messenger.sendMessage(address(_counter), abi.encodeCall(Counter.set, (_count)), GAS_ON_L2);
    }

    function setByDeposit(Counter _counter, uint256 _count) external onlyKeeper {
        portal.depositTransaction(
            address(_counter), 0, GAS_ON_L2, false, abi.encodeCall(Counter.set, (_count))
        );
    }
}
