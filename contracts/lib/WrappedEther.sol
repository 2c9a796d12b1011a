// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title WrappedEther
/// @notice ETH as a token, as WETH9 has been since 2017: on L2 at its own address, on L1 beneath the bonds.
/// @dev    Not a library's: those emit a Transfer when ETH is wrapped or unwrapped, and WETH9, whose logs explorers and
///         indexers read, does not. Balances are in the first slot, allowances in the second.
abstract contract WrappedEther {
    /// @notice Thrown when an account has less than is to be taken from it.
    error WrappedEther_InsufficientBalance(address owner, uint256 asked, uint256 held);

    /// @notice Thrown when an account may take less than it wants to.
    error WrappedEther_InsufficientAllowance(address owner, address spender, uint256 asked, uint256 allowed);

    /// @notice Thrown when an account does not take the ETH that it unwraps.
    error WrappedEther_TransferFailed(address to, uint256 amount);

    /// @notice ETH was wrapped, or unwrapped.
    event Deposit(address indexed dst, uint256 wad);
    event Withdrawal(address indexed src, uint256 wad);

    /// @notice `wad` of `src`'s balance went to `dst`.
    event Transfer(address indexed src, address indexed dst, uint256 wad);

    /// @notice `guy` may take `wad` of `src`'s balance.
    event Approval(address indexed src, address indexed guy, uint256 wad);

    string public constant name = "Wrapped Ether";
    string public constant symbol = "WETH";
    uint8 public constant decimals = 18;

    mapping(address owner => uint256 balance) public balanceOf;

    /// @notice What `guy` may take from `owner`; the greatest number is never used up.
    mapping(address owner => mapping(address guy => uint256 amount)) public allowance;

    receive() external payable {
        deposit();
    }

    fallback() external payable {
        deposit();
    }

    /// @notice Wrap the ETH sent along.
    function deposit() public payable virtual {
        balanceOf[msg.sender] += msg.value;
        emit Deposit(msg.sender, msg.value);
    }

    /// @notice Unwrap `_wad` of the caller's balance.
    function withdraw(uint256 _wad) public virtual {
        _take(msg.sender, _wad);
        (bool success,) = msg.sender.call{value: _wad}("");
        if (!success) revert WrappedEther_TransferFailed(msg.sender, _wad);
        emit Withdrawal(msg.sender, _wad);
    }

    /// @notice Everything that is wrapped here; ETH that was forced in counts, too.
    function totalSupply() external view returns (uint256) {
        return address(this).balance;
    }

    /// @notice Let `_guy` take `_wad` of the caller's balance.
    function approve(address _guy, uint256 _wad) external returns (bool) {
        _approve(msg.sender, _guy, _wad);
        return true;
    }

    /// @notice Give `_dst` `_wad` of the caller's balance.
    function transfer(address _dst, uint256 _wad) external returns (bool) {
        return transferFrom(msg.sender, _dst, _wad);
    }

    /// @notice Give `_dst` `_wad` of `_src`'s balance: one's own, or what one was allowed.
    function transferFrom(address _src, address _dst, uint256 _wad) public returns (bool) {
        uint256 allowed = allowance[_src][msg.sender];
        if (_src != msg.sender && allowed != type(uint256).max) {
            if (allowed < _wad) revert WrappedEther_InsufficientAllowance(_src, msg.sender, _wad, allowed);
            allowance[_src][msg.sender] = allowed - _wad;
        }
        _take(_src, _wad);
        balanceOf[_dst] += _wad;
        emit Transfer(_src, _dst, _wad);
        return true;
    }

    function _approve(address _owner, address _guy, uint256 _wad) internal {
        allowance[_owner][_guy] = _wad;
        emit Approval(_owner, _guy, _wad);
    }

    function _take(address _owner, uint256 _wad) private {
        uint256 held = balanceOf[_owner];
        if (held < _wad) revert WrappedEther_InsufficientBalance(_owner, _wad, held);
        balanceOf[_owner] = held - _wad;
    }
}
