// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Hashing} from "../lib/Hashing.sol";
import {Types} from "../lib/Types.sol";

/// @notice Destroys the ETH that it is made with.
contract Burner {
    constructor() payable {
        // Deliberate: since EIP-6780 a contract still disappears with its ETH in the transaction that makes it.
        selfdestruct(payable(address(this)));
    }
}

/// @title L2ToL1MessagePasser
/// @notice Where L2 leaves messages for L1. Its storage root is part of every output root, so that L1 can prove what
///         is in here. Spec: "The L2ToL1MessagePasser Contract". Predeploy 0x42…16.
/// @dev    `sentMessages` must stay at slot 0: the portal proves keccak256(hash ‖ 0).
contract L2ToL1MessagePasser {
    /// @notice A withdrawal began. `withdrawalHash` is its identity on both chains.
    event MessagePassed(
        uint256 indexed nonce,
        address indexed sender,
        address indexed target,
        uint256 value,
        uint256 gasLimit,
        bytes data,
        bytes32 withdrawalHash
    );

    /// @notice The balance was destroyed: its owners get it on L1.
    event WithdrawerBalanceBurnt(uint256 indexed amount);

    /// @notice Gas on L1 of ETH sent to this contract without a call.
    uint256 internal constant RECEIVE_DEFAULT_GAS_LIMIT = 100_000;

    /// @notice Version of the messages, which `messageNonce` carries in its top two bytes.
    uint16 public constant MESSAGE_VERSION = 1;

    /// @notice Withdrawals that were started; never cleared.
    mapping(bytes32 withdrawalHash => bool sent) public sentMessages;

    uint240 internal msgNonce;

    /// @notice ETH sent here is withdrawn to its sender.
    receive() external payable {
        initiateWithdrawal(msg.sender, RECEIVE_DEFAULT_GAS_LIMIT, bytes(""));
    }

    function version() external pure returns (string memory) {
        return "1.2.0";
    }

    /// @notice Destroy the ETH that withdrawals have left here.
    function burn() external {
        uint256 balance = address(this).balance;
        new Burner{value: balance}();
        emit WithdrawerBalanceBurnt(balance);
    }

    /// @notice Leave a message for L1; the ETH sent along goes with it.
    /// @param _target    Whom L1 calls.
    /// @param _gasLimit  Gas that the call on L1 must at least get.
    /// @param _data      Calldata.
    function initiateWithdrawal(address _target, uint256 _gasLimit, bytes memory _data) public payable {
        uint256 nonce = messageNonce();
        bytes32 withdrawalHash = Hashing.hashWithdrawal(
            Types.WithdrawalTransaction({
                nonce: nonce,
                sender: msg.sender,
                target: _target,
                value: msg.value,
                gasLimit: _gasLimit,
                data: _data
            })
        );
        sentMessages[withdrawalHash] = true;
        emit MessagePassed(nonce, msg.sender, _target, msg.value, _gasLimit, _data, withdrawalHash);
        unchecked {
            ++msgNonce; // nobody can send 2^240 messages
        }
    }

    /// @notice Nonce of the next message, its version included.
    function messageNonce() public view returns (uint256) {
        return uint256(MESSAGE_VERSION) << 240 | msgNonce;
    }
}
