"""The configuration of a devnet: short windows, and ether on L2 from the start."""

from collections.abc import Mapping
from dataclasses import replace

from opcycle.deploy.config import VM, DeployConfig, GamesConfig, OracleConfig, Roles, Settlement
from opcycle.engine.predeploy_state import FeeVaultConfig
from opcycle.protocol.alt_da import AltDAConfig
from opcycle.protocol.types import Address

LOCAL_L2_CHAIN_ID = 901

LOCAL_GAMES = GamesConfig(vm=VM.ALPHABET, max_game_depth=28, split_depth=20)
"""Games that reach a million L2 blocks beyond their anchor: twelve days of one-second blocks. Clocks and
delays are those of a real chain, since time on a local one is free."""

LOCAL_PROOF_GAMES = replace(LOCAL_GAMES, vm=VM.MIPS64, max_game_depth=55)
"""The same about op-program, with 2^34 steps for a block: thirty times what an idle chain's takes."""

LOCAL_ORACLE = OracleConfig(submission_interval=10)

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
    settlement: Settlement,
    games: GamesConfig = LOCAL_GAMES,
    oracle: OracleConfig = LOCAL_ORACLE,
    balances: Mapping[Address, int],
    alt_da: AltDAConfig | None = None,
    batch_inbox: Address | None = None,
) -> DeployConfig:
    """A Jovian chain for one machine. `block_time` in seconds, balances in wei on L2.

    Fees of the chain go to the owner, on L2.
    """
    return DeployConfig(
        name="local",
        l2_chain_id=LOCAL_L2_CHAIN_ID,
        block_time=block_time,
        settlement=settlement,
        games=games,
        oracle=oracle,
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
