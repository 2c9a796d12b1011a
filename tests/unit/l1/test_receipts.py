"""What a transaction has cost, from its receipt."""

from opcycle.l1.receipts import receipt_from_json

HASH = "0x" + "11" * 32
BODY = {
    "transactionHash": HASH,
    "blockHash": HASH,
    "blockNumber": "0x5",
    "status": "0x1",
    "gasUsed": "0x5208",
    "effectiveGasPrice": "0x7",
    "logs": [],
    "contractAddress": None,
}


def test_fee__without_blobs__gas_at_its_price():
    assert receipt_from_json(BODY).fee == 21_000 * 7


def test_fee__with_blobs__these_at_their_own_price_too():
    blobs = {"blobGasUsed": "0x40000", "blobGasPrice": "0x3"}
    assert receipt_from_json(BODY | blobs).fee == 21_000 * 7 + 2 * 131_072 * 3
