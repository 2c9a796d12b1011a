// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ICrossDomainMessenger} from "../bridge/ICrossDomainMessenger.sol";
import {ILegacyMintableERC20} from "../bridge/ILegacyMintableERC20.sol";
import {IStandardBridge} from "../bridge/IStandardBridge.sol";
import {StandardBridge} from "../bridge/StandardBridge.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";

/// @title L2StandardBridge
/// @notice The L2 end of the bridge for ETH and tokens. Predeploy 0x42…10.
/// @dev    State lies where upstream's does.
contract L2StandardBridge layout at 2 is StandardBridge, ProxyAdminOwned, Initializable {
    /// @notice Thrown when a token does not say what it stands for: tokens of L2's own go by `bridgeERC20`.
    error L2StandardBridge_NoL1Token(address l2Token);

    // Each comes before the event of IStandardBridge that says the same. ETH is zero on L1 and LEGACY_ERC20_ETH on L2.
    event WithdrawalInitiated(
        address indexed l1Token,
        address indexed l2Token,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );
    event DepositFinalized(
        address indexed l1Token,
        address indexed l2Token,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );

    ICrossDomainMessenger internal constant L2_CROSS_DOMAIN_MESSENGER =
        ICrossDomainMessenger(0x4200000000000000000000000000000000000007);

    /// @dev ETH's address from when it was a token on L2.
    address internal constant LEGACY_ERC20_ETH = 0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000;

    constructor() {
        _disableInitializers();
    }

    /// @notice Set up behind a proxy, once.
    /// @param _otherBridge  L1StandardBridge's proxy.
    function initialize(IStandardBridge _otherBridge) external initializer {
        _requireProxyAdminOrOwner();
        messenger = L2_CROSS_DOMAIN_MESSENGER;
        otherBridge = _otherBridge;
    }

    /// @notice Send ETH, or tokens that stand for those of L1, to the caller's address on L1. Only for keys. The name of
    ///         the time before Bedrock: see IStandardBridge.bridgeETH and bridgeERC20.
    /// @param _l2Token  LEGACY_ERC20_ETH if it is ETH, of which `_amount` comes along.
    function withdraw(address _l2Token, uint256 _amount, uint32 _minGasLimit, bytes calldata _extraData)
        external
        payable
    {
        _requireEOA();
        _initiateWithdrawal(_l2Token, msg.sender, _amount, _minGasLimit, _extraData);
    }

    /// @notice Send ETH, or tokens that stand for those of L1, to somebody on L1.
    function withdrawTo(
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external payable {
        _initiateWithdrawal(_l2Token, _to, _amount, _minGasLimit, _extraData);
    }

    /// @notice See IStandardBridge.otherBridge.
    function l1TokenBridge() external view returns (address) {
        return address(otherBridge);
    }

    function version() external pure returns (string memory) {
        return "1.13.2";
    }

    function _initiateWithdrawal(
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) private {
        uint256 expected = _l2Token == LEGACY_ERC20_ETH ? _amount : 0;
        if (msg.value != expected) revert StandardBridge_WrongValue(msg.value, expected);
        if (_l2Token == LEGACY_ERC20_ETH) {
            _initiateBridgeETH(_to, _minGasLimit, _extraData);
        } else {
            _initiateBridgeERC20(_l2Token, _l1TokenOf(_l2Token), _to, _amount, _minGasLimit, _extraData);
        }
    }

    function _l1TokenOf(address _l2Token) private view returns (address) {
        (bool success, bytes memory returned) =
            _l2Token.staticcall(abi.encodeCall(ILegacyMintableERC20.l1Token, ()));
        if (!success || returned.length < 32) revert L2StandardBridge_NoL1Token(_l2Token);
        return abi.decode(returned, (address));
    }

    function _emitLegacyETHInitiated(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        internal
        override
    {
        emit WithdrawalInitiated(address(0), LEGACY_ERC20_ETH, _from, _to, _amount, _extraData);
    }

    function _emitLegacyETHFinalized(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        internal
        override
    {
        emit DepositFinalized(address(0), LEGACY_ERC20_ETH, _from, _to, _amount, _extraData);
    }

    function _emitLegacyERC20Initiated(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) internal override {
        emit WithdrawalInitiated(_remoteToken, _localToken, _from, _to, _amount, _extraData);
    }

    function _emitLegacyERC20Finalized(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) internal override {
        emit DepositFinalized(_remoteToken, _localToken, _from, _to, _amount, _extraData);
    }
}
