// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ERC721Bridge} from "../../contracts/bridge/ERC721Bridge.sol";
import {ICrossDomainMessenger} from "../../contracts/bridge/ICrossDomainMessenger.sol";
import {IERC721Bridge} from "../../contracts/bridge/IERC721Bridge.sol";
import {IL1ERC721Bridge} from "../../contracts/bridge/IL1ERC721Bridge.sol";
import {IOptimismMintableERC721} from "../../contracts/predeploys/IOptimismMintableERC721.sol";
import {L2ERC721Bridge} from "../../contracts/predeploys/L2ERC721Bridge.sol";
import {OptimismMintableERC721} from "../../contracts/predeploys/OptimismMintableERC721.sol";
import {Bridges} from "./support/Bridges.sol";
import {Courier} from "./support/Courier.sol";
import {
    BoastingPictures,
    Collector,
    OwnPictures,
    Pictures,
    StuckPictures,
    YesPictures
} from "./support/OddERC721.sol";
import {Coin} from "./support/OddTokens.sol";
import {vm} from "./support/Vm.sol";

contract ERC721BridgesTest is Bridges {
    Pictures internal pictures;
    OptimismMintableERC721 internal mintable;

    function setUp() public {
        deployBridges();
        pictures = new Pictures();
        mintable = OptimismMintableERC721(
            erc721Factory.createOptimismMintableERC721(address(pictures), "Pictures", "PIC")
        );
    }

    /*//////////////////////////////////////////////////////////////
                                SET-UP
    //////////////////////////////////////////////////////////////*/

    function test_initialize_twice_reverts() public {
        bytes memory refused = abi.encodeWithSelector(Initializable.InvalidInitialization.selector);
        vm.prank(deployer);
        vm.expectRevert(refused);
        l1ERC721Bridge.initialize(ICrossDomainMessenger(NOBODY), config);
        vm.prank(L2_ADMIN);
        vm.expectRevert(refused);
        l2ERC721Bridge.initialize(IERC721Bridge(NOBODY));
        L2ERC721Bridge logic = new L2ERC721Bridge();
        vm.prank(L2_ADMIN);
        vm.expectRevert(refused);
        logic.initialize(IERC721Bridge(NOBODY));
    }

    function test_getters_underBothNames() public view {
        vm.assertEq(address(l1ERC721Bridge.messenger()), address(l1Courier), "messenger");
        vm.assertEq(address(l1ERC721Bridge.MESSENGER()), address(l1Courier), "MESSENGER");
        vm.assertEq(address(l1ERC721Bridge.otherBridge()), address(l2ERC721Bridge), "otherBridge");
        vm.assertEq(address(l1ERC721Bridge.OTHER_BRIDGE()), address(l2ERC721Bridge), "OTHER_BRIDGE");
        vm.assertEq(address(l2ERC721Bridge.messenger()), address(l2Courier), "messenger");
        vm.assertEq(address(l2ERC721Bridge.OTHER_BRIDGE()), address(l1ERC721Bridge), "OTHER_BRIDGE");
        vm.assertEq(address(l1ERC721Bridge.systemConfig()), address(config), "systemConfig");
        vm.assertEq(address(l1ERC721Bridge.superchainConfig()), address(superchain), "superchainConfig");
        vm.assertEq(l1ERC721Bridge.version(), "2.9.1", "version on L1");
        vm.assertEq(l2ERC721Bridge.version(), "1.10.1", "version on L2");
        vm.assertFalse(l1ERC721Bridge.paused() || l2ERC721Bridge.paused(), "paused");
    }

    /*//////////////////////////////////////////////////////////////
                                SENDING
    //////////////////////////////////////////////////////////////*/

    function testFuzz_onL1_locks(uint256 tokenId, address to, uint32 minGasLimit, bytes memory extraData)
        public
    {
        vm.assertTrue(_own(tokenId), "made");
        to = _somebody(to);
        vm.expectEmit(true, true, true, true, address(l1ERC721Bridge));
        emit IERC721Bridge.ERC721BridgeInitiated(
            address(pictures), address(mintable), user, to, tokenId, extraData
        );
        vm.prank(user);
        l1ERC721Bridge.bridgeERC721To(
            address(pictures), address(mintable), to, tokenId, minGasLimit, extraData
        );
        vm.assertEq(pictures.ownerOf(tokenId), address(l1ERC721Bridge), "locked");
        vm.assertTrue(l1ERC721Bridge.deposits(address(pictures), address(mintable), tokenId), "noted");
        vm.assertFalse(l1ERC721Bridge.deposits(address(pictures), NOBODY, tokenId), "for that pair only");
        _assertSent(
            l1Courier.last(),
            address(l1ERC721Bridge),
            address(l2ERC721Bridge),
            minGasLimit,
            abi.encodeWithSelector(
                IERC721Bridge.finalizeBridgeERC721.selector,
                address(mintable),
                address(pictures),
                user,
                to,
                tokenId,
                extraData
            )
        );
    }

    function testFuzz_onL2_burns(uint256 tokenId, address to, uint32 minGasLimit, bytes memory extraData)
        public
    {
        _mint(user, tokenId);
        to = _somebody(to);
        vm.expectEmit(true, true, true, true, address(mintable));
        emit OptimismMintableERC721.Burn(user, tokenId);
        vm.expectEmit(true, true, true, true, address(l2ERC721Bridge));
        emit IERC721Bridge.ERC721BridgeInitiated(
            address(mintable), address(pictures), user, to, tokenId, extraData
        );
        vm.prank(user);
        l2ERC721Bridge.bridgeERC721To(
            address(mintable), address(pictures), to, tokenId, minGasLimit, extraData
        );
        vm.assertEq(mintable.totalSupply(), 0, "burnt");
        _assertSent(
            l2Courier.last(),
            address(l2ERC721Bridge),
            address(l1ERC721Bridge),
            minGasLimit,
            abi.encodeWithSelector(
                IERC721Bridge.finalizeBridgeERC721.selector,
                address(pictures),
                address(mintable),
                user,
                to,
                tokenId,
                extraData
            )
        );
    }

    function test_key_goesToItself_contract_reverts() public {
        _own(1);
        _mint(user, 1);
        ERC721Bridge[2] memory bridges = [ERC721Bridge(l1ERC721Bridge), ERC721Bridge(l2ERC721Bridge)];
        address[3] memory tokens = [address(pictures), address(mintable), address(pictures)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(user);
            vm.expectRevert(abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NotEOA.selector, user));
            bridges[i].bridgeERC721(tokens[i], tokens[i + 1], 1, 0, "");
            vm.expectEmit(true, true, true, true, address(bridges[i]));
            emit IERC721Bridge.ERC721BridgeInitiated(tokens[i], tokens[i + 1], user, user, 1, "note");
            vm.prank(user, user);
            bridges[i].bridgeERC721(tokens[i], tokens[i + 1], 1, 0, "note");
        }
    }

    function test_toNobody_reverts_remoteTokenNotNamed_reverts_notAToken_reverts() public {
        ERC721Bridge[2] memory bridges = [ERC721Bridge(l1ERC721Bridge), ERC721Bridge(l2ERC721Bridge)];
        vm.startPrank(user);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NoRecipient.selector));
            bridges[i].bridgeERC721To(address(pictures), address(mintable), address(0), 1, 0, "");
            vm.expectRevert(
                abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NoRemoteToken.selector, address(pictures))
            );
            bridges[i].bridgeERC721To(address(pictures), address(0), user, 1, 0, "");
            vm.expectRevert(abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NotToken.selector, NOBODY));
            bridges[i].bridgeERC721To(NOBODY, address(mintable), user, 1, 0, "");
        }
        vm.stopPrank();
    }

    function test_onL1_withoutApproval_reverts_anothers_reverts() public {
        pictures.make(user, 1);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSignature("ERC721InsufficientApproval(address,uint256)", address(l1ERC721Bridge), 1)
        );
        l1ERC721Bridge.bridgeERC721To(address(pictures), address(mintable), user, 1, 0, "");

        vm.prank(user);
        pictures.approve(address(l1ERC721Bridge), 1);
        vm.prank(NOBODY);
        vm.expectRevert(
            abi.encodeWithSignature("ERC721IncorrectOwner(address,uint256,address)", NOBODY, 1, user)
        );
        l1ERC721Bridge.bridgeERC721To(address(pictures), address(mintable), NOBODY, 1, 0, "");
    }

    function test_onL2_anothers_reverts_wrongPair_reverts() public {
        _mint(user, 1);
        vm.prank(user);
        mintable.approve(NOBODY, 1);
        vm.prank(NOBODY);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NotOwner.selector, address(mintable), 1, user)
        );
        l2ERC721Bridge.bridgeERC721To(address(mintable), address(pictures), NOBODY, 1, 0, "");
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(
                L2ERC721Bridge.L2ERC721Bridge_WrongPair.selector, address(mintable), NOBODY, pictures
            )
        );
        l2ERC721Bridge.bridgeERC721To(address(mintable), NOBODY, user, 1, 0, "");
    }

    /// @notice L2's own tokens do not go to L1 by this bridge.
    function test_onL2_notMintable_reverts() public {
        pictures.make(user, 1);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(L2ERC721Bridge.L2ERC721Bridge_NotMintable.selector, address(pictures))
        );
        l2ERC721Bridge.bridgeERC721To(address(pictures), NOBODY, user, 1, 0, "");
    }

    /// @notice Both understand transferFrom, but of an ERC-20 nothing could be paid out again.
    function test_onL1_erc20_reverts() public {
        Coin coin = new Coin();
        coin.make(user, 5);
        vm.prank(user);
        coin.approve(address(l1ERC721Bridge), 5);
        vm.prank(user);
        vm.expectRevert(bytes(""));
        l1ERC721Bridge.bridgeERC721To(address(coin), address(mintable), user, 5, 0, "");
    }

    function test_onL1_tokenThatDoesNotMove_reverts() public {
        StuckPictures stuck = new StuckPictures();
        stuck.make(user, 1);
        vm.prank(user);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NotOwner.selector, address(stuck), 1, user)
        );
        l1ERC721Bridge.bridgeERC721To(address(stuck), address(mintable), user, 1, 0, "");
    }

    /*//////////////////////////////////////////////////////////////
                               PAYING OUT
    //////////////////////////////////////////////////////////////*/

    function testFuzz_onL2_mints(uint256 tokenId, address from, address to, bytes memory extraData) public {
        to = _somebody(to);
        vm.expectEmit(true, true, true, true, address(mintable));
        emit OptimismMintableERC721.Mint(to, tokenId);
        vm.expectEmit(true, true, true, true, address(l2ERC721Bridge));
        emit IERC721Bridge.ERC721BridgeFinalized(
            address(mintable), address(pictures), from, to, tokenId, extraData
        );
        l2Courier.deliver(
            _toL2(
                abi.encodeCall(
                    IERC721Bridge.finalizeBridgeERC721,
                    (address(mintable), address(pictures), from, to, tokenId, extraData)
                )
            )
        );
        vm.assertEq(mintable.ownerOf(tokenId), to, "minted");
    }

    function testFuzz_onL1_unlocks_once(uint256 tokenId, address from, bytes memory extraData) public {
        _lock(tokenId);
        address to = address(new Collector());
        Courier.Message memory message = _toL1(
            abi.encodeCall(
                IERC721Bridge.finalizeBridgeERC721,
                (address(pictures), address(mintable), from, to, tokenId, extraData)
            )
        );
        vm.expectEmit(true, true, true, true, address(l1ERC721Bridge));
        emit IERC721Bridge.ERC721BridgeFinalized(
            address(pictures), address(mintable), from, to, tokenId, extraData
        );
        l1Courier.deliver(message);
        vm.assertEq(pictures.ownerOf(tokenId), to, "unlocked");
        vm.expectRevert(_notDeposited(address(pictures), address(mintable), tokenId));
        l1Courier.deliver(message);
    }

    function test_onL1_otherPair_reverts_otherToken_reverts() public {
        _lock(1);
        pictures.make(address(l1ERC721Bridge), 2); // sent there by mistake
        Courier.Message memory message = _toL1(_finalize(address(pictures), NOBODY, user, 1));
        vm.expectRevert(_notDeposited(address(pictures), NOBODY, 1));
        l1Courier.deliver(message);
        message = _toL1(_finalize(address(pictures), address(mintable), user, 2));
        vm.expectRevert(_notDeposited(address(pictures), address(mintable), 2));
        l1Courier.deliver(message);
        l1Courier.deliver(_toL1(_finalize(address(pictures), address(mintable), user, 1)));
    }

    function test_onL2_wrongPair_reverts_notMintable_reverts() public {
        Courier.Message memory message = _toL2(_finalize(address(mintable), NOBODY, user, 1));
        vm.expectRevert(
            abi.encodeWithSelector(
                L2ERC721Bridge.L2ERC721Bridge_WrongPair.selector, address(mintable), NOBODY, pictures
            )
        );
        l2Courier.deliver(message);
        address[2] memory others = [address(pictures), NOBODY];
        for (uint256 i = 0; i < 2; ++i) {
            message = _toL2(_finalize(others[i], address(pictures), user, 1));
            vm.expectRevert(
                abi.encodeWithSelector(L2ERC721Bridge.L2ERC721Bridge_NotMintable.selector, others[i])
            );
            l2Courier.deliver(message);
        }
    }

    /// @notice Two ids are about: upstream's contracts changed it.
    function test_onL2_ownMintable_ofEitherId_mintedAndBurnt_ofAnother_reverts() public {
        bytes4[2] memory ids = [bytes4(0xaecafc23), type(IOptimismMintableERC721).interfaceId];
        vm.assertEq(bytes32(ids[1]), bytes32(bytes4(0x74259ebf)), "the older one");
        for (uint256 i = 0; i < 2; ++i) {
            OwnPictures own = new OwnPictures(address(pictures), ids[i]);
            l2Courier.deliver(_toL2(_finalize(address(own), address(pictures), user, 1)));
            vm.assertEq(own.ownerOf(1), user, "minted");
            vm.prank(user);
            l2ERC721Bridge.bridgeERC721To(address(own), address(pictures), user, 1, 0, "");
            vm.assertEq(own.balanceOf(user), 0, "burnt");
        }
        OwnPictures other = new OwnPictures(address(pictures), 0x01020304);
        Courier.Message memory message = _toL2(_finalize(address(other), address(pictures), user, 1));
        vm.expectRevert(
            abi.encodeWithSelector(L2ERC721Bridge.L2ERC721Bridge_NotMintable.selector, address(other))
        );
        l2Courier.deliver(message);
    }

    /// @notice Who only says that it is mintable gets nothing minted, and nothing of anybody's on L1.
    function test_onL2_liesAboutWhatItSupports_reverts() public {
        BoastingPictures boasting = new BoastingPictures();
        Courier.Message memory message = _toL2(_finalize(address(boasting), address(pictures), user, 1));
        vm.expectRevert(
            abi.encodeWithSelector(L2ERC721Bridge.L2ERC721Bridge_NotMintable.selector, address(boasting))
        );
        l2Courier.deliver(message);

        YesPictures yes = new YesPictures(address(pictures));
        message = _toL2(_finalize(address(yes), address(pictures), user, 1));
        vm.expectRevert(
            abi.encodeWithSelector(L2ERC721Bridge.L2ERC721Bridge_NotMintable.selector, address(yes))
        );
        l2Courier.deliver(message);

        _lock(1);
        OwnPictures liars = new OwnPictures(address(pictures), 0xaecafc23);
        liars.make(NOBODY, 1);
        vm.prank(NOBODY);
        l2ERC721Bridge.bridgeERC721To(address(liars), address(pictures), NOBODY, 1, 0, "");
        message = l2Courier.last();
        vm.expectRevert(_notDeposited(address(pictures), address(liars), 1));
        l1Courier.deliver(message);
    }

    function test_bridgeAsToken_reverts() public {
        address[2] memory bridges = [address(l1ERC721Bridge), address(l2ERC721Bridge)];
        Courier.Message memory message = _toL1(_finalize(bridges[0], address(mintable), user, 1));
        vm.expectRevert(abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NotToken.selector, bridges[0]));
        l1Courier.deliver(message);
        message = _toL2(_finalize(bridges[1], address(pictures), user, 1));
        vm.expectRevert(abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NotToken.selector, bridges[1]));
        l2Courier.deliver(message);
    }

    function test_recipientTakesNoTokens_reverts() public {
        _lock(1);
        address to = address(l1Courier);
        bytes memory refused = abi.encodeWithSignature("ERC721InvalidReceiver(address)", to);
        Courier.Message memory message = _toL1(_finalize(address(pictures), address(mintable), to, 1));
        vm.expectRevert(refused);
        l1Courier.deliver(message);
        vm.assertTrue(l1ERC721Bridge.deposits(address(pictures), address(mintable), 1), "kept");
        message = _toL2(_finalize(address(mintable), address(pictures), to, 1));
        vm.expectRevert(refused);
        l2Courier.deliver(message);
    }

    /// @notice A recipient that is called back has the token, and nothing is to be had a second time.
    function test_recipientCallsBack_refused() public {
        _lock(1);
        Collector collector = new Collector();
        Courier.Message memory message =
            _toL1(_finalize(address(pictures), address(mintable), address(collector), 1));
        collector.callOnReceipt(address(l1ERC721Bridge), message.data);
        l1Courier.deliver(message);
        vm.assertEq(pictures.ownerOf(1), address(collector), "once");
    }

    function test_finalize_notTheMessenger_reverts_anothersMessage_reverts() public {
        _lock(1);
        bytes memory call = _finalize(address(pictures), address(mintable), NOBODY, 1);
        vm.prank(NOBODY);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_NotOtherBridge.selector, NOBODY, address(0))
        );
        l1ERC721Bridge.finalizeBridgeERC721(address(pictures), address(mintable), user, NOBODY, 1, "");
        address[3] memory senders = [NOBODY, address(l1ERC721Bridge), address(l2Bridge)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC721Bridge.ERC721Bridge_NotOtherBridge.selector, address(l1Courier), senders[i]
                )
            );
            l1Courier.deliver(messageOf(senders[i], address(l1ERC721Bridge), 0, call));
        }
    }

    function test_paused_onL1_paysNothingOut_andStillTakesIn_L2_never() public {
        _lock(1);
        vm.prank(guardian);
        superchain.pause(address(0));
        Courier.Message memory message = _toL1(_finalize(address(pictures), address(mintable), user, 1));
        vm.expectRevert(abi.encodeWithSelector(IERC721Bridge.ERC721Bridge_Paused.selector));
        l1Courier.deliver(message);
        _lock(2);
        l2Courier.deliver(_toL2(_finalize(address(mintable), address(pictures), user, 1)));
        vm.prank(guardian);
        superchain.unpause(address(0));
        l1Courier.deliver(message);
    }

    /*//////////////////////////////////////////////////////////////
                                HELPERS
    //////////////////////////////////////////////////////////////*/

    function _own(uint256 tokenId) private returns (bool) {
        pictures.make(user, tokenId);
        vm.prank(user);
        pictures.approve(address(l1ERC721Bridge), tokenId);
        return true;
    }

    function _lock(uint256 tokenId) private {
        _own(tokenId);
        vm.prank(user);
        l1ERC721Bridge.bridgeERC721To(address(pictures), address(mintable), user, tokenId, 0, "");
    }

    function _mint(address to, uint256 tokenId) private {
        vm.prank(address(l2ERC721Bridge));
        mintable.safeMint(to, tokenId);
    }

    function _finalize(address local, address remote, address to, uint256 tokenId)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IERC721Bridge.finalizeBridgeERC721, (local, remote, user, to, tokenId, ""));
    }

    function _toL1(bytes memory call) private view returns (Courier.Message memory) {
        return messageOf(address(l2ERC721Bridge), address(l1ERC721Bridge), 0, call);
    }

    function _toL2(bytes memory call) private view returns (Courier.Message memory) {
        return messageOf(address(l1ERC721Bridge), address(l2ERC721Bridge), 0, call);
    }

    function _notDeposited(address local, address remote, uint256 tokenId)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            IL1ERC721Bridge.L1ERC721Bridge_NotDeposited.selector, local, remote, tokenId
        );
    }

    function _assertSent(
        Courier.Message memory message,
        address sender,
        address target,
        uint32 minGasLimit,
        bytes memory data
    ) private pure {
        vm.assertEq(message.sender, sender, "sender");
        vm.assertEq(message.target, target, "target");
        vm.assertEq(uint256(message.minGasLimit), minGasLimit, "gas");
        vm.assertEq(message.data, data, "data");
    }

    /// @dev Without code, and not zero.
    function _somebody(address seed) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(seed)))));
    }
}
