"""House rules that no off-the-shelf linter knows; `make check` runs this over the files that git tracks."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 400

# (what it is, where it may not occur, pattern). A pattern is split where it would match this file.
RULES = [
    ("an absolute path of one machine", "", r"(^|[^A-Za-z0-9_.])/(ro" + r"ot|ho" + r"me|wo" + r"rk)/[a-z]"),
    (
        "a package registry's address",
        "",
        r"https?://[a-z0-9.-]*(regis" + r"try|mir" + r"ror|gopr" + r"oxy)[a-z0-9.-]*/",
    ),
    ("sleeping in a test", "tests/", r"\b(time|asyncio)\.sl" + r"eep\("),
    ("the wall clock in a test", "tests/", r"datetime\.no" + r"w\(|\btime\.ti" + r"me\("),
    ("a swallowed error", "", r"except (Base)?Exc" + r"eption:\s*$|except:\s*$"),
    ("chain.isolate(), which swallows assertion errors", "tests/", r"chain\.iso" + r"late\("),
    ("a bare expectation of a revert", "tests/", r"ape\.rever" + r"ts\(\)|vm\.expectRev" + r"ert\(\)"),
    ("a skipped or expected failure", "tests/", r"pytest\.(mark\.)?(sk" + r"ip|xf" + r"ail)"),
    ("unfinished work", "", r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
]


def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def problems(name: str) -> list[str]:
    try:
        lines = (ROOT / name).read_text().splitlines()
    except UnicodeDecodeError:
        return []
    found = [
        f"{name}:{number}: {what}"
        for number, line in enumerate(lines, 1)
        for what, prefix, pattern in RULES
        if name.startswith(prefix) and re.search(pattern, line)
    ]
    if name.endswith((".py", ".sol")) and len(lines) > MAX_LINES:
        found.append(f"{name}: {len(lines)} lines (over {MAX_LINES}: is there a missing noun?)")
    return found


def main() -> int:
    found = [problem for name in tracked() if not name.endswith(".lock") for problem in problems(name)]
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
