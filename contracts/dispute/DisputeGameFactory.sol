// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {LibCWIA} from "solady/utils/legacy/LibCWIA.sol";

import {ProxyAdminOwned} from "../lib/ProxyAdminOwned.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {IDisputeGameFactory} from "./IDisputeGameFactory.sol";
import {GameId, LibGameId} from "./types/GameId.sol";
import {Claim, GameType, Timestamp} from "./types/Types.sol";

/// @title DisputeGameFactory
/// @dev   Its state lies where upstream's does: other chains read games out of it by storage proofs.
contract DisputeGameFactory layout at 101 is IDisputeGameFactory, ProxyAdminOwned, OwnableUpgradeable {
    /// @inheritdoc IDisputeGameFactory
    mapping(GameType gameType => IDisputeGame impl) public gameImpls;

    /// @inheritdoc IDisputeGameFactory
    mapping(GameType gameType => uint256 bond) public initBonds;

    /// @dev The games by name.
    mapping(bytes32 uuid => GameId id) internal _games;

    /// @dev The games in the order of creation.
    GameId[] internal _list;

    /// @inheritdoc IDisputeGameFactory
    mapping(GameType gameType => bytes args) public gameArgs;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IDisputeGameFactory
    function initialize(address _owner) external initializer {
        _requireProxyAdminOrOwner();
        __Ownable_init(_owner);
    }

    /*//////////////////////////////////////////////////////////////
                                CREATION
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IDisputeGameFactory
    function create(GameType _gameType, Claim _rootClaim, bytes calldata _extraData)
        external
        payable
        returns (IDisputeGame proxy_)
    {
        IDisputeGame impl = gameImpls[_gameType];
        if (address(impl) == address(0)) revert DisputeGameFactory_NoImplementation(_gameType);
        uint256 bond = initBonds[_gameType];
        if (msg.value != bond) revert DisputeGameFactory_IncorrectBond(msg.value, bond);
        bytes32 uuid = getGameUUID(_gameType, _rootClaim, _extraData);
        GameId earlier = _games[uuid];
        if (earlier.exists()) revert DisputeGameFactory_GameExists(uuid, earlier.game());

        proxy_ = IDisputeGame(
            LibCWIA.cloneDeterministic(address(impl), _arguments(_gameType, _rootClaim, _extraData), uuid)
        );
        GameId id = LibGameId.pack(_gameType, Timestamp.wrap(uint64(block.timestamp)), proxy_);
        _games[uuid] = id;
        _list.push(id);
        proxy_.initialize{value: msg.value}();
        emit DisputeGameCreated(address(proxy_), _gameType, _rootClaim);
    }

    /// @dev What is appended to the calldata of each call to the clone. Implementations without arguments of their own
    ///      are of an older kind, which know their type and do not expect it here.
    function _arguments(GameType _gameType, Claim _rootClaim, bytes calldata _extraData)
        private
        view
        returns (bytes memory)
    {
        bytes32 l1Head = blockhash(block.number - 1);
        bytes memory args = gameArgs[_gameType];
        return args.length == 0
            ? abi.encodePacked(msg.sender, _rootClaim, l1Head, _extraData)
            : abi.encodePacked(msg.sender, _rootClaim, l1Head, _gameType, _extraData, args);
    }

    /*//////////////////////////////////////////////////////////////
                                 OWNER
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IDisputeGameFactory
    function setImplementation(GameType _gameType, IDisputeGame _impl) external {
        setImplementation(_gameType, _impl, "");
    }

    /// @inheritdoc IDisputeGameFactory
    function setImplementation(GameType _gameType, IDisputeGame _impl, bytes memory _args) public onlyOwner {
        gameImpls[_gameType] = _impl;
        gameArgs[_gameType] = _args; // arguments never outlive the implementation that they were meant for
        emit ImplementationSet(address(_impl), _gameType);
        emit ImplementationArgsSet(_gameType, _args);
    }

    /// @inheritdoc IDisputeGameFactory
    function setInitBond(GameType _gameType, uint256 _initBond) external onlyOwner {
        initBonds[_gameType] = _initBond;
        emit InitBondUpdated(_gameType, _initBond);
    }

    /*//////////////////////////////////////////////////////////////
                                 SEARCH
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IDisputeGameFactory
    function games(GameType _gameType, Claim _rootClaim, bytes calldata _extraData)
        external
        view
        returns (IDisputeGame proxy, Timestamp timestamp)
    {
        (, timestamp, proxy) = _games[getGameUUID(_gameType, _rootClaim, _extraData)].unpack();
    }

    /// @inheritdoc IDisputeGameFactory
    function gameAtIndex(uint256 _index)
        external
        view
        returns (GameType gameType, Timestamp timestamp, IDisputeGame proxy)
    {
        return _list[_index].unpack();
    }

    /// @inheritdoc IDisputeGameFactory
    function gameCount() external view returns (uint256) {
        return _list.length;
    }

    /// @inheritdoc IDisputeGameFactory
    function findLatestGames(GameType _gameType, uint256 _start, uint256 _n)
        external
        view
        returns (GameSearchResult[] memory games_)
    {
        if (_start >= _list.length) return games_;
        // Never more room than there can be games, whatever the caller asks for.
        games_ = new GameSearchResult[](_n <= _start ? _n : _start + 1);
        uint256 found = 0;
        for (uint256 index = _start + 1; index > 0 && found < games_.length; index--) {
            GameId id = _list[index - 1];
            (GameType gameType, Timestamp timestamp, IDisputeGame game) = id.unpack();
            if (gameType != _gameType) continue;
            games_[found++] = GameSearchResult({
                index: index - 1,
                metadata: GameId.unwrap(id),
                timestamp: timestamp,
                rootClaim: game.rootClaim(),
                extraData: game.extraData()
            });
        }
        // equivalent: shorten the array to those found; Solidity has no way to say it
        assembly ("memory-safe") {
            mstore(games_, found)
        }
    }

    /// @inheritdoc IDisputeGameFactory
    function getGameUUID(GameType _gameType, Claim _rootClaim, bytes calldata _extraData)
        public
        pure
        returns (bytes32 uuid_)
    {
        return keccak256(abi.encode(_gameType, _rootClaim, _extraData));
    }

    /// @inheritdoc IDisputeGameFactory
    function version() external pure returns (string memory) {
        return "1.6.1";
    }
}
