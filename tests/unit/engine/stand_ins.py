"""Stand-ins for Go and cannon, which build a chain's fault-proof program: they note what they are asked."""

from pathlib import Path

import pytest

from opcycle import installation


class Tools:
    """`go` on PATH, and a `cannon` that it builds. A program's prestate is a hash of its chain's rollup.json
    and of Go's version."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch):
        """All that is on PATH of a user without a checkout, who has built nothing before."""
        monkeypatch.setenv("OPCYCLE_HOME", str(directory / "home"))
        monkeypatch.setenv("PATH", f"{directory / 'bin'}:/usr/bin:/bin")
        monkeypatch.setattr(installation, "CHECKOUT", None)
        self.directory = directory
        self._configs = "cat *rollup.json"
        (directory / "bin").mkdir()
        (directory / "optimism").mkdir()
        self.go("go1.26.8")
        self.cannon("true")

    def go(self, version: str, fails_at: str = "nowhere") -> None:
        here = self.directory
        self._write(
            "bin/go",
            f"""[ "$1" = env ] && echo {version} && exit
            echo "$GOOS/$GOARCH cgo=$CGO_ENABLED $*" >> {here}/asked
            if [ "$1" = mod ]; then [ {fails_at} != mod ] || {{ echo "no such host" >&2; exit 1; }}; exit; fi
            if [ "$1" = list ]; then echo {here}/optimism; exit; fi
            for package; do true; done
            if [ "${{package#*/optimism/}}" = {fails_at} ]; then echo "x.go:1: nonsense"; exit 1; fi
            overlay=none; while [ "$1" != -o ]; do [ "$1" = -overlay ] && overlay=$2; shift; done
            [ $overlay = none ] || cp $overlay {here}/overlay.json; cp go.mod {here}/go.mod
            (echo {version}; cat *rollup.json 2>/dev/null) | sha256sum > "$2"
            case $package in
              */cannon) cp {here}/cannon "$2";;
              */host/cmd) printf '#!/bin/sh\\necho %s\\n' "'$({self._configs})'" > "$2";;
            esac; chmod +x "$2"
            """,
        )

    def knows_other_chains(self) -> None:
        """op-program, once it is built, says something else of the chain's id."""
        self._configs = "echo L2 block: 0x1234"
        self.go("go1.26.8")

    def cannon(self, load_elf: str) -> None:
        self._write(
            "cannon",
            f"""echo "cannon $*" >> {self.directory}/asked
            if [ $1 = load-elf ]; then {load_elf}; fi
            if [ $1 = load-elf ]; then cp client.elf prestate.bin.gz; echo '{{}}' > meta.json; exit; fi
            echo "{{\\"pre\\": \\"0x03$(head -c 62 prestate.bin.gz)\\"}}" > proof-0.json
            """,
        )

    def _write(self, name: str, body: str) -> None:
        file = self.directory / name
        file.write_text("#!/bin/sh\n" + body)
        file.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """What the two were asked, a line each."""
        file = self.directory / "asked"
        return file.read_text().splitlines() if file.exists() else []
