// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

import {IOptimismMintableERC20Factory} from "../../contracts/bridge/IOptimismMintableERC20Factory.sol";
import {OptimismMintableERC20} from "../../contracts/bridge/OptimismMintableERC20.sol";
import {OptimismMintableERC721} from "../../contracts/predeploys/OptimismMintableERC721.sol";
import {OptimismMintableERC721Factory} from "../../contracts/predeploys/OptimismMintableERC721Factory.sol";
import {Bridges} from "./support/Bridges.sol";
import {Courier} from "./support/Courier.sol";
import {Pictures} from "./support/OddERC721.sol";
import {Coin} from "./support/OddTokens.sol";
import {bound, vm} from "./support/Vm.sol";

contract MintableTokensTest is Bridges {
    address internal constant REMOTE = address(0x7074);
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    OptimismMintableERC20 internal token;
    OptimismMintableERC721 internal pictures;

    function setUp() public {
        deployBridges();
        token = OptimismMintableERC20(
            l2Factory.createOptimismMintableERC20WithDecimals(REMOTE, "Coin", "COIN", 6)
        );
        pictures =
            OptimismMintableERC721(erc721Factory.createOptimismMintableERC721(REMOTE, "Pictures", "PIC"));
    }

    /*//////////////////////////////////////////////////////////////
                               FACTORIES
    //////////////////////////////////////////////////////////////*/

    function test_create_addressFollowsFromTheArguments_eachOnce() public {
        bytes memory code = abi.encodePacked(
            type(OptimismMintableERC20).creationCode, abi.encode(l2Bridge, REMOTE, "Coin", "COIN", 18)
        );
        bytes32 salt = keccak256(abi.encode(REMOTE, "Coin", "COIN", 18));
        address expected = _create2(address(l2Factory), salt, code);
        vm.expectEmit(true, true, true, true, address(l2Factory));
        emit IOptimismMintableERC20Factory.StandardL2TokenCreated(REMOTE, expected);
        vm.expectEmit(true, true, true, true, address(l2Factory));
        emit IOptimismMintableERC20Factory.OptimismMintableERC20Created(expected, REMOTE, user);
        vm.prank(user);
        vm.assertEq(l2Factory.createOptimismMintableERC20(REMOTE, "Coin", "COIN"), expected, "address");
        vm.assertEq(l2Factory.deployments(expected), REMOTE, "noted");
        vm.assertEq(l2Factory.deployments(NOBODY), address(0), "others are not");

        vm.expectRevert(bytes(""));
        l2Factory.createStandardL2Token(REMOTE, "Coin", "COIN");
        vm.assertTrue(l2Factory.createStandardL2Token(REMOTE, "Coin 2", "COIN") != expected, "another");
    }

    function test_create_picturesAddressFollowsFromTheArguments_eachOnce() public {
        bytes memory code = abi.encodePacked(
            type(OptimismMintableERC721).creationCode,
            abi.encode(l2ERC721Bridge, L1_CHAIN_ID, NOBODY, "Pictures", "PIC")
        );
        bytes32 salt = keccak256(abi.encode(NOBODY, "Pictures", "PIC"));
        address expected = _create2(address(erc721Factory), salt, code);
        vm.expectEmit(true, true, true, true, address(erc721Factory));
        emit OptimismMintableERC721Factory.OptimismMintableERC721Created(expected, NOBODY, user);
        vm.prank(user);
        address made = erc721Factory.createOptimismMintableERC721(NOBODY, "Pictures", "PIC");
        vm.assertEq(made, expected, "address");
        vm.assertTrue(erc721Factory.isOptimismMintableERC721(expected), "noted");
        vm.assertFalse(erc721Factory.isOptimismMintableERC721(NOBODY), "others are not");

        vm.expectRevert(bytes(""));
        erc721Factory.createOptimismMintableERC721(NOBODY, "Pictures", "PIC");
    }

    function test_create_remoteTokenNotNamed_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IOptimismMintableERC20Factory.OptimismMintableERC20Factory_NoRemoteToken.selector
            )
        );
        l2Factory.createOptimismMintableERC20(address(0), "Coin", "COIN");
        vm.expectRevert(
            abi.encodeWithSelector(
                OptimismMintableERC721Factory.OptimismMintableERC721Factory_NoRemoteToken.selector
            )
        );
        erc721Factory.createOptimismMintableERC721(address(0), "Pictures", "PIC");
    }

    function test_factories_getters_underBothNames() public view {
        vm.assertEq(l1Factory.bridge(), address(l1Bridge), "bridge on L1");
        vm.assertEq(l2Factory.bridge(), address(l2Bridge), "bridge");
        vm.assertEq(l2Factory.BRIDGE(), address(l2Bridge), "BRIDGE");
        vm.assertEq(l2Factory.version(), "1.11.0", "version");
        vm.assertEq(erc721Factory.bridge(), address(l2ERC721Bridge), "bridge");
        vm.assertEq(erc721Factory.BRIDGE(), address(l2ERC721Bridge), "BRIDGE");
        vm.assertEq(erc721Factory.remoteChainID(), L1_CHAIN_ID, "remoteChainID");
        vm.assertEq(erc721Factory.REMOTE_CHAIN_ID(), L1_CHAIN_ID, "REMOTE_CHAIN_ID");
        vm.assertEq(erc721Factory.version(), "1.5.1", "version");
    }

    /*//////////////////////////////////////////////////////////////
                                 ERC-20
    //////////////////////////////////////////////////////////////*/

    function test_token_getters_underAllNames() public view {
        vm.assertEq(token.REMOTE_TOKEN(), REMOTE, "REMOTE_TOKEN");
        vm.assertEq(token.remoteToken(), REMOTE, "remoteToken");
        vm.assertEq(token.l1Token(), REMOTE, "l1Token");
        vm.assertEq(token.BRIDGE(), address(l2Bridge), "BRIDGE");
        vm.assertEq(token.bridge(), address(l2Bridge), "bridge");
        vm.assertEq(token.l2Bridge(), address(l2Bridge), "l2Bridge");
        vm.assertEq(uint256(token.decimals()), 6, "decimals");
        vm.assertEq(token.name(), "Coin", "name");
        vm.assertEq(token.symbol(), "COIN", "symbol");
        vm.assertEq(token.version(), "1.4.1", "version");
    }

    function test_token_supportsInterface() public view {
        vm.assertTrue(token.supportsInterface(0x01ffc9a7), "ERC-165");
        vm.assertTrue(token.supportsInterface(0x1d1d8b63), "ILegacyMintableERC20");
        vm.assertTrue(token.supportsInterface(0xec4fc8e3), "IOptimismMintableERC20");
        vm.assertFalse(token.supportsInterface(0xffffffff), "invalid");
        vm.assertFalse(token.supportsInterface(0x36372b07), "another");
    }

    function testFuzz_token_mintAndBurn_onlyTheBridge(address account, address other, uint256 amount) public {
        account = _somebody(account);
        other = _somebody(other);
        bytes memory refused =
            abi.encodeWithSelector(OptimismMintableERC20.OptimismMintableERC20_NotBridge.selector, other);
        vm.prank(other);
        vm.expectRevert(refused);
        token.mint(account, amount);
        vm.expectEmit(true, true, true, true, address(token));
        emit OptimismMintableERC20.Mint(account, amount);
        vm.prank(address(l2Bridge));
        token.mint(account, amount);
        vm.assertEq(token.balanceOf(account), amount, "minted");

        vm.prank(other);
        vm.expectRevert(refused);
        token.burn(account, amount);
        vm.expectEmit(true, true, true, true, address(token));
        emit OptimismMintableERC20.Burn(account, amount);
        vm.prank(address(l2Bridge));
        token.burn(account, amount);
        vm.assertEq(token.totalSupply(), 0, "burnt");
    }

    /// @notice Permit2 may move everybody's tokens, as it asks for their signatures; nobody else's allowance is given.
    function testFuzz_token_allowance_ofPermit2_isEndless(address owner, address other, uint256 amount)
        public
    {
        owner = _somebody(owner);
        other = _somebody(other);
        vm.assertEq(token.PERMIT2(), PERMIT2, "PERMIT2");
        vm.assertEq(token.allowance(owner, PERMIT2), type(uint256).max, "everything");
        vm.assertEq(token.allowance(owner, other), 0, "nothing");
        vm.prank(address(l2Bridge));
        token.mint(owner, amount);
        vm.prank(PERMIT2);
        token.transferFrom(owner, other, amount);
        vm.assertEq(token.balanceOf(other), amount, "moved");
        vm.assertEq(token.allowance(owner, PERMIT2), type(uint256).max, "still");
    }

    function testFuzz_token_increaseAndDecreaseAllowance(uint256 first, uint256 more, uint256 less) public {
        first = bound(first, 0, type(uint128).max);
        more = bound(more, 0, type(uint128).max);
        less = bound(less, 0, first + more);
        vm.startPrank(user);
        token.approve(NOBODY, first);
        vm.assertTrue(token.increaseAllowance(NOBODY, more), "more");
        vm.assertTrue(token.decreaseAllowance(NOBODY, less), "less");
        vm.assertEq(token.allowance(user, NOBODY), first + more - less, "allowance");
        uint256 left = first + more - less;
        vm.expectRevert(
            abi.encodeWithSignature(
                "ERC20InsufficientAllowance(address,uint256,uint256)", NOBODY, left, left + 1
            )
        );
        token.decreaseAllowance(NOBODY, left + 1);
        vm.stopPrank();
    }

    /*//////////////////////////////////////////////////////////////
                                ERC-721
    //////////////////////////////////////////////////////////////*/

    function test_pictures_getters_underBothNames() public view {
        vm.assertEq(pictures.REMOTE_TOKEN(), REMOTE, "REMOTE_TOKEN");
        vm.assertEq(pictures.remoteToken(), REMOTE, "remoteToken");
        vm.assertEq(pictures.BRIDGE(), address(l2ERC721Bridge), "BRIDGE");
        vm.assertEq(pictures.bridge(), address(l2ERC721Bridge), "bridge");
        vm.assertEq(pictures.REMOTE_CHAIN_ID(), L1_CHAIN_ID, "REMOTE_CHAIN_ID");
        vm.assertEq(pictures.remoteChainId(), L1_CHAIN_ID, "remoteChainId");
        vm.assertEq(pictures.version(), "1.3.2", "version");
    }

    function test_pictures_supportsInterface() public view {
        bytes4[6] memory ids =
            [bytes4(0x01ffc9a7), 0x80ac58cd, 0x5b5e139f, 0x780e9d63, 0xaecafc23, 0x74259ebf];
        for (uint256 i = 0; i < 6; ++i) {
            vm.assertTrue(pictures.supportsInterface(ids[i]), vm.toString(i));
        }
        vm.assertFalse(pictures.supportsInterface(0xffffffff), "invalid");
    }

    function test_pictures_tokenURI_isTheQuestionToAskOnL1() public {
        vm.prank(address(l2ERC721Bridge));
        pictures.safeMint(user, 7);
        string memory base = "ethereum:0x0000000000000000000000000000000000007074@900/tokenURI?uint256=";
        vm.assertEq(pictures.baseTokenURI(), base, "baseTokenURI");
        vm.assertEq(pictures.tokenURI(7), string.concat(base, "7"), "tokenURI");
    }

    function test_pictures_mintAndBurn_onlyTheBridge() public {
        bytes memory refused =
            abi.encodeWithSelector(OptimismMintableERC721.OptimismMintableERC721_NotBridge.selector, user);
        vm.prank(user);
        vm.expectRevert(refused);
        pictures.safeMint(user, 7);
        vm.prank(address(l2ERC721Bridge));
        pictures.safeMint(user, 7);
        vm.prank(user);
        vm.expectRevert(refused);
        pictures.burn(user, 7);
        vm.prank(address(l2ERC721Bridge));
        pictures.burn(user, 7);
        vm.assertEq(pictures.totalSupply(), 0, "burnt");
    }

    function test_pictures_withoutBridgeChainOrToken_revert() public {
        vm.expectRevert(_zero(address(0), 1, REMOTE));
        new OptimismMintableERC721(address(0), 1, REMOTE, "", "");
        vm.expectRevert(_zero(NOBODY, 0, REMOTE));
        new OptimismMintableERC721(NOBODY, 0, REMOTE, "", "");
        vm.expectRevert(_zero(NOBODY, 1, address(0)));
        new OptimismMintableERC721(NOBODY, 1, address(0), "", "");
        new OptimismMintableERC721(NOBODY, 1, REMOTE, "", "");
    }

    /*//////////////////////////////////////////////////////////////
                           THERE AND BACK AGAIN
    //////////////////////////////////////////////////////////////*/

    function test_ether_thereAndBack() public {
        vm.deal(user, 5 ether);
        vm.prank(user, user);
        l1Bridge.depositETH{value: 5 ether}(0, "");
        deliverToL2();
        vm.assertEq(user.balance, 5 ether, "on L2");
        vm.prank(user, user);
        l2Bridge.withdraw{value: 2 ether}(LEGACY_ERC20_ETH, 2 ether, 0, "");
        vm.deal(user, 0);
        deliverToL1();
        vm.assertEq(user.balance, 2 ether, "and back");
    }

    function test_tokenOfL1_thereAndBack() public {
        Coin coin = _coin(address(l1Bridge), 5);
        address l2Token = l2Factory.createOptimismMintableERC20(address(coin), "Coin", "COIN");
        vm.prank(user);
        l1Bridge.bridgeERC20To(address(coin), l2Token, user, 5, 0, "");
        deliverToL2();
        vm.prank(user, user);
        l2Bridge.withdraw(l2Token, 3, 0, "");
        deliverToL1();
        vm.assertEq(coin.balanceOf(user), 3, "back");
        vm.assertEq(l1Bridge.deposits(address(coin), l2Token), 2, "the rest is on L2");
    }

    function test_tokenOfL2_thereAndBack() public {
        Coin coin = _coin(address(l2Bridge), 5);
        address l1Token = l1Factory.createOptimismMintableERC20(address(coin), "Coin", "COIN");
        vm.prank(user);
        l2Bridge.bridgeERC20To(address(coin), l1Token, user, 5, 0, "");
        deliverToL1();
        vm.prank(user);
        l1Bridge.bridgeERC20To(l1Token, address(coin), user, 3, 0, "");
        deliverToL2();
        vm.assertEq(coin.balanceOf(user), 3, "back");
        vm.assertEq(l2Bridge.deposits(address(coin), l1Token), 2, "the rest is on L1");
    }

    function test_picture_thereAndBack() public {
        Pictures originals = new Pictures();
        address copies = erc721Factory.createOptimismMintableERC721(address(originals), "Pictures", "PIC");
        originals.make(user, 7);
        vm.startPrank(user);
        originals.approve(address(l1ERC721Bridge), 7);
        l1ERC721Bridge.bridgeERC721To(address(originals), copies, NOBODY, 7, 0, "");
        vm.stopPrank();
        deliverToL2();
        vm.assertEq(OptimismMintableERC721(copies).ownerOf(7), NOBODY, "on L2");
        vm.prank(NOBODY);
        l2ERC721Bridge.bridgeERC721To(copies, address(originals), user, 7, 0, "");
        deliverToL1();
        vm.assertEq(originals.ownerOf(7), user, "and back");
    }

    /// @notice Whoever makes a token that says it stands for another can get nothing by it but what was sent to it.
    function test_liarsToken_takesNothing() public {
        Coin coin = _coin(address(l1Bridge), 100);
        address honest = l2Factory.createOptimismMintableERC20(address(coin), "Coin", "COIN");
        vm.prank(user);
        l1Bridge.bridgeERC20To(address(coin), honest, user, 100, 0, "");

        address liars = l2Factory.createOptimismMintableERC20(address(coin), "Koin", "KOIN");
        vm.prank(address(l2Bridge));
        OptimismMintableERC20(liars).mint(NOBODY, 100); // out of nothing
        vm.prank(NOBODY);
        l2Bridge.bridgeERC20To(liars, address(coin), NOBODY, 100, 0, "");
        Courier.Message memory message = l2Courier.last();
        vm.expectRevert(
            abi.encodeWithSignature(
                "StandardBridge_NotDeposited(address,address,uint256,uint256)", coin, liars, 100, 0
            )
        );
        l1Courier.deliver(message);
    }

    function _coin(address bridge, uint256 amount) private returns (Coin coin_) {
        coin_ = new Coin();
        coin_.make(user, amount);
        vm.prank(user);
        coin_.approve(bridge, amount);
    }

    function _zero(address bridge, uint256 chainId, address remote) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            OptimismMintableERC721.OptimismMintableERC721_Zero.selector, bridge, chainId, remote
        );
    }

    function _create2(address maker, bytes32 salt, bytes memory code) private pure returns (address) {
        return
            address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), maker, salt, keccak256(code))))));
    }

    /// @dev Without code, and not zero.
    function _somebody(address seed) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(seed)))));
    }
}
