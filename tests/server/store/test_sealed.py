"""The container of a backup: it opens for one key, and only whole."""

import io
import random

import pytest

from rebond_schemas.sealing import CHUNK, TAG, new_pair
from rebond_server.errors import BackupDamaged
from rebond_server.store.sealed import Opening, Sealing

HEAD = 72


def sealed(content, public):
    out = io.BytesIO()
    sealing = Sealing(out, public)
    for start in range(0, len(content), 50_000):
        sealing.write(content[start : start + 50_000])
    sealing.finish()
    return out.getvalue()


def opened(container, private):
    return Opening(io.BytesIO(container), private).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])
def test_what_was_sealed_comes_out(size):
    private, public = new_pair()
    content = random.Random(size).randbytes(size)  # noqa: S311 - chance that can be repeated
    container = sealed(content, public)
    assert opened(container, private) == content
    reading = Opening(io.BytesIO(container), private)
    assert b"".join(iter(lambda: reading.read(1000), b"")) == content
    assert content[:40] not in container or size == 0 or size < 8


def test_no_damage_and_no_cut_passes():
    private, public = new_pair()
    chance = random.Random(3)  # noqa: S311 - likewise
    container = sealed(chance.randbytes(2 * CHUNK + 100), public)
    for place in (*range(HEAD), *(chance.randrange(HEAD, len(container)) for _ in range(60))):
        wrong = bytearray(container)
        wrong[place] ^= 1 << chance.randrange(8)
        with pytest.raises(BackupDamaged):
            opened(bytes(wrong), private)
    for end in (0, 10, HEAD, HEAD + CHUNK + TAG, HEAD + 2 * (CHUNK + TAG), len(container) - 1):
        with pytest.raises(BackupDamaged):
            opened(container[:end], private)


def test_chunks_do_not_change_places():
    private, public = new_pair()
    container = sealed(bytes(CHUNK) + b"\x01" * CHUNK + b"end", public)
    first, second = container[HEAD:][: CHUNK + TAG], container[HEAD + CHUNK + TAG :][: CHUNK + TAG]
    swapped = container[:HEAD] + second + first + container[HEAD + 2 * (CHUNK + TAG) :]
    with pytest.raises(BackupDamaged):
        opened(swapped, private)


def test_another_key_opens_nothing():
    with pytest.raises(BackupDamaged, match="autre clé"):
        opened(sealed(b"secret", new_pair()[1]), new_pair()[0])
