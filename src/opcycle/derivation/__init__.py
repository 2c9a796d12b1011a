"""Derivation: L1 blocks in, payload attributes and verdicts out. Pure: no I/O, no clock.

    L1 block ──► L1Traversal ──► L1Retrieval ──► FrameQueue ──► ChannelAssembler ──► ChannelReader
                 system config   payloads        frames         channels             batches
                                                                                       │
                     payload attributes ◄── AttributesStage ◄── BatchStage ◄───────────┘
                                            deposits, fees      valid batches, forced empty ones

Each stage is pulled by the next one and knows only the one before it; `pipeline` puts them together. The
rules are Holocene's: everything in order, one channel at a time, an invalid batch takes its channel along.
Source: OP Stack specs, "L2 Chain Derivation" and "Holocene: Derivation".
"""
