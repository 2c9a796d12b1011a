// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title ICrossDomainMessenger
/// @notice Calls from one chain to the other whose receiver can ask who sent them, and that can be tried again if they
///         fail: each message is relayed successfully at most once, and, once received, is never lost for want of gas.
///         The messengers of both chains are alike. Spec: "Cross Domain Messengers".
///
///         A message is received once, from the other messenger; then it is in exactly one of three states:
///
///             relayed   `successfulMessages`: its target was called, and did not revert
///             failed    `failedMessages` only: its value waits here; anybody can relay it again
///             refused   the relay reverted, nothing is recorded: only of a message that can never be relayed
///
///         While the chain is paused nothing is relayed, and nothing is received either: the portal refuses it before.
interface ICrossDomainMessenger {
    /// @notice Thrown when a message would be relayed while the chain is paused.
    error CrossDomainMessenger_Paused();

    /// @notice Thrown when a nonce is of a version that does not exist yet.
    error CrossDomainMessenger_UnknownVersion(uint16 version);

    /// @notice Thrown when a message of before Bedrock was relayed then.
    error CrossDomainMessenger_LegacyAlreadyRelayed(bytes32 legacyHash);

    /// @notice Thrown when a message was relayed successfully before.
    error CrossDomainMessenger_AlreadyRelayed(bytes32 messageHash);

    /// @notice Thrown when the other messenger sends what it sent before: only a failed message is relayed twice, and
    ///         then its value is here already.
    error CrossDomainMessenger_AlreadyReceived(bytes32 messageHash);

    /// @notice Thrown when the other messenger's message does not come with the ETH that it is about.
    error CrossDomainMessenger_WrongValue(uint256 sent, uint256 expected);

    /// @notice Thrown when somebody who relays a failed message again sends ETH: the message's own is here already.
    error CrossDomainMessenger_ReplayWithValue(uint256 value);

    /// @notice Thrown when somebody relays what did not fail here before.
    error CrossDomainMessenger_NotFailed(bytes32 messageHash);

    /// @notice Thrown when a message is for a contract that trusts the messenger with more than messages.
    error CrossDomainMessenger_UnsafeTarget(address target);

    /// @notice Thrown when a failing relay is only estimated.
    error CrossDomainMessenger_GasEstimation(bytes32 messageHash);

    /// @notice Thrown when the sender of a message is asked for and none is being relayed.
    error CrossDomainMessenger_NoMessage();

    /// @notice A message was sent. `messageNonce` has the version in its top two bytes.
    event SentMessage(
        address indexed target, address sender, bytes message, uint256 messageNonce, uint256 gasLimit
    );

    /// @notice The ETH of the message in the SentMessage before this; an event of its own since Bedrock.
    event SentMessageExtension1(address indexed sender, uint256 value);

    /// @notice A message's target was called.
    event RelayedMessage(bytes32 indexed msgHash);

    /// @notice A message's target reverted, or there was too little gas to call it; anybody can relay it again.
    event FailedRelayedMessage(bytes32 indexed msgHash);

    /// @notice Call `_target` on the other chain with the ETH sent along. WARNING: if the call always reverts there, the
    ///         ETH is locked for good.
    /// @param _target       Whom the other messenger calls.
    /// @param _message      Calldata.
    /// @param _minGasLimit  Gas that the call at least gets.
    function sendMessage(address _target, bytes calldata _message, uint32 _minGasLimit) external payable;

    /// @notice Make a message's call: by the other messenger, which brings its ETH along; or again, if that failed, by
    ///         anybody without any. The arguments are the message's identity.
    ///         Never reverts because the target does, because it relays another message, or because of too little gas
    ///         for it: the message is recorded as failed then.
    /// @param _nonce        Nonce, its version (0 or 1) in the top two bytes.
    /// @param _sender       Who called `sendMessage`.
    /// @param _target       Whom to call.
    /// @param _value        Wei to send along.
    /// @param _minGasLimit  Gas that the call at least gets.
    /// @param _message      Calldata.
    function relayMessage(
        uint256 _nonce,
        address _sender,
        address _target,
        uint256 _value,
        uint256 _minGasLimit,
        bytes calldata _message
    ) external payable;

    /// @notice Gas that the other chain must spend on a message so that it is surely recorded there, and its target gets
    ///         its minimum:  21,000 + max(execution + 16 × size, 40 × size),
    ///
    ///             size       = length of the message + 260, which is what encoding adds at most
    ///             execution  = 200,000 + 40,000 + 40,000 + 5,000 + minimum × 64 / 63
    ///
    ///         16 and 40 are what a byte of calldata costs, and costs at least (EIP-7623); 64/63 is EIP-150's.
    /// @param _message      Calldata of the target.
    /// @param _minGasLimit  Gas that the target at least gets.
    function baseGas(bytes calldata _message, uint32 _minGasLimit) external pure returns (uint64);

    /// @notice Who sent the message that is being relayed right now; reverts if none is.
    function xDomainMessageSender() external view returns (address);

    /// @notice Nonce of the next message, its version included.
    function messageNonce() external view returns (uint256);

    /// @notice Whether a message was relayed; never undone.
    function successfulMessages(bytes32 _messageHash) external view returns (bool);

    /// @notice Whether a message has failed at least once; never undone.
    function failedMessages(bytes32 _messageHash) external view returns (bool);

    /// @notice The messenger of the other chain.
    function otherMessenger() external view returns (ICrossDomainMessenger);

    /// @notice Older name of `otherMessenger`.
    function OTHER_MESSENGER() external view returns (ICrossDomainMessenger);

    /// @notice Whether nothing is relayed here. Sending is never paused.
    function paused() external view returns (bool);
}
