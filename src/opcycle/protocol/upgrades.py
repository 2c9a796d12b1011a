"""Network upgrades: the deposits with which a fork's first block brings its new predeploys.

An implementation is deployed by an account of its own (0x4210…00NN, nonce 0), so that its address is known;
the predeploy's proxy is pointed to it by the zero address, whom every proxy obeys. A fork that is active from
the genesis on has no such block. The intent names in the source hashes are op-node's, which made the chains
(the specs write Jovian's otherwise).
Source: OP Stack specs, "Network upgrade automation transactions" of each fork; op-node
`derive/<fork>_upgrade_transactions.go`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from opcycle.keccak import keccak
from opcycle.protocol.deposits import DepositTransaction, upgrade_source
from opcycle.protocol.predeploys import DEPOSITOR_ACCOUNT, GAS_PRICE_ORACLE, L1_BLOCK, OPERATOR_FEE_VAULT
from opcycle.protocol.rlp_items import encode_list, encode_string, encode_uint
from opcycle.protocol.rollup import Fork, RollupConfig
from opcycle.protocol.types import Address
from opcycle.protocol.upgrade_code import ecotone, fjord, isthmus, jovian

BEACON_ROOTS_DEPLOYER: Address = bytes.fromhex("0b799c86a49deeb90402691f1041aa3af2d3c875")
"""Deploys the contract of EIP-4788, on every chain at the same address."""

BLOCK_HASHES_DEPLOYER: Address = bytes.fromhex("3462413af4609098e1e27a490f554f260213d685")
"""Deploys the contract of EIP-2935, on every chain at the same address."""

_ZERO_ADDRESS: Address = bytes(20)
_UPGRADE_TO = keccak(b"upgradeTo(address)")[:4]
_PROXY_UPDATE_GAS = 50_000


def upgrade_transactions(config: RollupConfig, l2_timestamp: int) -> tuple[DepositTransaction, ...]:
    """The upgrade deposits of the L2 block at `l2_timestamp`, in order; none unless it is a fork's first."""
    return tuple(
        deposit
        for fork, deposits in UPGRADES.items()
        if config.activates_at(fork, l2_timestamp)
        for deposit in deposits
    )


def _deployer(number: int) -> Address:
    return bytes.fromhex("4210" + "00" * 17) + bytes([number])


def _deposit(intent: str, sender: Address, to: Address | None, gas: int, data: bytes) -> DepositTransaction:
    return DepositTransaction(
        source_hash=upgrade_source(intent),
        sender=sender,
        to=to,
        mint=0,
        value=0,
        gas=gas,
        is_system=False,
        data=data,
    )


def _deployment(intent: str, sender: Address, gas: int, code: bytes) -> DepositTransaction:
    return _deposit(intent, sender, None, gas, code)


def _proxy_update(intent: str, proxy: Address, deployer: Address) -> DepositTransaction:
    """Points `proxy` to what `deployer` has deployed with its first transaction."""
    implementation = keccak(encode_list([encode_string(deployer), encode_uint(0)]))[12:]
    data = _UPGRADE_TO + implementation.rjust(32, b"\0")
    return _deposit(intent, _ZERO_ADDRESS, proxy, _PROXY_UPDATE_GAS, data)


def _announcement(fork: str, gas: int) -> DepositTransaction:
    """Tells the gas price oracle which formula it is to use."""
    call = keccak(f"set{fork}()".encode())[:4]
    return _deposit(f"{fork}: Gas Price Oracle Set {fork}", DEPOSITOR_ACCOUNT, GAS_PRICE_ORACLE, gas, call)


_ECOTONE = (
    _deployment("Ecotone: L1 Block Deployment", _deployer(0), 375_000, ecotone.L1_BLOCK),
    _deployment("Ecotone: Gas Price Oracle Deployment", _deployer(1), 1_000_000, ecotone.GAS_PRICE_ORACLE),
    _proxy_update("Ecotone: L1 Block Proxy Update", L1_BLOCK, _deployer(0)),
    _proxy_update("Ecotone: Gas Price Oracle Proxy Update", GAS_PRICE_ORACLE, _deployer(1)),
    _announcement("Ecotone", 80_000),
    _deployment(
        "Ecotone: beacon block roots contract deployment",
        BEACON_ROOTS_DEPLOYER,
        250_000,
        ecotone.BEACON_ROOTS,
    ),
)

_FJORD = (
    _deployment("Fjord: Gas Price Oracle Deployment", _deployer(2), 1_450_000, fjord.GAS_PRICE_ORACLE),
    _proxy_update("Fjord: Gas Price Oracle Proxy Update", GAS_PRICE_ORACLE, _deployer(2)),
    _announcement("Fjord", 90_000),
)

_ISTHMUS = (
    _deployment("Isthmus: L1 Block Deployment", _deployer(3), 425_000, isthmus.L1_BLOCK),
    _deployment("Isthmus: Gas Price Oracle Deployment", _deployer(4), 1_625_000, isthmus.GAS_PRICE_ORACLE),
    _deployment("Isthmus: Operator Fee Vault Deployment", _deployer(5), 500_000, isthmus.OPERATOR_FEE_VAULT),
    _proxy_update("Isthmus: L1 Block Proxy Update", L1_BLOCK, _deployer(3)),
    _proxy_update("Isthmus: Gas Price Oracle Proxy Update", GAS_PRICE_ORACLE, _deployer(4)),
    _proxy_update("Isthmus: Operator Fee Vault Proxy Update", OPERATOR_FEE_VAULT, _deployer(5)),
    _announcement("Isthmus", 90_000),
    _deployment(
        "Isthmus: EIP-2935 Contract Deployment", BLOCK_HASHES_DEPLOYER, 250_000, isthmus.BLOCK_HASHES
    ),
)

_JOVIAN = (
    _deployment("Jovian: L1 Block Deployment", _deployer(6), 447_315, jovian.L1_BLOCK),
    _proxy_update("Jovian: L1 Block Proxy Update", L1_BLOCK, _deployer(6)),
    _deployment("Jovian: Gas Price Oracle Deployment", _deployer(7), 1_750_714, jovian.GAS_PRICE_ORACLE),
    _proxy_update("Jovian: Gas Price Oracle Proxy Update", GAS_PRICE_ORACLE, _deployer(7)),
    _announcement("Jovian", 90_000),
)

UPGRADES: Mapping[Fork, tuple[DepositTransaction, ...]] = MappingProxyType(
    {Fork.ECOTONE: _ECOTONE, Fork.FJORD: _FJORD, Fork.ISTHMUS: _ISTHMUS, Fork.JOVIAN: _JOVIAN}
)
"""The upgrade deposits of each fork that has some, in their order in its first block."""
