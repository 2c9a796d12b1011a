// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {ILegacyMintableERC20} from "../../../contracts/bridge/ILegacyMintableERC20.sol";
import {IOptimismMintableERC20} from "../../../contracts/bridge/IOptimismMintableERC20.sol";

/// @notice A token that anybody may make for anybody.
contract Coin is ERC20("Coin", "COIN") {
    function make(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Keeps a tenth of each transfer once its fee is on.
contract FeeCoin is Coin {
    bool public isFeeOn = true;

    function setFee(bool isOn) external {
        isFeeOn = isOn;
    }

    function _update(address from, address to, uint256 amount) internal override {
        bool isFree = !isFeeOn || from == address(0) || to == address(0);
        super._update(from, to, isFree ? amount : amount - amount / 10);
        if (!isFree) super._update(from, address(this), amount / 10);
    }
}

/// @notice Balances shrink or grow by themselves.
contract RebasingCoin is Coin {
    uint256 public factor = 100;

    function rebase(uint256 percent) external {
        factor = percent;
    }

    function balanceOf(address owner) public view override returns (uint256) {
        return super.balanceOf(owner) * factor / 100;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, from == address(0) ? amount : amount * 100 / factor);
    }
}

/// @notice Refuses to pay some.
contract BlocklistCoin is Coin {
    mapping(address owner => bool isBlocked) public isBlocked;

    function setBlocked(address owner, bool blocked) external {
        isBlocked[owner] = blocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isBlocked[to], "BlocklistCoin: blocked");
        super._update(from, to, amount);
    }
}

/// @notice Calls whoever it is taken from, as ERC-777 does.
contract CallingCoin is Coin {
    function _update(address from, address to, uint256 amount) internal override {
        if (from.code.length > 0) TokenHolder(from).tokensToSend();
        super._update(from, to, amount);
    }
}

interface TokenHolder {
    function tokensToSend() external;
}

/// @notice The token of 2017: what it does is right, what it returns is nothing.
contract SilentCoin {
    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function make(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Says no instead of failing.
contract RefusingCoin {
    function balanceOf(address) external pure returns (uint256) {
        return 0;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return false;
    }

    function transfer(address, uint256) external pure returns (bool) {
        return false;
    }
}

/// @notice Says that it moved, and does nothing.
contract EmptyCoin {
    function balanceOf(address) external pure returns (uint256) {
        return 0;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }
}

/// @notice A mintable token of somebody's own; says that it is one by the ids that it is given.
contract OwnMintable is Coin {
    address internal immutable REMOTE;
    mapping(bytes4 id => bool) internal _supported;

    constructor(address remote, bytes4 id) {
        REMOTE = remote;
        _supported[type(IERC165).interfaceId] = true;
        _supported[id] = true;
    }

    function remoteToken() external view returns (address) {
        require(_supported[type(IOptimismMintableERC20).interfaceId], "OwnMintable: older");
        return REMOTE;
    }

    function l1Token() external view returns (address) {
        require(_supported[type(ILegacyMintableERC20).interfaceId], "OwnMintable: newer");
        return REMOTE;
    }

    function supportsInterface(bytes4 id) external view returns (bool) {
        return _supported[id];
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external {
        _burn(from, amount);
    }
}

/// @notice Says yes to everything, which is not what ERC-165 asks for.
contract YesCoin is Coin {
    function supportsInterface(bytes4) external pure returns (bool) {
        return true;
    }
}
