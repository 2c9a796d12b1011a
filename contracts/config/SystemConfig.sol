// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

import {ResourceMetering} from "../bridge/ResourceMetering.sol";
import {SuperchainConfig} from "./SuperchainConfig.sol";

/// @title SystemConfig
/// @notice The parameters of an L2 that its owner may change while it runs. Derivation learns of a change from the
///         `ConfigUpdate` event, so every setter emits one. Spec: "System Config".
contract SystemConfig is OwnableUpgradeable {
    using StorageSlot for bytes32;

    /*//////////////////////////////////////////////////////////////
                                 TYPES
    //////////////////////////////////////////////////////////////*/

    /// @notice What a ConfigUpdate changes; the numbers are consensus.
    enum UpdateType {
        BATCHER,
        FEE_SCALARS,
        GAS_LIMIT,
        UNSAFE_BLOCK_SIGNER,
        EIP_1559_PARAMS,
        OPERATOR_FEE_PARAMS,
        MIN_BASE_FEE,
        DA_FOOTPRINT_GAS_SCALAR
    }

    /// @notice The chain's contracts on L1; zero where the chain has none.
    struct Addresses {
        address l1CrossDomainMessenger;
        address l1ERC721Bridge;
        address l1StandardBridge;
        address optimismPortal;
        address optimismMintableERC20Factory;
    }

    /*//////////////////////////////////////////////////////////////
                            ERRORS AND EVENTS
    //////////////////////////////////////////////////////////////*/

    error SystemConfig_GasLimitTooLow(uint64 gasLimit, uint64 minimum);
    error SystemConfig_GasLimitTooHigh(uint64 gasLimit, uint64 maximum);
    error SystemConfig_ScalarVersion(uint256 scalar);
    error SystemConfig_ZeroEIP1559Param(uint32 denominator, uint32 elasticity);
    error SystemConfig_InvalidResourceConfig(string reason);

    /// @notice Spec: "System Config: ConfigUpdate event".
    event ConfigUpdate(uint256 indexed version, UpdateType indexed updateType, bytes data);

    /// @notice A feature was switched; see `isFeatureEnabled`.
    event FeatureSet(bytes32 indexed feature, bool indexed enabled);

    /*//////////////////////////////////////////////////////////////
                          CONSTANTS AND STORAGE
    //////////////////////////////////////////////////////////////*/

    /// @notice Version of `ConfigUpdate`.
    uint256 public constant VERSION = 0;

    /// @notice Where op-node proves the unsafe block signer: keccak256("systemconfig.unsafeblocksigner"), without the
    ///         usual minus one.
    bytes32 public constant UNSAFE_BLOCK_SIGNER_SLOT = keccak256("systemconfig.unsafeblocksigner");

    /// @notice Where the other addresses are: keccak256(name) - 1.
    bytes32 public constant L1_CROSS_DOMAIN_MESSENGER_SLOT =
        bytes32(uint256(keccak256("systemconfig.l1crossdomainmessenger")) - 1);
    bytes32 public constant L1_ERC_721_BRIDGE_SLOT =
        bytes32(uint256(keccak256("systemconfig.l1erc721bridge")) - 1);
    bytes32 public constant L1_STANDARD_BRIDGE_SLOT =
        bytes32(uint256(keccak256("systemconfig.l1standardbridge")) - 1);
    bytes32 public constant OPTIMISM_PORTAL_SLOT =
        bytes32(uint256(keccak256("systemconfig.optimismportal")) - 1);
    bytes32 public constant OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT =
        bytes32(uint256(keccak256("systemconfig.optimismmintableerc20factory")) - 1);
    bytes32 public constant BATCH_INBOX_SLOT = bytes32(uint256(keccak256("systemconfig.batchinbox")) - 1);
    bytes32 public constant START_BLOCK_SLOT = bytes32(uint256(keccak256("systemconfig.startBlock")) - 1);

    /// @dev More gas than op-geth and the fault-proof program are known to carry in one block.
    uint64 internal constant MAX_GAS_LIMIT = 500_000_000;

    /// @notice Bedrock's fee parameters. `overhead` is 0 from Ecotone; `scalar` packs version 1 and both scalars.
    uint256 public overhead;
    uint256 public scalar;

    /// @notice Who may post batches: an address, left-padded with zeros.
    bytes32 public batcherHash;

    /// @notice Gas of an L2 block.
    uint64 public gasLimit;

    /// @notice Ecotone's scalars, each over 1e6.
    uint32 public basefeeScalar;
    uint32 public blobbasefeeScalar;

    ResourceMetering.ResourceConfig internal _resourceConfig;

    /// @notice EIP-1559 parameters of L2 from Holocene; both zero until set, which means the chain's constants.
    uint32 public eip1559Denominator;
    uint32 public eip1559Elasticity;

    /// @notice Operator fee from Isthmus: gas × scalar / 1e6 (× 100 from Jovian) + constant, in wei.
    uint32 public operatorFeeScalar;
    uint64 public operatorFeeConstant;

    /// @notice Gas that a byte of batch data weighs from Jovian; 0 means 400.
    uint16 public daFootprintGasScalar;

    uint256 public l2ChainId;
    SuperchainConfig public superchainConfig;

    /// @notice Lowest base fee of L2 from Jovian, in wei.
    uint64 public minBaseFee;

    mapping(bytes32 feature => bool enabled) public isFeatureEnabled;

    /*//////////////////////////////////////////////////////////////
                             INITIALIZATION
    //////////////////////////////////////////////////////////////*/

    constructor() {
        _disableInitializers();
    }

    /// @notice Set up behind a proxy, once. (`reinitializer(1)` is `initializer` with a smaller stack.)
    /// @param _owner              May change every parameter.
    /// @param _basefeeScalar      Weight of L1's base fee in the L1 data fee, over 1e6.
    /// @param _blobbasefeeScalar  Weight of L1's blob base fee, over 1e6.
    /// @param _batcherHash        The batcher's address, left-padded.
    /// @param _gasLimit           Gas of an L2 block.
    /// @param _unsafeBlockSigner  Signs blocks that the sequencer gossips.
    /// @param _config             Market for deposit gas.
    /// @param _batchInbox         Where batches go.
    /// @param _addresses          The chain's other contracts on L1.
    /// @param _l2ChainId          Chain id of L2.
    /// @param _superchainConfig   Guardian and pause.
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
        SuperchainConfig _superchainConfig
    ) external reinitializer(1) {
        __Ownable_init(_owner);
        _setResourceConfig(_config); // before the gas limit, whose lower bound comes from it
        _setBatcherHash(_batcherHash);
        _setGasConfigEcotone(_basefeeScalar, _blobbasefeeScalar);
        _setGasLimit(_gasLimit);
        _setUnsafeBlockSigner(_unsafeBlockSigner);

        BATCH_INBOX_SLOT.getAddressSlot().value = _batchInbox;
        L1_CROSS_DOMAIN_MESSENGER_SLOT.getAddressSlot().value = _addresses.l1CrossDomainMessenger;
        L1_ERC_721_BRIDGE_SLOT.getAddressSlot().value = _addresses.l1ERC721Bridge;
        L1_STANDARD_BRIDGE_SLOT.getAddressSlot().value = _addresses.l1StandardBridge;
        OPTIMISM_PORTAL_SLOT.getAddressSlot().value = _addresses.optimismPortal;
        OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT.getAddressSlot().value = _addresses.optimismMintableERC20Factory;
        START_BLOCK_SLOT.getUint256Slot().value = block.number;
        l2ChainId = _l2ChainId;
        superchainConfig = _superchainConfig;
    }

    /*//////////////////////////////////////////////////////////////
                                SETTERS
    //////////////////////////////////////////////////////////////*/

    function setUnsafeBlockSigner(address _unsafeBlockSigner) external onlyOwner {
        _setUnsafeBlockSigner(_unsafeBlockSigner);
    }

    function setBatcherHash(bytes32 _batcherHash) external onlyOwner {
        _setBatcherHash(_batcherHash);
    }

    function setBatcherHash(address _batcher) external onlyOwner {
        _setBatcherHash(bytes32(uint256(uint160(_batcher))));
    }

    /// @notice Bedrock's fee parameters, with a scalar of version 0.
    function setGasConfig(uint256 _overhead, uint256 _scalar) external onlyOwner {
        if (_scalar >> 248 != 0) revert SystemConfig_ScalarVersion(_scalar);
        overhead = _overhead;
        scalar = _scalar;
        emit ConfigUpdate(VERSION, UpdateType.FEE_SCALARS, abi.encode(_overhead, _scalar));
    }

    function setGasConfigEcotone(uint32 _basefeeScalar, uint32 _blobbasefeeScalar) external onlyOwner {
        _setGasConfigEcotone(_basefeeScalar, _blobbasefeeScalar);
    }

    function setGasLimit(uint64 _gasLimit) external onlyOwner {
        _setGasLimit(_gasLimit);
    }

    function setEIP1559Params(uint32 _denominator, uint32 _elasticity) external onlyOwner {
        if (_denominator == 0 || _elasticity == 0) {
            revert SystemConfig_ZeroEIP1559Param(_denominator, _elasticity);
        }
        eip1559Denominator = _denominator;
        eip1559Elasticity = _elasticity;
        bytes memory data = abi.encode(uint256(_denominator) << 32 | uint256(_elasticity));
        emit ConfigUpdate(VERSION, UpdateType.EIP_1559_PARAMS, data);
    }

    function setOperatorFeeScalars(uint32 _operatorFeeScalar, uint64 _operatorFeeConstant)
        external
        onlyOwner
    {
        operatorFeeScalar = _operatorFeeScalar;
        operatorFeeConstant = _operatorFeeConstant;
        bytes memory data = abi.encode(uint256(_operatorFeeScalar) << 64 | uint256(_operatorFeeConstant));
        emit ConfigUpdate(VERSION, UpdateType.OPERATOR_FEE_PARAMS, data);
    }

    function setMinBaseFee(uint64 _minBaseFee) external onlyOwner {
        minBaseFee = _minBaseFee;
        emit ConfigUpdate(VERSION, UpdateType.MIN_BASE_FEE, abi.encode(_minBaseFee));
    }

    function setDAFootprintGasScalar(uint16 _daFootprintGasScalar) external onlyOwner {
        daFootprintGasScalar = _daFootprintGasScalar;
        emit ConfigUpdate(VERSION, UpdateType.DA_FOOTPRINT_GAS_SCALAR, abi.encode(_daFootprintGasScalar));
    }

    function setFeature(bytes32 _feature, bool _enabled) external onlyOwner {
        isFeatureEnabled[_feature] = _enabled;
        emit FeatureSet(_feature, _enabled);
    }

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    function version() external pure returns (string memory) {
        return "3.14.2";
    }

    /// @notice Least gas of an L2 block: it must hold all deposits of an L1 block and the L1 attributes.
    function minimumGasLimit() public view returns (uint64) {
        return uint64(_resourceConfig.maxResourceLimit) + uint64(_resourceConfig.systemTxMaxGas);
    }

    function maximumGasLimit() public pure returns (uint64) {
        return MAX_GAS_LIMIT;
    }

    function resourceConfig() external view returns (ResourceMetering.ResourceConfig memory) {
        return _resourceConfig;
    }

    function unsafeBlockSigner() external view returns (address) {
        return UNSAFE_BLOCK_SIGNER_SLOT.getAddressSlot().value;
    }

    function batchInbox() external view returns (address) {
        return BATCH_INBOX_SLOT.getAddressSlot().value;
    }

    /// @notice L1 block at which this contract was initialized: nothing of the chain is on L1 before it.
    function startBlock() external view returns (uint256) {
        return START_BLOCK_SLOT.getUint256Slot().value;
    }

    function l1CrossDomainMessenger() public view returns (address) {
        return L1_CROSS_DOMAIN_MESSENGER_SLOT.getAddressSlot().value;
    }

    function l1ERC721Bridge() public view returns (address) {
        return L1_ERC_721_BRIDGE_SLOT.getAddressSlot().value;
    }

    function l1StandardBridge() public view returns (address) {
        return L1_STANDARD_BRIDGE_SLOT.getAddressSlot().value;
    }

    function optimismPortal() public view returns (address) {
        return OPTIMISM_PORTAL_SLOT.getAddressSlot().value;
    }

    function optimismMintableERC20Factory() public view returns (address) {
        return OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT.getAddressSlot().value;
    }

    function getAddresses() external view returns (Addresses memory) {
        return Addresses({
            l1CrossDomainMessenger: l1CrossDomainMessenger(),
            l1ERC721Bridge: l1ERC721Bridge(),
            l1StandardBridge: l1StandardBridge(),
            optimismPortal: optimismPortal(),
            optimismMintableERC20Factory: optimismMintableERC20Factory()
        });
    }

    /// @notice Whether the chain's L1 contracts are paused, globally or for this chain (named by its portal).
    function paused() external view returns (bool) {
        return superchainConfig.paused(address(0)) || superchainConfig.paused(optimismPortal());
    }

    function guardian() external view returns (address) {
        return superchainConfig.guardian();
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

    /// @dev Refuses what would make the market's arithmetic divide by zero, overflow or lose precision.
    function _setResourceConfig(ResourceMetering.ResourceConfig memory _config) private {
        if (_config.minimumBaseFee > _config.maximumBaseFee) {
            revert SystemConfig_InvalidResourceConfig("minimum base fee above maximum");
        }
        if (_config.baseFeeMaxChangeDenominator <= 1) {
            revert SystemConfig_InvalidResourceConfig("change denominator below 2");
        }
        if (_config.elasticityMultiplier == 0) {
            revert SystemConfig_InvalidResourceConfig("zero elasticity");
        }
        uint32 target = _config.maxResourceLimit / _config.elasticityMultiplier;
        if (target == 0 || target * _config.elasticityMultiplier != _config.maxResourceLimit) {
            revert SystemConfig_InvalidResourceConfig("limit is no multiple of the elasticity");
        }
        _resourceConfig = _config;
    }
}
