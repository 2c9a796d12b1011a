// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC721Bridge} from "../../../contracts/bridge/IERC721Bridge.sol";
import {IL1ERC721Bridge} from "../../../contracts/bridge/IL1ERC721Bridge.sol";
import {OptimismMintableERC721} from "../../../contracts/predeploys/OptimismMintableERC721.sol";
import {Bridges} from "./Bridges.sol";
import {Courier} from "./Courier.sol";
import {Pictures} from "./OddERC721.sol";
import {vm} from "./Vm.sol";

/// @title ERC721Ends
/// @notice The bridges of both chains for single tokens, with a token of L1 and one on L2 that stands for it.
abstract contract ERC721Ends is Bridges {
    Pictures internal pictures;
    OptimismMintableERC721 internal mintable;

    function setUp() public {
        deployBridges();
        pictures = new Pictures();
        mintable = OptimismMintableERC721(
            erc721Factory.createOptimismMintableERC721(address(pictures), "Pictures", "PIC")
        );
    }

    function _own(uint256 tokenId) internal returns (bool) {
        pictures.make(user, tokenId);
        vm.prank(user);
        pictures.approve(address(l1ERC721Bridge), tokenId);
        return true;
    }

    function _lock(uint256 tokenId) internal {
        _own(tokenId);
        vm.prank(user);
        l1ERC721Bridge.bridgeERC721To(address(pictures), address(mintable), user, tokenId, 0, "");
    }

    function _mint(address to, uint256 tokenId) internal {
        vm.prank(address(l2ERC721Bridge));
        mintable.safeMint(to, tokenId);
    }

    function _finalize(address local, address remote, address to, uint256 tokenId)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IERC721Bridge.finalizeBridgeERC721, (local, remote, user, to, tokenId, ""));
    }

    function _toL1(bytes memory call) internal view returns (Courier.Message memory) {
        return messageOf(address(l2ERC721Bridge), address(l1ERC721Bridge), 0, call);
    }

    function _toL2(bytes memory call) internal view returns (Courier.Message memory) {
        return messageOf(address(l1ERC721Bridge), address(l2ERC721Bridge), 0, call);
    }

    function _notDeposited(address local, address remote, uint256 tokenId)
        internal
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
    ) internal pure {
        vm.assertEq(message.sender, sender, "sender");
        vm.assertEq(message.target, target, "target");
        vm.assertEq(uint256(message.minGasLimit), minGasLimit, "gas");
        vm.assertEq(message.data, data, "data");
    }

    /// @dev Without code, and not zero.
    function _somebody(address seed) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(seed)))));
    }
}
