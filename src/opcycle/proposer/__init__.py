"""Stage 5, first half: says on L1 what the state of L2 is, at fixed intervals.

    L1 (one block: what the oracle expects, how late it is) ─┐
    node (heads, L1 read, output root of that L2 block) ─────┴─► Snapshot ─► decide ─► Propose ─► oracle

It keeps nothing: the oracle says which L2 block is next. Its word is worth what its node's is, so it only
repeats what the node has derived, and ties it to the L1 block up to which the node has read.
"""
