"""Stage 6: a user's ETH and messages between the chains.

    deposit   L1: portal logs it ──────────────► L2: a transaction whose hash follows from the log
    withdraw  L2: message passer records it ──► L1: an output covers it ──► prove ──► wait ──► finalize

Nothing here waits or remembers: the hash of the first transaction and the two chains tell everything.
"""
