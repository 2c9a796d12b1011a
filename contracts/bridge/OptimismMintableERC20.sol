// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {ILegacyMintableERC20} from "./ILegacyMintableERC20.sol";
import {IOptimismMintableERC20} from "./IOptimismMintableERC20.sol";

/// @title OptimismMintableERC20
/// @notice Stands for a token of the other chain: the bridge mints it to whoever locked that one, and burns it again.
contract OptimismMintableERC20 is ERC20Permit, IOptimismMintableERC20, ILegacyMintableERC20 {
    /// @notice Thrown when somebody else mints or burns.
    error OptimismMintableERC20_NotBridge(address caller);

    /// @notice Tokens were made, or destroyed. Each follows the Transfer that says the same.
    event Mint(address indexed account, uint256 amount);
    event Burn(address indexed account, uint256 amount);

    /// @notice A contract at the same address on every chain, genesis included, to which every holder has approved
    ///         everything: it moves tokens by the holder's signature.
    address public constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    /// @notice The token on the other chain that this one stands for.
    address public immutable REMOTE_TOKEN;

    /// @notice The bridge that mints and burns.
    address public immutable BRIDGE;

    uint8 private immutable DECIMALS;

    constructor(
        address _bridge,
        address _remoteToken,
        string memory _name,
        string memory _symbol,
        uint8 _decimals
    ) ERC20(_name, _symbol) ERC20Permit(_name) {
        BRIDGE = _bridge;
        REMOTE_TOKEN = _remoteToken;
        DECIMALS = _decimals;
    }

    /// @inheritdoc IOptimismMintableERC20
    function mint(address _to, uint256 _amount)
        external
        override(IOptimismMintableERC20, ILegacyMintableERC20)
    {
        _requireBridge();
        _mint(_to, _amount);
        emit Mint(_to, _amount);
    }

    /// @inheritdoc IOptimismMintableERC20
    function burn(address _from, uint256 _amount)
        external
        override(IOptimismMintableERC20, ILegacyMintableERC20)
    {
        _requireBridge();
        _burn(_from, _amount);
        emit Burn(_from, _amount);
    }

    /// @notice Approve more than before. From the time before `permit`.
    function increaseAllowance(address _spender, uint256 _addedValue) external returns (bool) {
        _approve(msg.sender, _spender, allowance(msg.sender, _spender) + _addedValue);
        return true;
    }

    /// @notice Approve less than before. From the time before `permit`.
    function decreaseAllowance(address _spender, uint256 _subtractedValue) external returns (bool) {
        uint256 allowed = allowance(msg.sender, _spender);
        if (_subtractedValue > allowed) {
            revert ERC20InsufficientAllowance(_spender, allowed, _subtractedValue);
        }
        _approve(msg.sender, _spender, allowed - _subtractedValue);
        return true;
    }

    /// @notice What `_spender` may take of `_owner`'s tokens.
    function allowance(address _owner, address _spender) public view override returns (uint256) {
        return _spender == PERMIT2 ? type(uint256).max : super.allowance(_owner, _spender);
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 _interfaceId) external pure returns (bool) {
        return _interfaceId == type(IERC165).interfaceId
            || _interfaceId == type(ILegacyMintableERC20).interfaceId
            || _interfaceId == type(IOptimismMintableERC20).interfaceId;
    }

    function version() external pure returns (string memory) {
        return "1.4.1";
    }

    // The same getters under the names of other times.

    /// @inheritdoc IOptimismMintableERC20
    function remoteToken() external view returns (address) {
        return REMOTE_TOKEN;
    }

    /// @inheritdoc ILegacyMintableERC20
    function l1Token() external view returns (address) {
        return REMOTE_TOKEN;
    }

    /// @inheritdoc IOptimismMintableERC20
    function bridge() external view returns (address) {
        return BRIDGE;
    }

    function l2Bridge() external view returns (address) {
        return BRIDGE;
    }

    function _requireBridge() private view {
        if (msg.sender != BRIDGE) revert OptimismMintableERC20_NotBridge(msg.sender);
    }
}
