// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Types} from "../../contracts/lib/Types.sol";
import {FeeVault} from "../../contracts/predeploys/FeeVault.sol";
import {SequencerFeeVault} from "../../contracts/predeploys/SequencerFeeVault.sol";
import {L2} from "./support/L2.sol";
import {StorageTrie} from "./support/StorageTrie.sol";
import {System} from "./support/System.sol";
import {Proxied} from "./support/Proxied.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of a transaction to each function that changes state, the 21,000 and the calldata included, and code
///         sizes. A difference from `gas/*.json` fails; `make gas` writes them anew.
/// forge-config: default.isolate = true
contract GasTest is System, L2 {
    using StorageTrie for bytes32;

    uint64 internal constant SMALL = 21_000; // so little deposit gas that none is burned for it
    bytes internal payload = bytes.concat(hex"00", new bytes(999));

    function setUp() public {
        deploySystem();
        deployL2();
        vm.deal(user, 1000 ether);
    }

    /*//////////////////////////////////////////////////////////////
                                   L1
    //////////////////////////////////////////////////////////////*/

    function test_gas_BatchInbox() public {
        (bool success,) = address(inbox).call(payload);
        vm.assertTrue(success, "fallback");
        _snapshot("BatchInbox.fallback(), 1,000 zeros");
        inbox.appendBatch(payload);
        _snapshot("BatchInbox.appendBatch(bytes), 1,000 zeros");
    }

    function test_gas_deposits() public {
        vm.prank(user, user);
        portal.depositTransaction{value: 1}(user, 1, SMALL, false, "");
        _snapshot("OptimismPortal.depositTransaction, first");
        vm.roll(block.number + 1);
        vm.prank(user, user);
        portal.depositTransaction{value: 1}(user, 1, SMALL, false, "");
        _snapshot("OptimismPortal.depositTransaction, next block");
        vm.prank(user, user);
        portal.depositTransaction{value: 1}(user, 1, SMALL, false, "");
        _snapshot("OptimismPortal.depositTransaction, same block");
        vm.prank(user, user);
        portal.depositTransaction{value: 1}(user, 1, 100_000, false, new bytes(1000));
        _snapshot("OptimismPortal.depositTransaction, 100,000 gas and 1,000 zeros");
        vm.prank(user, user);
        (bool success,) = address(portal).call{value: 1}("");
        vm.assertTrue(success, "receive");
        _snapshot("OptimismPortal.receive()");
        vm.prank(user, user);
        portal.donateETH{value: 1}();
        _snapshot("OptimismPortal.donateETH()");
    }

    function test_gas_withdrawals() public {
        vm.deal(address(portal), 1 ether);
        vm.deal(address(0xE0A), 1);
        Types.WithdrawalTransaction memory w =
            Types.WithdrawalTransaction(1 << 240, user, address(0xE0A), 1 ether, 100_000, "");
        bytes32[] memory keys = hashOf(w).keyOf().crowd(5);
        Types.OutputRootProof memory output = outputOf(keys);
        bytes[] memory proof = StorageTrie.prove(keys, keys[0], false);
        vm.assertEq(proof.length, 6, "nodes");
        uint256 index = proposeRoot(rootOf(output));
        portal.proveWithdrawalTransaction(w, index, output, proof);
        _snapshot("OptimismPortal.proveWithdrawalTransaction, 6 nodes");
        vm.warp(block.timestamp + FINALIZATION_PERIOD + 1);
        portal.finalizeWithdrawalTransaction(w);
        _snapshot("OptimismPortal.finalizeWithdrawalTransaction, ETH");
    }

    function test_gas_L2OutputOracle() public {
        proposeRoot(keccak256("first"));
        _snapshot("L2OutputOracle.proposeL2Output, first");
        proposeRoot(keccak256("second"));
        _snapshot("L2OutputOracle.proposeL2Output");
        vm.prank(challenger);
        oracle.deleteL2Outputs(0);
        _snapshot("L2OutputOracle.deleteL2Outputs, two");
    }

    function test_gas_SystemConfig() public {
        _asOwner("setBatcherHash(bytes32)", abi.encode(user));
        _asOwner("setBatcherHash(address)", abi.encode(batcher));
        _asOwner("setGasConfig(uint256,uint256)", abi.encode(1, 2));
        _asOwner("setGasConfigEcotone(uint32,uint32)", abi.encode(3, 4));
        _asOwner("setGasLimit(uint64)", abi.encode(30_000_000));
        _asOwner("setUnsafeBlockSigner(address)", abi.encode(user));
        _asOwner("setEIP1559Params(uint32,uint32)", abi.encode(250, 6));
        _asOwner("setOperatorFeeScalars(uint32,uint64)", abi.encode(5, 6));
        _asOwner("setMinBaseFee(uint64)", abi.encode(7));
        _asOwner("setDAFootprintGasScalar(uint16)", abi.encode(400));
        vm.prank(deployer);
        config.setFeature("feature", true);
        _snapshot("SystemConfig.setFeature(bytes32,bool)");
    }

    function test_gas_SuperchainConfig() public {
        vm.prank(guardian);
        superchain.pause(address(portal));
        _snapshot("SuperchainConfig.pause(address)");
        vm.prank(guardian);
        superchain.extend(address(portal));
        _snapshot("SuperchainConfig.extend(address)");
        vm.prank(guardian);
        superchain.unpause(address(portal));
        _snapshot("SuperchainConfig.unpause(address)");
    }

    /*//////////////////////////////////////////////////////////////
                                   L2
    //////////////////////////////////////////////////////////////*/

    function test_gas_L1Block() public {
        bytes memory words = abi.encodePacked(uint256(1), uint256(2), keccak256("L1"), uint256(3));
        bytes memory ecotone = abi.encodePacked(uint32(4), uint32(5), uint64(6), uint64(7), uint64(8), words);
        bytes memory isthmus = abi.encodePacked(ecotone, uint32(9), uint64(10));
        _attributes("setL1BlockValuesIsthmus(), first", bytes.concat(hex"098999be", isthmus));
        _attributes("setL1BlockValuesEcotone()", bytes.concat(hex"440a5e20", ecotone));
        _attributes("setL1BlockValuesIsthmus()", bytes.concat(hex"098999be", isthmus));
        _attributes("setL1BlockValuesJovian()", abi.encodePacked(hex"3db6be2b", isthmus, uint16(400)));
    }

    function test_gas_L2ToL1MessagePasser() public {
        vm.prank(user);
        messagePasser.initiateWithdrawal{value: 1}(user, 100_000, "");
        _snapshot("L2ToL1MessagePasser.initiateWithdrawal, first");
        vm.prank(user);
        messagePasser.initiateWithdrawal{value: 1}(user, 100_000, "");
        _snapshot("L2ToL1MessagePasser.initiateWithdrawal");
        messagePasser.burn();
        _snapshot("L2ToL1MessagePasser.burn()");
    }

    function test_gas_FeeVault() public {
        FeeVault onL1 = _vault(FeeVault.WithdrawalNetwork.L1);
        FeeVault onL2 = _vault(FeeVault.WithdrawalNetwork.L2);
        vm.deal(address(onL1), 1 ether);
        onL1.withdraw();
        _snapshot("FeeVault.withdraw(), to L1");
        vm.deal(address(onL2), 1 ether);
        onL2.withdraw();
        _snapshot("FeeVault.withdraw(), to L2");
    }

    function _vault(FeeVault.WithdrawalNetwork network) private returns (FeeVault) {
        bytes memory call = abi.encodeCall(FeeVault.initialize, (user, 0, network));
        return FeeVault(payable(Proxied.deploy(address(new SequencerFeeVault()), deployer, call)));
    }

    function test_gas_WETH() public {
        vm.prank(user);
        weth.deposit{value: 2}();
        _snapshot("WETH.deposit()");
        vm.prank(user);
        weth.transfer(owner, 1);
        _snapshot("WETH.transfer(address,uint256)");
        vm.prank(user);
        weth.approve(owner, 1);
        _snapshot("WETH.approve(address,uint256)");
        vm.prank(owner);
        weth.transferFrom(user, owner, 1);
        _snapshot("WETH.transferFrom(address,address,uint256)");
        vm.prank(owner);
        weth.withdraw(1);
        _snapshot("WETH.withdraw(uint256)");
    }

    function test_gas_GasPriceOracle() public {
        setL1Attributes(1_368, 810_949, 1 gwei, 1, 1, 1);
        gasPriceOracle.getL1Fee(new bytes(200));
        _snapshot("GasPriceOracle.getL1Fee(bytes), 200 zeros");
        gasPriceOracle.getL1FeeUpperBound(200);
        _snapshot("GasPriceOracle.getL1FeeUpperBound(uint256)");
        gasPriceOracle.getOperatorFee(21_000);
        _snapshot("GasPriceOracle.getOperatorFee(uint256)");
    }

    /*//////////////////////////////////////////////////////////////
                               CODE SIZES
    //////////////////////////////////////////////////////////////*/

    function test_codeSizes() public {
        _size("inbox/", "BatchInbox");
        _size("oracle/", "L2OutputOracle");
        _size("bridge/", "OptimismPortal");
        _size("bridge/", "L1CrossDomainMessenger");
        _size("bridge/", "L1StandardBridge");
        _size("bridge/", "L1ERC721Bridge");
        _size("bridge/", "OptimismMintableERC20");
        _size("bridge/", "OptimismMintableERC20Factory");
        _size("config/", "SystemConfig");
        _size("config/", "SuperchainConfig");
        _size("lib/", "Proxy");
        _size("predeploys/", "DeployerWhitelist");
        _size("predeploys/", "GasPriceOracle");
        _size("predeploys/", "L1Block");
        _size("predeploys/", "L1BlockNumber");
        _size("predeploys/", "L2CrossDomainMessenger");
        _size("predeploys/", "L2ERC721Bridge");
        _size("predeploys/", "L2StandardBridge");
        _size("predeploys/", "L2ToL1MessagePasser");
        _size("predeploys/", "LegacyMessagePasser");
        _size("predeploys/", "OptimismMintableERC721");
        _size("predeploys/", "OptimismMintableERC721Factory");
        _size("predeploys/", "SequencerFeeVault");
        _size("predeploys/", "WETH");
    }

    /*//////////////////////////////////////////////////////////////
                                 HELPERS
    //////////////////////////////////////////////////////////////*/

    function _snapshot(string memory name) private {
        vm.snapshotGasLastCall("transactions", name);
    }

    function _size(string memory folder, string memory name) private {
        uint256 size = vm.getDeployedCode(string.concat("contracts/", folder, name, ".sol:", name)).length;
        vm.assertLe(size, 24_576, "EIP-170");
        vm.snapshotValue("code_sizes", name, size);
    }

    function _asOwner(string memory signature, bytes memory arguments) private {
        vm.prank(owner);
        (bool success,) = address(config).call(bytes.concat(bytes4(keccak256(bytes(signature))), arguments));
        vm.assertTrue(success, signature);
        _snapshot(string.concat("SystemConfig.", signature));
    }

    function _attributes(string memory name, bytes memory call) private {
        vm.prank(DEPOSITOR);
        (bool success,) = address(l1Block).call(call);
        vm.assertTrue(success, name);
        _snapshot(string.concat("L1Block.", name));
    }
}
