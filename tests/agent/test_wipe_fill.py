"""The keyed stream is AES-256-CTR, and whole again from any offset."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from rebond_agent.wipe.fill import PIECE, KeyedStream, aligned, fill_for

KEY = bytes(range(32))


def stream(offset, length, key=KEY):
    return bytes(KeyedStream(key).data(offset, aligned(length)))


def test_the_first_block_is_the_published_one():
    """AESAVS, AES-256, zero key, zero block: dc95c078a2408989ad48a21492842087."""
    assert stream(0, 16, bytes(32)).hex() == "dc95c078a2408989ad48a21492842087"


@given(st.integers(0, 200), st.integers(1, 50))
def test_the_stream_can_be_made_again_at_any_multiple_of_16(block, blocks):
    whole = stream(0, 4096)
    start, length = 16 * block % 4096, 16 * blocks

    assert stream(start, length)[: 4096 - start] == whole[start : start + length]


def test_far_offsets_differ_from_near_ones():
    """Past 2**36 bytes, where a 32-bit counter would come round again."""
    near, far = stream(0, 64), stream(16 * 2**32, 64)

    assert near != far


def test_an_odd_offset_is_refused():
    with pytest.raises(ValueError, match="multiple of 16"):
        stream(8, 16)


def test_a_keyed_pattern_needs_its_key():
    with pytest.raises(ValueError, match="key"):
        fill_for("aes_256_ctr", None, 512)


@pytest.mark.parametrize("length", [16, 4096, PIECE, PIECE + 512, 3 * PIECE])
def test_pieces_make_one_stream(length):
    """What is made piece by piece is what the cipher makes at once, and is known again."""
    once = Cipher(algorithms.AES256(KEY), modes.CTR(bytes(15) + b"\x02")).encryptor()
    keyed, room = KeyedStream(KEY), aligned(length)
    data = keyed.data(32, room)

    assert bytes(data) == once.update(bytes(length))
    assert keyed.holds(32, data, aligned(length))
    data[length - 1] ^= 1
    assert not keyed.holds(32, data, aligned(length))
