// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Where a withdrawal begins, at the same address on every OP Stack chain.
interface IL2ToL1MessagePasser {
    function initiateWithdrawal(address target, uint256 gasLimit, bytes calldata data) external payable;
}

/// @title Poll
/// @notice On L2, where votes are cheap: everybody has one, and at the end anybody may send the result to L1.
contract Poll {
    error AlreadyVoted(address voter);

    IL2ToL1MessagePasser private constant PASSER =
        IL2ToL1MessagePasser(0x4200000000000000000000000000000000000016);

    /// @notice Gas for the call on L1. Whoever finalizes the withdrawal must provide at least this.
    uint256 private constant GAS_ON_L1 = 100_000;

    /// @notice The `Results` on L1.
    address public immutable results;

    mapping(address voter => bool) public hasVoted;
    uint256 public yes;
    uint256 public no;

    constructor(address _results) {
        results = _results;
    }

    function vote(bool _isYes) external {
        if (hasVoted[msg.sender]) revert AlreadyVoted(msg.sender);
        hasVoted[msg.sender] = true;
        if (_isYes) yes++;
        else no++;
    }

    /// @notice Nothing arrives on L1 by itself: the withdrawal that starts here must be proven and finalized there.
    function send() external {
        PASSER.initiateWithdrawal(results, GAS_ON_L1, abi.encodeCall(Results.record, (yes, no)));
    }
}

/// @notice What of the portal a contract on L1 needs to know from whom a withdrawal comes.
interface IOptimismPortal {
    function l2Sender() external view returns (address);
}

/// @title Results
/// @notice On L1, where everybody believes them.
contract Results {
    error NotThePoll(address caller);

    IOptimismPortal public immutable portal;

    /// @notice The `Poll` on L2. It must know this contract and this one it, so one address is set afterwards.
    address public poll;

    uint256 public yes;
    uint256 public no;

    constructor(IOptimismPortal _portal) {
        portal = _portal;
    }

    function setPoll(address _poll) external {
        require(poll == address(0), "the poll is set");
        poll = _poll;
    }

    /// @notice The portal calls this when the withdrawal is finalized. That the portal calls is not enough: any
    ///         contract on L2 can make it call anything. `l2Sender` says which one did.
    function record(uint256 _yes, uint256 _no) external {
        if (msg.sender != address(portal) || portal.l2Sender() != poll) revert NotThePoll(msg.sender);
        (yes, no) = (_yes, _no);
    }
}
