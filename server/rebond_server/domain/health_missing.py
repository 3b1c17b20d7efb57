"""Counters that a drive of its kind keeps and that nobody read: not known, and so never a pass."""

import re

from rebond_schemas.facts import Drive, DriveKind
from rebond_schemas.smart import Smart

_HARD_DISK = ("reallocated", "pending", "uncorrectable", "spin_retries")
"""Attributes 5, 197, 198 and 10: all 75 hard disks of the corpora keep them, of five makers."""
_REPORTED = "reported_uncorrectable"
"""Attribute 187: all 23 Seagate disks of the corpora keep it, and hardly any other maker's."""
_SEAGATE = re.compile(r"ST\d")
_SOLID = ("reallocated", "pending", "uncorrectable", _REPORTED)
_SCSI = ("grown_defects", "uncorrected_errors")
"""The list of defects and the error counter log: SBC-4 and SPC-5 let a drive leave neither out."""
_NVME = (
    "critical_warning",
    "available_spare_percent",
    "spare_threshold_percent",
    "media_errors",
)
"""The health log is mandatory, with all of these (NVMe base 2.0, 5.16.1.3)."""


def counters_missing(drive: Drive, *states: Smart | None) -> int | None:
    """Return how many counters that such a drive keeps are told by not every state; None: no state.

    A state that is None was never asked for. A table of attributes that was read shows which ones a
    drive keeps: an SSD without a row for pending sectors has none. No table is one counter missing.
    """
    read = [state for state in states if state is not None]
    if not read:
        return None
    return max(
        sum(getattr(state, name) in (None, ()) for name in _kept(drive, state)) for state in read
    )


def _kept(drive: Drive, state: Smart) -> tuple[str, ...]:
    """Return the counters that must be there, whatever the drive's family."""
    table = ("attributes",) if state.protocol == "ATA" else ()
    match drive.kind:
        case DriveKind.NVME:
            return _NVME
        case DriveKind.EMMC:
            return ("emmc_pre_eol",)
        case DriveKind.HDD if state.protocol == "SCSI":
            return _SCSI
        case DriveKind.HDD:
            seagate = _SEAGATE.match(drive.identity.model or "") is not None
            reported = (_REPORTED,) if seagate or not state.attributes else ()
            return (*table, *_HARD_DISK, *reported)
        case DriveKind.SSD if state.protocol != "SCSI":
            return table if table or state.attributes else _SOLID
        case _:
            return ()
