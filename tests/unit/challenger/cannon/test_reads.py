"""From what cannon read to what L1 must be told, with op-program's store as files."""

from functools import cache
from pathlib import Path

import ckzg
import pytest

from opcycle.challenger.cannon.blob_elements import points
from opcycle.challenger.cannon.reads import preimage_read
from opcycle.challenger.cannon.records import OracleRead
from opcycle.challenger.cannon.store import PreimageStore
from opcycle.errors import TemporaryError
from opcycle.keccak import keccak
from opcycle.l1.blobs import committed, trusted_setup
from opcycle.protocol.preimages import BlobElement, Hashed, HashKind, LocalWord, PrecompileResult

DATA = bytes(range(50))
NAMED = b"\x0a".rjust(20, b"\0") + (4000).to_bytes(8, "big") + b"input"
BLOB = b"".join((7 * index).to_bytes(32, "big") for index in range(4096))


class Store:
    """Written as op-program writes it."""

    def __init__(self, directory: Path):
        self.directory = directory

    def put(self, key: bytes, preimage: bytes) -> None:
        file = self.directory / key.hex()[:4] / f"{key.hex()[4:]}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(preimage.hex())

    def read(self, key: bytes, preimage: bytes, offset: int = 0) -> object:
        value = len(preimage).to_bytes(8, "big") + preimage
        return preimage_read(OracleRead(key, value, offset), PreimageStore(self.directory))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@cache
def blob_keys() -> tuple[bytes, list[bytes]]:
    """The blob's commitment, and its elements' keys without their first bytes."""
    commitment = committed(BLOB).commitment
    return commitment, [keccak(commitment + point)[1:] for point in points()]


def test_local_word__needs_no_store(store: Store) -> None:
    assert store.read(LocalWord(3, 0).key, bytes(32), 8) == LocalWord(3, 8)


@pytest.mark.parametrize("kind", HashKind)
def test_hashed__its_data(store: Store, kind: HashKind) -> None:
    assert store.read(Hashed(kind, DATA, 0).key, DATA, 16) == Hashed(kind, DATA, 16)


@pytest.mark.parametrize("kind", HashKind)
def test_hashed__but_not_the_data_of_that_name__refused(store: Store, kind: HashKind) -> None:
    with pytest.raises(TemporaryError, match="the wrong preimage"):
        store.read(Hashed(kind, DATA, 0).key, DATA + b"\0")


def test_precompile__what_it_was_given_from_the_store(store: Store) -> None:
    digest = keccak(NAMED)[1:]
    store.put(b"\x02" + digest, NAMED)
    assert store.read(b"\x06" + digest, b"\x01yes", 8) == PrecompileResult(NAMED[:20], 4000, b"input", 8)


def test_precompile__nothing_in_the_store__said(store: Store) -> None:
    with pytest.raises(TemporaryError, match="op-program has kept no good preimage of 0x02"):
        store.read(b"\x06" + keccak(NAMED)[1:], b"\x01yes")


def test_precompile__the_store_has_something_else_under_that_name__refused(store: Store) -> None:
    digest = keccak(NAMED)[1:]
    store.put(b"\x02" + digest, NAMED + b"!")
    with pytest.raises(TemporaryError, match="the wrong preimage"):
        store.read(b"\x06" + digest, b"\x01yes")


def test_store__a_damaged_file__said(store: Store) -> None:
    digest = keccak(NAMED)[1:]
    store.put(b"\x02" + digest, NAMED)
    (file,) = store.directory.glob("*/*.txt")
    file.write_text(file.read_text()[:-1])
    with pytest.raises(TemporaryError, match="kept no good preimage"):
        store.read(b"\x06" + digest, b"\x01yes")


@pytest.mark.parametrize("kind", [0, 3, 7, 255])
def test_a_kind_that_l1_does_not_know__said(store: Store, kind: int) -> None:
    with pytest.raises(TemporaryError, match=f"a preimage of kind {kind}, which L1 knows nothing of"):
        store.read(bytes([kind]) + bytes(31), DATA)


# --- blobs ---


def put_blob(store: Store, *, missing: int | None = None) -> None:
    commitment, keys = blob_keys()
    for index, (key, point) in enumerate(zip(keys, points(), strict=True)):
        if index != missing:
            store.put(b"\x05" + key, BLOB[32 * index : 32 * index + 32])
        store.put(b"\x02" + key, commitment + point)


def element(index: int) -> tuple[bytes, bytes]:
    return b"\x05" + blob_keys()[1][index], BLOB[32 * index : 32 * index + 32]


def test_blob_element__its_proof_holds(store: Store) -> None:
    put_blob(store)
    for index in (0, 1, 4095):
        key, y = element(index)
        read = store.read(key, y, 8)
        assert isinstance(read, BlobElement)
        assert (read.key, read.y, read.offset) == (key, y, 8)
        claim = read.commitment, read.z
        assert ckzg.verify_kzg_proof(*claim, read.y, read.proof, trusted_setup())
        assert not ckzg.verify_kzg_proof(*claim, bytes(31) + b"\1", read.proof, trusted_setup())


def test_blob_element__another_of_the_blob_is_missing__said(store: Store) -> None:
    put_blob(store, missing=77)
    with pytest.raises(TemporaryError, match="kept no good preimage"):
        store.read(*element(0))


def test_blob_element__another_of_the_blob_is_wrong__said(store: Store) -> None:
    put_blob(store)
    for wrong, says in ((bytes(32), "another blob than"), (b"\xff" * 32, "no good blob")):
        store.put(element(78)[0], wrong)
        with pytest.raises(TemporaryError, match=says):
            store.read(*element(0))
