"""Stage 3: L2 blocks to L1, as cheaply as compression makes it, in an order that derivation accepts.

    L2 engine (blocks) ───► PendingBlock… ──────┐
    node (safe head, L1 read) ─► PostedChannel… ┼─► Snapshot ─► decide ─► CloseChannel ─► frames ─► da
    L1 (head, receipts) ────────────────────────┘

It keeps no database: the safe head is where it starts from, every time. From Holocene on a gap or a wrong
order loses the rest of a channel, so frames go out one after another, ordered by the nonces of one account.
"""
