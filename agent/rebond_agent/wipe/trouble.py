"""What an errno says about a drive: a bad place, a drive that has gone, a drive that refuses."""

import errno
from enum import StrEnum

_GONE = frozenset({errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.ESHUTDOWN, errno.EBADF})
_REFUSED = frozenset({errno.EROFS, errno.EPERM, errno.EACCES, errno.EBUSY})
# Measured: the same bad sector is EIO behind AHCI and ENODATA behind NVMe and SCSI; a drive that
# shrank or left answers ENOSPC at the write (nwipe issue 550); the others are what Linux makes of
# link and protection errors (block/blk-core.c, blk_errors).
_PLACE = frozenset(
    {
        errno.EIO,
        errno.ENODATA,
        errno.ENOSPC,
        errno.EREMOTEIO,
        errno.ETIMEDOUT,
        errno.EILSEQ,
        errno.EBADE,
        errno.EBADMSG,
        errno.ENOLINK,
        errno.EPROTO,
        errno.EUCLEAN,
    }
)


class Trouble(StrEnum):
    """What to do about an error: go on behind this place, or stop."""

    PLACE = "place"
    GONE = "gone"
    REFUSED = "refused"
    UNEXPECTED = "unexpected"


def classify(error: OSError) -> Trouble:
    """Say what this error of a read, a write or a flush means for the rest of the drive."""
    if error.errno in _PLACE:
        return Trouble.PLACE
    if error.errno in _GONE:
        return Trouble.GONE
    if error.errno in _REFUSED:
        return Trouble.REFUSED
    return Trouble.UNEXPECTED


def name_of(error: OSError) -> str:
    """Return the errno's name (EIO, ENODATA…), or its number where it has none."""
    if error.errno is None:
        return "unknown"
    return errno.errorcode.get(error.errno, str(error.errno))
