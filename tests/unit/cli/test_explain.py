"""How `opcycle explain` shows the node's answer."""

from opcycle.cli.explain import tree_lines
from opcycle.derivation.verdicts import Reason

L1_BLOCK = {"number": 4, "hash": "0x" + "ab" * 32}


def verdict(decision="accept", reason=Reason.VALID, detail=""):
    return {
        "decision": decision,
        "reason": reason.name,
        "meaning": reason.value,
        "detail": detail,
        "l1Block": L1_BLOCK,
    }


def branch(name, *children, verdicts=(), detail=""):
    return {
        "subject": "frame",
        "identity": name,
        "detail": detail,
        "verdicts": list(verdicts),
        "children": list(children),
    }


def plain(tree):
    return [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in tree_lines(tree)]


def test_tree_lines__children_and_theirs__hang_on_lines():
    tree = branch("a", branch("b", branch("c")), branch("d", branch("e"), branch("f")))
    assert plain(tree) == [
        "frame a",
        "├─ frame b",
        "│  └─ frame c",
        "└─ frame d",
        "   ├─ frame e",
        "   └─ frame f",
    ]


def test_tree_lines__verdicts__each_with_l1_block_and_why_if_it_is_not_plain():
    dropped = verdict("drop", Reason.EMPTY_DATA, "0 bytes")
    first, second, child = plain(branch("a", branch("b"), verdicts=[verdict(), dropped]))
    assert first == "frame a: \x1b[32maccept; L1 block 4:0xabababab"
    assert second == "│  \x1b[31mdrop, no data (0 bytes); L1 block 4:0xabababab"
    assert child == "└─ frame b"


def test_tree_lines__detail__comes_before_verdicts():
    assert plain(branch("a", detail="derived")) == ["frame a: derived"]
