"""A screen as QEMU writes it: an RGB or RGBA PNG of eight bits, into rows of RGB bytes."""

import zlib
from pathlib import Path

_HEAD = 8
_RGB, _RGBA = 2, 6


def pixels(path: Path) -> list[bytes]:
    """Return the rows, three bytes a pixel (PNG specification, section 9: the five filters)."""
    data = path.read_bytes()
    at, packed, width, kind = _HEAD, b"", 0, _RGB
    while at < len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if name == b"IHDR":
            width, kind = int.from_bytes(body[:4], "big"), body[9]
        elif name == b"IDAT":
            packed += body
        at += 12 + length
    step = 4 if kind == _RGBA else 3
    raw, stride = zlib.decompress(packed), step * width
    rows, above = [], bytes(stride)
    for start in range(0, len(raw), stride + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + stride], above, step)
        rows.append(b"".join(above[one : one + 3] for one in range(0, stride, step)))
    return rows


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return line
    done = bytearray(line)
    for one in range(len(done)):
        left = done[one - step] if one >= step else 0
        corner = above[one - step] if one >= step else 0
        guess = (0, left, above[one], (left + above[one]) // 2, _paeth(left, above[one], corner))
        done[one] = (done[one] + guess[kind]) & 0xFF
    return bytes(done)


def _paeth(left: int, above: int, corner: int) -> int:
    near = left + above - corner
    return min((left, above, corner), key=lambda one: abs(near - one))
