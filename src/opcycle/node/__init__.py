"""Stage 4: the verifier. It reads L1 only, derives the L2 chain again and executes it on its own engine.

    L1 ──► L1View ──► DerivationPipeline ──► Execution ──► engine
           heads,     (pure, derivation/)    deposits      heads by forkchoice
           blocks                            only, if
                                             invalid      ──► SafeDB, VerdictStore (SQLite) ──► RPC

Everything it holds can be had again from L1: a node with an empty data directory comes to the same chain.
"""
