"""Derivation: L1 blocks in, payload attributes and verdicts out. Pure: no I/O, no clock.

    L1 block ──► L1Traversal ──► L1Retrieval ──► FrameQueue ──► ChannelMux ──► ChannelReader
                 system config   payloads        frames         channels       batches
                                                                                  │
                     payload attributes ◄── AttributesStage ◄── BatchMux ◄────────┘
                                            deposits, fees      valid batches, forced empty ones

Each stage is pulled by the next one and knows only the one before it; `pipeline` puts them together. Before
Holocene frames and batches wait for their turn (ChannelBank, BatchQueue). From it on the rules are strict:
everything in order, one channel at a time (ChannelAssembler), an invalid batch takes its channel along
(BatchStage).
Source: OP Stack specs, "L2 Chain Derivation" and "Holocene: Derivation".
"""
