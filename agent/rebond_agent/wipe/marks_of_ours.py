"""Whether a drive carries a mark of the workshop's own sticks, read from its very bytes.

The last guard of a drive that no tool could read and a person vouched for: whoever is mistaken about
a stick is stopped here, before the first write. Sources: ECMA-119 §8.4 (volume descriptor at sector
16), UEFI 2.10 §5.3 (GPT), ext4's super block (kernel.org, ext4/super), FAT's boot sector.
"""

import struct
from collections.abc import Callable, Iterator

MARK = "REBOND"
"""How the volume ids, labels and partition names of our sticks begin."""

Read = Callable[[int, int], bytes]
"""Returns bytes at an offset; OSError when the drive does not give them."""

_SECTOR = 512
_BLOCK = 4096
_VOLUME = 32768
_SUPER = 1024
_EXT_MAGIC = 0xEF53
_MOST_ENTRIES = 128


def is_ours(read: Read) -> bool:
    """Say whether any place where our sticks are marked holds the mark; OSError: it cannot be told."""
    head = read(0, 16 * _BLOCK)
    if _begins(head[_VOLUME + 40 : _VOLUME + 72]) and head[_VOLUME + 1 : _VOLUME + 6] == b"CD001":
        return True
    parts = list(_partitions(head))
    if any(name.upper().startswith(MARK) for name, _ in parts):
        return True
    starts = {0, *(start for _, start in parts)}
    return any(_file_system(read(start, _BLOCK)) for start in sorted(starts))


def _partitions(head: bytes) -> Iterator[tuple[str, int]]:
    """Give name and first byte of each partition in GPT (sectors of 512 or 4096 bytes) and MBR."""
    for sector in (_SECTOR, _BLOCK):
        if head[sector : sector + 8] != b"EFI PART":
            continue
        table, count, length = struct.unpack_from("<QxxxxxxxxII", head, sector + 72)[:3]
        for number in range(min(count, _MOST_ENTRIES)):
            entry = head[table * sector + number * length :][:128]
            if len(entry) == 128 and any(entry[:16]):  # noqa: PLR2004 - bytes of an entry
                name = entry[56:128].decode("utf-16-le", "replace").rstrip("\0")
                yield name, struct.unpack_from("<Q", entry, 32)[0] * sector
    if head[510:512] == b"\x55\xaa":
        for number in range(4):
            first = struct.unpack_from("<I", head, 446 + 16 * number + 8)[0]
            yield "", first * _SECTOR


def _file_system(start: bytes) -> bool:
    magic = struct.unpack_from("<H", start, _SUPER + 56)[0]
    ext = magic == _EXT_MAGIC and _begins(start[_SUPER + 120 : _SUPER + 136])
    fat = start[510:512] == b"\x55\xaa" and (_begins(start[43:54]) or _begins(start[71:82]))
    return ext or fat


def _begins(label: bytes) -> bool:
    return label.upper().startswith(MARK.encode())
