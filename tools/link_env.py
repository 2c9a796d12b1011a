"""Make this virtualenv find the pinned node tools, however it is started.

Links forge, cast and anvil into its bin/, for shells, and writes one .pth file for its Python: that puts
node_modules' native foundry binaries on PATH and points py-solc-x at tools/solcx unless SOLCX_BINARY_PATH
is set (~/.solcx: a native solc).
"""

import sysconfig
from pathlib import Path

root = Path(__file__).resolve().parent.parent
fnd = root / "node_modules" / "@foundry-rs"
bins = [str(root / "tools" / "bin")] + [
    str(b) for t in ("cast", "forge") for b in sorted(fnd.glob(f"{t}-*/bin"))
]
line = (
    "import os; "
    f"os.environ['PATH'] = os.pathsep.join({bins!r}) + os.pathsep + os.environ.get('PATH', ''); "
    f"os.environ.setdefault('SOLCX_BINARY_PATH', {str(root / 'tools' / 'solcx')!r})\n"
)
pth = Path(sysconfig.get_paths()["purelib"]) / "opcycle_env.pth"
pth.write_text(line)
print(f"wrote {pth}")

for directory in bins:
    for program in Path(directory).iterdir():
        link = Path(sysconfig.get_path("scripts")) / program.name
        link.unlink(missing_ok=True)
        link.symlink_to(program)
