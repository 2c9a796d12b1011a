// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {L2} from "./L2.sol";
import {bound, vm} from "./Vm.sol";

/// @title MessagePasserHandler
/// @notice Withdrawals of all kinds, and burning, beside a list of what was sent.
contract MessagePasserHandler is L2 {
    bytes32[] internal hashes;

    uint256 public sent;
    uint256 public burned;

    function initiateWithdrawal(
        address sender,
        address target,
        uint256 value,
        uint256 gasLimit,
        bytes calldata data
    ) external {
        if (sender == address(messagePasser)) sender = address(0xA0);
        value = bound(value, 0, 100 ether);
        _record(sender, target, value, gasLimit, data);
        vm.prank(sender);
        messagePasser.initiateWithdrawal{value: value}(target, gasLimit, data);
    }

    function sendEther(address sender, uint256 value) external {
        if (sender == address(messagePasser)) sender = address(0xA0);
        value = bound(value, 0, 100 ether);
        _record(sender, sender, value, 100_000, "");
        vm.prank(sender);
        (bool success,) = address(messagePasser).call{value: value}("");
        vm.assertTrue(success, "plain ETH");
    }

    function burn() external {
        burned += address(messagePasser).balance;
        messagePasser.burn();
    }

    function count() external view returns (uint256) {
        return hashes.length;
    }

    function hash(uint256 index) external view returns (bytes32) {
        return hashes[index];
    }

    function _record(address sender, address target, uint256 value, uint256 gasLimit, bytes memory data)
        private
    {
        vm.deal(sender, value);
        sent += value;
        uint256 nonce = (1 << 240) + hashes.length;
        hashes.push(keccak256(abi.encode(nonce, sender, target, value, gasLimit, data)));
    }
}

/// @title WETHHandler
/// @notice Three holders wrap, move and unwrap.
contract WETHHandler is L2 {
    mapping(address holder => uint256 balance) public balances;

    uint256 public total;
    uint256 public withdrawals;

    function deposit(uint256 who, uint256 value, bool plain) external {
        (address holder, bool success) = (_holder(who), true);
        value = bound(value, 0, 100 ether);
        vm.deal(holder, value);
        vm.prank(holder);
        if (plain) (success,) = address(weth).call{value: value}("");
        else weth.deposit{value: value}();
        vm.assertTrue(success, "plain ETH");
        balances[holder] += value;
        total += value;
    }

    function withdraw(uint256 who, uint256 value) external {
        address holder = _holder(who);
        value = bound(value, 0, balances[holder]);
        uint256 before = holder.balance;
        vm.prank(holder);
        weth.withdraw(value);
        vm.assertEq(holder.balance, before + value, "ETH again");
        balances[holder] -= value;
        total -= value;
        ++withdrawals;
    }

    function withdrawTooMuch(uint256 who, uint256 excess) external {
        address holder = _holder(who);
        vm.prank(holder);
        (bool success,) = address(weth)
            .call(abi.encodeCall(weth.withdraw, bound(excess, balances[holder] + 1, type(uint256).max)));
        vm.assertFalse(success, "must be refused");
    }

    function transfer(uint256 from, uint256 to, uint256 value, bool byAllowance) external {
        (address sender, address recipient) = (_holder(from), _holder(to));
        value = bound(value, 0, balances[sender]);
        vm.prank(sender);
        if (byAllowance) {
            weth.approve(address(this), value);
            weth.transferFrom(sender, recipient, value);
        } else {
            weth.transfer(recipient, value);
        }
        balances[sender] -= value;
        balances[recipient] += value;
    }

    function _holder(uint256 who) private pure returns (address) {
        return address(uint160(0xA0 + who % 3));
    }
}
