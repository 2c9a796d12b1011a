// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBigStepper} from "../../../contracts/vm/IBigStepper.sol";
import {IPreimageOracle} from "../../../contracts/vm/IPreimageOracle.sol";
import {PreimageKeys} from "../../../contracts/vm/PreimageKeys.sol";

/// @title OutputMachine
/// @notice A machine that tells the truth about an L2 that a test makes up: whether the disputed output root follows from the
///         agreed one, by what is on L1 up to the game's head. It knows the answer in its first step, and says it in its last.
/// @dev    A state is (digest of all that was asked, verdict, instant). Unlike AlphabetVM's, its traces end VALID where the
///         disputed root is right, INVALID where it is wrong, and in PANIC where nobody knows the agreed root.
contract OutputMachine is IBigStepper {
    uint256 private constant VALID = 0;
    uint256 private constant INVALID = 1;
    uint256 private constant PANIC = 2;
    uint256 private constant UNFINISHED = 3;

    /// @notice The state before the first step, and how many steps there are.
    bytes32 public immutable PRESTATE;
    uint256 public immutable STEPS;

    /// @inheritdoc IBigStepper
    IPreimageOracle public immutable oracle;

    mapping(uint256 number => bytes32 root) private _rootOf;
    mapping(bytes32 root => uint256 number) private _numberOf;
    mapping(bytes32 l1Head => uint256 number) private _safeAt;

    constructor(bytes32 _prestate, uint256 _steps, IPreimageOracle _oracle) {
        PRESTATE = _prestate;
        STEPS = _steps;
        oracle = _oracle;
    }

    /// @notice The output root of an L2 block is this.
    function teach(uint256 _number, bytes32 _root) external {
        _rootOf[_number] = _root;
        _numberOf[_root] = _number;
    }

    /// @notice L1 up to this block makes L2 safe up to that one.
    function setSafe(bytes32 _l1Head, uint256 _number) external {
        _safeAt[_l1Head] = _number;
    }

    /// @inheritdoc IBigStepper
    function step(bytes calldata _stateData, bytes calldata, bytes32 _localContext)
        external
        view
        returns (bytes32 postState_)
    {
        (bytes32 digest, uint256 verdict, uint256 next) = keccak256(_stateData) << 8 == PRESTATE << 8
            ? _begin(_localContext)
            : abi.decode(_stateData, (bytes32, uint256, uint256));
        uint256 status = next == STEPS - 1 ? verdict : UNFINISHED;
        return PreimageKeys.ofType(keccak256(abi.encode(digest, verdict, next + 1)), uint8(status));
    }

    function _begin(bytes32 _context)
        private
        view
        returns (bytes32 digest_, uint256 verdict_, uint256 next_)
    {
        bytes32 head = _local(1, _context);
        bytes32 agreed = _local(2, _context);
        bytes32 disputed = _local(3, _context);
        uint256 number = uint256(_local(4, _context)) >> 192;
        bytes32 chainId = _local(5, _context);
        digest_ = keccak256(abi.encode(head, agreed, disputed, number, chainId));
        uint256 last = number < _safeAt[head] ? number : _safeAt[head];
        uint256 first = _numberOf[agreed];
        if (first == 0) return (digest_, PANIC, 0);
        bytes32 result = first < last ? _rootOf[last] : agreed;
        verdict_ = result == disputed ? VALID : INVALID;
    }

    /// @dev A local word, without the length that precedes it.
    function _local(uint256 _ident, bytes32 _context) private view returns (bytes32 word_) {
        (word_,) = oracle.readPreimage(PreimageKeys.local(_ident, _context, msg.sender), 8);
    }
}
