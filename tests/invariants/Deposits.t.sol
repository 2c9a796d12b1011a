// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDeposits} from "../../contracts/bridge/IDeposits.sol";
import {AddressAliasHelper} from "../../contracts/lib/AddressAliasHelper.sol";
import {System} from "./support/System.sol";
import {Vm, bound, vm} from "./support/Vm.sol";

contract DepositsTest is System {
    bytes32 internal constant TOPIC = 0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32;
    uint64 internal constant GAS = 100_000;
    address internal constant TO = address(0x70);

    function setUp() public {
        deploySystem();
        vm.fee(20 gwei); // at this price of L1's gas the market burns nothing
        vm.deal(user, 1000 ether);
    }

    /*//////////////////////////////////////////////////////////////
                                THE EVENT
    //////////////////////////////////////////////////////////////*/

    /// @dev The bytes that op-node reads, written out; `value` may differ from what is minted.
    function testFuzz_depositTransaction_call_eventBytes(
        uint256 mint,
        uint256 value,
        uint64 gas,
        bytes memory data
    ) public {
        mint = bound(mint, 0, 1000 ether);
        gas = uint64(bound(gas, portal.minimumGasLimit(uint64(data.length)), 20_000_000));
        vm.recordLogs();
        vm.prank(user, user);
        portal.depositTransaction{value: mint}(TO, value, gas, false, data);
        _assertDeposited(user, TO, bytes.concat(bytes32(mint), bytes32(value), bytes8(gas), hex"00", data));
        vm.assertEq(address(portal).balance, mint, "what is minted on L2 is held here");
    }

    function test_depositTransaction_creation_eventBytes() public {
        vm.recordLogs();
        vm.prank(user, user);
        portal.depositTransaction{value: 3}(address(0), 2, GAS, true, hex"6001");
        bytes memory opaqueData = abi.encodePacked(uint256(3), uint256(2), uint64(GAS), uint8(1), hex"6001");
        _assertDeposited(user, address(0), opaqueData);
    }

    function test_depositTransaction_creationWithTarget_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDeposits.Deposits_CreationTarget.selector, TO));
        vm.prank(user, user);
        portal.depositTransaction(TO, 0, GAS, true, hex"6001");
    }

    /// @dev Zero is an address like any other for a call.
    function test_depositTransaction_callOfZero_isNoCreation() public {
        vm.recordLogs();
        vm.prank(user, user);
        portal.depositTransaction(address(0), 0, GAS, false, "");
        _assertDeposited(user, address(0), abi.encodePacked(uint256(0), uint256(0), uint64(GAS), uint8(0)));
    }

    function testFuzz_receive_depositsToSender(uint256 value) public {
        value = bound(value, 0, 1000 ether);
        vm.recordLogs();
        vm.prank(user, user);
        (bool success,) = address(portal).call{value: value}("");
        vm.assertTrue(success, "plain ETH");
        _assertDeposited(user, user, abi.encodePacked(value, value, uint64(100_000), uint8(0)));
    }

    function test_donateETH_keptWithoutDeposit() public {
        vm.recordLogs();
        vm.prank(user, user);
        portal.donateETH{value: 1 ether}();
        vm.assertEq(vm.getRecordedLogs().length, 0, "no deposit");
        vm.assertEq(address(portal).balance, 1 ether, "kept");
    }

    function test_depositTransaction_paused_stillOpen() public {
        vm.prank(guardian);
        superchain.pause(address(0));
        vm.recordLogs();
        vm.prank(user, user);
        portal.depositTransaction(TO, 0, GAS, false, "");
        _assertDeposited(user, TO, abi.encodePacked(uint256(0), uint256(0), uint64(GAS), uint8(0)));
    }

    /*//////////////////////////////////////////////////////////////
                              WHO THE SENDER IS
    //////////////////////////////////////////////////////////////*/

    function testFuzz_depositTransaction_contract_aliased(address caller) public {
        caller = _ordinary(caller);
        vm.etch(caller, hex"00");
        _assertSender(caller, _plusOffset(caller));
    }

    /// @dev An account without code that did not sign the transaction is a contract under construction.
    function testFuzz_depositTransaction_underConstruction_aliased(address caller) public {
        caller = _ordinary(caller);
        _assertSender(caller, _plusOffset(caller));
    }

    function test_depositTransaction_aliasWrapsAround() public {
        address highest = address(type(uint160).max);
        _assertSender(highest, address(0x1111000000000000000000000000000000001110));
    }

    /// @dev EIP-7702: the key behind such an account owns the same address on L2.
    function testFuzz_depositTransaction_delegatedAccount_asItself(address caller, address code) public {
        caller = _ordinary(caller);
        vm.etch(caller, abi.encodePacked(hex"ef0100", code));
        _assertSender(caller, caller);
    }

    /// @dev As long as a delegation, but code; nothing else can begin with 0xef0100.
    function test_depositTransaction_codeAsLongAsDelegation_aliased() public {
        vm.etch(address(0xCA11), abi.encodePacked(hex"ee0100", TO));
        _assertSender(address(0xCA11), _plusOffset(address(0xCA11)));
    }

    function test_receive_contract_aliasSendsButOwnAddressGets() public {
        address caller = address(0xCA11);
        vm.etch(caller, hex"00");
        vm.deal(caller, 1 ether);
        vm.recordLogs();
        vm.prank(caller, user);
        (bool success,) = address(portal).call{value: 1 ether}("");
        vm.assertTrue(success, "plain ETH");
        bytes memory opaqueData = abi.encodePacked(uint256(1 ether), uint256(1 ether), uint64(GAS), uint8(0));
        _assertDeposited(_plusOffset(caller), caller, opaqueData);
    }

    function testFuzz_alias_undoesItself(address account) public pure {
        address aliased = AddressAliasHelper.applyL1ToL2Alias(account);
        vm.assertEq(AddressAliasHelper.undoL1ToL2Alias(aliased), account, "there and back");
        vm.assertTrue(aliased != account, "never the same");
    }

    /*//////////////////////////////////////////////////////////////
                                 LIMITS
    //////////////////////////////////////////////////////////////*/

    function testFuzz_minimumGasLimit_isLinear(uint32 byteCount) public view {
        vm.assertEq(portal.minimumGasLimit(byteCount), 21_000 + 40 * uint256(byteCount), "40 a byte");
    }

    function testFuzz_depositTransaction_gasBelowMinimum_reverts(bytes memory data) public {
        uint64 minimum = uint64(21_000 + 40 * data.length);
        vm.prank(user, user);
        portal.depositTransaction(TO, 0, minimum, false, data);
        vm.expectRevert(
            abi.encodeWithSelector(IDeposits.Deposits_GasLimitTooLow.selector, minimum - 1, minimum)
        );
        vm.prank(user, user);
        portal.depositTransaction(TO, 0, minimum - 1, false, data);
    }

    function test_depositTransaction_dataTooLong_reverts() public {
        vm.prank(user, user);
        portal.depositTransaction(TO, 0, 6_000_000, false, new bytes(120_000));
        vm.expectRevert(abi.encodeWithSelector(IDeposits.Deposits_DataTooLong.selector, 120_001, 120_000));
        vm.prank(user, user);
        portal.depositTransaction(TO, 0, 6_000_000, false, new bytes(120_001));
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    /// @dev The one log of the call that was recorded.
    function _assertDeposited(address from, address to, bytes memory opaqueData) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "one event");
        vm.assertEq(logs[0].emitter, address(portal), "from the portal");
        vm.assertEq(logs[0].topics.length, 4, "four topics");
        vm.assertEq(logs[0].topics[0], TOPIC, "TransactionDeposited");
        vm.assertEq(logs[0].topics[1], bytes32(uint256(uint160(from))), "from");
        vm.assertEq(logs[0].topics[2], bytes32(uint256(uint160(to))), "to");
        vm.assertEq(logs[0].topics[3], bytes32(0), "version");
        vm.assertEq(logs[0].data, abi.encode(opaqueData), "opaqueData");
    }

    function _assertSender(address caller, address expected) private {
        vm.recordLogs();
        vm.prank(caller, user);
        portal.depositTransaction(TO, 0, GAS, false, "");
        _assertDeposited(expected, TO, abi.encodePacked(uint256(0), uint256(0), uint64(GAS), uint8(0)));
    }

    /// @dev The alias by the spec's definition: addition modulo 2^160.
    function _plusOffset(address account) private pure returns (address) {
        uint256 sum = uint256(uint160(account)) + (0x1111 << 144 | 0x1111);
        return address(uint160(sum % (1 << 160)));
    }

    /// @dev No precompile, cheatcode, contract of the system or signer of the transaction.
    function _ordinary(address account) private view returns (address) {
        bool taken = account.code.length != 0 || uint160(account) < 0x1000 || account == user;
        return taken || account == address(vm) ? address(0xCA11) : account;
    }
}
