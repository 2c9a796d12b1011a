"""Why cannon refuses a step."""

REASONS = {
    "invalid instruction": "unknown instruction",
    "branch in delay slot": "jump in delay slot",
    "jump in delay slot": "jump in delay slot",
    "instruction divide by zero": "division by zero",
    "unaligned instruction fetch": "unaligned program counter",
    "unrecognized syscall": "unknown syscall",
    "Active thread stack is empty": "no active thread",
    "post-state active thread stack is empty": "no active thread",
    "no preimage of": "no such preimage",
    "Preimage offset out-of-bounds": "no such preimage",
}
"""How cannon's reasons to refuse a step begin, in the vectors' words."""


def reason(refused: str) -> str:
    """Cannon's reason in the vectors' words; raises KeyError for one that nobody has thought of."""
    return REASONS[next((text for text in REASONS if refused.startswith(text)), refused)]
