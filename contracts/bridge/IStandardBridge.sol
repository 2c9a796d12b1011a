// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "./ICrossDomainMessenger.sol";

/// @title IStandardBridge
/// @notice What the bridges of both chains share. Each locks the tokens of its own chain, and mints and burns those that
///         stand for the other chain's, an OptimismMintableERC20 or what says that it is one. Spec: "Standard Bridges".
///
///         WARNING: these tokens are not supported.
///         - With a fee on transfers: a deposit that does not arrive whole is refused. If the fee comes later, who
///           withdraws bears it.
///         - With balances that change by themselves: what they grow by while locked belongs to nobody, and if they shrink
///           the last to withdraw waits until somebody makes up for it.
///         - That refuse some senders or recipients: what cannot be paid out stays locked, and its message replayable.
///         Whatever a token does, it can only harm those who hold it: nothing of any other token leaves by it.
interface IStandardBridge {
    /// @notice Thrown when a contract uses what sends to the caller's own address on the other chain, which there may be
    ///         nobody's: contracts name a recipient.
    error StandardBridge_NotEOA(address caller);

    /// @notice Thrown when anything but a message of the other chain's bridge pays out. `sender` is who sent the message,
    ///         zero if the caller is not the messenger.
    error StandardBridge_NotOtherBridge(address caller, address sender);

    /// @notice Thrown when the guardian has paused withdrawals.
    error StandardBridge_Paused();

    /// @notice Thrown when other ETH comes along than the call is about.
    error StandardBridge_WrongValue(uint256 value, uint256 expected);

    /// @notice Thrown when what is sent to this recipient would be lost.
    error StandardBridge_BadRecipient(address recipient);

    /// @notice Thrown when a recipient does not take ETH.
    error StandardBridge_ETHTransferFailed(address recipient, uint256 amount);

    /// @notice Thrown when no contract is at the token's address.
    error StandardBridge_NotToken(address token);

    /// @notice Thrown when the other chain's token is not named.
    error StandardBridge_NoRemoteToken(address localToken);

    /// @notice Thrown when a mintable token stands for another token than the one named.
    error StandardBridge_WrongPair(address localToken, address remoteToken, address expected);

    /// @notice Thrown when a deposit leaves the bridge with less of a token than it should.
    error StandardBridge_NotWhole(address token, uint256 balance, uint256 expected);

    /// @notice Thrown when more is to be paid out than was locked for that pair.
    error StandardBridge_NotDeposited(
        address localToken, address remoteToken, uint256 amount, uint256 deposited
    );

    /// @notice ETH goes to the other chain.
    event ETHBridgeInitiated(address indexed from, address indexed to, uint256 amount, bytes extraData);

    /// @notice ETH came from the other chain.
    event ETHBridgeFinalized(address indexed from, address indexed to, uint256 amount, bytes extraData);

    /// @notice Tokens go to the other chain.
    event ERC20BridgeInitiated(
        address indexed localToken,
        address indexed remoteToken,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );

    /// @notice Tokens came from the other chain.
    event ERC20BridgeFinalized(
        address indexed localToken,
        address indexed remoteToken,
        address indexed from,
        address to,
        uint256 amount,
        bytes extraData
    );

    /// @notice Send the ETH that comes along to the caller's address on the other chain. Only for keys.
    /// @param _minGasLimit  Gas that paying out on the other chain gets at least.
    /// @param _extraData    Appears in events of both chains, and does nothing.
    function bridgeETH(uint32 _minGasLimit, bytes calldata _extraData) external payable;

    /// @notice Send the ETH that comes along to somebody on the other chain. If they do not take it, its message can be
    ///         replayed until they do. WARNING: the bridge and the messenger of that chain never take it.
    function bridgeETHTo(address _to, uint32 _minGasLimit, bytes calldata _extraData) external payable;

    /// @notice Send tokens to the caller's address on the other chain. Only for keys. Tokens of this chain need an
    ///         allowance for the bridge; those that it minted do not.
    /// @param _localToken   The token here.
    /// @param _remoteToken  The token there. WARNING: if that is not a mintable one that stands for `_localToken`, and no
    ///                      token that was locked there for it, the tokens are lost.
    /// @param _amount       In the smallest units of both tokens.
    /// @param _minGasLimit  Gas that paying out on the other chain gets at least.
    /// @param _extraData    Appears in events of both chains, and does nothing.
    function bridgeERC20(
        address _localToken,
        address _remoteToken,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external;

    /// @notice Send tokens to somebody on the other chain.
    function bridgeERC20To(
        address _localToken,
        address _remoteToken,
        address _to,
        uint256 _amount,
        uint32 _minGasLimit,
        bytes calldata _extraData
    ) external;

    /// @notice Pay out ETH. Only for messages of the other chain's bridge.
    function finalizeBridgeETH(address _from, address _to, uint256 _amount, bytes calldata _extraData)
        external
        payable;

    /// @notice Pay out tokens. Only for messages of the other chain's bridge.
    function finalizeBridgeERC20(
        address _localToken,
        address _remoteToken,
        address _from,
        address _to,
        uint256 _amount,
        bytes calldata _extraData
    ) external;

    /// @notice How much of a token is locked here for each token of the other chain.
    function deposits(address _localToken, address _remoteToken) external view returns (uint256);

    /// @notice Whether paying out is paused; never on L2.
    function paused() external view returns (bool);

    /// @notice Carries messages to the other bridge; the second is the name of the time before it could be initialized.
    function messenger() external view returns (ICrossDomainMessenger);
    function MESSENGER() external view returns (ICrossDomainMessenger);

    /// @notice The bridge of the other chain; the second is the name of the time before it could be initialized.
    function otherBridge() external view returns (IStandardBridge);
    function OTHER_BRIDGE() external view returns (IStandardBridge);
}
