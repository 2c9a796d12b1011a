"""The demo: one user's transactions followed through the six stages, every claim checked on the chains.

`story` acts and checks, `view` shows. The same story runs live (`opcycle demo`) and stepped (tests/e2e).
"""
