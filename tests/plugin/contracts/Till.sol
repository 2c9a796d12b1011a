// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

library Change {
    function due(uint256 paid, uint256 price) external pure returns (uint256) {
        return paid - price;
    }
}

/// A contract as somebody's project may have it: errors, overloads, structs, a library, a constructor that pays.
contract Till {
    struct Sale {
        address buyer;
        uint256 amount;
    }

    event Sold(address indexed buyer, uint256 amount, bytes32 note);
    event Closed();

    error NotTheOwner(address caller);
    error TooLittle(uint256 paid, uint256 price);

    address public owner;
    uint256 public price;
    bool public call;
    Sale[] private _sales;

    constructor(uint256 firstPrice) payable {
        if (firstPrice == 0) revert TooLittle(0, 1);
        owner = msg.sender;
        price = firstPrice;
    }

    function buy() external payable {
        _buy("");
    }

    function buy(bytes32 note) external payable {
        _buy(note);
    }

    function setPrice(uint256 newPrice) external {
        if (msg.sender != owner) revert NotTheOwner(msg.sender);
        require(newPrice < 1000 ether, "too dear");
        assert(newPrice != 13);
        price = newPrice;
    }

    function close() external {
        emit Closed();
    }

    function sale(uint256 index) external view returns (Sale memory, bool isLast) {
        return (_sales[index], index + 1 == _sales.length);
    }

    function buyers(Sale[] calldata sales) external pure returns (address[] memory found) {
        found = new address[](sales.length);
        for (uint256 i = 0; i < sales.length; i++) {
            found[i] = sales[i].buyer;
        }
    }

    function _buy(bytes32 note) private {
        if (msg.value < price) revert TooLittle(msg.value, price);
        uint256 change = Change.due(msg.value, price);
        _sales.push(Sale(msg.sender, price));
        emit Sold(msg.sender, price, note);
        (bool ok,) = msg.sender.call{value: change}("");
        require(ok);
    }
}
