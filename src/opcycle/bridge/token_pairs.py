"""A token on both chains: on one it is the original, on the other a copy, which the bridge there mints.

    original  locked by its chain's bridge when it leaves, unlocked when it comes back
    copy      made by a factory (or by anybody who implements IOptimismMintableERC20 or …721); says what it
              stands for and whose it is to mint; burnt when it leaves, minted when it comes

The bridges believe what they are told of the other chain: tokens sent to what is no pair are lost. So
everything is asked of both chains here, before. Spec: "Standard Bridges".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eth_abi.exceptions import DecodingError

from opcycle.artifacts import artifact
from opcycle.bridge.message_status import Layer
from opcycle.errors import CriticalError, UserError
from opcycle.keccak import keccak
from opcycle.l1.contract import Contract
from opcycle.l1.reverts import TransactionRevertedError
from opcycle.protocol import predeploys
from opcycle.protocol.types import ZERO_ADDRESS, Address, Hash
from opcycle.rpc.client import RpcClient, RpcError
from opcycle.rpc.hexjson import checksum, to_hex

ENDS_BY_FAILING = ("revert", "invalid opcode", "out of gas")
"""How servers say that a call has failed, rather than they themselves."""


class Standard(StrEnum):
    """What kind of token it is, which has a bridge and a factory of its own."""

    ERC20 = "ERC-20"
    ERC721 = "ERC-721"

    @property
    def abi(self) -> list[dict[str, Any]]:
        """Of a copy, which has everything that an original has."""
        return artifact(f"OptimismMintable{self.name}").abi

    def bridge_on(self, layer: Layer) -> str:
        """Name of the contract that is its bridge there."""
        return f"{layer}StandardBridge" if self is Standard.ERC20 else f"{layer}ERC721Bridge"

    @property
    def factory_abi(self) -> list[dict[str, Any]]:
        """Of what makes copies."""
        return artifact(f"OptimismMintable{self.name}Factory").abi

    @property
    def created(self) -> Hash:
        """First topic of the event of a new copy, whose address is the second."""
        return keccak(f"OptimismMintable{self.name}Created(address,address,address)".encode())

    @property
    def copies(self) -> tuple[tuple[bytes, str], ...]:
        """ERC-165 ids by which a token says that it is a copy, and the getter that says of what."""
        if self is Standard.ERC20:
            return (bytes.fromhex("1d1d8b63"), "l1Token"), (bytes.fromhex("ec4fc8e3"), "remoteToken")
        return (bytes.fromhex("aecafc23"), "remoteToken"), (bytes.fromhex("74259ebf"), "remoteToken")


@dataclass(frozen=True, slots=True)
class Pair:
    """One token's addresses. Which of the two is the original, `require_pair` finds out."""

    l1: Address
    l2: Address

    def on(self, layer: Layer) -> Address:
        return self.l1 if layer is Layer.L1 else self.l2


@dataclass(frozen=True, slots=True)
class End:
    """One chain's end of a bridge. `factory` is None where none makes copies: L1 has none of ERC-721."""

    rpc: RpcClient
    bridge: Address
    factory: Address | None


Ends = Mapping[Layer, End]


def read_ends(standard: Standard, *, l1: RpcClient, l2: RpcClient, system_config: Address) -> Ends:
    """Raises UserError if the chain was deployed without token bridges."""
    config = Contract(l1, system_config, artifact("SystemConfig").abi)
    names = ("l1StandardBridge", "l1ERC721Bridge", "optimismMintableERC20Factory")
    bridge, nft_bridge, factory = config.read_many([(name, ()) for name in names], block="latest")
    if standard is Standard.ERC721:
        on_l1 = End(l1, nft_bridge, None)
        on_l2 = End(l2, predeploys.L2_ERC721_BRIDGE, predeploys.OPTIMISM_MINTABLE_ERC721_FACTORY)
    else:
        on_l1 = End(l1, bridge, factory)
        on_l2 = End(l2, predeploys.L2_STANDARD_BRIDGE, predeploys.OPTIMISM_MINTABLE_ERC20_FACTORY)
    for layer, end in ((Layer.L1, on_l1), (Layer.L2, on_l2)):
        if not has_code(end.rpc, end.bridge):
            raise UserError(
                f"this chain has no bridge for {standard} tokens on {layer} (nothing is at "
                f"{checksum(end.bridge)}): it was deployed without; deploy it again to have one"
            )
    return {Layer.L1: on_l1, Layer.L2: on_l2}


def require_pair(standard: Standard, ends: Ends, pair: Pair) -> Layer:
    """The chain that the original is on. Raises UserError unless the bridges carry this pair."""
    for layer in Layer:
        if not has_code(ends[layer].rpc, pair.on(layer)):
            raise UserError(
                f"{checksum(pair.on(layer))} is no token on {layer}: no contract is there; is it of this "
                "chain, and were L1's and L2's token mixed up?"
            )
    originals = {layer: original_of(standard, ends[layer].rpc, pair.on(layer)) for layer in Layer}
    copies = [layer for layer in Layer if originals[layer] is not None]
    if len(copies) != 1:
        raise UserError(_no_pair(pair, copies))
    (on,) = copies
    copy, original = pair.on(on), originals[on]
    if original != pair.on(on.other):
        raise UserError(
            f"{checksum(copy)} on {on} stands for {checksum(original or ZERO_ADDRESS)}, not for "
            f"{checksum(pair.on(on.other))}: name the token that it stands for, or its own copy"
        )
    minter = ask(Contract(ends[on].rpc, copy, standard.abi), "bridge")
    if minter is not None and minter != ends[on].bridge:
        raise UserError(
            f"{checksum(copy)} is minted by {checksum(minter)}, not by {on}'s bridge for {standard} tokens "
            f"({checksum(ends[on].bridge)}), which can neither mint nor burn it: use that bridge, or have a "
            "copy made with `opcycle token create`"
        )
    return on.other


def original_of(standard: Standard, rpc: RpcClient, token: Address) -> Address | None:
    """What a copy stands for; None of a token that does not say that it is one."""
    contract = Contract(rpc, token, standard.abi)
    answers = [ask(contract, "supportsInterface", bytes.fromhex(id_)) for id_ in ("01ffc9a7", "ffffffff")]
    if answers != [True, False]:  # it knows ERC-165, and does not just say yes to everything
        return None
    for interface, getter in standard.copies:
        if ask(contract, "supportsInterface", interface):
            found: Address | None = ask(contract, getter)
            return found
    return None


def has_code(rpc: RpcClient, address: Address) -> bool:
    return rpc.call("eth_getCode", to_hex(address), "latest") not in ("0x", None)


def ask(contract: Contract, function: str, *arguments: Any) -> Any:
    """What a contract answers that may have no such function; None if it has not."""
    try:
        return contract.read(function, *arguments, block="latest")
    except UserError:
        raise
    except (TransactionRevertedError, CriticalError, DecodingError):
        return None
    except RpcError as error:
        if any(end in error.reason for end in ENDS_BY_FAILING):
            return None
        raise


def _no_pair(pair: Pair, copies: list[Layer]) -> str:
    both = f"{checksum(pair.l1)} on L1 and {checksum(pair.l2)} on L2"
    if copies:
        return f"{both} are both copies, each of another token: a pair is an original and its copy"
    return (
        f"neither of {both} is a copy of the other, so that what one bridge takes the other could not pay "
        "out: have a copy made with `opcycle token create`"
    )
