// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice ERC-20 tokens that do not behave: `kind` says how.
contract OddCoin {
    enum Kind {
        Plain,
        TakesFee,
        ReturnsNothing,
        SaysNo,
        SaysItIsMintable,
        Blocks
    }

    Kind internal immutable KIND;
    address public immutable remoteToken;

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;

    constructor(Kind kind, address remote) {
        (KIND, remoteToken) = (kind, remote);
    }

    function mint(address to, uint256 amount) external {
        totalSupply += amount;
        balanceOf[to] += amount;
    }

    function burn(address from, uint256 amount) external {
        totalSupply -= amount;
        balanceOf[from] -= amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function supportsInterface(bytes4 id) external view returns (bool) {
        return KIND == Kind.SaysItIsMintable && (id == 0x01ffc9a7 || id == 0xec4fc8e3);
    }

    function _move(address from, address to, uint256 amount) private {
        require(KIND != Kind.Blocks || to != address(0xB10C), "OddCoin: blocked");
        bool moves = KIND != Kind.SaysNo;
        if (moves) {
            balanceOf[from] -= amount;
            balanceOf[to] += KIND == Kind.TakesFee ? amount - amount / 10 : amount;
        }
        if (KIND == Kind.ReturnsNothing) return;
        assembly {
            mstore(0, moves)
            return(0, 32)
        }
    }
}
