"""What an opened drive says of itself, and whether it is still the same one."""

import errno
import os

from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.fill import aligned
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.marks_of_ours import is_ours
from rebond_agent.wipe.orders import Opened
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.trouble import name_of

Wrong = tuple[Reason, str | None]
"""What is wrong, and its detail."""


def look(drive: Drive, *, look_for_mark: bool = False) -> Opened:
    """Return what an opened drive says of itself now; OSError when it no longer answers."""
    return Opened(
        ours=_ours(drive) if look_for_mark else None,
        identity=drive.identity(),
        size_bytes=drive.size_bytes,
        block_bytes=drive.block_bytes,
        direct_io=drive.direct_io,
        medium=drive.medium(),
    )


def _ours(drive: Drive) -> bool | None:
    """Say whether it carries a mark of our sticks; None when it does not give the bytes to tell."""

    def read(offset: int, length: int) -> bytes:
        room = aligned(length)
        given = drive.read_into(offset, room)
        if given != length:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return bytes(room)

    try:
        return is_ours(read)
    except OSError:
        return None


def changed(drive: Drive, opened: Opened) -> Wrong | None:
    """Say what is no longer as it was at opening: drive, medium or size."""
    try:
        identity, medium = drive.identity(), drive.medium()
    except OSError as error:
        return Reason.DRIVE_GONE, name_of(error)
    other = difference(opened.identity, identity)
    if other is not None:
        return Reason.OTHER_DRIVE, other
    if medium != opened.medium:
        return Reason.OTHER_DRIVE, f"{opened.medium} / {medium}"
    if identity.size_bytes != opened.size_bytes or drive.size_bytes != opened.size_bytes:
        return Reason.OTHER_SIZE, f"{opened.size_bytes} / {identity.size_bytes}"
    return None
