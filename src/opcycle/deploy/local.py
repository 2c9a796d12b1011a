"""The configuration of a devnet: short windows, and ether on L2 from the start."""

from collections.abc import Mapping

from opcycle.deploy.config import DeployConfig, Roles
from opcycle.engine.genesis import FeeVaultConfig
from opcycle.protocol.alt_da import AltDAConfig
from opcycle.protocol.types import Address

LOCAL_L2_CHAIN_ID = 901

_TO_L2 = 1


def local_config(
    *,
    owner: Address,
    guardian: Address,
    batcher: Address,
    proposer: Address,
    challenger: Address,
    unsafe_block_signer: Address,
    block_time: int,
    submission_interval: int,
    finalization_period: int,
    balances: Mapping[Address, int],
    alt_da: AltDAConfig | None = None,
    batch_inbox: Address | None = None,
) -> DeployConfig:
    """A Jovian chain for one machine. Seconds; `submission_interval` in L2 blocks; balances in wei on L2.

    Fees of the chain go to the owner, on L2.
    """
    return DeployConfig(
        name="local",
        l2_chain_id=LOCAL_L2_CHAIN_ID,
        block_time=block_time,
        submission_interval=submission_interval,
        finalization_period=finalization_period,
        roles=Roles(
            owner=owner,
            guardian=guardian,
            batcher=batcher,
            proposer=proposer,
            challenger=challenger,
            unsafe_block_signer=unsafe_block_signer,
        ),
        fee_vault=FeeVaultConfig(recipient=owner, minimum=0, network=_TO_L2),
        batch_inbox=batch_inbox,
        balances=balances,
        alt_da=alt_da,
    )
