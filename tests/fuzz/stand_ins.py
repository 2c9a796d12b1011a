"""Contracts of a few instructions that stand for what a test does not have."""


def forwarding(target: bytes) -> bytes:
    """Code that calls `target` with whatever it is called with, and answers as that does."""
    return _forwarding(target, at=0)


def answering(word: bytes) -> bytes:
    """Code that answers with that address or number, 20 bytes, whatever it is asked."""
    return b"\x73" + word + bytes.fromhex("5f5260205ff3")


def messenger(bridge: bytes, sender: bytes) -> bytes:
    """Code of a messenger: asked who sends, it says `sender`; what the bridge sends it logs, with the ETH
    that came along as a topic; and what anybody else sends it delivers to the bridge."""
    asked, sent = answering(sender), bytes.fromhex("365f5f3734365fa100")
    head = 7 + 26
    forward = _forwarding(bridge, at=head)
    sent_at = head + len(forward)
    asked_at = sent_at + 1 + len(sent)
    return b"".join(
        (
            bytes.fromhex("3660041460") + bytes([asked_at, 0x57]),  # only a selector
            b"\x33\x73" + bridge + bytes([0x14, 0x60, sent_at, 0x57]),  # the bridge calls
            forward,
            b"\x5b" + sent,
            b"\x5b" + asked,
        )
    )


def _forwarding(target: bytes, *, at: int) -> bytes:
    """With its first instruction at that offset."""
    call = bytes.fromhex("365f5f375f5f365f3473") + target + bytes.fromhex("5af13d5f5f3e")
    succeeded = at + len(call) + 6
    return call + bytes([0x60, succeeded, 0x57]) + bytes.fromhex("3d5ffd5b3d5ff3")
