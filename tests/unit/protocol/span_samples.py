"""Signed transactions of every type, encoded by pyrlp: the second opinion of the span batch tests."""

import rlp
from hypothesis import strategies as st

CHAIN_ID = 901
RECIPIENT = b"\x11" * 20
KEY = b"\x22" * 32
ACCESS_LIST = [[RECIPIENT, [KEY, bytes(32)]], [bytes(20), []]]
AUTHORIZATIONS = [[0, RECIPIENT, 7, 1, 2**255, 3], [CHAIN_ID, bytes(20), 0, 0, 1, 2**256 - 1]]
R, S = 2**255 + 1, 2**200


def legacy(
    *, nonce=1, price=2, gas=3, to=RECIPIENT, value=4, data=b"data", parity=0, chain_id=CHAIN_ID, r=R, s=S
):
    """`chain_id` None: not protected (before EIP-155)."""
    v = 27 + parity if chain_id is None else 2 * chain_id + 35 + parity
    return rlp.encode([nonce, price, gas, to, value, data, v, r, s])


def access_list(
    *,
    nonce=1,
    price=2,
    gas=3,
    to=RECIPIENT,
    value=4,
    data=b"",
    access=ACCESS_LIST,
    parity=0,
    chain_id=CHAIN_ID,
    r=R,
    s=S,
):
    return b"\x01" + rlp.encode([chain_id, nonce, price, gas, to, value, data, access, parity, r, s])


def dynamic_fee(
    *,
    nonce=1,
    tip=2,
    fee=5,
    gas=3,
    to=RECIPIENT,
    value=4,
    data=b"",
    access=(),
    parity=0,
    chain_id=CHAIN_ID,
    r=R,
    s=S,
):
    return b"\x02" + rlp.encode([chain_id, nonce, tip, fee, gas, to, value, data, list(access), parity, r, s])


def set_code(
    *,
    nonce=1,
    tip=2,
    fee=5,
    gas=3,
    to=RECIPIENT,
    value=4,
    data=b"",
    access=ACCESS_LIST,
    authorizations=AUTHORIZATIONS,
    parity=0,
    chain_id=CHAIN_ID,
    r=R,
    s=S,
):
    fields = [chain_id, nonce, tip, fee, gas, to, value, data, list(access), authorizations, parity, r, s]
    return b"\x04" + rlp.encode(fields)


_word = st.integers(0, 2**256 - 1)
_uint64 = st.integers(0, 2**64 - 1)
_address = st.binary(min_size=20, max_size=20)
_keys = st.lists(st.binary(min_size=32, max_size=32), max_size=2)
_access = st.lists(st.tuples(_address, _keys).map(list), max_size=2)
_authorization = st.tuples(_word, _address, _uint64, st.integers(0, 255), _word, _word).map(list)
_common = {
    "nonce": _uint64,
    "gas": _uint64,
    "to": _address | st.just(b""),
    "value": _word,
    "data": st.binary(max_size=70),
    "parity": st.integers(0, 1),
    "r": _word,
    "s": _word,
}
_fees = {"tip": _word, "fee": _word}

transactions = st.one_of(
    st.builds(legacy, price=_word, chain_id=st.sampled_from([None, CHAIN_ID]), **_common),
    st.builds(access_list, price=_word, access=_access, **_common),
    st.builds(dynamic_fee, access=_access, **_fees, **_common),
    st.builds(
        set_code,
        access=_access,
        authorizations=st.lists(_authorization, max_size=2),
        **_fees,
        **_common | {"to": _address},
    ),
)
