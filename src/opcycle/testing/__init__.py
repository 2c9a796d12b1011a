"""A whole rollup inside a test: both chains, their users, the bridge between them, and time.

`opcycle.pytest_plugin` offers all of it as fixtures.
"""
