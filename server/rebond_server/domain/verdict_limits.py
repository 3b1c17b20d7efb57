"""What overwriting does not reach, however well it went: said on the certificate, never hidden."""

from collections.abc import Iterator

from rebond_schemas.erasure import Ending, HiddenArea, Level, Pass
from rebond_schemas.facts import Bus, Drive, DriveKind
from rebond_schemas.smart import Smart
from rebond_schemas.statement import Erasure
from rebond_server.domain.firmware_proof import is_firmware
from rebond_server.domain.verdict_reason import Code, Reason

_FLASH = frozenset({DriveKind.SSD, DriveKind.NVME, DriveKind.EMMC, DriveKind.USB})
_NOT_ON_METAL = frozenset({DriveKind.IMAGE, DriveKind.VIRTUAL})


def hidden_area(erasure: Erasure, drive: Drive) -> Iterator[Reason]:
    """Give the reason why space that the system does not see may keep data."""
    if erasure.hidden_area is HiddenArea.PRESENT:
        yield Reason(code=Code.HIDDEN_AREA_LEFT)
    elif erasure.hidden_area is HiddenArea.UNKNOWN and _may_hide(drive):
        yield Reason(code=Code.HIDDEN_AREA_UNKNOWN)


def _may_hide(drive: Drive) -> bool:
    """HPA and DCO are ATA's; SCSI has a capacity mode page; a bridge tells nothing of what is behind."""
    if drive.kind in _NOT_ON_METAL:
        return False
    return drive.identity.bus not in {Bus.FILE, Bus.VIRTIO, Bus.NVME, Bus.MMC}


def limits(erasure: Erasure, drive: Drive, reached: Level) -> Iterator[Reason]:
    """Give each reason why a complete erasure still says less than it seems."""
    # IEEE 2883: a Sanitize reaches reallocated sectors and spare area, which is what makes it a Purge.
    if reached is Level.CLEAR:
        # A drive that calls itself virtual and counts sectors out of use has sectors all the same.
        on_metal = drive.kind not in _NOT_ON_METAL
        states = (erasure.smart_before, erasure.smart_after, drive.smart)
        yield from _defects(states, may_be_unknown=not on_metal)
    if drive.bridge is not None or (
        drive.identity.bus is Bus.USB and drive.kind is not DriveKind.USB
    ):
        yield Reason(code=Code.THROUGH_BRIDGE, values={"bridge": drive.bridge or "USB"})
    if drive.identity.bus is Bus.UNKNOWN or drive.kind is DriveKind.UNKNOWN:
        yield Reason(code=Code.BUS_UNKNOWN)
    if erasure.level is Level.PURGE and reached is Level.CLEAR:
        yield Reason(code=Code.PURGE_NOT_REACHED)
    if drive.kind in _FLASH and reached is Level.CLEAR:
        yield Reason(code=Code.MAKERS_WORD if is_firmware(erasure.method) else Code.SPARE_AREA)


def boot_partitions(erasure: Erasure, drive: Drive) -> tuple[Reason, ...]:
    """Give the reason why an eMMC's boot partitions may keep their content: each is shown, or told."""
    left = [path for path in drive.boot_partitions if not _zeroed(path, erasure.passes)]
    if not left or erasure.ending is not Ending.COMPLETED:
        return ()
    return (Reason(code=Code.BOOT_PARTITIONS, values={"names": ", ".join(left)}),)


def strange_areas(erasure: Erasure, drive: Drive) -> tuple[Reason, ...]:
    """Give the reason why passes put down to an area may be passes over the drive itself.

    What an area's pass found is no word on the drive. So only a boot partition that the inventory
    knows has passes of its own: writes and read-backs, behind all others.
    """
    known = {path.rsplit("/", 1)[-1] for path in drive.boot_partitions}
    beside = [one for one in erasure.passes if one.area is not None]
    last = tuple(one for one in erasure.passes if one.area is None) + tuple(beside)
    strange = sorted({one.area or "" for one in beside if not _may_be_beside(one, known)})
    if not strange and last == erasure.passes:
        return ()
    names = ", ".join(strange) or ", ".join(sorted({one.area or "" for one in beside}))
    return (Reason(code=Code.AREA_UNKNOWN, values={"names": names}),)


def _may_be_beside(one: Pass, known: set[str]) -> bool:
    return one.area in known and one.action in {"write", "read_back"}


def _zeroed(path: str, passes: tuple[Pass, ...]) -> bool:
    """Say whether this area was written and read back whole, zeros both times, by two processes."""
    ways = [one for one in passes if one.area == path.rsplit("/", 1)[-1]]
    if [one.action for one in ways] != ["write", "read_back"]:
        return False
    written, read = ways
    return (
        all(_is_clean(one) and one.pattern == "zeros" and one.key is None for one in ways)
        and written.flushed is True
        and read.own_process is True
        and read.direct_io is True
        and written.bytes_done == read.bytes_done > 0
    )


def _is_clean(one: Pass) -> bool:
    bad = one.fault_count or one.faults or one.mismatch_count or one.mismatches or one.bytes_skipped
    return one.complete and not bad


def _defects(states: tuple[Smart | None, ...], *, may_be_unknown: bool) -> Iterator[Reason]:
    """Sectors that were taken out of use keep their old content, whatever is written later."""
    known = [s for s in states if s is not None]
    counts = [
        count
        for s in known
        for count in (s.reallocated, s.pending, s.uncorrectable, s.grown_defects, s.media_errors)
        if count is not None
    ]
    if not counts and not may_be_unknown:
        yield Reason(code=Code.REALLOCATED_UNKNOWN)
    elif any(counts):
        yield Reason(code=Code.REALLOCATED, values={"count": str(max(counts))})
