"""Public test data, by file name."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def vector(name):
    return json.loads((HERE / name).read_text())


def binary(name):
    return (HERE / name).read_bytes()


def unhex(text):
    return bytes.fromhex(text.removeprefix("0x"))
