// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {BothChains} from "./BothChains.sol";
import {bound, vm} from "./Vm.sol";

/// @notice A token of a user's own. Mints to anybody who asks.
contract Gold is ERC20("Gold", "GOLD") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Art of a user's own.
contract Art is ERC721("Art", "ART") {
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

/// @notice Takes ether and art only while it is open.
contract Picky {
    bool public isOpen;

    function set(bool open) external {
        isOpen = open;
    }

    receive() external payable {
        require(isOpen, "closed");
    }

    function onERC721Received(address, address, uint256, bytes calldata) external view returns (bytes4) {
        require(isOpen, "closed");
        return this.onERC721Received.selector;
    }
}

/// @title BridgeHandler
/// @notice Ether, tokens of either chain and art go both ways, also under wrong names and to those who do not take them; what
///         fails is relayed again.
contract BridgeHandler is BothChains {
    /// @dev A token, what stands for it on the other chain, and where it is from.
    struct Pair {
        address home;
        address away;
        bool isOfL2;
    }

    uint256 internal constant WEALTH = 1_000_000;
    uint256 internal constant ART = 4;

    Picky internal picky = new Picky();
    Pair[2] internal pairs;
    Art internal art;
    ERC721 internal twin;

    uint256 public arrivals;
    uint256 public failures;
    uint256 public replays;
    uint256 public refusals;
    uint256 public bridged;
    uint256 public mistakes;

    constructor() {
        deployBothChains();
        (Gold gold, Gold silver) = (new Gold(), new Gold());
        pairs[0] =
            Pair(address(gold), l2Factory.createOptimismMintableERC20(address(gold), "Gold", "GOLD"), false);
        pairs[1] = Pair(
            address(silver), l1Factory.createOptimismMintableERC20(address(silver), "Silver", "SLVR"), true
        );
        art = new Art();
        twin = ERC721(erc721Factory.createOptimismMintableERC721(address(art), "Art", "ART"));
        gold.mint(user, WEALTH);
        silver.mint(user, WEALTH);
        vm.startPrank(user);
        gold.approve(address(l1Bridge), type(uint256).max);
        silver.approve(address(l2Bridge), type(uint256).max);
        art.setApprovalForAll(address(l1ERC721Bridge), true);
        vm.stopPrank();
        for (uint256 id = 0; id < ART; ++id) {
            art.mint(user, id);
        }
    }

    /*//////////////////////////////////////////////////////////////
                                  ACTIONS
    //////////////////////////////////////////////////////////////*/

    function bridgeEther(bool toL2, uint256 value, bool toPicky) public {
        value = bound(value, 0, 10 ether);
        vm.deal(user, value);
        address to = toPicky ? address(picky) : user;
        _bridge(
            toL2, false, value, abi.encodeWithSignature("bridgeETHTo(address,uint32,bytes)", to, 400_000, "")
        );
    }

    /// @notice Some of a token; `mistake` names the other pair's on the other chain.
    function bridgeTokens(bool toL2, uint256 which, uint256 amount, bool mistake) public {
        Pair memory pair = pairs[which % 2];
        bool isHome = pair.isOfL2 != toL2;
        address local = isHome ? pair.home : pair.away;
        Pair memory other = mistake ? pairs[(which + 1) % 2] : pair;
        address remote = other.isOfL2 != toL2 ? other.away : other.home;
        uint256 held = ERC20(local).balanceOf(user);
        amount = bound(amount, 0, held);
        bytes memory call = abi.encodeWithSignature(
            "bridgeERC20To(address,address,address,uint256,uint32,bytes)",
            local,
            remote,
            user,
            amount,
            400_000,
            ""
        );
        // A token that is minted knows what it stands for; of another, only the other chain knows.
        if (mistake && !isHome) _refuse(toL2, false, call);
        else _bridge(toL2, false, 0, call);
        if (mistake) ++mistakes;
    }

    function bridgeArt(uint256 id, bool toPicky, bool mistake) public {
        id = bound(id, 0, ART - 1);
        bool toL2 = art.ownerOf(id) == user;
        if (!toL2 && !_isOfUser(id)) return; // on its way, or somebody else's
        address remote = mistake ? address(pairs[0].away) : toL2 ? address(twin) : address(art);
        address to = toPicky ? address(picky) : user;
        bytes memory call = abi.encodeWithSignature(
            "bridgeERC721To(address,address,address,uint256,uint32,bytes)",
            toL2 ? address(art) : address(twin),
            remote,
            to,
            id,
            400_000,
            ""
        );
        if (mistake && !toL2) _refuse(toL2, true, call);
        else _bridge(toL2, true, 0, call);
        if (mistake) ++mistakes;
    }

    function deriveNext() public {
        if (derived == deposits.length) return;
        bytes32 message = keccak256(deposits[derived].data);
        vm.assertTrue(derive(), "I-BRIDGE-6: recorded on L2");
        l2Messenger.successfulMessages(message) ? ++arrivals : ++failures;
    }

    function settleNext() public {
        if (settled == withdrawals.length || l1Messenger.paused()) return;
        bytes32 message = keccak256(withdrawals[settled].data);
        vm.assertTrue(settle(), "I-BRIDGE-6: recorded on L1");
        l1Messenger.successfulMessages(message) ? ++arrivals : ++failures;
    }

    function replay(uint256 which) public {
        if (sent.length == 0) return;
        Sent memory message = sent[bound(which, 0, sent.length - 1)];
        bool stopped = !message.toL2 && l1Messenger.paused();
        bool allowed = hasFailed(message) && !hasSucceeded(message) && !stopped;
        vm.assertEq(relay(message, RELAYER, 0), allowed, "I-BRIDGE-6: relayed again");
        allowed ? ++replays : ++refusals;
    }

    /// @notice A stranger calls what only the other bridge may, or only a bridge.
    function steal(uint256 how, bool onL2) external {
        address bridge = onL2 ? address(l2Bridge) : address(l1Bridge);
        address artBridge = onL2 ? address(l2ERC721Bridge) : address(l1ERC721Bridge);
        address[4] memory places = [bridge, bridge, artBridge, pairs[onL2 ? 0 : 1].away];
        bytes[4] memory calls = [
            abi.encodeWithSignature(
                "finalizeBridgeETH(address,address,uint256,bytes)", RELAYER, RELAYER, 0, ""
            ),
            abi.encodeWithSignature(
                "finalizeBridgeERC20(address,address,address,address,uint256,bytes)",
                onL2 ? pairs[0].away : pairs[0].home,
                onL2 ? pairs[0].home : pairs[0].away,
                RELAYER,
                RELAYER,
                1,
                ""
            ),
            abi.encodeWithSignature(
                "finalizeBridgeERC721(address,address,address,address,uint256,bytes)",
                onL2 ? address(twin) : address(art),
                onL2 ? address(art) : address(twin),
                RELAYER,
                RELAYER,
                0,
                ""
            ),
            abi.encodeWithSignature("mint(address,uint256)", RELAYER, 1)
        ];
        vm.prank(RELAYER, RELAYER);
        (bool success,) = places[how % 4].call(calls[how % 4]);
        vm.assertFalse(success, "I-BRIDGE-5: a stranger");
        ++refusals;
    }

    /// @notice Every initializer, by the owner of all proxies, who may set up a new one.
    function initializeAgain(uint256 which) external {
        bytes memory two = abi.encodeWithSignature("initialize(address,address)", RELAYER, RELAYER);
        bytes memory ofOne = abi.encodeWithSignature("initialize(address)", RELAYER);
        bytes memory ofArt = abi.encodeWithSignature("initialize(address,uint256)", RELAYER, 1);
        address[7] memory places = [
            address(l1Bridge),
            address(l1ERC721Bridge),
            address(l1Factory),
            address(l2Bridge),
            address(l2ERC721Bridge),
            address(l2Factory),
            address(erc721Factory)
        ];
        bytes[7] memory calls = [two, two, ofOne, ofOne, ofOne, ofOne, ofArt];
        vm.prank(which % 7 < 3 ? deployer : L2_ADMIN);
        (bool success,) = places[which % 7].call(calls[which % 7]);
        vm.assertFalse(success, "I-BRIDGE-7: initialized again");
    }

    function setOpen(bool open) external {
        picky.set(open);
    }

    function setPaused(bool paused) public {
        bool isPaused = superchain.pauseTimestamps(address(0)) != 0;
        vm.prank(guardian);
        if (paused && !isPaused) superchain.pause(address(0));
        else superchain.unpause(address(0));
    }

    /*//////////////////////////////////////////////////////////////
                                 THE MODEL
    //////////////////////////////////////////////////////////////*/

    /// @notice All that is under way arrives, if it can.
    function complete() external {
        setPaused(false);
        picky.set(true);
        while (derived < deposits.length) {
            deriveNext();
        }
        while (settled < withdrawals.length) {
            settleNext();
        }
        for (uint256 i = 0; i < sent.length; ++i) {
            if (!hasSucceeded(sent[i])) replay(i);
        }
    }

    function check() external view {
        vm.assertEq(address(portal).balance, etherIn - etherOut, "I-BRIDGE-1: the portal");
        _checkEther();
        _checkTokens();
        for (uint256 id = 0; id < ART; ++id) {
            _checkArt(id);
        }
    }

    function _checkEther() private view {
        vm.assertEq(address(l1Bridge).balance, 0, "I-BRIDGE-1: L1's bridge keeps none");
        vm.assertEq(address(l2Bridge).balance, 0, "I-BRIDGE-1: L2's bridge keeps none");
        uint256[2] memory held;
        for (uint256 i = 0; i < sent.length; ++i) {
            if (hasFailed(sent[i]) && !hasSucceeded(sent[i])) held[sent[i].toL2 ? 1 : 0] += sent[i].value;
        }
        vm.assertEq(address(l1Messenger).balance, held[0], "I-BRIDGE-1: L1's messenger");
        vm.assertEq(address(l2Messenger).balance, held[1], "I-BRIDGE-1: L2's messenger");
    }

    function _checkTokens() private view {
        for (uint256 which = 0; which < 2; ++which) {
            Pair memory pair = pairs[which];
            address bridge = pair.isOfL2 ? address(l2Bridge) : address(l1Bridge);
            uint256 locked = _deposits(pair.isOfL2, pair.home, pair.away);
            uint256 other = _deposits(pair.isOfL2, pair.home, _otherAway(which));
            vm.assertEq(ERC20(pair.home).balanceOf(bridge), locked + other, "I-BRIDGE-3: held");
            uint256 supply = ERC20(pair.away).totalSupply();
            vm.assertEq(locked, supply + _underWay(pair.home, pair.away), "I-BRIDGE-2: backed");
            vm.assertEq(ERC20(pair.home).totalSupply(), WEALTH, "I-BRIDGE-3: no more, no less");
        }
    }

    function _checkArt(uint256 id) private view {
        bool escrowed = l1ERC721Bridge.deposits(address(art), address(twin), id);
        bool mistaken = l1ERC721Bridge.deposits(address(art), pairs[0].away, id);
        vm.assertEq(art.ownerOf(id) == address(l1ERC721Bridge), escrowed || mistaken, "I-BRIDGE-4: escrow");
        vm.assertFalse(escrowed && mistaken, "I-BRIDGE-4: once");
        if (_exists(id)) vm.assertTrue(escrowed, "I-BRIDGE-4: in one place");
    }

    function _deposits(bool onL2, address local, address remote) private view returns (uint256) {
        return onL2 ? l2Bridge.deposits(local, remote) : l1Bridge.deposits(local, remote);
    }

    /// @dev What a mistake about a pair names instead: the other pair's token of that chain, which is at home there.
    function _otherAway(uint256 which) private view returns (address) {
        return pairs[(which + 1) % 2].home;
    }

    /// @dev Of a pair's tokens, what has not arrived. In a message: relay ‖ finalizeBridgeERC20(local, remote, …, amount, …).
    function _underWay(address home, address away) private view returns (uint256 amount) {
        for (uint256 i = 0; i < sent.length; ++i) {
            if (hasSucceeded(sent[i])) continue;
            bytes memory call = sent[i].relay;
            uint256 start = 4 + 7 * 32; // of the message in relayMessage
            if (bytes4(uint32(_at(call, start) >> 224)) != bytes4(0x0166a07a)) continue;
            address local = address(uint160(_at(call, start + 4)));
            address remote = address(uint160(_at(call, start + 36)));
            bool same = (local == home && remote == away) || (local == away && remote == home);
            if (same) amount += _at(call, start + 4 + 4 * 32);
        }
    }

    function _at(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }

    function _exists(uint256 id) private view returns (bool success) {
        (success,) = address(twin).staticcall(abi.encodeCall(twin.ownerOf, id));
    }

    function _isOfUser(uint256 id) private view returns (bool) {
        return _exists(id) && twin.ownerOf(id) == user;
    }

    function _bridge(bool toL2, bool isArt, uint256 value, bytes memory call) private {
        vm.prank(user, user);
        (bool success,) = _place(toL2, isArt).call{value: value}(call);
        vm.assertTrue(success, "I-BRIDGE-6: sent");
        uint256 before = sent.length;
        collect();
        vm.assertEq(sent.length, before + 1, "I-BRIDGE-6: one message");
        ++bridged;
    }

    function _refuse(bool toL2, bool isArt, bytes memory call) private {
        vm.prank(user, user);
        (bool success,) = _place(toL2, isArt).call(call);
        vm.assertFalse(success, "I-BRIDGE-5: wrong pair");
        ++refusals;
    }

    function _place(bool toL2, bool isArt) private view returns (address) {
        if (isArt) return toL2 ? address(l1ERC721Bridge) : address(l2ERC721Bridge);
        return toL2 ? address(l1Bridge) : address(l2Bridge);
    }
}
