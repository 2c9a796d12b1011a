"""`opcycle sequencer`, `batcher`, `node`, `proposer`, `challenger`: one agent each, until Ctrl-C.

`ape run sequencer` and so on are the same commands with the L1 and the account that ape names.
"""
