"""Watching dispute games: what becomes of each if nobody moves, and whether that is right.

    L1 (one block: games, credits, collateral) ─┐
    node (its own output roots) ────────────────┴─► Watched ─► judge ─► findings, alerts, counts ─► metrics

It sends nothing. `forecast` and `drawing` know nothing of L1 either: whoever has a game as a value can ask
what becomes of it, and see it drawn.
"""
