"""Stage 5, first half: says on L1 what the state of L2 is, at fixed intervals.

    L1 (one block: what was proposed, how late it is) ────┐
    node (heads, L1 read, output root of that L2 block) ──┴─► Snapshot ─► decide ─► L1

    mode `games`     games.py ─► next_game.py    a dispute game about the newest provable block
    mode `oracle`    agent.py ─► decide.py       the output that the oracle expects next

It keeps nothing: L1 says what was proposed. Its word is worth what its node's is, so it only repeats what the
node has derived, and only while the node reads the same L1.
"""
