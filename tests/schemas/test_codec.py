"""Hostile bytes are refused with a sentence, whatever they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rebond_schemas import codec, text
from rebond_schemas.exchange import Receipt

HOSTILE = {
    "empty": b"",
    "truncated": b'{"kind":"inventory"',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "wide": b"[" + b"0," * 100_000 + b"0]",
    "nan": b'{"kind":"inventory","format":NaN}',
    "infinity": b'{"kind":"inventory","format":-Infinity}',
    "overflow": b'{"kind":"inventory","seconds":1e999}',
    "duplicate keys": b'{"kind":"inventory","kind":"erasure"}',
    "nul": b'{"kind":"inv\\u0000entory"}',
    "lone surrogate": b'{"kind":"\\ud800"}',
    "long number": b'{"kind":' + b"9" * 5000 + b"}",
    "not utf-8": b'{"kind":"\xff"}',
    "utf-16": '{"kind":"inventory"}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"kind":"inventory"}',
    "another format": b'{"kind":"inventory","format":2}',
    "unknown kind": b'{"kind":"wiped"}',
    "too large": b'"' + b"a" * codec.SIZE_LIMIT + b'"',
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bytes_are_refused_with_a_reason(raw):
    """Nothing but Unreadable comes out, and it says something."""
    with pytest.raises(codec.Unreadable) as refusal:
        codec.decode(raw)

    assert str(refusal.value)


@given(st.binary(max_size=400))
def test_random_bytes_never_raise_anything_else(raw):
    """The codec is total."""
    with pytest.raises(codec.Unreadable):
        codec.decode(raw)


def receipt(device: str) -> bytes:
    return (
        b'{"statement":"6f2d8a52-6b2c-4a64-9b6e-1d2f0c3b4a59","sha256":"' + b"0" * 64 + b'",'
        b'"site":"6f2d8a52-6b2c-4a64-9b6e-1d2f0c3b4a59",'
        b'"stick":"6f2d8a52-6b2c-4a64-9b6e-1d2f0c3b4a59",'
        b'"received":"2026-11-21T09:00:00Z","device":"' + device.encode() + b'"}'
    )


@pytest.mark.parametrize("bad", ["\\u001b[2J", "\\u202e", "\\u0000", "\\ufeff", "a" * 257])
def test_short_text_refuses_what_could_harm_a_screen(bad):
    """Control, escape and bidirectional characters live in evidence only."""
    with pytest.raises(codec.Unreadable):
        codec.decode_as(receipt(bad), Receipt)


@given(st.text())
def test_cleaned_text_is_always_accepted(raw):
    """What `clean` lets through, the format accepts."""
    cleaned = text.clean(raw)

    if cleaned is not None:
        decoded = codec.decode_as(receipt(json.dumps(cleaned)[1:-1]), Receipt)
        assert decoded.device == cleaned
