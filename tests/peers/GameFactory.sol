// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice As much of a DisputeGameFactory as op-proposer talks to: it keeps what is proposed, for a bond.
///         Nobody can dispute anything here, and bonds stay where they are.
/// @dev    Names and types are those of the OP Stack's DisputeGameFactory and FaultDisputeGame.
contract GameFactory {
    string public constant version = "1.3.0";
    uint256 public constant BOND = 0.01 ether;

    ProposedGame[] internal games;
    mapping(bytes32 uuid => bool) internal isMade;

    error GameAlreadyExists(bytes32 uuid);

    function initBonds(uint32) external pure returns (uint256) {
        return BOND;
    }

    function gameCount() external view returns (uint256) {
        return games.length;
    }

    function gameAtIndex(uint256 index) external view returns (uint32, uint64, ProposedGame) {
        ProposedGame game = games[index];
        return (game.gameType(), game.createdAt(), game);
    }

    function create(uint32 gameType, bytes32 rootClaim, bytes calldata extraData) external payable {
        require(msg.value == BOND, "wrong bond");
        bytes32 uuid = keccak256(abi.encode(gameType, rootClaim, extraData));
        require(!isMade[uuid], GameAlreadyExists(uuid));
        isMade[uuid] = true;
        games.push(new ProposedGame(gameType, msg.sender, rootClaim, abi.decode(extraData, (uint256))));
    }
}

contract ProposedGame {
    uint32 public immutable gameType;
    uint64 public immutable createdAt = uint64(block.timestamp);
    address public immutable gameCreator;
    bytes32 public immutable rootClaim;
    uint256 public immutable l2BlockNumber;

    constructor(uint32 type_, address creator, bytes32 claim, uint256 number) {
        (gameType, gameCreator, rootClaim, l2BlockNumber) = (type_, creator, claim, number);
    }

    /// @return The root claim, as the first claim of a game: no parent, not countered, position 1.
    function claimData(uint256)
        external
        view
        returns (uint32, address, address, uint128, bytes32, uint128, uint128)
    {
        return (type(uint32).max, address(0), gameCreator, 0, rootClaim, 1, 0);
    }
}
