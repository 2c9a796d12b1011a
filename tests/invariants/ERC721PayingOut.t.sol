// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC721Bridge} from "../../contracts/bridge/IERC721Bridge.sol";
import {IOptimismMintableERC721} from "../../contracts/predeploys/IOptimismMintableERC721.sol";
import {L2ERC721Bridge} from "../../contracts/predeploys/L2ERC721Bridge.sol";
import {OptimismMintableERC721} from "../../contracts/predeploys/OptimismMintableERC721.sol";
import {ERC721Ends} from "./support/ERC721Ends.sol";
import {Courier} from "./support/Courier.sol";
import {BoastingPictures, Collector, OwnPictures, YesPictures} from "./support/OddERC721.sol";
import {vm} from "./support/Vm.sol";

/// @title ERC721PayingOutTest
/// @notice What the bridges of single tokens pay out, to whom, and by whose message.
contract ERC721PayingOutTest is ERC721Ends {
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
}
