"""Stage 6: a user's ETH and messages between the chains.

    deposit   L1: portal logs it ──────────────► L2: a transaction whose hash follows from the log
    withdraw  L2: message passer records it ──► L1: an output covers it ──► prove ──► wait ──► finalize
    message   a messenger has it deposited or withdrawn ──► the other one calls its target, again if it fails

Which outputs L1 believes, and what a proof waits for, is the settlement mode's matter (`settlement.py`):

    mode `games`     games.py ──► games_status.py     root claims of dispute games; a proof for each submitter
    mode `oracle`    oracle.py ─► oracle_status.py    outputs at the oracle; one proof

On these ride messages, whose targets can ask who sent them, and on messages tokens:

    messages.py ◄── token_bridge.py ◄── tokens.py (ERC-20), collectibles.py (ERC-721)

Nothing here waits or remembers: the hash of the first transaction and the two chains tell everything.
"""
