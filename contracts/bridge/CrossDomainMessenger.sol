// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {Constants} from "../lib/Constants.sol";
import {Encoding} from "../lib/Encoding.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {SafeCall} from "../lib/SafeCall.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";

/// @title CrossDomainMessenger
/// @notice What the messengers of both chains share; they differ in how a message travels.
/// @dev    Bridges and indexers prove what is in its storage, so it lies where upstream's does: from slot 203 on.
abstract contract CrossDomainMessenger is ICrossDomainMessenger, ProxyAdminOwned, Initializable {
    /// @notice Version of the messages that are sent, which `messageNonce` carries in its top two bytes.
    uint16 public constant MESSAGE_VERSION = 1;

    /// @notice Gas of everything in `relayMessage` before the check that the target gets its minimum.
    uint64 public constant RELAY_CONSTANT_OVERHEAD = 200_000;

    /// @notice Gas of the CALL itself in the worst case; `SafeCall.hasMinGas` counts it.
    uint64 public constant RELAY_CALL_OVERHEAD = 40_000;

    /// @notice Gas kept for recording what became of the call.
    uint64 public constant RELAY_RESERVED_GAS = 40_000;

    /// @notice Gas between the check and the call.
    uint64 public constant RELAY_GAS_CHECK_BUFFER = 5_000;

    /// @notice EIP-150 lets a call have 63/64 of the gas that is left.
    uint64 public constant MIN_GAS_DYNAMIC_OVERHEAD_NUMERATOR = 64;

    /// @notice See MIN_GAS_DYNAMIC_OVERHEAD_NUMERATOR.
    uint64 public constant MIN_GAS_DYNAMIC_OVERHEAD_DENOMINATOR = 63;

    /// @notice Gas of a byte of calldata that is not zero.
    uint64 public constant MIN_GAS_CALLDATA_OVERHEAD = 16;

    /// @notice Gas that a transaction costs at least, for each such byte (EIP-7623).
    uint64 public constant FLOOR_CALLDATA_OVERHEAD = 40;

    /// @notice Gas of a transaction that does nothing.
    uint64 public constant TX_BASE_GAS = 21_000;

    /// @notice Bytes that encoding adds to a message at most.
    uint64 public constant ENCODING_OVERHEAD = 260;

    /// @inheritdoc ICrossDomainMessenger
    mapping(bytes32 messageHash => bool relayed) public successfulMessages;

    /// @dev Sender of the message that is being relayed; otherwise 0x…dEaD, which makes setting it cheaper.
    address internal _xDomainMessageSender;

    /// @dev Nonce of the next message, without its version.
    uint240 internal _messageNonce;

    /// @inheritdoc ICrossDomainMessenger
    mapping(bytes32 messageHash => bool failed) public failedMessages;

    /// @inheritdoc ICrossDomainMessenger
    ICrossDomainMessenger public otherMessenger;

    /*//////////////////////////////////////////////////////////////
                                 SENDING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ICrossDomainMessenger
    function sendMessage(address _target, bytes calldata _message, uint32 _minGasLimit) external payable {
        uint256 nonce = messageNonce();
        unchecked {
            ++_messageNonce; // nobody can send 2^240 messages
        }
        _send({
            _to: address(otherMessenger),
            _gasLimit: _baseGas(_message.length, _minGasLimit),
            _data: Encoding.encodeCrossDomainMessageV1(
                nonce, msg.sender, _target, msg.value, _minGasLimit, _message
            )
        });
        emit SentMessage(_target, msg.sender, _message, nonce, _minGasLimit);
        emit SentMessageExtension1(msg.sender, msg.value);
    }

    /// @inheritdoc ICrossDomainMessenger
    function baseGas(bytes calldata _message, uint32 _minGasLimit) external pure returns (uint64) {
        return _baseGas(_message.length, _minGasLimit);
    }

    function _baseGas(uint256 _length, uint32 _minGasLimit) private pure returns (uint64) {
        uint64 minGas =
            _minGasLimit * MIN_GAS_DYNAMIC_OVERHEAD_NUMERATOR / MIN_GAS_DYNAMIC_OVERHEAD_DENOMINATOR;
        uint64 execution = RELAY_CONSTANT_OVERHEAD + RELAY_CALL_OVERHEAD + RELAY_RESERVED_GAS
            + RELAY_GAS_CHECK_BUFFER + minGas;
        uint64 size = uint64(_length) + ENCODING_OVERHEAD;
        uint64 cost = execution + size * MIN_GAS_CALLDATA_OVERHEAD;
        uint64 floor = size * FLOOR_CALLDATA_OVERHEAD;
        return TX_BASE_GAS + (cost > floor ? cost : floor);
    }

    /*//////////////////////////////////////////////////////////////
                                RELAYING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ICrossDomainMessenger
    function relayMessage(
        uint256 _nonce,
        address _sender,
        address _target,
        uint256 _value,
        uint256 _minGasLimit,
        bytes calldata _message
    ) external payable {
        if (paused()) revert CrossDomainMessenger_Paused();
        if (Encoding.versionOf(_nonce) != MESSAGE_VERSION) {
            _requireLegacy(_nonce, _sender, _target, _message);
        }
        // Version 1's hash is a message's identity in both versions: it commits to value and gas.
        bytes memory encoded =
            Encoding.encodeCrossDomainMessageV1(_nonce, _sender, _target, _value, _minGasLimit, _message);
        bytes32 messageHash = keccak256(encoded);
        _requireRelayable(messageHash, _target, _value);

        bool success = _mayCall(_minGasLimit) && _call(_sender, _target, _value, Encoding.messageIn(encoded));
        if (success) {
            successfulMessages[messageHash] = true;
            emit RelayedMessage(messageHash);
            return;
        }
        failedMessages[messageHash] = true;
        emit FailedRelayedMessage(messageHash);
        // Gas estimation searches for the least gas that does not revert: it must see the failure.
        if (tx.origin == Constants.ESTIMATION_ADDRESS) {
            revert CrossDomainMessenger_GasEstimation(messageHash);
        }
    }

    /// @dev The only other version is 0: of before Bedrock. It may have been relayed then, under its older hash.
    function _requireLegacy(uint256 _nonce, address _sender, address _target, bytes calldata _message)
        private
        view
    {
        uint16 messageVersion = Encoding.versionOf(_nonce);
        if (messageVersion != 0) revert CrossDomainMessenger_UnknownVersion(messageVersion);
        bytes32 legacyHash =
            keccak256(Encoding.encodeCrossDomainMessageV0(_target, _sender, _message, _nonce));
        if (successfulMessages[legacyHash]) revert CrossDomainMessenger_LegacyAlreadyRelayed(legacyHash);
    }

    /// @dev INVARIANT: a message is relayed successfully at most once, and comes with its ETH exactly once.
    function _requireRelayable(bytes32 _messageHash, address _target, uint256 _value) private view {
        if (successfulMessages[_messageHash]) revert CrossDomainMessenger_AlreadyRelayed(_messageHash);
        bool hasFailed = failedMessages[_messageHash];
        if (_isOtherMessenger()) {
            if (msg.value != _value) revert CrossDomainMessenger_WrongValue(msg.value, _value);
            if (hasFailed) revert CrossDomainMessenger_AlreadyReceived(_messageHash);
        } else {
            if (msg.value != 0) revert CrossDomainMessenger_ReplayWithValue(msg.value);
            if (!hasFailed) revert CrossDomainMessenger_NotFailed(_messageHash);
        }
        if (_isUnsafeTarget(_target)) revert CrossDomainMessenger_UnsafeTarget(_target);
    }

    /// @dev Not without the gas for all that follows: nothing whose cost depends on the message may come between this and
    ///      the call. And not inside of another message's call, whose sender must stay what it is.
    function _mayCall(uint256 _minGasLimit) private view returns (bool) {
        return SafeCall.hasMinGas(_minGasLimit, RELAY_RESERVED_GAS + RELAY_GAS_CHECK_BUFFER)
            && _xDomainMessageSender == Constants.DEFAULT_L2_SENDER;
    }

    function _call(address _sender, address _target, uint256 _value, bytes memory _message)
        private
        returns (bool success_)
    {
        _xDomainMessageSender = _sender;
        success_ = SafeCall.callReserving(_target, RELAY_RESERVED_GAS, _value, _message);
        _xDomainMessageSender = Constants.DEFAULT_L2_SENDER;
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ICrossDomainMessenger
    function xDomainMessageSender() external view returns (address) {
        address sender = _xDomainMessageSender;
        if (sender == Constants.DEFAULT_L2_SENDER) revert CrossDomainMessenger_NoMessage();
        return sender;
    }

    /// @inheritdoc ICrossDomainMessenger
    function messageNonce() public view returns (uint256) {
        return Encoding.encodeVersionedNonce(_messageNonce, MESSAGE_VERSION);
    }

    /// @inheritdoc ICrossDomainMessenger
    function OTHER_MESSENGER() external view returns (ICrossDomainMessenger) {
        return otherMessenger;
    }

    /// @inheritdoc ICrossDomainMessenger
    function paused() public view virtual returns (bool);

    /*//////////////////////////////////////////////////////////////
                             THE TWO CHAINS
    //////////////////////////////////////////////////////////////*/

    /// @dev For initializers. A messenger that takes over another's state may be set up in the middle of a message's
    ///      call: the sender is not reset then, or the message could be relayed again inside of itself.
    function _initializeMessenger(ICrossDomainMessenger _otherMessenger) internal {
        otherMessenger = _otherMessenger;
        if (_xDomainMessageSender == address(0)) _xDomainMessageSender = Constants.DEFAULT_L2_SENDER;
    }

    /// @dev Have `_to` on the other chain called with `_data` and this call's ETH.
    function _send(address _to, uint64 _gasLimit, bytes memory _data) internal virtual;

    /// @dev Whether this call is the other messenger's.
    function _isOtherMessenger() internal view virtual returns (bool);

    /// @dev Targets that a message may not call in this contract's name.
    function _isUnsafeTarget(address _target) internal view virtual returns (bool);
}
