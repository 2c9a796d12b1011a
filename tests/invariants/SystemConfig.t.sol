// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ResourceMetering} from "../../contracts/bridge/ResourceMetering.sol";
import {ISystemConfig} from "../../contracts/config/ISystemConfig.sol";
import {SystemConfig} from "../../contracts/config/SystemConfig.sol";
import {ProxyAdminOwned} from "../../contracts/lib/ProxyAdminOwned.sol";
import {System} from "./support/System.sol";
import {bound, vm} from "./support/Vm.sol";

contract SystemConfigTest is System {
    uint64 internal constant MINIMUM = 21_000_000;
    uint64 internal constant MAXIMUM = 500_000_000;

    function setUp() public {
        deploySystem();
    }

    /*//////////////////////////////////////////////////////////////
                               INITIALIZE
    //////////////////////////////////////////////////////////////*/

    function test_initialize_getters() public view {
        vm.assertEq(config.owner(), owner, "owner");
        vm.assertEq(config.basefeeScalar(), 1_368, "basefeeScalar");
        vm.assertEq(config.blobbasefeeScalar(), 810_949, "blobbasefeeScalar");
        vm.assertEq(config.overhead(), 0, "overhead");
        vm.assertEq(config.scalar(), 1 << 248 | 810_949 << 32 | 1_368, "scalar");
        vm.assertEq(config.batcherHash(), bytes32(uint256(uint160(batcher))), "batcherHash");
        vm.assertEq(config.gasLimit(), GAS_LIMIT, "gasLimit");
        vm.assertEq(config.unsafeBlockSigner(), blockSigner, "unsafeBlockSigner");
        vm.assertEq(config.batchInbox(), address(inbox), "batchInbox");
        vm.assertEq(config.startBlock(), 1000, "startBlock");
        vm.assertEq(config.l2ChainId(), L2_CHAIN_ID, "l2ChainId");
        vm.assertEq(address(config.superchainConfig()), address(superchain), "superchainConfig");
        vm.assertEq(config.guardian(), guardian, "guardian");
        vm.assertEq(config.minimumGasLimit(), MINIMUM, "minimumGasLimit");
        vm.assertEq(config.maximumGasLimit(), MAXIMUM, "maximumGasLimit");
        vm.assertEq(config.VERSION(), 0, "VERSION");
        vm.assertEq(config.version(), "3.14.2", "version");
        vm.assertEq(
            keccak256(abi.encode(config.getAddresses())), keccak256(abi.encode(chainAddresses())), "addresses"
        );
        vm.assertEq(
            keccak256(abi.encode(config.resourceConfig())), keccak256(abi.encode(defaultMarket())), "market"
        );
    }

    /// @dev The slots that clients and proofs read, as numbers; from op-node and upstream's constants.
    function test_initialize_slots_areTheSpecs() public view {
        bytes32 signerSlot = 0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08;
        vm.assertEq(config.UNSAFE_BLOCK_SIGNER_SLOT(), signerSlot, "unsafe block signer's slot");
        _assertAddressAt(signerSlot, blockSigner);
        _assertAddressAt(config.BATCH_INBOX_SLOT(), address(inbox));
        _assertAddressAt(config.OPTIMISM_PORTAL_SLOT(), address(portal));
        _assertAddressAt(config.L1_CROSS_DOMAIN_MESSENGER_SLOT(), config.l1CrossDomainMessenger());
        _assertAddressAt(config.L1_ERC_721_BRIDGE_SLOT(), config.l1ERC721Bridge());
        _assertAddressAt(config.L1_STANDARD_BRIDGE_SLOT(), config.l1StandardBridge());
        _assertAddressAt(config.OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT(), config.optimismMintableERC20Factory());
        _assertAddressAt(config.DELAYED_WETH_SLOT(), config.delayedWETH());
        _assertAddressAt(config.OPCM_SLOT(), config.lastUsedOPCM());
        vm.assertEq(uint256(vm.load(address(config), config.START_BLOCK_SLOT())), 1000, "startBlock");
        vm.assertEq(
            config.BATCH_INBOX_SLOT(),
            0x71ac12829d66ee73d8d95bff50b3589745ce57edae70a3fb111a2342464dc597,
            "batch inbox's slot"
        );
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        (bool success,) = address(config).call(systemConfigCall(defaultMarket(), GAS_LIMIT));
        success; // expectRevert has checked it
    }

    function test_initialize_gasLimitBounds() public {
        _initialized(defaultMarket(), MINIMUM, "");
        _initialized(defaultMarket(), MAXIMUM, "");
        _initialized(defaultMarket(), MINIMUM - 1, _tooLow(MINIMUM - 1));
        _initialized(defaultMarket(), MAXIMUM + 1, _tooHigh(MAXIMUM + 1));
    }

    function test_initialize_marketBounds() public {
        ResourceMetering.ResourceConfig memory market = defaultMarket();
        market.maximumBaseFee = market.minimumBaseFee;
        _initialized(market, GAS_LIMIT, "");
        --market.maximumBaseFee;
        _initialized(
            market,
            GAS_LIMIT,
            abi.encodeWithSelector(
                ISystemConfig.SystemConfig_BaseFeeBounds.selector,
                market.minimumBaseFee,
                market.maximumBaseFee
            )
        );
    }

    function test_initialize_marketDenominator() public {
        ResourceMetering.ResourceConfig memory market = defaultMarket();
        market.baseFeeMaxChangeDenominator = 2;
        _initialized(market, GAS_LIMIT, "");
        market.baseFeeMaxChangeDenominator = 1;
        _initialized(
            market,
            GAS_LIMIT,
            abi.encodeWithSelector(ISystemConfig.SystemConfig_ChangeDenominatorTooLow.selector, 1)
        );
    }

    function test_initialize_marketTarget() public {
        _initialized(_market(20_000_000, 1), GAS_LIMIT, "");
        _initialized(_market(20_000_000, 3), GAS_LIMIT, _targetNotWhole(20_000_000, 3));
        _initialized(_market(20_000_000, 0), GAS_LIMIT, _targetNotWhole(20_000_000, 0));
        _initialized(_market(0, 10), GAS_LIMIT, _targetNotWhole(0, 10));
        _initialized(_market(9, 10), GAS_LIMIT, _targetNotWhole(9, 10));
    }

    /*//////////////////////////////////////////////////////////////
                                SETTERS
    //////////////////////////////////////////////////////////////*/

    function testFuzz_setBatcherHash_emitted(bytes32 hash, address next) public {
        _expectUpdate(ISystemConfig.UpdateType.BATCHER, abi.encode(hash));
        config.setBatcherHash(hash);
        vm.assertEq(config.batcherHash(), hash, "hash");
        _expectUpdate(ISystemConfig.UpdateType.BATCHER, abi.encode(next));
        config.setBatcherHash(next);
        vm.assertEq(config.batcherHash(), bytes32(uint256(uint160(next))), "address");
    }

    function testFuzz_setGasConfig_emitted(uint256 overhead, uint248 scalar) public {
        _expectUpdate(ISystemConfig.UpdateType.FEE_SCALARS, abi.encode(overhead, scalar));
        config.setGasConfig(overhead, scalar);
        vm.assertEq(config.overhead(), overhead, "overhead");
        vm.assertEq(config.scalar(), scalar, "scalar");
    }

    function testFuzz_setGasConfig_versionedScalar_reverts(uint256 scalar) public {
        scalar = bound(scalar, 1 << 248, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.SystemConfig_ScalarVersion.selector, scalar));
        vm.prank(owner);
        config.setGasConfig(0, scalar);
    }

    function testFuzz_setGasConfigEcotone_emitted(uint32 base, uint32 blob) public {
        uint256 scalar = uint256(1) << 248 | uint256(blob) << 32 | base;
        _expectUpdate(ISystemConfig.UpdateType.FEE_SCALARS, abi.encode(0, scalar));
        config.setGasConfigEcotone(base, blob);
        vm.assertEq(config.scalar(), scalar, "scalar");
        vm.assertEq(config.basefeeScalar(), base, "basefeeScalar");
        vm.assertEq(config.blobbasefeeScalar(), blob, "blobbasefeeScalar");
    }

    function testFuzz_setGasLimit_withinBounds_emitted(uint64 limit) public {
        limit = uint64(bound(limit, MINIMUM, MAXIMUM));
        _expectUpdate(ISystemConfig.UpdateType.GAS_LIMIT, abi.encode(limit));
        config.setGasLimit(limit);
        vm.assertEq(config.gasLimit(), limit, "gasLimit");
    }

    function testFuzz_setGasLimit_outOfBounds_reverts(uint64 low, uint64 high) public {
        low = uint64(bound(low, 0, MINIMUM - 1));
        high = uint64(bound(high, MAXIMUM + 1, type(uint64).max));
        vm.expectRevert(_tooLow(low));
        vm.prank(owner);
        config.setGasLimit(low);
        vm.expectRevert(_tooHigh(high));
        vm.prank(owner);
        config.setGasLimit(high);
    }

    function testFuzz_setUnsafeBlockSigner_emitted(address signer) public {
        _expectUpdate(ISystemConfig.UpdateType.UNSAFE_BLOCK_SIGNER, abi.encode(signer));
        config.setUnsafeBlockSigner(signer);
        vm.assertEq(config.unsafeBlockSigner(), signer, "signer");
    }

    function testFuzz_setEIP1559Params_emitted(uint32 denominator, uint32 elasticity) public {
        denominator = uint32(bound(denominator, 1, type(uint32).max));
        elasticity = uint32(bound(elasticity, 1, type(uint32).max));
        _expectUpdate(
            ISystemConfig.UpdateType.EIP_1559_PARAMS,
            abi.encodePacked(uint192(0), denominator, elasticity) // the data is u32 ‖ u32, left-padded
        );
        config.setEIP1559Params(denominator, elasticity);
        vm.assertEq(config.eip1559Denominator(), denominator, "denominator");
        vm.assertEq(config.eip1559Elasticity(), elasticity, "elasticity");
    }

    function testFuzz_setEIP1559Params_zero_reverts(uint32 other) public {
        bytes4 zero = ISystemConfig.SystemConfig_ZeroEIP1559Param.selector;
        vm.expectRevert(abi.encodeWithSelector(zero, 0, other));
        vm.prank(owner);
        config.setEIP1559Params(0, other);
        vm.expectRevert(abi.encodeWithSelector(zero, other, 0));
        vm.prank(owner);
        config.setEIP1559Params(other, 0);
    }

    function testFuzz_setOperatorFeeScalars_emitted(uint32 scalar, uint64 constant_) public {
        _expectUpdate(
            ISystemConfig.UpdateType.OPERATOR_FEE_PARAMS, abi.encodePacked(uint160(0), scalar, constant_)
        );
        config.setOperatorFeeScalars(scalar, constant_);
        vm.assertEq(config.operatorFeeScalar(), scalar, "scalar");
        vm.assertEq(config.operatorFeeConstant(), constant_, "constant");
    }

    function testFuzz_setMinBaseFee_emitted(uint64 fee) public {
        _expectUpdate(ISystemConfig.UpdateType.MIN_BASE_FEE, abi.encode(fee));
        config.setMinBaseFee(fee);
        vm.assertEq(config.minBaseFee(), fee, "minBaseFee");
    }

    function testFuzz_setDAFootprintGasScalar_emitted(uint16 scalar) public {
        _expectUpdate(ISystemConfig.UpdateType.DA_FOOTPRINT_GAS_SCALAR, abi.encode(scalar));
        config.setDAFootprintGasScalar(scalar);
        vm.assertEq(config.daFootprintGasScalar(), scalar, "daFootprintGasScalar");
    }

    function testFuzz_setFeature_emitted(bytes32 feature) public {
        if (feature == "ETH_LOCKBOX" || feature == "CUSTOM_GAS_TOKEN") feature = "other";
        vm.expectEmit(true, true, true, true, address(config));
        emit ISystemConfig.FeatureSet(feature, true);
        vm.prank(deployer); // owns the proxy's admin
        config.setFeature(feature, true);
        vm.assertTrue(config.isFeatureEnabled(feature), "on");
        vm.prank(deployer);
        config.setFeature(feature, false);
        vm.assertFalse(config.isFeatureEnabled(feature), "off");
    }

    function test_setFeature_asItIs_reverts() public {
        vm.prank(deployer);
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfig.SystemConfig_FeatureUnchanged.selector, bytes32("x"), false)
        );
        config.setFeature("x", false);
    }

    function test_setFeature_thatMovesEther_reverts() public {
        bytes32[2] memory features = [bytes32("ETH_LOCKBOX"), "CUSTOM_GAS_TOKEN"];
        for (uint256 i = 0; i < features.length; ++i) {
            vm.prank(deployer);
            vm.expectRevert(
                abi.encodeWithSelector(ISystemConfig.SystemConfig_UnsupportedFeature.selector, features[i])
            );
            config.setFeature(features[i], true);
        }
    }

    function test_setFeature_byTheConfigsOwner_reverts() public {
        vm.prank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                ProxyAdminOwned.ProxyAdminOwned_NotAdminOrOwner.selector, owner, address(proxyAdmin)
            )
        );
        config.setFeature("x", true);
    }

    function testFuzz_setters_anyButOwner_revert(address caller) public {
        if (caller == owner) caller = user;
        bytes[10] memory calls = [
            abi.encodeWithSignature("setBatcherHash(bytes32)", bytes32(0)),
            abi.encodeWithSignature("setBatcherHash(address)", user),
            abi.encodeCall(config.setGasConfig, (1, 1)),
            abi.encodeCall(config.setGasConfigEcotone, (1, 1)),
            abi.encodeCall(config.setGasLimit, MINIMUM),
            abi.encodeCall(config.setUnsafeBlockSigner, user),
            abi.encodeCall(config.setEIP1559Params, (1, 1)),
            abi.encodeCall(config.setOperatorFeeScalars, (1, 1)),
            abi.encodeCall(config.setMinBaseFee, 1),
            abi.encodeCall(config.setDAFootprintGasScalar, 1)
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool success, bytes memory answer) = address(config).call(calls[i]);
            vm.assertFalse(success, "I-CONFIG-4: only the owner");
            vm.assertEq(
                answer,
                abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, caller),
                "I-CONFIG-4: the reason"
            );
            vm.prank(owner);
            (success,) = address(config).call(calls[i]);
            vm.assertTrue(success, "I-CONFIG-4: the same call from the owner");
        }
    }

    /*//////////////////////////////////////////////////////////////
                                 PAUSED
    //////////////////////////////////////////////////////////////*/

    function test_paused_globalOrPortal_elseNot() public {
        vm.assertFalse(config.paused(), "not paused");
        _assertPausedBy(address(0), true);
        _assertPausedBy(address(portal), true);
        _assertPausedBy(user, false);
    }

    function _assertPausedBy(address identifier, bool expected) private {
        vm.prank(guardian);
        superchain.pause(identifier);
        vm.assertEq(config.paused(), expected, "SystemConfig");
        vm.assertEq(portal.paused(), expected, "OptimismPortal");
        vm.prank(guardian);
        superchain.unpause(identifier);
    }

    function _expectUpdate(ISystemConfig.UpdateType updateType, bytes memory data) private {
        vm.expectEmit(true, true, true, true, address(config));
        emit ISystemConfig.ConfigUpdate(0, updateType, data);
        vm.prank(owner);
    }

    function _assertAddressAt(bytes32 slot, address expected) private view {
        vm.assertEq(vm.load(address(config), slot), bytes32(uint256(uint160(expected))), "an address's slot");
    }

    function _initialized(ResourceMetering.ResourceConfig memory market, uint64 limit, bytes memory refusal)
        private
    {
        address logic = address(new SystemConfig());
        bytes memory call = systemConfigCall(market, limit);
        address payable proxy = emptyProxy();
        if (refusal.length != 0) vm.expectRevert(refusal);
        vm.prank(deployer);
        proxyAdmin.upgradeAndCall(proxy, logic, call);
        if (refusal.length == 0) vm.assertEq(SystemConfig(proxy).gasLimit(), limit, "initialized");
    }

    function _market(uint32 limit, uint8 elasticity)
        private
        pure
        returns (ResourceMetering.ResourceConfig memory market)
    {
        market = defaultMarket();
        (market.maxResourceLimit, market.elasticityMultiplier) = (limit, elasticity);
    }

    function _targetNotWhole(uint32 limit, uint8 elasticity) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISystemConfig.SystemConfig_TargetNotWhole.selector, limit, elasticity);
    }

    function _tooLow(uint64 limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISystemConfig.SystemConfig_GasLimitTooLow.selector, limit, MINIMUM);
    }

    function _tooHigh(uint64 limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISystemConfig.SystemConfig_GasLimitTooHigh.selector, limit, MAXIMUM);
    }
}
