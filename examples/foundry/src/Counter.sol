// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What both chains' messengers have. On L2 it is at the same address on every OP Stack chain.
interface ICrossDomainMessenger {
    function sendMessage(address target, bytes calldata message, uint32 minGasLimit) external payable;
    function xDomainMessageSender() external view returns (address);
}

/// @title Counter
/// @notice On L2. Only its owner may set it, and its owner is a contract on L1.
contract Counter {
    error NotTheOwner(address caller);

    event Set(uint256 count);

    ICrossDomainMessenger private constant MESSENGER =
        ICrossDomainMessenger(0x4200000000000000000000000000000000000007);

    /// @notice An address on L1. At the same address on L2 there may be nothing, or somebody else's contract.
    address public immutable owner;

    uint256 public count;

    constructor(address _owner) {
        owner = _owner;
    }

    function set(uint256 _count) external {
        if (!_isCalledByOwner()) revert NotTheOwner(msg.sender);
        count = _count;
        emit Set(_count);
    }

    /// @dev There are two ways from L1 to here:
    ///
    ///      by messenger  The messenger of L2 makes the call, for everybody who sends a message; it knows for whom.
    ///      by deposit    A call of L1's portal. The owner itself makes the call, but under its alias. L2 cannot let a
    ///                    contract of L1 act under its own address: who has that address on L2 could be another.
    ///
    ///      A messenger's call that reverts can be repeated. A deposit's cannot, but costs less gas.
    function _isCalledByOwner() private view returns (bool) {
        if (msg.sender == address(MESSENGER)) return MESSENGER.xDomainMessageSender() == owner;
        return msg.sender == aliasOf(owner);
    }

    /// @notice Who calls on L2 when the contract at `_onL1` makes a deposit. (People with a key keep their address.)
    function aliasOf(address _onL1) public pure returns (address) {
        unchecked {
            return address(uint160(_onL1) + uint160(0x1111000000000000000000000000000000001111));
        }
    }
}
