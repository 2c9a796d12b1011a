"""Stage 5, second half: sees to it that no wrong output root is ever relied on.

Where a rollup settles by dispute games, `games` plays them:

    each game on L1, as of one block ──► seat ─┬─► solver    what an honest player says     (pure)
    node's output roots, machine's states ─────┤     ▲ asks ─── knowing ◄─ node, traces
                                               ├─► preimages what the steps want to read
                                               ├─► settle    what has run out of time       (pure)
                                               └─► collecting, once it is decided
    large preimages that anybody proposes ───────► preimages which of them are wrong
                                                     ▼ due
                                                 responder   what has least time left first ──► L1

Where an output oracle settles it, `agent` deletes from that, as `decide` says.

Either keeps nothing that it cannot ask for again. It waits where its node is behind: to act against a right
output costs every user a week, or us a bond; to believe a wrong one may cost the bridge.
"""
