// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "../../../contracts/bridge/ICrossDomainMessenger.sol";
import {IERC721Bridge} from "../../../contracts/bridge/IERC721Bridge.sol";
import {IStandardBridge} from "../../../contracts/bridge/IStandardBridge.sol";
import {L1CrossDomainMessenger} from "../../../contracts/bridge/L1CrossDomainMessenger.sol";
import {L1ERC721Bridge} from "../../../contracts/bridge/L1ERC721Bridge.sol";
import {L1StandardBridge} from "../../../contracts/bridge/L1StandardBridge.sol";
import {OptimismMintableERC20Factory} from "../../../contracts/bridge/OptimismMintableERC20Factory.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {L2CrossDomainMessenger} from "../../../contracts/predeploys/L2CrossDomainMessenger.sol";
import {L2ERC721Bridge} from "../../../contracts/predeploys/L2ERC721Bridge.sol";
import {L2StandardBridge} from "../../../contracts/predeploys/L2StandardBridge.sol";
import {L2ToL1MessagePasser} from "../../../contracts/predeploys/L2ToL1MessagePasser.sol";
import {OptimismMintableERC721Factory} from "../../../contracts/predeploys/OptimismMintableERC721Factory.sol";
import {Proxied} from "./Proxied.sol";
import {StorageTrie} from "./StorageTrie.sol";
import {System} from "./System.sol";
import {Vm, vm} from "./Vm.sol";

/// @title BothChains
/// @notice The bridge from end to end in one EVM: L1's contracts behind their proxies, L2's at their addresses, deposits
///         executed as L2 derives them, and withdrawals proven and executed on L1.
abstract contract BothChains is System {
    using StorageTrie for bytes32;

    /// @dev What L1 tells L2 to do.
    struct Deposit {
        address from;
        address to;
        uint256 mint;
        uint256 value;
        uint64 gas;
        bytes data;
    }

    /// @dev A message between the messengers; `relay` is the call that delivers it, and its hash the message's.
    struct Sent {
        bool toL2;
        uint256 value;
        bytes relay;
    }

    address internal constant RELAYER = address(0x5E1A);
    address internal constant L2_ADMIN = address(0xD8);
    uint160 internal constant ALIAS = uint160(0x1111000000000000000000000000000000001111);
    uint256 internal constant L1_CHAIN_ID = 900;

    L2ToL1MessagePasser internal constant passer =
        L2ToL1MessagePasser(payable(0x4200000000000000000000000000000000000016));
    L2CrossDomainMessenger internal constant l2Messenger =
        L2CrossDomainMessenger(0x4200000000000000000000000000000000000007);
    L2StandardBridge internal constant l2Bridge =
        L2StandardBridge(payable(0x4200000000000000000000000000000000000010));
    L2ERC721Bridge internal constant l2ERC721Bridge =
        L2ERC721Bridge(0x4200000000000000000000000000000000000014);
    OptimismMintableERC20Factory internal constant l2Factory =
        OptimismMintableERC20Factory(0x4200000000000000000000000000000000000012);
    OptimismMintableERC721Factory internal constant erc721Factory =
        OptimismMintableERC721Factory(0x4200000000000000000000000000000000000017);

    L1CrossDomainMessenger internal l1Messenger;
    L1StandardBridge internal l1Bridge;
    L1ERC721Bridge internal l1ERC721Bridge;
    OptimismMintableERC20Factory internal l1Factory;

    Deposit[] internal deposits;
    Types.WithdrawalTransaction[] internal withdrawals;
    Sent[] internal sent;
    uint256 internal derived; // deposits that L2 has executed
    uint256 internal settled; // withdrawals that L1 has executed

    uint256 public etherIn;
    uint256 public etherOut;

    function deployBothChains() internal {
        deploySystem();
        vm.fee(1_000_000 gwei); // deposits burn no gas
        bytes memory call = abi.encodeCall(L1CrossDomainMessenger.initialize, (config, portal));
        l1Messenger =
            L1CrossDomainMessenger(Proxied.deploy(address(new L1CrossDomainMessenger()), deployer, call));
        ICrossDomainMessenger messenger = ICrossDomainMessenger(address(l1Messenger));
        call = abi.encodeCall(L1StandardBridge.initialize, (messenger, config));
        l1Bridge = L1StandardBridge(payable(Proxied.deploy(address(new L1StandardBridge()), deployer, call)));
        call = abi.encodeCall(L1ERC721Bridge.initialize, (messenger, config));
        l1ERC721Bridge = L1ERC721Bridge(Proxied.deploy(address(new L1ERC721Bridge()), deployer, call));
        call = abi.encodeCall(OptimismMintableERC20Factory.initialize, address(l1Bridge));
        l1Factory = OptimismMintableERC20Factory(
            Proxied.deploy(address(new OptimismMintableERC20Factory()), deployer, call)
        );
        _deployL2();
        etherIn = 1_000_000 ether; // what L2 has in the beginning
        vm.deal(address(portal), etherIn);
        vm.recordLogs();
    }

    function _deployL2() private {
        vm.etch(address(passer), address(new L2ToL1MessagePasser()).code);
        _predeploy(address(l2Messenger), address(new L2CrossDomainMessenger()).code);
        _predeploy(address(l2Bridge), address(new L2StandardBridge()).code);
        _predeploy(address(l2ERC721Bridge), address(new L2ERC721Bridge()).code);
        _predeploy(address(l2Factory), address(new OptimismMintableERC20Factory()).code);
        _predeploy(address(erc721Factory), address(new OptimismMintableERC721Factory()).code);
        vm.startPrank(L2_ADMIN);
        l2Messenger.initialize(ICrossDomainMessenger(address(l1Messenger)));
        l2Bridge.initialize(IStandardBridge(l1Bridge));
        l2ERC721Bridge.initialize(IERC721Bridge(l1ERC721Bridge));
        l2Factory.initialize(address(l2Bridge));
        erc721Factory.initialize(address(l2ERC721Bridge), L1_CHAIN_ID);
        vm.stopPrank();
    }

    /// @dev As if behind a proxy of L2_ADMIN's.
    function _predeploy(address at, bytes memory code) private {
        vm.etch(at, code);
        vm.store(at, ADMIN_SLOT, bytes32(uint256(uint160(L2_ADMIN))));
    }

    /*//////////////////////////////////////////////////////////////
                            BETWEEN THE CHAINS
    //////////////////////////////////////////////////////////////*/

    function aliasOf(address l1Contract) internal pure returns (address) {
        unchecked {
            return address(uint160(l1Contract) + ALIAS);
        }
    }

    /// @dev Read what the calls since the last time have logged: deposits, withdrawals and messages.
    function collect() internal {
        vm.roll(block.number + 1); // a new block has room for more deposits
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics.length == 0 ? bytes32(0) : logs[i].topics[0];
            if (topic == keccak256("TransactionDeposited(address,address,uint256,bytes)")) {
                _collectDeposit(logs[i]);
            } else if (
                topic == keccak256("MessagePassed(uint256,address,address,uint256,uint256,bytes,bytes32)")
            ) {
                _collectWithdrawal(logs[i]);
            }
        }
    }

    function _collectDeposit(Vm.Log memory log) private {
        bytes memory opaque = abi.decode(log.data, (bytes));
        Deposit memory d;
        (d.from, d.to) = (_address(log.topics[1]), _address(log.topics[2]));
        (d.mint, d.value) = (_word(opaque, 0), _word(opaque, 32));
        d.gas = uint64(_word(opaque, 40));
        d.data = _rest(opaque, 73);
        deposits.push(d);
        etherIn += d.mint;
        if (d.from == aliasOf(address(l1Messenger))) sent.push(Sent(true, d.value, d.data));
    }

    function _collectWithdrawal(Vm.Log memory log) private {
        Types.WithdrawalTransaction memory w;
        (w.nonce, w.sender, w.target) =
        (uint256(log.topics[1]), _address(log.topics[2]), _address(log.topics[3]));
        (w.value, w.gasLimit, w.data,) = abi.decode(log.data, (uint256, uint256, bytes, bytes32));
        withdrawals.push(w);
        if (w.sender == address(l2Messenger)) sent.push(Sent(false, w.value, w.data));
    }

    /// @dev L2 executes its oldest deposit, with the gas that it bought. It mints, whatever comes of its call.
    function derive() internal returns (bool success) {
        Deposit memory d = deposits[derived++];
        vm.deal(d.from, d.from.balance + d.mint);
        vm.prank(d.from, d.from);
        uint256 intrinsic = 21_000 + 16 * d.data.length;
        (success,) = d.to.call{value: d.value, gas: d.gas - intrinsic}(d.data);
        collect();
    }

    /// @dev The oldest withdrawal is proven against an output of its own, and executed. Nothing of it may be paused.
    function settle() internal returns (bool success) {
        Types.WithdrawalTransaction memory w = withdrawals[settled++];
        bytes32[] memory keys = one(hashOf(w).keyOf());
        uint256 index = proposeRoot(rootOf(outputOf(keys)));
        portal.proveWithdrawalTransaction(w, index, outputOf(keys), StorageTrie.prove(keys, keys[0], false));
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);
        uint256 before = address(portal).balance;
        vm.prank(RELAYER, RELAYER);
        portal.finalizeWithdrawalTransaction(w);
        success = portal.finalizedWithdrawals(hashOf(w));
        etherOut += before - address(portal).balance;
        collect();
    }

    /// @dev Somebody delivers a message, with gas enough.
    function relay(Sent memory message, address by, uint256 value) internal returns (bool success) {
        vm.deal(by, by.balance + value);
        vm.prank(by, by);
        (success,) = messengerOf(message.toL2).call{value: value, gas: 10_000_000}(message.relay);
        collect();
    }

    function messengerOf(bool onL2) internal view returns (address) {
        return onL2 ? address(l2Messenger) : address(l1Messenger);
    }

    function hasSucceeded(Sent memory message) internal view returns (bool) {
        return ICrossDomainMessenger(messengerOf(message.toL2)).successfulMessages(keccak256(message.relay));
    }

    function hasFailed(Sent memory message) internal view returns (bool) {
        return ICrossDomainMessenger(messengerOf(message.toL2)).failedMessages(keccak256(message.relay));
    }

    /*//////////////////////////////////////////////////////////////
                                   BYTES
    //////////////////////////////////////////////////////////////*/

    function _address(bytes32 word) private pure returns (address) {
        return address(uint160(uint256(word)));
    }

    function _word(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }

    function _rest(bytes memory data, uint256 offset) private pure returns (bytes memory rest) {
        rest = new bytes(data.length - offset);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = data[offset + i];
        }
    }
}
