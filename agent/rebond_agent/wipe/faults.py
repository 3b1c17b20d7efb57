"""What can be wrong with a fake drive: a value that can be sent to another process."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from rebond_schemas.erasure import Extent


class Faults(Struct, frozen=True, kw_only=True):
    """Ways to fail, free to be combined. Operations (reads and writes) count from 1."""

    drop_writes: bool = False
    """Every write is accepted and forgotten."""
    drop_from: int | None = None
    """Bytes at or behind this offset are accepted and forgotten."""
    drop_every: int | None = None
    """Every k-th write is accepted and forgotten."""
    lost_cache_bytes: int | None = None
    """Writes only reach a cache of this size, which answers reads, and never the medium."""
    unwritable: tuple[Extent, ...] = ()
    unreadable: tuple[Extent, ...] = ()
    fail_writes: tuple[int, ...] = ()
    """Numbers of the write operations that fail once."""
    fail_reads: tuple[int, ...] = ()
    error: str = "EIO"
    """Errno name of the failures above: EIO, ENODATA, ENOSPC…"""
    short_writes: int | None = None
    """Every k-th write takes only half of its bytes."""
    short_reads: int | None = None
    """Every k-th read gives only half of its bytes."""
    capacity: int | None = None
    """Bytes that are really there; addresses behind wrap around (fake flash)."""
    shrink_after: int | None = None
    """After so many operations the drive says half its size and refuses the rest (ENOSPC)."""
    vanish_after: int | None = None
    """After so many operations everything is ENODEV."""
    failing_flushes: int = 0
    """The first n flushes fail, the next ones succeed although data was lost (the fsync trap)."""
    hang_at: int | None = None
    """This operation takes `hang_seconds` more."""
    hang_seconds: float = 0.0
    swap_after: int | None = None
    """After so many operations (0: at once) another drive's serial number answers."""
    stale: tuple[Extent, ...] = ()
    """Reads here give what stood there when the medium was made."""
    flipped_on_read: tuple[int, ...] = ()
    """Offsets whose byte is inverted on its way out."""
    flipped_on_write: tuple[int, ...] = ()
    """Offsets whose byte is inverted on its way in."""
    torn_every: int | None = None
    """Every k-th write is told as whole and stored up to its middle."""
    misdirect_every: int | None = None
    """Every k-th write lands one block further on."""
    blank: tuple[Extent, ...] = ()
    """Writes here are forgotten and reads give zeros: the content is there and is never shown."""
    one_way: tuple[Extent, ...] = ()
    """Places that refuse whoever comes to them from below, as behind a damaged track."""
    remaps: tuple[Extent, ...] = ()
    """The first write here goes to a spare sector; the old one keeps its content, out of reach."""
    flap_every: int | None = None
    """Every k-th time the drive is asked, another drive's serial number answers."""
    volatile_bytes: int = 0
    """So much of what was written is in a cache until it is flushed, and lost with the power."""
    flush_lies: bool = False
    """A flush leaves that cache as it is."""
    power_cut_at: int | None = None
    """In the middle of this operation the power fails: `PowerCut`, which nothing here catches."""
    celsius: float | None = None
    """The temperature that the drive tells."""


def touches(extents: Sequence[Extent], start: int, length: int) -> bool:
    """Say whether a run of bytes meets one of the extents."""
    return any(True for _ in overlaps(extents, start, length))


def overlaps(extents: Sequence[Extent], start: int, length: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of what the run and each extent share."""
    for extent in extents:
        begin = max(start, extent.start)
        end = min(start + length, extent.start + extent.length)
        if begin < end:
            yield begin, end
