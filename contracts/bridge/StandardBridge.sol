// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Calldata} from "@openzeppelin/contracts/utils/Calldata.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

import {EOA} from "../lib/EOA.sol";
import {SafeCall} from "../lib/SafeCall.sol";
import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";
import {ILegacyMintableERC20} from "./ILegacyMintableERC20.sol";
import {IOptimismMintableERC20} from "./IOptimismMintableERC20.sol";
import {IStandardBridge} from "./IStandardBridge.sol";

/// @title StandardBridge
abstract contract StandardBridge is IStandardBridge {
    using ERC165Checker for address;
    using SafeERC20 for IERC20;

    /// @dev Gas on the other chain of ETH sent to this contract without a call.
    uint32 internal constant RECEIVE_DEFAULT_GAS_LIMIT = 200_000;

    /// @inheritdoc IStandardBridge
    mapping(address localToken => mapping(address remoteToken => uint256 amount)) public deposits;

    /// @inheritdoc IStandardBridge
    ICrossDomainMessenger public messenger;

    /// @inheritdoc IStandardBridge
    IStandardBridge public otherBridge;

    /// @notice ETH that a key sends here goes to its address on the other chain.
    receive() external payable {
        _requireEOA();
        _initiateBridgeETH(msg.sender, RECEIVE_DEFAULT_GAS_LIMIT, Calldata.emptyBytes());
    }

    /*//////////////////////////////////////////////////////////////
                                SENDING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IStandardBridge
    function bridgeETH(uint32 _minGasLimit, bytes calldata _extraData) external payable {
        _requireEOA();
        _initiateBridgeETH(msg.sender, _minGasLimit, _extraData);
    }

    /// @inheritdoc IStandardBridge
    function bridgeETHTo(address _to, uint32 _minGasLimit, bytes calldata _extraData) external payable {
        _initiateBridgeETH(_to, _minGasLimit, _extraData);
    }

    /// @inheritdoc IStandardBridge
    function bridgeERC20(
        address _localToken,
        address _remoteToken,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external {
        _requireEOA();
        _initiateBridgeERC20(_localToken, _remoteToken, msg.sender, _amount, _minGasLimit, _extraData);
    }

    /// @inheritdoc IStandardBridge
    function bridgeERC20To(
        address _localToken,
        address _remoteToken,
        address _to,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external {
        _initiateBridgeERC20(_localToken, _remoteToken, _to, _amount, _minGasLimit, _extraData);
    }

    /// @dev The caller's ETH goes to `_to`.
    function _initiateBridgeETH(address _to, uint32 _minGasLimit, bytes calldata _extraData) internal {
        _emitLegacyETHInitiated(msg.sender, _to, msg.value, _extraData);
        emit ETHBridgeInitiated(msg.sender, _to, msg.value, _extraData);
        bytes memory message =
            abi.encodeCall(IStandardBridge.finalizeBridgeETH, (msg.sender, _to, msg.value, _extraData));
        messenger.sendMessage{value: msg.value}(address(otherBridge), message, _minGasLimit);
    }

    /// @dev The caller's tokens go to `_to`. What is local here is remote there.
    function _initiateBridgeERC20(
        address _localToken,
        address _remoteToken,
        address _to,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) internal {
        if (_to == address(0)) revert StandardBridge_BadRecipient(_to); // no token can be minted to nobody
        _takeIn(_localToken, _remoteToken, _amount);
        _emitLegacyERC20Initiated(_localToken, _remoteToken, msg.sender, _to, _amount, _extraData);
        emit ERC20BridgeInitiated(_localToken, _remoteToken, msg.sender, _to, _amount, _extraData);
        bytes memory message = abi.encodeCall(
            IStandardBridge.finalizeBridgeERC20,
            (_remoteToken, _localToken, msg.sender, _to, _amount, _extraData)
        );
        messenger.sendMessage(address(otherBridge), message, _minGasLimit);
    }

    /// @dev Burn what is minted here, lock what is not.
    function _takeIn(address _localToken, address _remoteToken, uint256 _amount) private {
        if (_isMintable(_localToken, _remoteToken)) {
            IOptimismMintableERC20(_localToken).burn(msg.sender, _amount);
            return;
        }
        if (_localToken.code.length == 0) revert StandardBridge_NotToken(_localToken);
        if (_remoteToken == address(0)) revert StandardBridge_NoRemoteToken(_localToken);
        IERC20 token = IERC20(_localToken);
        uint256 expected = token.balanceOf(address(this)) + _amount;
        token.safeTransferFrom(msg.sender, address(this), _amount);
        uint256 balance = token.balanceOf(address(this));
        // Less would be paid out of what others have locked. More, as when the token calls its holder, who locks still
        // more meanwhile, is counted there or is nobody's.
        if (balance < expected) revert StandardBridge_NotWhole(_localToken, balance, expected);
        deposits[_localToken][_remoteToken] += _amount;
    }

    /*//////////////////////////////////////////////////////////////
                               PAYING OUT
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IStandardBridge
    function finalizeBridgeETH(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        public
        payable
    {
        _requireOtherBridge();
        if (msg.value != _amount) revert StandardBridge_WrongValue(msg.value, _amount);
        // The first would send it back, and the second keep it.
        if (_to == address(this) || _to == address(messenger)) revert StandardBridge_BadRecipient(_to);

        _emitLegacyETHFinalized(_from, _to, _amount, _extraData);
        emit ETHBridgeFinalized(_from, _to, _amount, _extraData);
        bool success = SafeCall.callReserving(_to, 0, _amount, "");
        if (!success) revert StandardBridge_ETHTransferFailed(_to, _amount);
    }

    /// @inheritdoc IStandardBridge
    function finalizeBridgeERC20(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) public {
        _requireOtherBridge();
        _payOut(_localToken, _remoteToken, _to, _amount);
        _emitLegacyERC20Finalized(_localToken, _remoteToken, _from, _to, _amount, _extraData);
        emit ERC20BridgeFinalized(_localToken, _remoteToken, _from, _to, _amount, _extraData);
    }

    /// @dev The inverse of `_takeIn`.
    function _payOut(address _localToken, address _remoteToken, address _to, uint256 _amount) private {
        if (_isMintable(_localToken, _remoteToken)) {
            IOptimismMintableERC20(_localToken).mint(_to, _amount);
            return;
        }
        uint256 deposited = deposits[_localToken][_remoteToken];
        if (_amount > deposited) {
            revert StandardBridge_NotDeposited(_localToken, _remoteToken, _amount, deposited);
        }
        deposits[_localToken][_remoteToken] = deposited - _amount;
        IERC20(_localToken).safeTransfer(_to, _amount);
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IStandardBridge
    function paused() public view virtual returns (bool) {
        return false;
    }

    /// @inheritdoc IStandardBridge
    function MESSENGER() external view returns (ICrossDomainMessenger) {
        return messenger;
    }

    /// @inheritdoc IStandardBridge
    function OTHER_BRIDGE() external view returns (IStandardBridge) {
        return otherBridge;
    }

    /// @dev Whether a token is minted here, and then only for the token that it stands for.
    function _isMintable(address _localToken, address _remoteToken) private view returns (bool) {
        if (!_localToken.supportsERC165()) return false;
        address expected;
        if (_localToken.supportsERC165InterfaceUnchecked(type(ILegacyMintableERC20).interfaceId)) {
            expected = ILegacyMintableERC20(_localToken).l1Token();
        } else if (_localToken.supportsERC165InterfaceUnchecked(type(IOptimismMintableERC20).interfaceId)) {
            expected = IOptimismMintableERC20(_localToken).remoteToken();
        } else {
            return false;
        }
        if (_remoteToken != expected) {
            revert StandardBridge_WrongPair(_localToken, _remoteToken, expected);
        }
        return true;
    }

    function _requireEOA() internal view {
        if (!EOA.isSenderEOA()) revert StandardBridge_NotEOA(msg.sender);
    }

    function _requireOtherBridge() private view {
        if (msg.sender != address(messenger)) revert StandardBridge_NotOtherBridge(msg.sender, address(0));
        address sender = messenger.xDomainMessageSender();
        if (sender != address(otherBridge)) revert StandardBridge_NotOtherBridge(msg.sender, sender);
        if (paused()) revert StandardBridge_Paused();
    }

    /*//////////////////////////////////////////////////////////////
        EVENTS OF THE TIME BEFORE BEDROCK, EACH BEFORE ITS SUCCESSOR
    //////////////////////////////////////////////////////////////*/

    function _emitLegacyETHInitiated(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        internal
        virtual;

    function _emitLegacyETHFinalized(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        internal
        virtual;

    function _emitLegacyERC20Initiated(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) internal virtual;

    function _emitLegacyERC20Finalized(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) internal virtual;
}
