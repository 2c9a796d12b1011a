// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DelayedWETH} from "../../../contracts/dispute/DelayedWETH.sol";
import {Games} from "./Games.sol";
import {bound, vm} from "./Vm.sol";

/// @title WethHandler
/// @notice Three people deposit, pass on, unlock and withdraw WETH for each other, its owner holds and recovers, and it is
///         paused now and then, beside a model that knows before each call whether it must be accepted.
contract WethHandler is Games {
    uint256 internal constant PEOPLE = 3;

    uint256[PEOPLE + 1] public balance; // the last is the owner's
    uint256[PEOPLE][PEOPLE] public unlocked;
    uint256[PEOPLE][PEOPLE] public unlockedAt;
    uint256 public recovered;

    uint256 public deposits;
    uint256 public withdrawals;
    uint256 public tooEarly;
    uint256 public refused;
    uint256 public held;

    constructor() {
        deployGames();
        vm.warp(block.timestamp + WETH_DELAY); // so that what was never unlocked would have waited long enough
    }

    function person(uint256 i) public pure returns (address) {
        return [honest, liar, address(0xE4), deployer][i];
    }

    function deployed() external view returns (DelayedWETH) {
        return weth;
    }

    function deposit(uint256 who, uint256 amount) public {
        who %= PEOPLE;
        amount = bound(amount, 0, 10 ether);
        vm.deal(person(who), amount);
        vm.prank(person(who));
        bool success = true;
        if (amount % 2 == 0) weth.deposit{value: amount}();
        else (success,) = address(weth).call{value: amount}("");
        vm.assertTrue(success, "W-1");
        balance[who] += amount;
        ++deposits;
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        (from, to) = (from % PEOPLE, to % PEOPLE);
        amount = bound(amount, 0, balance[from] + 1);
        bool allowed = amount <= balance[from];
        _expect(from, abi.encodeCall(weth.transfer, (person(to), amount)), allowed, "W-1");
        if (!allowed) return;
        balance[from] -= amount;
        balance[to] += amount;
    }

    /// @notice Anybody may unlock anything: it is for the caller's own balance.
    function unlock(uint256 who, uint256 guy, uint256 amount) public {
        (who, guy) = (who % PEOPLE, guy % PEOPLE);
        amount = bound(amount, 0, balance[who]);
        vm.prank(person(who));
        weth.unlock(person(guy), amount);
        unlocked[who][guy] += amount;
        unlockedAt[who][guy] = block.timestamp;
    }

    /// @notice W-2 and W-4: what was unlocked, after its delay, and not during a pause.
    function withdraw(uint256 who, uint256 guy, uint256 amount) public {
        (who, guy) = (who % PEOPLE, guy % PEOPLE);
        amount = bound(amount, 0, unlocked[who][guy] + 1);
        bool isUnlocked = unlockedAt[who][guy] != 0 && amount <= unlocked[who][guy];
        bool inTime = block.timestamp >= unlockedAt[who][guy] + WETH_DELAY;
        bool covered = amount <= balance[who] && amount <= address(weth).balance;
        bool allowed = isUnlocked && inTime && covered && !superchain.paused(address(0));
        bytes memory call = guy == who && amount % 2 == 0
            ? abi.encodeWithSignature("withdraw(uint256)", amount)
            : abi.encodeWithSignature("withdraw(address,uint256)", person(guy), amount);
        uint256 before = person(who).balance;
        _expect(who, call, allowed, "W-2, W-4");
        if (isUnlocked && !inTime) ++tooEarly;
        if (!allowed) return;
        vm.assertEq(person(who).balance, before + amount, "W-5");
        unlocked[who][guy] -= amount;
        balance[who] -= amount;
        ++withdrawals;
    }

    /// @notice W-3: the owner, and nobody else.
    function hold(uint256 who, uint256 amount) public {
        who %= PEOPLE;
        amount = bound(amount, 0, balance[who]);
        bool isAll = amount == balance[who];
        bytes memory call = isAll
            ? abi.encodeWithSignature("hold(address)", person(who))
            : abi.encodeWithSignature("hold(address,uint256)", person(who), amount);
        _expect((who + 1) % PEOPLE, call, false, "W-3");
        _expect(PEOPLE, call, true, "W-3");
        balance[who] -= amount;
        balance[PEOPLE] += amount;
        ++held;
    }

    function recover(uint256 amount) external {
        if (amount % 4 != 0) return; // what is gone is gone
        bytes memory call = abi.encodeCall(weth.recover, (amount >> 128));
        _expect(amount % PEOPLE, call, false, "W-3");
        uint256 all = address(weth).balance;
        uint256 before = deployer.balance;
        _expect(PEOPLE, call, true, "W-3");
        uint256 taken = deployer.balance - before;
        vm.assertEq(taken, amount >> 128 < all ? amount >> 128 : all, "W-3: as much as there is");
        recovered += taken;
    }

    function pause() external {
        vm.startPrank(guardian);
        if (superchain.paused(address(0))) superchain.unpause(address(0));
        else superchain.pause(address(0));
        vm.stopPrank();
    }

    /// @notice To the last second before the delay is over, or further.
    function wait(uint256 seed) public {
        uint256[3] memory delays = [WETH_DELAY - 1, WETH_DELAY, uint256(1)];
        vm.warp(block.timestamp + (seed % 4 < 3 ? delays[seed % 4] : bound(seed, 0, WETH_DELAY)));
    }

    function _expect(uint256 who, bytes memory call, bool allowed, string memory property) private {
        vm.prank(person(who));
        (bool success,) = address(weth).call(call);
        vm.assertEq(success, allowed, property);
        if (!allowed) ++refused;
    }
}
