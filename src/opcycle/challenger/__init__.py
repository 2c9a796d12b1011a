"""Stage 5, second half: deletes what is wrong while it can still be deleted.

    L1 (one block: outputs inside the finalization window) ─┐
    node (safe head, L1 read, its own output roots) ────────┴─► Snapshot ─► decide ─► Delete ─► oracle

It keeps nothing that it cannot ask for again. It waits where its node is behind: a right output that is
deleted costs every user a week, a wrong one may cost the bridge.
"""
