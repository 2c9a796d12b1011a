"""Addresses that every OP Stack chain shares.

Source: OP Stack specs, "Predeploys" and "Preinstalls"; EIP-4788 and EIP-2935.
"""

from opcycle.protocol.types import Address


def _predeploy(last: int) -> Address:
    return bytes.fromhex("42" + "00" * 17) + last.to_bytes(2, "big")


LEGACY_MESSAGE_PASSER = _predeploy(0x00)
DEPLOYER_WHITELIST = _predeploy(0x02)
WETH = _predeploy(0x06)
L2_CROSS_DOMAIN_MESSENGER = _predeploy(0x07)
GAS_PRICE_ORACLE = _predeploy(0x0F)
L2_STANDARD_BRIDGE = _predeploy(0x10)
SEQUENCER_FEE_VAULT = _predeploy(0x11)
OPTIMISM_MINTABLE_ERC20_FACTORY = _predeploy(0x12)
L1_BLOCK_NUMBER = _predeploy(0x13)
L2_ERC721_BRIDGE = _predeploy(0x14)
L1_BLOCK = _predeploy(0x15)
L2_TO_L1_MESSAGE_PASSER = _predeploy(0x16)
OPTIMISM_MINTABLE_ERC721_FACTORY = _predeploy(0x17)
PROXY_ADMIN = _predeploy(0x18)
BASE_FEE_VAULT = _predeploy(0x19)
L1_FEE_VAULT = _predeploy(0x1A)
OPERATOR_FEE_VAULT = _predeploy(0x1B)

DEPOSITOR_ACCOUNT: Address = bytes.fromhex("deaddeaddeaddeaddeaddeaddeaddeaddead0001")
"""Sender of the L1-attributes deposit; nobody holds its key."""

BEACON_ROOTS: Address = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")
HISTORY_STORAGE: Address = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
