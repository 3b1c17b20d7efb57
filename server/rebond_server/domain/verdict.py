"""Evidence into verdict: is this drive erased, and to what level? Recomputed here, from the passes.

What the agent thinks of its own work (`ending`) can only make a verdict worse. Levels are those of
NIST SP 800-88 Rev. 2 and IEEE 2883-2022: overwriting from the host is Clear, never Purge.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from rebond_schemas.erasure import Ending, HiddenArea, Level, Method, Pass
from rebond_schemas.facts import Bus, Drive, DriveKind
from rebond_schemas.statement import Erasure
from rebond_server.domain.drive_identity import drive_key, same_drive
from rebond_server.domain.firmware_proof import is_firmware
from rebond_server.domain.verdict_firmware import canaries, firmware, level_of
from rebond_server.domain.verdict_limits import (
    boot_partitions,
    hidden_area,
    limits,
    strange_areas,
)
from rebond_server.domain.verdict_reason import Code, Reason, Verdict
from rebond_server.domain.verdict_time import time_taken

_PATTERNS = {
    Method.OVERWRITE_ZERO: frozenset({"zeros"}),
    Method.OVERWRITE_AES_CTR: frozenset({"aes_256_ctr", "zeros"}),
}
_WRITING = frozenset({"write", "canary_write", "command"})
_WORST_FIRST = (
    Verdict.UNKNOWN,
    Verdict.NOT_ATTEMPTED,
    Verdict.FAILED,
    Verdict.INTERRUPTED,
    Verdict.CLEARED_WITH_LIMITS,
)


class Figures(Struct, frozen=True, kw_only=True):
    """What the passes add up to: bytes, counts, seconds."""

    native_bytes: int | None
    bytes_written: int
    bytes_read_back: int
    bytes_skipped: int
    errors: int
    mismatches: int
    write_seconds: float
    read_back_seconds: float
    seconds: float
    canaries_planted: int
    canaries_found: int
    places_read: int


class Judgement(Struct, frozen=True, kw_only=True):
    """The verdict over one drive, its reasons (worst first), and the figures behind it."""

    verdict: Verdict
    level: Level | None = None
    reasons: tuple[Reason, ...] = ()
    figures: Figures | None = None


UNPROVEN = Judgement(verdict=Verdict.UNKNOWN, reasons=(Reason(code=Code.NO_EVIDENCE),))


def judge(erasure: Erasure, drive: Drive, *, admit_ieee: bool = False) -> Judgement:
    """Return what this statement proves about this drive of the latest inventory.

    `admit_ieee`: the workshop takes IEEE 2883's word where NIST SP 800-88 says less.
    """
    beside = (*strange_areas(erasure, drive), *boot_partitions(erasure, drive))
    erasure = replace(erasure, passes=tuple(p for p in erasure.passes if p.area is None))
    reached = _level(erasure, drive, admit_ieee=admit_ieee)
    written, read_back = last_write(erasure.passes), read_back_of(erasure.passes)
    whole = whole_bytes(erasure, drive)
    reasons = _worst_first(
        _about_drive(erasure, drive)
        or [*_about_work(erasure, drive, written, read_back, whole, reached), *beside]
    )
    best = Verdict.PURGED if reached is Level.PURGE else Verdict.CLEARED
    verdict = next((r.forces for r in reasons if r.forces is not None), best)
    # What is not reached is told by a limit: then no more than Clear is claimed (IEEE 2883: the whole medium).
    positive = {Verdict.CLEARED: Level.CLEAR, Verdict.CLEARED_WITH_LIMITS: Level.CLEAR}
    return Judgement(
        verdict=verdict,
        level=Level.PURGE if verdict is Verdict.PURGED else positive.get(verdict),
        reasons=reasons,
        figures=_figures(erasure, written, read_back, whole),
    )


def last_write(passes: tuple[Pass, ...]) -> Pass | None:
    """Return the last pass that changed the drive."""
    return next((p for p in reversed(passes) if p.action in _WRITING), None)


def read_back_of(passes: tuple[Pass, ...]) -> Pass | None:
    """Return the last read-back, when nothing was written after it."""
    for done in reversed(passes):
        if done.action in _WRITING:
            return None
        if done.action == "read_back":
            return done
    return None


def whole_bytes(erasure: Erasure, drive: Drive) -> int | None:
    """Return the largest size that anybody knows of this drive: all of it must be erased."""
    known = (
        drive.identity.size_bytes,
        drive.native_size_bytes,
        erasure.drive.size_bytes,
        erasure.size_bytes,
        erasure.native_size_bytes,
    )
    return max((size for size in known if size), default=None)


def _about_drive(erasure: Erasure, drive: Drive) -> list[Reason]:
    """Say what keeps the statement from speaking of this drive at all."""
    if drive_key(drive.identity) is None:
        return [Reason(code=Code.DRIVE_UNNAMED)]
    if not same_drive(erasure.drive, drive.identity):
        reported = drive_key(erasure.drive) or "?"
        return [Reason(code=Code.OTHER_DRIVE, values={"reported": reported})]
    if not (drive.identity.size_bytes and erasure.size_bytes and erasure.drive.size_bytes):
        return [Reason(code=Code.SIZE_UNKNOWN)]
    if Bus.RAID in {drive.identity.bus, erasure.drive.bus}:
        return [Reason(code=Code.BEHIND_RAID)]
    return []


def _about_work(
    erasure: Erasure,
    drive: Drive,
    written: Pass | None,
    read_back: Pass | None,
    whole: int | None,
    reached: Level,
) -> list[Reason]:
    """Say what the passes show, or fail to show."""
    faults = [*_faults(erasure.passes)]
    why = {"why": erasure.reason or ""}
    match erasure.ending:
        case Ending.REFUSED:
            return [Reason(code=Code.REFUSED_BY_AGENT, values=why), *faults]
        case Ending.INTERRUPTED:
            return [Reason(code=Code.INTERRUPTED_AT, values=why), *faults]
        case Ending.FAILED:
            return [*faults, Reason(code=Code.FAILED_BY_AGENT, values=why)]
        case Ending.COMPLETED:
            return [
                *faults,
                *_size(erasure, drive),
                *_proof(erasure, drive, written, read_back, whole or 0),
                *time_taken(erasure, drive, (written, read_back)),
                *hidden_area(erasure, drive),
                *limits(erasure, drive, reached),
            ]


def _faults(passes: tuple[Pass, ...]) -> Iterator[Reason]:
    faults = sum(max(p.fault_count, len(p.faults)) for p in passes)
    if faults:
        first = next((f"{f.operation} {f.error}" for p in passes for f in p.faults), "?")
        yield Reason(code=Code.FAULTS, values={"count": str(faults), "first": first})
    mismatches = sum(max(p.mismatch_count, len(p.mismatches)) for p in passes)
    if mismatches:
        yield Reason(code=Code.MISMATCHES, values={"count": str(mismatches)})
    skipped = sum(p.bytes_skipped for p in passes)
    if skipped:
        yield Reason(code=Code.SKIPPED, values={"bytes": str(skipped)})


def _size(erasure: Erasure, drive: Drive) -> Iterator[Reason]:
    if not erasure.identity_checked:
        yield Reason(code=Code.IDENTITY_UNCHECKED)
    if drive.security is not None and "locked" in drive.security:
        yield Reason(code=Code.LOCKED)
    # An inventory made before a hidden area was opened knows the full size as native size only.
    known = {drive.identity.size_bytes}
    if erasure.hidden_area is HiddenArea.REMOVED:
        known.add(drive.native_size_bytes)
    erased = {erasure.size_bytes, erasure.drive.size_bytes}
    if len(erased) > 1 or not erased <= known:
        values = {"erased": str(erasure.size_bytes), "known": str(drive.identity.size_bytes)}
        yield Reason(code=Code.SIZE_DIFFERS, values=values)


def _level(erasure: Erasure, drive: Drive, *, admit_ieee: bool) -> Level:
    """Return the level that this method reaches when nothing stands against it."""
    if not is_firmware(erasure.method):
        return Level.CLEAR  # overwriting from the host is never a Purge
    return level_of(erasure.method, drive, admit_ieee=admit_ieee)


def _proof(
    erasure: Erasure, drive: Drive, written: Pass | None, read_back: Pass | None, whole: int
) -> Iterator[Reason]:
    if is_firmware(erasure.method):
        yield from firmware(erasure, drive, whole)
    else:
        yield from _writing(erasure, written, whole)
        yield from _reading_back(drive, written, read_back, whole)


def _writing(erasure: Erasure, written: Pass | None, whole: int) -> Iterator[Reason]:
    method = {"method": erasure.method.value}
    patterns = _PATTERNS.get(erasure.method)
    if patterns is None:
        # Firmware commands answer before they are done, and some lie (hdparm exits 0 on an
        # aborted command): their status must be decoded and canaries read before one counts.
        yield Reason(code=Code.METHOD_UNPROVEN, values=method)
        return
    if written is None or written.action != "write":
        yield Reason(code=Code.NOTHING_WRITTEN)
        return
    if not written.complete or written.bytes_done < whole:
        values = {"done": str(written.bytes_done), "whole": str(whole)}
        yield Reason(code=Code.WRITTEN_PARTLY, values=values)
    if written.flushed is not True:
        yield Reason(code=Code.NOT_FLUSHED)
    keyed = written.pattern == "aes_256_ctr"
    if written.pattern not in patterns or keyed != (written.key is not None):
        yield Reason(code=Code.WRONG_PATTERN, values=method)


def _reading_back(
    drive: Drive, written: Pass | None, read_back: Pass | None, whole: int
) -> Iterator[Reason]:
    if read_back is None:
        yield Reason(code=Code.NOT_READ_BACK)
        return
    sampled = read_back.coverage_percent not in {None, 100.0}
    if not read_back.complete or sampled or read_back.bytes_done != whole:
        values = {"done": str(read_back.bytes_done), "whole": str(whole)}
        yield Reason(code=Code.READ_BACK_PARTLY, values=values)
    if read_back.own_process is not True:
        yield Reason(code=Code.READ_BACK_BY_WRITER)
    if drive.kind is not DriveKind.IMAGE and read_back.direct_io is not True:
        yield Reason(code=Code.READ_BACK_CACHED)
    if written is not None and (written.pattern, written.key) != (read_back.pattern, read_back.key):
        yield Reason(code=Code.OTHER_PATTERN_READ)


def _worst_first(reasons: list[Reason]) -> tuple[Reason, ...]:
    def rank(reason: Reason) -> int:
        return len(_WORST_FIRST) if reason.forces is None else _WORST_FIRST.index(reason.forces)

    return tuple(sorted(reasons, key=rank))


def _figures(
    erasure: Erasure, written: Pass | None, read_back: Pass | None, whole: int | None
) -> Figures:
    planted, found = canaries(erasure.passes)
    return Figures(
        native_bytes=whole,
        bytes_written=0 if written is None or written.action != "write" else written.bytes_done,
        bytes_read_back=0 if read_back is None else read_back.bytes_done,
        bytes_skipped=sum(p.bytes_skipped for p in erasure.passes),
        errors=sum(max(p.fault_count, len(p.faults)) for p in erasure.passes),
        mismatches=sum(max(p.mismatch_count, len(p.mismatches)) for p in erasure.passes),
        write_seconds=0.0 if written is None else written.seconds,
        read_back_seconds=0.0 if read_back is None else read_back.seconds,
        seconds=erasure.seconds,
        canaries_planted=planted,
        canaries_found=found,
        places_read=0 if read_back is None else read_back.sample_places or 0,
    )
