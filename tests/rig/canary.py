"""Canaries: short marked texts planted all over an image, and looked for afterwards from outside.

Each is a mark that its disk's canaries share, and a number; both follow from the seed. Whatever is
still on the disk is found wherever it lies, were it moved.
"""

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

MARK_BYTES = 12
CANARY_BYTES = 20
_FILL_BYTES = 1 << 20
_WINDOW = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Planted:
    """The canaries of one disk."""

    mark: bytes
    count: int
    places: tuple[int, ...]


def plant(image: Path, size_bytes: int, count: int, seed: str) -> Planted:
    """Write an image full of content with so many canaries at drawn places, none over another."""
    chance = random.Random(seed)  # noqa: S311 - replayable, not secret
    mark = hashlib.sha256(f"canary {seed}".encode()).digest()[:MARK_BYTES]
    room = size_bytes // CANARY_BYTES
    if count > room:
        raise ValueError(f"{count} canaries do not fit into {size_bytes} bytes")
    slots = sorted(chance.sample(range(room), count))
    width = size_bytes // room
    places = tuple(slot * width for slot in slots)
    content = bytearray()
    while len(content) < size_bytes:
        content += chance.randbytes(min(_FILL_BYTES, size_bytes - len(content)))
    for number, place in enumerate(places):
        content[place : place + CANARY_BYTES] = mark + number.to_bytes(8, "big")
    image.write_bytes(content)
    return Planted(mark=mark, count=count, places=places)


def found(image: Path, planted: Planted) -> int:
    """Return how many times the mark of these canaries stands anywhere in the image."""
    total, tail = 0, b""
    with image.open("rb") as file:
        while window := file.read(_WINDOW):
            text = tail + window
            total += text.count(planted.mark)
            tail = text[-(MARK_BYTES - 1) :]
    return total


def sha256(image: Path) -> str:
    """Return the SHA-256 of the image, in hexadecimal digits."""
    with image.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
