// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IOptimismMintableERC20} from "opcycle/bridge/IOptimismMintableERC20.sol";

/// @title GoldOnL2
/// @notice What stands for Gold on L2. Not the factory's token, because it does one thing of its own: it counts how many
///         people hold it. The bridge takes any contract that says by ERC-165 that it is an IOptimismMintableERC20.
contract GoldOnL2 is ERC20, IOptimismMintableERC20 {
    error NotTheBridge(address caller);

    /// @notice L2's standard bridge, at the same address on every OP Stack chain.
    address public constant bridge = 0x4200000000000000000000000000000000000010;

    /// @notice Gold, on L1.
    address public immutable remoteToken;

    uint256 public holders;

    constructor(address _gold) ERC20("Gold on L2", "GOLD") {
        remoteToken = _gold;
    }

    function mint(address _to, uint256 _amount) external onlyBridge {
        _mint(_to, _amount);
    }

    /// @notice The bridge asks for no allowance: whoever withdraws has asked it to burn.
    function burn(address _from, uint256 _amount) external onlyBridge {
        _burn(_from, _amount);
    }

    function supportsInterface(bytes4 _id) external pure returns (bool) {
        return _id == type(IOptimismMintableERC20).interfaceId || _id == type(IERC165).interfaceId;
    }

    function _update(address _from, address _to, uint256 _amount) internal override {
        uint256 before = _holding(_from) + (_from == _to ? 0 : _holding(_to));
        super._update(_from, _to, _amount);
        uint256 afterwards = _holding(_from) + (_from == _to ? 0 : _holding(_to));
        holders = holders + afterwards - before;
    }

    /// @dev 1 or 0.
    function _holding(address _who) private view returns (uint256) {
        return balanceOf(_who) == 0 ? 0 : 1;
    }

    modifier onlyBridge() {
        if (msg.sender != bridge) revert NotTheBridge(msg.sender);
        _;
    }
}
