// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

import {IOptimismPortal2} from "../bridge/IOptimismPortal2.sol";
import {ResourceMetering} from "../bridge/ResourceMetering.sol";
import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {ISuperchainConfig} from "./ISuperchainConfig.sol";
import {ISystemConfig} from "./ISystemConfig.sol";

/// @title SystemConfig
/// @dev   INVARIANT: minimumGasLimit() <= gasLimit <= maximumGasLimit().
///        Storage lies where upstream's does.
contract SystemConfig layout at 101 is ISystemConfig, ProxyAdminOwned, OwnableUpgradeable {
    using StorageSlot for bytes32;

    /*//////////////////////////////////////////////////////////////
                          CONSTANTS AND STORAGE
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISystemConfig
    uint256 public constant VERSION = 0;
    /// @inheritdoc ISystemConfig
    bytes32 public constant UNSAFE_BLOCK_SIGNER_SLOT = keccak256("systemconfig.unsafeblocksigner");
    /// @inheritdoc ISystemConfig
    bytes32 public constant L1_CROSS_DOMAIN_MESSENGER_SLOT =
        bytes32(uint256(keccak256("systemconfig.l1crossdomainmessenger")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant L1_ERC_721_BRIDGE_SLOT =
        bytes32(uint256(keccak256("systemconfig.l1erc721bridge")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant L1_STANDARD_BRIDGE_SLOT =
        bytes32(uint256(keccak256("systemconfig.l1standardbridge")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant OPTIMISM_PORTAL_SLOT =
        bytes32(uint256(keccak256("systemconfig.optimismportal")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT =
        bytes32(uint256(keccak256("systemconfig.optimismmintableerc20factory")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant DELAYED_WETH_SLOT = bytes32(uint256(keccak256("systemconfig.delayedweth")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant OPCM_SLOT = bytes32(uint256(keccak256("systemconfig.opcm")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant BATCH_INBOX_SLOT = bytes32(uint256(keccak256("systemconfig.batchinbox")) - 1);
    /// @inheritdoc ISystemConfig
    bytes32 public constant START_BLOCK_SLOT = bytes32(uint256(keccak256("systemconfig.startBlock")) - 1);

    /// @dev More gas than op-geth and the fault-proof program are known to carry in one block.
    uint64 internal constant MAX_GAS_LIMIT = 500_000_000;

    /// @dev Features of upstream's contracts that would move ETH to where these do not look for it.
    bytes32 internal constant ETH_LOCKBOX = "ETH_LOCKBOX";
    bytes32 internal constant CUSTOM_GAS_TOKEN = "CUSTOM_GAS_TOKEN";

    /// @inheritdoc ISystemConfig
    uint256 public overhead;
    /// @inheritdoc ISystemConfig
    uint256 public scalar;
    /// @inheritdoc ISystemConfig
    bytes32 public batcherHash;
    /// @inheritdoc ISystemConfig
    uint64 public gasLimit;
    /// @inheritdoc ISystemConfig
    uint32 public basefeeScalar;
    /// @inheritdoc ISystemConfig
    uint32 public blobbasefeeScalar;

    ResourceMetering.ResourceConfig internal _resourceConfig;

    /// @inheritdoc ISystemConfig
    uint32 public eip1559Denominator;
    /// @inheritdoc ISystemConfig
    uint32 public eip1559Elasticity;
    /// @inheritdoc ISystemConfig
    uint32 public operatorFeeScalar;
    /// @inheritdoc ISystemConfig
    uint64 public operatorFeeConstant;
    /// @inheritdoc ISystemConfig
    uint16 public daFootprintGasScalar;
    /// @inheritdoc ISystemConfig
    uint256 public l2ChainId;
    /// @inheritdoc ISystemConfig
    ISuperchainConfig public superchainConfig;
    /// @inheritdoc ISystemConfig
    uint64 public minBaseFee;
    /// @inheritdoc ISystemConfig
    mapping(bytes32 feature => bool enabled) public isFeatureEnabled;

    /*//////////////////////////////////////////////////////////////
                             INITIALIZATION
    //////////////////////////////////////////////////////////////*/

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc ISystemConfig
    /// @dev `reinitializer(1)` is `initializer` with a smaller stack.
    function initialize(
        address _owner,
        uint32 _basefeeScalar,
        uint32 _blobbasefeeScalar,
        bytes32 _batcherHash,
        uint64 _gasLimit,
        address _unsafeBlockSigner,
        ResourceMetering.ResourceConfig memory _config,
        address _batchInbox,
        Addresses memory _addresses,
        uint256 _l2ChainId,
        ISuperchainConfig _superchainConfig
    ) external reinitializer(1) {
        _requireProxyAdminOrOwner();
        __Ownable_init(_owner);
        _setResourceConfig(_config); // before the gas limit, whose lower bound comes from it
        _setBatcherHash(_batcherHash);
        _setGasConfigEcotone(_basefeeScalar, _blobbasefeeScalar);
        _setGasLimit(_gasLimit);
        _setUnsafeBlockSigner(_unsafeBlockSigner);
        _setAddresses(_addresses);
        BATCH_INBOX_SLOT.getAddressSlot().value = _batchInbox;
        START_BLOCK_SLOT.getUint256Slot().value = block.number;
        l2ChainId = _l2ChainId;
        superchainConfig = _superchainConfig;
    }

    /*//////////////////////////////////////////////////////////////
                                SETTERS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISystemConfig
    function setUnsafeBlockSigner(address _unsafeBlockSigner) external onlyOwner {
        _setUnsafeBlockSigner(_unsafeBlockSigner);
    }

    /// @inheritdoc ISystemConfig
    function setBatcherHash(bytes32 _batcherHash) external onlyOwner {
        _setBatcherHash(_batcherHash);
    }

    /// @inheritdoc ISystemConfig
    function setBatcherHash(address _batcher) external onlyOwner {
        _setBatcherHash(bytes32(uint256(uint160(_batcher))));
    }

    /// @inheritdoc ISystemConfig
    function setGasConfig(uint256 _overhead, uint256 _scalar) external onlyOwner {
        if (_scalar >> 248 != 0) revert SystemConfig_ScalarVersion(_scalar);
        overhead = _overhead;
        scalar = _scalar;
        emit ConfigUpdate(VERSION, UpdateType.FEE_SCALARS, abi.encode(_overhead, _scalar));
    }

    /// @inheritdoc ISystemConfig
    function setGasConfigEcotone(uint32 _basefeeScalar, uint32 _blobbasefeeScalar) external onlyOwner {
        _setGasConfigEcotone(_basefeeScalar, _blobbasefeeScalar);
    }

    /// @inheritdoc ISystemConfig
    function setGasLimit(uint64 _gasLimit) external onlyOwner {
        _setGasLimit(_gasLimit);
    }

    /// @inheritdoc ISystemConfig
    function setEIP1559Params(uint32 _denominator, uint32 _elasticity) external onlyOwner {
        if (_denominator == 0 || _elasticity == 0) {
            revert SystemConfig_ZeroEIP1559Param(_denominator, _elasticity);
        }
        eip1559Denominator = _denominator;
        eip1559Elasticity = _elasticity;
        bytes memory data = abi.encode(uint256(_denominator) << 32 | uint256(_elasticity));
        emit ConfigUpdate(VERSION, UpdateType.EIP_1559_PARAMS, data);
    }

    /// @inheritdoc ISystemConfig
    function setOperatorFeeScalars(uint32 _operatorFeeScalar, uint64 _operatorFeeConstant)
        external
        onlyOwner
    {
        operatorFeeScalar = _operatorFeeScalar;
        operatorFeeConstant = _operatorFeeConstant;
        bytes memory data = abi.encode(uint256(_operatorFeeScalar) << 64 | uint256(_operatorFeeConstant));
        emit ConfigUpdate(VERSION, UpdateType.OPERATOR_FEE_PARAMS, data);
    }

    /// @inheritdoc ISystemConfig
    function setMinBaseFee(uint64 _minBaseFee) external onlyOwner {
        minBaseFee = _minBaseFee;
        emit ConfigUpdate(VERSION, UpdateType.MIN_BASE_FEE, abi.encode(_minBaseFee));
    }

    /// @inheritdoc ISystemConfig
    function setDAFootprintGasScalar(uint16 _daFootprintGasScalar) external onlyOwner {
        daFootprintGasScalar = _daFootprintGasScalar;
        emit ConfigUpdate(VERSION, UpdateType.DA_FOOTPRINT_GAS_SCALAR, abi.encode(_daFootprintGasScalar));
    }

    /// @inheritdoc ISystemConfig
    function setFeature(bytes32 _feature, bool _enabled) external {
        _requireProxyAdminOrOwner();
        if (_feature == ETH_LOCKBOX || _feature == CUSTOM_GAS_TOKEN) {
            revert SystemConfig_UnsupportedFeature(_feature);
        }
        if (isFeatureEnabled[_feature] == _enabled) revert SystemConfig_FeatureUnchanged(_feature, _enabled);
        isFeatureEnabled[_feature] = _enabled;
        emit FeatureSet(_feature, _enabled);
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISystemConfig
    function minimumGasLimit() public view returns (uint64) {
        return uint64(_resourceConfig.maxResourceLimit) + uint64(_resourceConfig.systemTxMaxGas);
    }

    /// @inheritdoc ISystemConfig
    function maximumGasLimit() external pure returns (uint64) {
        return MAX_GAS_LIMIT;
    }

    /// @inheritdoc ISystemConfig
    function resourceConfig() external view returns (ResourceMetering.ResourceConfig memory) {
        return _resourceConfig;
    }

    /// @inheritdoc ISystemConfig
    function unsafeBlockSigner() external view returns (address) {
        return UNSAFE_BLOCK_SIGNER_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function batchInbox() external view returns (address) {
        return BATCH_INBOX_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function startBlock() external view returns (uint256) {
        return START_BLOCK_SLOT.getUint256Slot().value;
    }

    /// @inheritdoc ISystemConfig
    function l1CrossDomainMessenger() public view returns (address) {
        return L1_CROSS_DOMAIN_MESSENGER_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function l1ERC721Bridge() public view returns (address) {
        return L1_ERC_721_BRIDGE_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function l1StandardBridge() public view returns (address) {
        return L1_STANDARD_BRIDGE_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function optimismPortal() public view returns (address) {
        return OPTIMISM_PORTAL_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function disputeGameFactory() external view returns (address) {
        return address(IOptimismPortal2(payable(optimismPortal())).disputeGameFactory());
    }

    /// @inheritdoc ISystemConfig
    function optimismMintableERC20Factory() public view returns (address) {
        return OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function delayedWETH() public view returns (address) {
        return DELAYED_WETH_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function lastUsedOPCM() public view returns (address) {
        return OPCM_SLOT.getAddressSlot().value;
    }

    /// @inheritdoc ISystemConfig
    function getAddresses() external view returns (Addresses memory) {
        return Addresses({
            l1CrossDomainMessenger: l1CrossDomainMessenger(),
            l1ERC721Bridge: l1ERC721Bridge(),
            l1StandardBridge: l1StandardBridge(),
            optimismPortal: optimismPortal(),
            optimismMintableERC20Factory: optimismMintableERC20Factory(),
            delayedWETH: delayedWETH(),
            opcm: lastUsedOPCM()
        });
    }

    /// @inheritdoc ISystemConfig
    function paused() external view returns (bool) {
        return superchainConfig.paused(address(0)) || superchainConfig.paused(optimismPortal());
    }

    /// @inheritdoc ISystemConfig
    function guardian() external view returns (address) {
        return superchainConfig.guardian();
    }

    /// @inheritdoc ISystemConfig
    function isCustomGasToken() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc ISystemConfig
    function version() external pure returns (string memory) {
        return "3.14.2";
    }

    /*//////////////////////////////////////////////////////////////
                                INTERNAL
    //////////////////////////////////////////////////////////////*/

    function _setUnsafeBlockSigner(address _unsafeBlockSigner) private {
        UNSAFE_BLOCK_SIGNER_SLOT.getAddressSlot().value = _unsafeBlockSigner;
        emit ConfigUpdate(VERSION, UpdateType.UNSAFE_BLOCK_SIGNER, abi.encode(_unsafeBlockSigner));
    }

    function _setBatcherHash(bytes32 _batcherHash) private {
        batcherHash = _batcherHash;
        emit ConfigUpdate(VERSION, UpdateType.BATCHER, abi.encode(_batcherHash));
    }

    function _setGasConfigEcotone(uint32 _basefeeScalar, uint32 _blobbasefeeScalar) private {
        basefeeScalar = _basefeeScalar;
        blobbasefeeScalar = _blobbasefeeScalar;
        // version 1 ‖ zeros ‖ blob base fee scalar u32 ‖ base fee scalar u32
        scalar = uint256(1) << 248 | uint256(_blobbasefeeScalar) << 32 | _basefeeScalar;
        emit ConfigUpdate(VERSION, UpdateType.FEE_SCALARS, abi.encode(overhead, scalar));
    }

    function _setGasLimit(uint64 _gasLimit) private {
        if (_gasLimit < minimumGasLimit()) revert SystemConfig_GasLimitTooLow(_gasLimit, minimumGasLimit());
        if (_gasLimit > MAX_GAS_LIMIT) revert SystemConfig_GasLimitTooHigh(_gasLimit, MAX_GAS_LIMIT);
        gasLimit = _gasLimit;
        emit ConfigUpdate(VERSION, UpdateType.GAS_LIMIT, abi.encode(_gasLimit));
    }

    function _setAddresses(Addresses memory _addresses) private {
        L1_CROSS_DOMAIN_MESSENGER_SLOT.getAddressSlot().value = _addresses.l1CrossDomainMessenger;
        L1_ERC_721_BRIDGE_SLOT.getAddressSlot().value = _addresses.l1ERC721Bridge;
        L1_STANDARD_BRIDGE_SLOT.getAddressSlot().value = _addresses.l1StandardBridge;
        OPTIMISM_PORTAL_SLOT.getAddressSlot().value = _addresses.optimismPortal;
        OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT.getAddressSlot().value = _addresses.optimismMintableERC20Factory;
        DELAYED_WETH_SLOT.getAddressSlot().value = _addresses.delayedWETH;
        OPCM_SLOT.getAddressSlot().value = _addresses.opcm;
    }

    /// @dev Refuses what would make the market's arithmetic divide by zero, overflow or lose precision.
    function _setResourceConfig(ResourceMetering.ResourceConfig memory _config) private {
        if (_config.minimumBaseFee > _config.maximumBaseFee) {
            revert SystemConfig_BaseFeeBounds(_config.minimumBaseFee, _config.maximumBaseFee);
        }
        if (_config.baseFeeMaxChangeDenominator < 2) {
            revert SystemConfig_ChangeDenominatorTooLow(_config.baseFeeMaxChangeDenominator);
        }
        (uint32 limit, uint8 elasticity) = (_config.maxResourceLimit, _config.elasticityMultiplier);
        if (limit == 0 || elasticity == 0 || limit % elasticity != 0) {
            revert SystemConfig_TargetNotWhole(limit, elasticity);
        }
        _resourceConfig = _config;
    }
}
