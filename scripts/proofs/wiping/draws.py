"""What can be wrong with the drives of the proof: each draw is one fault, its figures by chance."""

import random
from collections.abc import Callable

from rebond_agent.wipe.firmware_faults import EVERYTHING
from rebond_schemas.erasure import Extent

Draw = Callable[[random.Random, int], dict[str, object]]
"""Draws the fields of one fault for a drive of so many bytes."""

ERRORS = ("EIO", "EIO", "ENODATA", "ENOSPC", "ETIMEDOUT", "EROFS", "ENXIO", "EINVAL")


def extents(chance: random.Random, size: int) -> tuple[Extent, ...]:
    """Return one to three runs of up to eight sectors."""
    blocks = size // 512
    found = []
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(blocks)
        found.append(Extent(start=512 * start, length=512 * chance.randint(1, min(8, blocks))))
    return tuple(found)


def operation(chance: random.Random) -> int:
    """Return the number of a read or a write, rather an early one."""
    return chance.choice([1, 2, chance.randint(1, 40), chance.randint(1, 1200)])


MEDIUM: list[Draw] = [
    lambda _chance, _size: {"drop_writes": True},
    lambda chance, size: {"drop_from": chance.randrange(size)},
    lambda chance, _size: {"drop_every": chance.randint(1, 600)},
    lambda chance, size: {"lost_cache_bytes": chance.randrange(size)},
    lambda chance, size: {"unwritable": extents(chance, size)},
    lambda chance, size: {"unreadable": extents(chance, size)},
    lambda chance, size: {"one_way": extents(chance, size)},
    lambda chance, size: {"remaps": extents(chance, size)},
    lambda chance, size: {"blank": extents(chance, size)},
    lambda chance, _size: {"fail_writes": tuple(operation(chance) for _ in range(3))},
    lambda chance, _size: {"fail_reads": tuple(operation(chance) for _ in range(3))},
    lambda chance, _size: {"short_writes": chance.randint(1, 5)},
    lambda chance, _size: {"short_reads": chance.randint(1, 5)},
    lambda chance, _size: {"torn_every": chance.randint(1, 200)},
    lambda chance, _size: {"misdirect_every": chance.randint(1, 200)},
    lambda chance, size: {"capacity": chance.randint(1, size)},
    lambda chance, _size: {"shrink_after": operation(chance)},
    lambda chance, _size: {"vanish_after": operation(chance) - 1},
    lambda chance, _size: {"failing_flushes": chance.randint(1, 3)},
    lambda chance, _size: {"hang_at": operation(chance), "hang_seconds": 0.01},
    lambda chance, _size: {"swap_after": operation(chance) - 1},
    lambda chance, _size: {"flap_every": chance.randint(2, 12)},
    lambda chance, size: {"stale": extents(chance, size)},
    lambda chance, size: {"flipped_on_read": (chance.randrange(size),)},
    lambda chance, size: {"flipped_on_write": (chance.randrange(size),)},
    lambda chance, size: {"volatile_bytes": chance.randint(1, size)},
    lambda chance, size: {"volatile_bytes": chance.randint(1, size), "flush_lies": True},
]

_REFUSABLE = (*EVERYTHING, "password", "erase_security", "erase_enhanced")

FIRMWARE: list[Draw] = [
    lambda chance, _size: {"refuses": tuple(chance.sample(_REFUSABLE, 3))},
    lambda _chance, _size: {"frozen": True},
    lambda _chance, _size: {"sanitize_frozen": True},
    lambda chance, _size: {"locked": chance.choice(["high", "maximum", "by_us"])},
    lambda _chance, _size: {"expired": True},
    lambda chance, _size: {"sense": chance.choice(["fixed", "none", "garbage"])},
    lambda _chance, _size: {"sense": "fixed", "sense_can_change": False},
    lambda chance, _size: {"swallows": chance.choice(["all", "erasures"])},
    lambda _chance, _size: {"lies": True},
    lambda _chance, _size: {"sleeps": True},
    lambda chance, size: {"spares": extents(chance, size)},
    lambda chance, _size: {"stuck_at": chance.choice([0, 655, 60000])},
    lambda _chance, _size: {"fails": True},
    lambda _chance, _size: {"done_before": True},
    lambda _chance, _size: {"done_before": True, "sleeps": True},
    lambda chance, _size: {"vanish_at": chance.randint(1, 25)},
    lambda chance, _size: {"power_cut_at": chance.randint(1, 25)},
    lambda chance, _size: {"hang_at": chance.randint(1, 25)},
    lambda chance, _size: {
        "hidden_sectors": chance.randint(1, 99),
        "hides_by": chance.choice(["hpa", "amax", "dco"]),
    },
    lambda chance, _size: {"hidden_sectors": chance.randint(1, 99), "hidden_stays": True},
    lambda _chance, _size: {"namespaces": 2},
    lambda _chance, _size: {"other_serial": True},
]
