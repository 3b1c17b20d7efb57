"""One layer of an erasure: written over the drive, then read back and compared."""

from collections.abc import Iterator
from typing import Literal, assert_never

from msgspec import Struct

from rebond_agent.wipe.fill import Pattern
from rebond_agent.wipe.sampling import places

CANARY_BYTES = 4096

_STEPS = 500
"""Places of each of the two ladders below."""


class Layer(Struct, frozen=True, kw_only=True):
    """What is written, and whether over the whole drive or at marked places only."""

    places: Literal["whole", "canaries", "marked"]
    """Everywhere; on the ladders of a fake-capacity search; or drawn from a seed (sampling.py)."""
    pattern: Pattern | Literal["changed", "none"]
    """`none` remembers what is there, `changed` looks whether it is there still."""
    seed: str | None = None
    percent: float = 0.0
    """Share of the drive that marked places cover; 0: one canary a place."""


Action = Literal["write", "read_back", "canary_write", "canary_read"]
WRITING = frozenset({"write", "canary_write"})
Doing = Action | Literal["command"]
"""What is going on with a drive: a way over it, or its own firmware at work."""


def actions(layer: Layer) -> tuple[Action, Action]:
    """Return the two ways over the drive that make a layer."""
    if layer.places == "whole":
        return "write", "read_back"
    return "canary_write", "canary_read"


def runs(layer: Layer, size_bytes: int, block_bytes: int, chunk_bytes: int) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Yield offset and length of each run of bytes of a layer, in rising order."""
    if layer.places == "whole":
        for offset in range(0, size_bytes, chunk_bytes):
            yield offset, min(chunk_bytes, size_bytes - offset)
        return
    unit = canary_unit(size_bytes, block_bytes)
    if layer.places == "marked":
        for begin, length in places(layer.seed or "", size_bytes, unit, layer.percent):
            for offset in range(begin, begin + length, chunk_bytes):
                yield offset, min(chunk_bytes, begin + length - offset)
        return
    for offset in canary_places(size_bytes, unit):
        yield offset, unit


def layer_bytes(layer: Layer, size_bytes: int, block_bytes: int) -> int:
    """Return the bytes of one way over a layer."""
    if layer.places == "whole":
        return size_bytes
    unit = canary_unit(size_bytes, block_bytes)
    if layer.places == "marked":
        drawn = places(layer.seed or "", size_bytes, unit, layer.percent)
        return sum(length for _, length in drawn)
    return unit * len(canary_places(size_bytes, unit))


def place_count(layer: Layer, size_bytes: int, block_bytes: int) -> int | None:
    """Return the places of a sample or of canaries; None for a whole drive."""
    unit = canary_unit(size_bytes, block_bytes)
    match layer.places:
        case "whole":
            return None
        case "canaries":
            return len(canary_places(size_bytes, unit))
        case "marked":
            return sum(1 for _ in places(layer.seed or "", size_bytes, unit, layer.percent))
        case _:
            assert_never(layer.places)


def canary_unit(size_bytes: int, block_bytes: int) -> int:
    """Return the bytes of one canary: 4 KiB, or the drive's block where its size is no multiple."""
    return CANARY_BYTES if size_bytes % CANARY_BYTES == 0 else max(block_bytes, 512)


def canary_places(size_bytes: int, unit: int) -> tuple[int, ...]:
    """Return about a thousand rising offsets: a dense ladder, a sparse one, and the last place.

    Zeros look the same everywhere, so a drive that claims more than it has and wraps around would
    read back clean. Baby and giant steps: whatever the true capacity, if it is a multiple of the
    dense step (a unit up to 1 GB, 4 MiB at 1 TB), two of the places fall on each other and one
    canary is found overwritten.
    """
    count = size_bytes // unit
    step = -(-count // (_STEPS * _STEPS)) or 1
    dense = range(0, min(count, _STEPS * step), step)
    sparse = range(0, count, _STEPS * step)
    last = range(max(count - 1, 0), count)
    return tuple(unit * place for place in sorted({*dense, *sparse, *last}))
