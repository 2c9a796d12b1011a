"""The machine of games of type 0: cannon runs op-program, for each dispute that a game comes down to.

dispute ──► trace ──► run ──► child: cannon ◄─ preimages ─ op-program's host ◄─ L1, L2
              │        │ grid: what is kept, what must be run again          (pure)
              │        ▼
              │      folder: snapshots, proofs, preimages, on disk, shared
              ▼        │
        state, proof ◄─┴─ records, reads: what cannon says of a step, as L1 wants it
"""
