// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @notice Pictures that anybody may make for anybody.
contract Pictures is ERC721("Pictures", "PIC") {
    function make(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}

/// @notice Says that it moved, and does nothing.
contract StuckPictures is Pictures {
    function transferFrom(address, address, uint256) public override {}
}

/// @notice Mintable pictures of somebody's own. They may lie: about what they support, or by reverting when asked.
contract OwnPictures is Pictures {
    address public remoteToken;
    mapping(bytes4 id => bool) internal _supported;

    constructor(address remote, bytes4 id) {
        remoteToken = remote;
        _supported[type(IERC165).interfaceId] = true;
        _supported[id] = true;
    }

    function supportsInterface(bytes4 id) public view virtual override returns (bool) {
        return _supported[id];
    }

    function safeMint(address to, uint256 tokenId) external {
        _safeMint(to, tokenId);
    }

    function burn(address, uint256 tokenId) external {
        _burn(tokenId);
    }
}

/// @notice Says that it supports what it does not have.
contract BoastingPictures is Pictures {
    function supportsInterface(bytes4 id) public pure override returns (bool) {
        return id != 0xffffffff;
    }
}

/// @notice Says yes to everything, which is not what ERC-165 asks for.
contract YesPictures is OwnPictures {
    constructor(address remote) OwnPictures(remote, 0xaecafc23) {}

    function supportsInterface(bytes4) public pure override returns (bool) {
        return true;
    }
}

/// @notice Takes pictures, and sends each on at once if told to.
contract Collector {
    address internal _to;
    bytes internal _call;

    function callOnReceipt(address to, bytes calldata call) external {
        (_to, _call) = (to, call);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        if (_to != address(0)) {
            (bool success, bytes memory reason) = _to.call(_call);
            require(!success, "Collector: called back successfully");
            require(reason.length >= 4, "Collector: no reason");
        }
        return this.onERC721Received.selector;
    }
}
