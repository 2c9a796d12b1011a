"""Stage 2: ordering users' transactions into L2 blocks.

    L1 (headers, deposits) ──► L1Origins ─┐
    chain time ───────────────────────────┼─► Snapshot ─► decide ─► BuildBlock ─► engine, journal
    engine (head, pending transactions) ──┘

Users send to op-geth's own RPC; the engine takes from its pool when it builds. What L1 dictates of a block
comes from `derivation`, so that every block here is one that a verifier derives again.
"""
