"""opcycle: the whole life of an OP Stack transaction as one small, readable, runnable system.

Packages, in the order in which a transaction meets them:

    sequencer  →  engine                 build an L2 block with op-geth
    batcher    →  da                     compress L2 blocks into frames and post them to L1
    derivation →  node                   derive the same L2 blocks from L1 alone
    proposer, challenger                 put output roots on L1, delete the wrong ones
    bridge                               prove and finalize a withdrawal

`protocol` is what they all agree on (wire formats and consensus types); `devnet` composes them.
"""

__version__ = "0.1.0"
