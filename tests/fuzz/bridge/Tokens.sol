// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title PlainToken
/// @notice As it should be.
contract PlainToken is ERC20 {
    constructor() ERC20("Plain", "PLAIN") {}

    /// @notice Somebody gets tokens, and lets somebody else spend them.
    function give(address _who, uint256 _amount, address _spender) external {
        _mint(_who, _amount);
        _approve(_who, _spender, type(uint256).max);
    }
}

/// @title EchoToken
/// @notice Calls a contract whose tokens are taken, before they are.
contract EchoToken is PlainToken {
    bool private _isCalling;

    function transferFrom(address _from, address _to, uint256 _value) public override returns (bool) {
        if (!_isCalling && _from.code.length != 0) {
            _isCalling = true;
            (bool success,) = _from.call("");
            require(success);
            _isCalling = false;
        }
        return super.transferFrom(_from, _to, _value);
    }
}

/// @title TaxedToken
/// @notice A tenth of every transfer is burned.
contract TaxedToken is ERC20 {
    constructor() ERC20("Taxed", "TAXED") {}

    function give(address _who, uint256 _amount, address _spender) external {
        super._update(address(0), _who, _amount);
        _approve(_who, _spender, type(uint256).max);
    }

    function _update(address _from, address _to, uint256 _value) internal override {
        super._update(_from, address(0), _value / 10);
        super._update(_from, _to, _value - _value / 10);
    }
}

/// @title OddToken
/// @notice Answers nothing where others answer true, or answers false and does nothing.
contract OddToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    bool private immutable _IS_MUTE;

    mapping(address holder => uint256 amount) public balanceOf;

    constructor(bool _isMute) {
        _IS_MUTE = _isMute;
    }

    function give(address _who, uint256 _amount, address) external {
        balanceOf[_who] += _amount;
    }

    function transfer(address _to, uint256 _amount) external {
        _move(msg.sender, _to, _amount);
    }

    function transferFrom(address _from, address _to, uint256 _amount) external {
        _move(_from, _to, _amount);
    }

    function _move(address _from, address _to, uint256 _amount) private {
        if (!_IS_MUTE) {
            assembly ("memory-safe") {
                mstore(0, 0)
                return(0, 32)
            }
        }
        balanceOf[_from] -= _amount;
        balanceOf[_to] += _amount;
        emit Transfer(_from, _to, _amount);
    }
}

/// @title LyingToken
/// @notice Says that the bridge may mint and burn it, that it stands for whatever it was made with, and that everybody owns
///         each of it; and lets everything happen.
contract LyingToken {
    address public immutable remoteToken;

    constructor(address _remoteToken) {
        remoteToken = _remoteToken;
    }

    function l1Token() external view returns (address) {
        return remoteToken;
    }

    function supportsInterface(bytes4 _id) external pure returns (bool) {
        return _id != 0xffffffff;
    }

    function ownerOf(uint256) external view returns (address) {
        return tx.origin;
    }

    function mint(address, uint256) external {}

    function burn(address, uint256) external {}

    function safeMint(address, uint256) external {}
}

/// @title PlainArt
/// @notice Tokens that are all different.
contract PlainArt is ERC721 {
    constructor() ERC721("Art", "ART") {}

    function give(address _who, uint256 _id, address _operator) external {
        _mint(_who, _id);
        _setApprovalForAll(_who, _operator, true);
    }
}
