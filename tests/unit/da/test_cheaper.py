"""The cheaper of two publishers, payload by payload."""

import pytest

from opcycle.da import Published
from opcycle.da.cheaper import CheaperPublisher
from opcycle.errors import TemporaryError

SENT = Published(b"\x0a" * 32, 1)


class Publisher:
    def __init__(self):
        self.sent = []
        self.error = None

    def publish(self, payloads):
        if self.error is not None:
            raise self.error
        self.sent.append(payloads[0])
        return SENT


class Market:
    """Long payloads are cheaper as blobs, until `blobs_are_dear`."""

    def __init__(self):
        self.calldata, self.blobs = Publisher(), Publisher()
        self.blobs_are_dear = False
        self.publisher = CheaperPublisher(
            calldata=self.calldata,
            blobs=self.blobs,
            blobs_are_cheaper=lambda payloads: len(payloads[0]) > 5 and not self.blobs_are_dear,
        )


def test_publish__each_payload__goes_where_it_costs_less():
    market = Market()
    assert [market.publisher.publish([payload]) for payload in (b"short", b"longer", b"brief")] == [SENT] * 3
    assert market.calldata.sent == [b"short", b"brief"]
    assert market.blobs.sent == [b"longer"]


def test_publish__broke_off_and_prices_have_turned__the_same_payload_goes_out_as_before():
    market = Market()
    market.blobs.error = TemporaryError("the connection broke off")
    with pytest.raises(TemporaryError):
        market.publisher.publish([b"longer"])
    market.blobs_are_dear, market.blobs.error = True, None
    market.publisher.publish([b"longer"])
    assert (market.calldata.sent, market.blobs.sent) == ([], [b"longer"])


def test_publish__sent_and_prices_have_turned__the_same_bytes_are_judged_anew():
    market = Market()
    market.publisher.publish([b"longer"])
    market.blobs_are_dear = True
    market.publisher.publish([b"longer"])
    assert (market.calldata.sent, market.blobs.sent) == ([b"longer"], [b"longer"])


def test_publish__broke_off_and_another_payload_follows__is_judged_by_itself():
    market = Market()
    market.blobs.error = TemporaryError("the connection broke off")
    with pytest.raises(TemporaryError):
        market.publisher.publish([b"longer"])
    market.publisher.publish([b"short"])
    assert market.calldata.sent == [b"short"]
