"""Commitments and sidecars: a public commitment, proofs that c-kzg accepts, and the layout of EIP-7594."""

import gzip
from hashlib import sha256

import ckzg
import pytest
import rlp
from eth_account import Account
from eth_utils.crypto import keccak
from tests.vectors.read import binary, unhex, vector

from opcycle.l1.blobs import committed, trusted_setup, with_sidecar
from opcycle.l1.signer import KeySigner
from opcycle.protocol.blobs import BLOB_SIZE, encode_blob

GOERLI = vector("blobs_goerli_7422094.json")["sidecars"]
GOERLI_BLOBS = gzip.decompress(binary("blobs_goerli_7422094.bin.gz"))

ZERO_COMMITMENT = b"\xc0" + bytes(47)
"""Of the blob of zeros: the point at infinity."""

FIELDS = {
    "type": 3,
    "chainId": 900,
    "nonce": 7,
    "to": b"\xff" * 20,
    "value": 0,
    "gas": 21_000,
    "maxFeePerGas": 5,
    "maxPriorityFeePerGas": 4,
    "maxFeePerBlobGas": 3,
}


def test_committed__zeros__point_at_infinity_and_its_versioned_hash():
    blob = committed(bytes(BLOB_SIZE))
    assert blob.commitment == ZERO_COMMITMENT
    assert blob.versioned_hash == b"\x01" + sha256(ZERO_COMMITMENT).digest()[1:]


@pytest.mark.parametrize("index", range(len(GOERLI)))
def test_committed__blobs_that_goerli_carried__their_commitments_which_their_proofs_confirm(index):
    sidecar, data = GOERLI[index], GOERLI_BLOBS[index * BLOB_SIZE : (index + 1) * BLOB_SIZE]
    blob = committed(data)
    commitment, proof = unhex(sidecar["kzg_commitment"]), unhex(sidecar["kzg_proof"])
    assert blob.commitment == commitment
    assert ckzg.verify_blob_kzg_proof(data, commitment, proof, trusted_setup())
    assert not ckzg.verify_blob_kzg_proof(data, commitment, ZERO_COMMITMENT, trusted_setup())


def test_committed__one_bit_more__is_another_blob():
    assert committed(encode_blob(b"\x01")).versioned_hash != committed(encode_blob(b"\x03")).versioned_hash


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bytes(BLOB_SIZE - 1), "BYTES_PER_BLOB"),
        (bytes(BLOB_SIZE + 1), "BYTES_PER_BLOB"),
        (bytes(BLOB_SIZE - 32) + b"\xff" * 32, "field's modulus"),
    ],
)
def test_committed__no_blob__is_refused(data, why):
    with pytest.raises(ValueError, match=why):
        committed(data)


def test_with_sidecar__two_blobs__wrapper_with_proofs_that_verify_and_the_hash_of_the_inner_transaction():
    blobs = [committed(encode_blob(text)) for text in (b"first", b"second")]
    signer = KeySigner(keccak(text="a key that only this test uses"))
    signed = signer.sign_transaction(
        {**FIELDS, "blobVersionedHashes": [blob.versioned_hash for blob in blobs]}
    )
    raw = with_sidecar(signed, blobs)
    body, version, data, commitments, proofs = rlp.decode(raw[1:])
    assert (raw[0], version) == (3, b"\x01")
    assert b"\x03" + rlp.encode(body) == signed
    assert bytes.fromhex(Account.recover_transaction(signed)[2:]) == signer.address
    assert [blob.data for blob in blobs] == data
    assert [blob.commitment for blob in blobs] == commitments
    assert len(proofs) == 2 * 128
    for number, blob in enumerate(blobs):
        cell = ckzg.compute_cells(blob.data, trusted_setup())[127]
        proof = proofs[128 * number + 127]
        assert ckzg.verify_cell_kzg_proof_batch([blob.commitment], [127], [cell], [proof], trusted_setup())
