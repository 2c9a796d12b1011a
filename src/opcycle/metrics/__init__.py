"""What agents do, as Prometheus reads it: `/metrics` in its text format.

    agents (immutable snapshots, counts) ◄── collectors, at each scrape ──► /metrics

Agents know nothing of this: they publish what they are at, and a collector turns it into metrics when
somebody asks. What op-node and op-batcher measure as well has their names, `op_node_default_…` and
`op_batcher_default_…`, so that dashboards and alerts made for them go on working when one of our agents takes
the place of theirs; what they do not have begins with `opcycle_`.
"""
