"""A signature covers the type and every byte."""

from hypothesis import given
from hypothesis import strategies as st

from rebond_schemas import signing

PRIVATE = signing.new_key()
PUBLIC = signing.public_key(PRIVATE)


def test_the_encoding_is_dsse_v1():
    """The example of the DSSE protocol text."""
    encoded = signing.pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")

    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@given(st.binary(max_size=200))
def test_what_was_signed_verifies(payload):
    """Sign, then verify."""
    signature = signing.sign(PRIVATE, signing.STATEMENT_TYPE, payload)

    assert signing.verified(PUBLIC, signing.STATEMENT_TYPE, payload, signature)
    assert not signing.verified(PUBLIC, signing.RECEIPT_TYPE, payload, signature)


@given(st.binary(min_size=1, max_size=200), st.integers(min_value=0), st.integers(0, 7))
def test_one_flipped_bit_breaks_it(payload, place, bit):
    """Any bit of the payload."""
    signature = signing.sign(PRIVATE, signing.STATEMENT_TYPE, payload)
    changed = bytearray(payload)
    changed[place % len(payload)] ^= 1 << bit

    assert not signing.verified(PUBLIC, signing.STATEMENT_TYPE, bytes(changed), signature)


@given(st.text(max_size=200))
def test_garbage_is_no_signature(garbage):
    """Never an exception, never True."""
    assert not signing.verified(PUBLIC, signing.STATEMENT_TYPE, b"x", garbage)
    assert not signing.verified(garbage, signing.STATEMENT_TYPE, b"x", "00" * 64)
