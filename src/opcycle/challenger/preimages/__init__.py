"""Preimages that the machine reads: loading what a step needs, and policing what others propose.

a step's read ──► loading: one transaction, or, if it is large, ──► proposing: leaves, period, squeeze
the oracle's proposals ──► watch: whose leaves are right? ──► those of others: challenged if wrong
                                                          └─► ours: squeezed when the period is over
"""
