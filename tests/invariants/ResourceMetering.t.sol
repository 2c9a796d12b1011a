// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ResourceMetering} from "../../contracts/bridge/ResourceMetering.sol";
import {System} from "./support/System.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice The market for deposit gas, through the portal's deposits.
contract ResourceMeteringTest is System {
    uint64 internal constant LIMIT = 20_000_000;
    uint64 internal constant TARGET = 2_000_000;
    uint256 internal constant MINIMUM = 1 gwei;

    function setUp() public {
        deploySystem();
        vm.fee(1_000_000 gwei); // so dear that no deposit burns gas, unless a test says otherwise
    }

    /*//////////////////////////////////////////////////////////////
                                THE PRICE
    //////////////////////////////////////////////////////////////*/

    function test_params_opened_atLowestPrice() public view {
        _assertMarket(MINIMUM, 0, 1000);
    }

    function test_buy_sameBlock_addsUp() public {
        _buy(100_000);
        _buy(200_000);
        _assertMarket(MINIMUM, 300_000, 1000);
    }

    function test_buy_fullBlock_priceUpByNineEighths() public {
        _buy(LIMIT);
        vm.roll(1001);
        _buy(21_000);
        _assertMarket(MINIMUM + MINIMUM * 9 / 8, 21_000, 1001);
    }

    function test_buy_targetBought_priceStays() public {
        uint256 price = _raisePrice(3);
        _buy(TARGET - 21_000); // with what _raisePrice bought in this block
        vm.roll(block.number + 1);
        _buy(21_000);
        _assertMarket(price, 21_000, block.number);
    }

    function test_buy_littleBought_priceDown() public {
        uint256 price = _raisePrice(3);
        vm.roll(block.number + 1);
        _buy(21_000);
        uint256 fall = price * (TARGET - 21_000) / (uint256(TARGET) * 8);
        _assertMarket(price - fall, 21_000, block.number);
    }

    /// forge-config: default.fuzz.runs = 64
    /// @dev One block's change by the spec's formula in plain numbers, from any price that the market can reach.
    function testFuzz_buy_nextBlock_byFormula(uint256 fullBlocks, uint256 bought) public {
        uint256 price = _raisePrice(bound(fullBlocks, 0, 20));
        bought = bound(bought, 21_000, LIMIT - 21_000);
        _buy(uint64(bought));
        bought += 21_000;
        vm.roll(block.number + 1);
        _buy(21_000);
        uint256 next = bought > TARGET
            ? price + price * (bought - TARGET) / (uint256(TARGET) * 8)
            : price - price * (TARGET - bought) / (uint256(TARGET) * 8);
        _assertMarket(next < MINIMUM ? MINIMUM : next, 21_000, block.number);
    }

    /// forge-config: default.fuzz.runs = 64
    /// @dev Each empty block lowers the price by an eighth; the power is taken in fixed point.
    function testFuzz_buy_afterEmptyBlocks_priceDecays(uint256 fullBlocks, uint256 emptyBlocks) public {
        uint256 price = _raisePrice(bound(fullBlocks, 0, 20));
        emptyBlocks = bound(emptyBlocks, 1, 40);
        vm.roll(block.number + 1 + emptyBlocks);
        _buy(21_000);
        uint256 expected = price - price * (TARGET - 21_000) / (uint256(TARGET) * 8);
        for (uint256 i = 0; i < emptyBlocks; ++i) {
            expected = expected * 7 / 8;
        }
        (uint256 actual,,) = portal.params();
        vm.assertApproxEqRel(actual, expected < MINIMUM ? MINIMUM : expected, 1e10, "(7/8)^blocks, to 1e-8");
        vm.assertGe(actual, MINIMUM, "not below the lowest price");
    }

    function testFuzz_buy_anyGap_neverReverts(uint64 gap) public {
        _raisePrice(5);
        vm.roll(bound(gap, block.number, type(uint64).max));
        _buy(21_000);
        (uint256 price,,) = portal.params();
        vm.assertGe(price, MINIMUM, "within bounds");
    }

    function test_buy_highestPrice_isHeld() public {
        ResourceMetering.ResourceConfig memory market = defaultMarket();
        market.maximumBaseFee = 3 gwei;
        deploySystem(market);
        _raisePrice(1);
        uint256 price = _raisePrice(1);
        vm.assertEq(price, 3 gwei, "not above the highest price");
    }

    /*//////////////////////////////////////////////////////////////
                                THE LIMIT
    //////////////////////////////////////////////////////////////*/

    function test_buy_limitReached_reverts() public {
        _buy(LIMIT - 21_000);
        _expectLimit(uint256(LIMIT) + 1);
        _buy(21_001);
        _buy(21_000);
        _expectLimit(uint256(LIMIT) + 21_000);
        _buy(21_000);

        vm.roll(1001);
        _buy(LIMIT);
        _expectLimit(uint256(LIMIT) + 21_000);
        _buy(21_000);
    }

    function test_buy_gasOf64Bits_saysLimit() public {
        _buy(21_000);
        _expectLimit(uint256(type(uint64).max) + 21_000);
        _buy(type(uint64).max);
    }

    /*//////////////////////////////////////////////////////////////
                              WHAT IS BURNED
    //////////////////////////////////////////////////////////////*/

    /// @dev At equal prices of L1's and L2's gas, as much gas is used on L1 as is bought on L2, and hardly more.
    function testFuzz_buy_equalPrices_burnsAsMuch(uint64 amount) public {
        vm.fee(1 gwei);
        amount = uint64(bound(amount, 100_000, 1_000_000));
        uint256 used = _buy(amount);
        vm.assertGe(used, amount, "at least what was bought");
        vm.assertLe(used, amount + 15_000, "hardly more");
    }

    function test_buy_dearL1Gas_burnsLess() public {
        vm.fee(10 gwei);
        uint256 used = _buy(5_000_000);
        vm.assertGe(used, 500_000, "a tenth");
        vm.assertLe(used, 515_000, "hardly more");
    }

    /// @dev L1's gas counts 1 gwei at least: on a test chain with a base fee near 0 a deposit stays affordable.
    function test_buy_freeL1Gas_countsOneGwei() public {
        vm.fee(0);
        uint256 used = _buy(1_000_000);
        vm.assertGe(used, 1_000_000, "as at 1 gwei");
        vm.assertLe(used, 1_015_000, "hardly more");
    }

    function test_buy_workAlreadyPays_burnsNothing() public {
        vm.fee(20 gwei);
        uint256 small = _buy(100_000); // worth 5,000 gas
        uint256 dear = _buy(200_000); // worth 10,000 gas
        vm.assertLe(dear, small, "both are paid for by the deposit's own work");
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    /// @dev Buy, and return what gas the deposit used.
    function _buy(uint64 amount) private returns (uint256) {
        vm.prank(user, user);
        uint256 before = gasleft();
        portal.depositTransaction(user, 0, amount, false, "");
        return before - gasleft();
    }

    /// @dev Full blocks, then a block with the smallest deposit.
    function _raisePrice(uint256 fullBlocks) private returns (uint256 price) {
        for (uint256 i = 0; i < fullBlocks; ++i) {
            vm.roll(block.number + 1);
            _buy(LIMIT);
        }
        vm.roll(block.number + 1);
        _buy(21_000);
        (price,,) = portal.params();
    }

    function _expectLimit(uint256 bought) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ResourceMetering.ResourceMetering_LimitReached.selector, bought, uint256(LIMIT)
            )
        );
    }

    function _assertMarket(uint256 price, uint256 bought, uint256 number) private view {
        (uint128 prevBaseFee, uint64 prevBoughtGas, uint64 prevBlockNum) = portal.params();
        vm.assertEq(prevBaseFee, price, "prevBaseFee");
        vm.assertEq(prevBoughtGas, bought, "prevBoughtGas");
        vm.assertEq(prevBlockNum, number, "prevBlockNum");
    }
}
