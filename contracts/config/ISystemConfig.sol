// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ResourceMetering} from "../bridge/ResourceMetering.sol";
import {ISuperchainConfig} from "./ISuperchainConfig.sol";

/// @title ISystemConfig
/// @notice The parameters of an L2 that its owner may change while it runs. Derivation learns of a change from the
///         `ConfigUpdate` event, so every setter emits one. Spec: "System Config".
interface ISystemConfig {
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
        address delayedWETH;
        address opcm;
    }

    /*//////////////////////////////////////////////////////////////
                            ERRORS AND EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice Thrown when an L2 block could not hold all deposits of an L1 block.
    error SystemConfig_GasLimitTooLow(uint64 gasLimit, uint64 minimum);

    /// @notice Thrown when an L2 block would be too large to execute and prove.
    error SystemConfig_GasLimitTooHigh(uint64 gasLimit, uint64 maximum);

    /// @notice Thrown when a scalar for `setGasConfig` has a version in its top byte.
    error SystemConfig_ScalarVersion(uint256 scalar);

    /// @notice Thrown when an EIP-1559 parameter is zero: on L2 that means "not set".
    error SystemConfig_ZeroEIP1559Param(uint32 denominator, uint32 elasticity);

    /// @notice Thrown when the market's lowest price is above its highest.
    error SystemConfig_BaseFeeBounds(uint32 minimum, uint128 maximum);

    /// @notice Thrown when the market's price could fall to zero, or change by division by zero, in one block.
    error SystemConfig_ChangeDenominatorTooLow(uint8 denominator);

    /// @notice Thrown when limit ÷ elasticity, the market's target, is zero or not whole.
    error SystemConfig_TargetNotWhole(uint32 maxResourceLimit, uint8 elasticity);

    /// @notice Thrown when a feature would move ETH to where these contracts do not look for it.
    error SystemConfig_UnsupportedFeature(bytes32 feature);

    /// @notice Thrown when a feature is as it should be already.
    error SystemConfig_FeatureUnchanged(bytes32 feature, bool enabled);

    /// @notice Spec: "System Config: ConfigUpdate event".
    event ConfigUpdate(uint256 indexed version, UpdateType indexed updateType, bytes data);

    /// @notice A feature was switched; see `isFeatureEnabled`.
    event FeatureSet(bytes32 indexed feature, bool indexed enabled);

    /*//////////////////////////////////////////////////////////////
                                SETTERS
    //////////////////////////////////////////////////////////////*/

    /// @notice Set up behind a proxy, once. Unlike upstream, announces the unsafe block signer too.
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
        ISuperchainConfig _superchainConfig
    ) external;

    /// @notice Set who signs blocks that the sequencer gossips.
    function setUnsafeBlockSigner(address _unsafeBlockSigner) external;

    /// @notice Set who may post batches: an address, left-padded with zeros.
    function setBatcherHash(bytes32 _batcherHash) external;

    /// @notice Set who may post batches.
    function setBatcherHash(address _batcher) external;

    /// @notice Set Bedrock's fee parameters, with a scalar of version 0.
    function setGasConfig(uint256 _overhead, uint256 _scalar) external;

    /// @notice Set the weights of L1's base fee and blob base fee in the L1 data fee, each over 1e6.
    function setGasConfigEcotone(uint32 _basefeeScalar, uint32 _blobbasefeeScalar) external;

    /// @notice Set the gas of an L2 block, within [`minimumGasLimit`, `maximumGasLimit`].
    function setGasLimit(uint64 _gasLimit) external;

    /// @notice Set how L2's base fee changes; neither is zero.
    function setEIP1559Params(uint32 _denominator, uint32 _elasticity) external;

    /// @notice Set the operator fee: gas × scalar / 1e6 (× 100 from Jovian) + constant, in wei.
    function setOperatorFeeScalars(uint32 _operatorFeeScalar, uint64 _operatorFeeConstant) external;

    /// @notice Set L2's lowest base fee, in wei; 0 for none.
    function setMinBaseFee(uint64 _minBaseFee) external;

    /// @notice Set the gas that a byte of batch data weighs; 0 means L2's default.
    function setDAFootprintGasScalar(uint16 _daFootprintGasScalar) external;

    /// @notice Switch a feature. Only by the proxy's admin or its owner: a feature is for new logic to look at.
    function setFeature(bytes32 _feature, bool _enabled) external;

    /*//////////////////////////////////////////////////////////////
                                 VIEWS
    //////////////////////////////////////////////////////////////*/

    /// @notice Version of `ConfigUpdate`.
    function VERSION() external view returns (uint256);

    /// @notice Where op-node proves the unsafe block signer: keccak256("systemconfig.unsafeblocksigner"), without the
    ///         usual minus one.
    function UNSAFE_BLOCK_SIGNER_SLOT() external view returns (bytes32);

    /// @notice Where the address of the same name is: keccak256("systemconfig.l1crossdomainmessenger") - 1.
    function L1_CROSS_DOMAIN_MESSENGER_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.l1erc721bridge") - 1
    function L1_ERC_721_BRIDGE_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.l1standardbridge") - 1
    function L1_STANDARD_BRIDGE_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.optimismportal") - 1
    function OPTIMISM_PORTAL_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.optimismmintableerc20factory") - 1
    function OPTIMISM_MINTABLE_ERC20_FACTORY_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.delayedweth") - 1
    function DELAYED_WETH_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.opcm") - 1
    function OPCM_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.batchinbox") - 1
    function BATCH_INBOX_SLOT() external view returns (bytes32);

    /// @notice keccak256("systemconfig.startBlock") - 1
    function START_BLOCK_SLOT() external view returns (bytes32);

    /// @notice Bedrock's fixed gas per transaction; 0 from Ecotone.
    function overhead() external view returns (uint256);

    /// @notice Version 1 u8 ‖ zeros ‖ blob base fee scalar u32 ‖ base fee scalar u32; or Bedrock's number.
    function scalar() external view returns (uint256);

    /// @notice Who may post batches: an address, left-padded with zeros.
    function batcherHash() external view returns (bytes32);

    /// @notice Gas of an L2 block.
    function gasLimit() external view returns (uint64);

    /// @notice Weight of L1's base fee in the L1 data fee, over 1e6.
    function basefeeScalar() external view returns (uint32);

    /// @notice Weight of L1's blob base fee in the L1 data fee, over 1e6.
    function blobbasefeeScalar() external view returns (uint32);

    /// @notice EIP-1559 parameters of L2 from Holocene; both zero until set, which means the chain's constants.
    function eip1559Denominator() external view returns (uint32);

    /// @notice See `eip1559Denominator`.
    function eip1559Elasticity() external view returns (uint32);

    /// @notice Operator fee from Isthmus, per gas; see `setOperatorFeeScalars`.
    function operatorFeeScalar() external view returns (uint32);

    /// @notice Operator fee from Isthmus, per transaction, in wei.
    function operatorFeeConstant() external view returns (uint64);

    /// @notice Gas that a byte of batch data weighs from Jovian; 0 means 400.
    function daFootprintGasScalar() external view returns (uint16);

    /// @notice Lowest base fee of L2 from Jovian, in wei.
    function minBaseFee() external view returns (uint64);

    /// @notice Chain id of L2.
    function l2ChainId() external view returns (uint256);

    /// @notice Guardian and pause.
    function superchainConfig() external view returns (ISuperchainConfig);

    /// @notice Whether L2's gas is paid with another token than ETH: never here.
    function isCustomGasToken() external view returns (bool);

    /// @notice Whether a feature, named by a short string in 32 bytes, is on.
    function isFeatureEnabled(bytes32 _feature) external view returns (bool);

    /// @notice Least gas of an L2 block: it must hold all deposits of an L1 block and the L1 attributes.
    function minimumGasLimit() external view returns (uint64);

    /// @notice Most gas of an L2 block that is known to be executed and proven in time.
    function maximumGasLimit() external view returns (uint64);

    /// @notice Market for deposit gas.
    function resourceConfig() external view returns (ResourceMetering.ResourceConfig memory);

    /// @notice Who signs blocks that the sequencer gossips.
    function unsafeBlockSigner() external view returns (address);

    /// @notice Where batches go.
    function batchInbox() external view returns (address);

    /// @notice L1 block at which this contract was set up: nothing of the chain is on L1 before it.
    function startBlock() external view returns (uint256);

    /// @notice The chain's other contracts on L1.
    function getAddresses() external view returns (Addresses memory);

    /// @notice Member of `getAddresses`, as are the following ones.
    function l1CrossDomainMessenger() external view returns (address);

    /// @notice See `getAddresses`.
    function l1ERC721Bridge() external view returns (address);

    /// @notice See `getAddresses`.
    function l1StandardBridge() external view returns (address);

    /// @notice See `getAddresses`.
    function optimismPortal() external view returns (address);

    /// @notice The portal's factory of dispute games. Reverts in the `oracle` settlement mode, which has none.
    function disputeGameFactory() external view returns (address);

    /// @notice See `getAddresses`.
    function optimismMintableERC20Factory() external view returns (address);

    /// @notice See `getAddresses`.
    function delayedWETH() external view returns (address);

    /// @notice `opcm` of `getAddresses`, under upstream's name: the contract that last upgraded the chain.
    function lastUsedOPCM() external view returns (address);

    /// @notice Whether the chain's L1 contracts are paused, globally or for this chain (named by its portal).
    function paused() external view returns (bool);

    /// @notice Who may pause.
    function guardian() external view returns (address);

    /// @notice Version of the ABI.
    function version() external view returns (string memory);
}
