// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDisputeGame} from "../IDisputeGame.sol";
import {GameType, Timestamp} from "./Types.sol";

/// @notice A game in one word: type u32 ‖ time of creation u64 ‖ address. Zero is no game.
type GameId is bytes32;

using LibGameId for GameId global;

/// @title LibGameId
library LibGameId {
    function pack(GameType _type, Timestamp _timestamp, IDisputeGame _game) internal pure returns (GameId) {
        return GameId.wrap(
            bytes32(
                (uint256(_type.raw()) << 224) | (uint256(_timestamp.raw()) << 160) | uint160(address(_game))
            )
        );
    }

    function unpack(GameId _id) internal pure returns (GameType, Timestamp, IDisputeGame) {
        uint256 word = uint256(GameId.unwrap(_id));
        return (GameType.wrap(uint32(word >> 224)), Timestamp.wrap(uint64(word >> 160)), _id.game());
    }

    function game(GameId _id) internal pure returns (IDisputeGame) {
        return IDisputeGame(address(uint160(uint256(GameId.unwrap(_id)))));
    }

    function exists(GameId _id) internal pure returns (bool) {
        return GameId.unwrap(_id) != 0;
    }
}
