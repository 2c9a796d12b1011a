"""A preimage server for cannon: `server.py DIRECTORY PREIMAGES`.

PREIMAGES is a file with a JSON object from keys to preimages, both in hex.

It keeps them in DIRECTORY as op-program does. Ends when cannon does. Standard library only: it starts often.
Source of the protocol: OP Stack specs, Fault Proof, pre-image communication.
"""

import json
import os
import sys
from pathlib import Path

ASKED, ANSWERED = 5, 6


def main(directory: Path, preimages: dict[str, str]) -> None:
    for key, value in preimages.items():
        if key[:2] != "01":
            file = directory / key[:4] / f"{key[4:]}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(value)
    with os.fdopen(ASKED, "rb") as asked, os.fdopen(ANSWERED, "wb") as answered:
        while key_read := asked.read(32):
            value = bytes.fromhex(preimages[key_read.hex()])
            answered.write(len(value).to_bytes(8, "big") + value)
            answered.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
