// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

import {OptimismPortal2} from "../../../contracts/bridge/OptimismPortal2.sol";
import {AnchorStateRegistry} from "../../../contracts/dispute/AnchorStateRegistry.sol";
import {DelayedWETH} from "../../../contracts/dispute/DelayedWETH.sol";
import {DisputeGameFactory} from "../../../contracts/dispute/DisputeGameFactory.sol";
import {FaultDisputeGame} from "../../../contracts/dispute/FaultDisputeGame.sol";
import {GameBase} from "../../../contracts/dispute/GameBase.sol";
import {IDisputeGame} from "../../../contracts/dispute/IDisputeGame.sol";
import {IFaultDisputeGame} from "../../../contracts/dispute/IFaultDisputeGame.sol";
import {Position} from "../../../contracts/dispute/types/Position.sol";
import {Claim, Duration, GameType, Proposal} from "../../../contracts/dispute/types/Types.sol";
import {Types} from "../../../contracts/lib/Types.sol";
import {AlphabetVM} from "../../../contracts/vm/AlphabetVM.sol";
import {PreimageOracle} from "../../../contracts/vm/PreimageOracle.sol";
import {System} from "./System.sol";
import {vm} from "./Vm.sol";

/// @title Games
/// @notice The settlement layer of the `games` mode, with games about the alphabet: 4 levels of output roots (16 blocks
///         after the anchor), 3 of letters (8 steps a block).
/// @dev    A claim here is made by `honest` or by `liar`; what is right is what `outputAt` and `letterAt` say.
abstract contract Games is System {
    GameType internal constant ALPHABET = GameType.wrap(255);
    uint256 internal constant MAX_DEPTH = 8;
    uint256 internal constant SPLIT_DEPTH = 4;
    uint64 internal constant EXTENSION = 3 hours;
    uint64 internal constant MAX_CLOCK = 3.5 days;
    uint256 internal constant PREIMAGE_PERIOD = 1 days;
    uint256 internal constant FINALITY_DELAY = 3.5 days;
    uint256 internal constant WETH_DELAY = 7 days;
    uint256 internal constant MATURITY_DELAY = 7 days;
    uint256 internal constant ANCHOR_BLOCK = 1000;
    bytes internal constant PRESTATE = abi.encode(uint256(0x60));

    address internal constant honest = address(0xE1);
    address internal constant liar = address(0xE2);

    DisputeGameFactory internal factory;
    AnchorStateRegistry internal registry;
    DelayedWETH internal weth;
    OptimismPortal2 internal gamesPortal;
    PreimageOracle internal preimages;
    AlphabetVM internal machine;

    function deployGames() internal {
        deploySystem();
        factory = DisputeGameFactory(emptyProxy());
        registry = AnchorStateRegistry(emptyProxy());
        weth = DelayedWETH(emptyProxy());
        gamesPortal = OptimismPortal2(emptyProxy());
        preimages = new PreimageOracle(126_000, PREIMAGE_PERIOD);
        machine = new AlphabetVM(absolutePrestate(), preimages);

        setUpProxy(
            address(factory),
            address(new DisputeGameFactory()),
            abi.encodeCall(DisputeGameFactory.initialize, owner)
        );
        Proposal memory anchor = Proposal(anchorRoot(), ANCHOR_BLOCK);
        setUpProxy(
            address(registry),
            address(new AnchorStateRegistry(FINALITY_DELAY)),
            abi.encodeCall(AnchorStateRegistry.initialize, (config, factory, anchor, ALPHABET))
        );
        setUpProxy(
            address(weth),
            address(new DelayedWETH(WETH_DELAY)),
            abi.encodeCall(DelayedWETH.initialize, (config))
        );
        setUpProxy(
            address(gamesPortal),
            address(new OptimismPortal2(MATURITY_DELAY)),
            abi.encodeCall(OptimismPortal2.initialize, (config, registry))
        );
        vm.prank(owner);
        factory.setImplementation(ALPHABET, new FaultDisputeGame(parameters()), gameArgs());
        vm.prank(owner);
        factory.setInitBond(ALPHABET, 0.08 ether);
        vm.deal(honest, 1e6 ether);
        vm.deal(liar, 1e6 ether);
        vm.warp(block.timestamp + 1); // games of the registry's own second are retired
        vm.roll(block.number + 1);
    }

    function parameters() internal pure returns (GameBase.GameParameters memory) {
        return GameBase.GameParameters({
            maxGameDepth: MAX_DEPTH,
            splitDepth: SPLIT_DEPTH,
            clockExtension: Duration.wrap(EXTENSION),
            maxClockDuration: Duration.wrap(MAX_CLOCK)
        });
    }

    function gameArgs() internal view returns (bytes memory) {
        return abi.encodePacked(
            absolutePrestate(), address(machine), address(registry), address(weth), uint256(L2_CHAIN_ID)
        );
    }

    function absolutePrestate() internal pure returns (bytes32) {
        return (keccak256(PRESTATE) & bytes32(type(uint256).max >> 8)) | bytes32(uint256(3) << 248);
    }

    /*//////////////////////////////////////////////////////////////
                                 TRUTH
    //////////////////////////////////////////////////////////////*/

    function outputAt(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("output", number));
    }

    function anchorRoot() internal view virtual returns (bytes32) {
        return outputAt(ANCHOR_BLOCK);
    }

    function lieAt(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("lie", number));
    }

    /// @notice The machine's state after `steps` steps for the block after `agreed`.
    function letterState(uint256 agreed, uint256 steps) internal pure returns (bytes memory) {
        return steps == 0 ? PRESTATE : abi.encode((agreed << 4) + steps, 0x60 + (agreed << 4) + steps);
    }

    function letterAt(uint256 agreed, uint256 steps) internal pure returns (bytes32) {
        bytes32 hash = keccak256(letterState(agreed, steps));
        return (hash & bytes32(type(uint256).max >> 8)) | bytes32(uint256(1) << 248);
    }

    /// @notice A header of block `number` as far as its number counts, and the output root that it is part of.
    function outputAndHeader(uint256 number)
        internal
        pure
        returns (Types.OutputRootProof memory, bytes memory header)
    {
        bytes[] memory fields = new bytes[](10);
        for (uint256 i = 0; i < 10; i++) {
            fields[i] = RLP.encode(i == 8 ? number : i);
        }
        header = RLP.encode(fields);
        return (
            Types.OutputRootProof(bytes32(0), keccak256("state"), keccak256("storage"), keccak256(header)),
            header
        );
    }

    /*//////////////////////////////////////////////////////////////
                                 PLAYING
    //////////////////////////////////////////////////////////////*/

    /// @notice A game about block `number`, made by `creator`.
    function propose(address creator, bytes32 root, uint256 number)
        internal
        returns (IFaultDisputeGame game)
    {
        vm.prank(creator, creator);
        IDisputeGame made = factory.create{value: 0.08 ether}(ALPHABET, Claim.wrap(root), abi.encode(number));
        return IFaultDisputeGame(address(made));
    }

    function attack(IFaultDisputeGame game, address who, uint256 parent, bytes32 claim)
        internal
        returns (uint256 index)
    {
        return move(game, who, parent, claim, true);
    }

    function defend(IFaultDisputeGame game, address who, uint256 parent, bytes32 claim)
        internal
        returns (uint256 index)
    {
        return move(game, who, parent, claim, false);
    }

    function move(IFaultDisputeGame game, address who, uint256 parent, bytes32 claim, bool isAttack)
        internal
        returns (uint256 index)
    {
        index = game.claimDataLen();
        (Claim disputed, uint256 bond) = quote(game, parent, isAttack);
        vm.prank(who);
        game.move{value: bond}(disputed, parent, Claim.wrap(claim), isAttack);
    }

    /// @notice What an answer to `parent` must say it answers, and what it costs.
    function quote(IFaultDisputeGame game, uint256 parent, bool isAttack)
        internal
        view
        returns (Claim disputed, uint256 bond)
    {
        Position position;
        (,,,, disputed, position,) = game.claimData(parent);
        bond = game.getRequiredBond(position.move(isAttack));
    }

    /// @notice The liar's root and the honest one's attacks, always about the first half: to claim 8 at depth 8, about the
    ///         first step for the first block. Odd claims are the honest one's.
    function playToTheBottom(IFaultDisputeGame game) internal returns (uint256 last) {
        attack(game, honest, 0, outputAt(ANCHOR_BLOCK + 8));
        attack(game, liar, 1, lieAt(ANCHOR_BLOCK + 4));
        attack(game, honest, 2, outputAt(ANCHOR_BLOCK + 2));
        attack(game, liar, 3, lieAt(ANCHOR_BLOCK + 1));
        attack(game, honest, 4, letterAt(ANCHOR_BLOCK, 8));
        attack(game, liar, 5, bytes32(uint256(4)));
        attack(game, honest, 6, letterAt(ANCHOR_BLOCK, 2));
        return attack(game, liar, 7, bytes32(uint256(1)));
    }

    /// @notice Let all clocks run out and settle every claim, from the last to the first.
    function settle(IFaultDisputeGame game) internal {
        vm.warp(block.timestamp + MAX_CLOCK);
        for (uint256 i = game.claimDataLen(); i > 0; i--) {
            if (!game.resolvedSubgames(i - 1)) game.resolveClaim(i - 1, 0);
        }
        game.resolve();
    }

    function counteredBy(IFaultDisputeGame game, uint256 index) internal view returns (address who) {
        (, who,,,,,) = game.claimData(index);
    }

    function positionOf(IFaultDisputeGame game, uint256 index) internal view returns (Position position) {
        (,,,,, position,) = game.claimData(index);
    }
}
