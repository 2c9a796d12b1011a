// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrossDomainMessenger} from "../../../contracts/bridge/ICrossDomainMessenger.sol";
import {IERC721Bridge} from "../../../contracts/bridge/IERC721Bridge.sol";
import {IStandardBridge} from "../../../contracts/bridge/IStandardBridge.sol";
import {L1ERC721Bridge} from "../../../contracts/bridge/L1ERC721Bridge.sol";
import {L1StandardBridge} from "../../../contracts/bridge/L1StandardBridge.sol";
import {OptimismMintableERC20Factory} from "../../../contracts/bridge/OptimismMintableERC20Factory.sol";
import {L2ERC721Bridge} from "../../../contracts/predeploys/L2ERC721Bridge.sol";
import {L2StandardBridge} from "../../../contracts/predeploys/L2StandardBridge.sol";
import {OptimismMintableERC721Factory} from "../../../contracts/predeploys/OptimismMintableERC721Factory.sol";
import {Courier} from "./Courier.sol";
import {Proxied} from "./Proxied.sol";
import {System} from "./System.sol";
import {vm} from "./Vm.sol";

/// @title Bridges
/// @notice The token bridges of both chains in one, L2's at their addresses, and a courier beside each.
abstract contract Bridges is System {
    address internal constant L2_ADMIN = address(0xD8);
    address internal constant NOBODY = address(0xBAD);
    address internal constant LEGACY_ERC20_ETH = 0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000;
    uint256 internal constant L1_CHAIN_ID = 900;

    Courier internal l1Courier;
    Courier internal l2Courier = Courier(payable(0x4200000000000000000000000000000000000007));
    L1StandardBridge internal l1Bridge;
    L2StandardBridge internal l2Bridge =
        L2StandardBridge(payable(0x4200000000000000000000000000000000000010));
    L1ERC721Bridge internal l1ERC721Bridge;
    L2ERC721Bridge internal l2ERC721Bridge = L2ERC721Bridge(0x4200000000000000000000000000000000000014);
    OptimismMintableERC20Factory internal l1Factory;
    OptimismMintableERC20Factory internal l2Factory =
        OptimismMintableERC20Factory(0x4200000000000000000000000000000000000012);
    OptimismMintableERC721Factory internal erc721Factory =
        OptimismMintableERC721Factory(0x4200000000000000000000000000000000000017);

    function deployBridges() internal {
        deploySystem();
        l1Courier = new Courier();
        ICrossDomainMessenger messenger = ICrossDomainMessenger(address(l1Courier));
        bytes memory call = abi.encodeCall(L1StandardBridge.initialize, (messenger, config));
        l1Bridge = L1StandardBridge(payable(Proxied.deploy(address(new L1StandardBridge()), deployer, call)));
        call = abi.encodeCall(L1ERC721Bridge.initialize, (messenger, config));
        l1ERC721Bridge = L1ERC721Bridge(Proxied.deploy(address(new L1ERC721Bridge()), deployer, call));
        call = abi.encodeCall(OptimismMintableERC20Factory.initialize, address(l1Bridge));
        l1Factory = OptimismMintableERC20Factory(
            Proxied.deploy(address(new OptimismMintableERC20Factory()), deployer, call)
        );
        _deployL2();
    }

    function _deployL2() private {
        vm.etch(address(l2Courier), address(l1Courier).code);
        _predeploy(address(l2Bridge), address(new L2StandardBridge()).code);
        _predeploy(address(l2ERC721Bridge), address(new L2ERC721Bridge()).code);
        _predeploy(address(l2Factory), address(new OptimismMintableERC20Factory()).code);
        _predeploy(address(erc721Factory), address(new OptimismMintableERC721Factory()).code);
        vm.startPrank(L2_ADMIN);
        l2Bridge.initialize(IStandardBridge(l1Bridge));
        l2ERC721Bridge.initialize(IERC721Bridge(l1ERC721Bridge));
        l2Factory.initialize(address(l2Bridge));
        erc721Factory.initialize(address(l2ERC721Bridge), L1_CHAIN_ID);
        vm.stopPrank();
    }

    /// @dev As if behind a proxy of L2_ADMIN's.
    function _predeploy(address at, bytes memory code) private {
        vm.etch(at, code);
        vm.store(at, ADMIN_SLOT, bytes32(uint256(uint160(L2_ADMIN))));
    }

    /// @notice Deliver on L2 what L1 sent last, and the other way round. L2's ETH is made there.
    function deliverToL2() internal {
        Courier.Message memory message = l1Courier.last();
        vm.deal(address(l2Courier), address(l2Courier).balance + message.value);
        l2Courier.deliver(message);
    }

    function deliverToL1() internal {
        l1Courier.deliver(l2Courier.last());
    }

    /// @notice A message of `sender`'s to an end of a bridge.
    function messageOf(address sender, address target, uint256 value, bytes memory data)
        internal
        pure
        returns (Courier.Message memory)
    {
        return Courier.Message(sender, target, value, 0, data);
    }
}
