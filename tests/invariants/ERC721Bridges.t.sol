// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

import {ERC721Bridge} from "../../contracts/bridge/ERC721Bridge.sol";
import {ICrossDomainMessenger} from "../../contracts/bridge/ICrossDomainMessenger.sol";
import {IERC721Bridge} from "../../contracts/bridge/IERC721Bridge.sol";
import {L2ERC721Bridge} from "../../contracts/predeploys/L2ERC721Bridge.sol";
import {OptimismMintableERC721} from "../../contracts/predeploys/OptimismMintableERC721.sol";
import {ERC721Ends} from "./support/ERC721Ends.sol";
import {StuckPictures} from "./support/OddERC721.sol";
import {Coin} from "./support/OddTokens.sol";
import {vm} from "./support/Vm.sol";

/// @title ERC721BridgesTest
/// @notice How the bridges of single tokens are set up, and what they take in.
contract ERC721BridgesTest is ERC721Ends {
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
}
