// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Thrown when the gas left cannot give the target its minimum.
/// @param gasLeft  Gas left at the check.
/// @param minGas   Gas that the target was promised.
error SafeCall_InsufficientGas(uint256 gasLeft, uint256 minGas);

/// @title SafeCall
/// @notice Calls that keep a promise about gas, or revert before they are made.
library SafeCall {
    /// @dev Spent on the CALL itself in the worst case: cold account, value transfer, new account.
    uint256 private constant CALL_OVERHEAD = 40_000;

    /// @notice Whether a call made now gives its target at least `_minGas` while the caller keeps `_reservedGas`.
    ///         EIP-150 forwards at most 63/64:  gas × 63 ≥ minGas × 64 + 63 × (40,000 + reservedGas)
    function hasMinGas(uint256 _minGas, uint256 _reservedGas) internal view returns (bool) {
        // Beyond 2^64 no block can pay, and the products below could overflow.
        if (_minGas > type(uint64).max || _reservedGas > type(uint64).max) return false;
        unchecked {
            // all terms < 2^72
            return gasleft() * 63 >= _minGas * 64 + 63 * (CALL_OVERHEAD + _reservedGas);
        }
    }

    /// @notice Call `_target` with all gas left, which is at least `_minGas` for the target. The target's return
    ///         data is not copied: it could be made to cost more gas than the caller kept.
    function callWithMinGas(address _target, uint256 _minGas, uint256 _value, bytes memory _data)
        internal
        returns (bool)
    {
        if (!hasMinGas(_minGas, 0)) revert SafeCall_InsufficientGas(gasleft(), _minGas);
        return callReserving(_target, 0, _value, _data);
    }

    /// @notice Call `_target` with all gas left but `_reservedGas`, of which there must be more: `hasMinGas` tells.
    ///         What it returns is not copied.
    function callReserving(address _target, uint256 _reservedGas, uint256 _value, bytes memory _data)
        internal
        returns (bool success_)
    {
        // equivalent: (success_,) = _target.call{gas: gasleft() - _reservedGas, value: _value}(_data), without copying
        assembly ("memory-safe") {
            success_ := call(sub(gas(), _reservedGas), _target, _value, add(_data, 32), mload(_data), 0, 0)
        }
    }
}
