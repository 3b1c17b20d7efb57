"""What is known of a drive's health, as named values for the rules. Unknown is None."""

from enum import StrEnum
from typing import assert_never

from rebond_schemas.facts import Drive, DriveKind
from rebond_schemas.smart import Smart, SmartAttribute
from rebond_server.domain.condition import Plain, Scale
from rebond_server.domain.health_missing import counters_missing
from rebond_server.domain.verdict import Judgement
from rebond_server.domain.verdict_reason import Code, Verdict

MOST_HOURS = 150_000
"""17 years. More is a counter misread: a Samsung SV2042H claims 4,661,094 hours."""

_NO_ANSWER = 0b011
"""smartctl's exit bits 0 and 1: bad command line, drive not opened (smartctl.8)."""
_SOME_COMMAND_FAILED = 0b100
_WARNING_FATAL = 0b01101
"""NVMe critical warning: spare low, reliability degraded, read-only (NVMe base 2.0, 5.16.1.3)."""
_WARNING_PASSING = 0b10010
"""NVMe critical warning: hot, or backup of volatile memory failed: look again when cool."""
_COUNTS_USE = frozenset({4, 9, 12, 190, 192, 193, 194})
"""Attributes that count starts, hours, cycles, parking and heat: past a threshold they fail nobody."""
_EARLY_WARNINGS = frozenset({1, 3, 5, 7, 8, 10, 184})
"""Attributes that makers declare as pre-failure."""
_LOG_WRAPS = 65_536
_END_TO_END = (184, "end-to-end")
_REALLOCATION_EVENTS = (196, "realloc")
"""Number and name: the number alone means other things on some drives."""
_RECENT_HOURS = 1000
"""Of operation. A read error older than that, and none since, is history."""
_ONE_COUNTER = 0xFFFF
"""Seagate packs three 16-bit counters into attribute 188: all time-outs, then the slow ones."""


class Medium(StrEnum):
    """Which rules apply to a drive; `other`: what it is made of is not known."""

    HDD = "hdd"
    SSD = "ssd"
    NVME = "nvme"
    EMMC = "emmc"
    IMAGE = "image"
    """A trial image file: it has no SMART; its full write and read-back stand for it."""
    OTHER = "other"


_MOST_COUNT = 2**48
"""A SMART counter has 48 bits."""


def _count(unit: str = "count", most: float = _MOST_COUNT) -> Scale:
    return Scale(type="number", unit=unit, better="less", least=0, most=most)


_GOOD = Scale(type="yes_no", unit="yes/no", better="more")
_BAD = Scale(type="yes_no", unit="yes/no", better="less")

SCALES: dict[str, Scale] = {
    "smart_answered": _GOOD,
    "answers_with_errors": _BAD,
    "counters_missing": _count(),
    "smart_passed": _GOOD,
    "prefailure_now": _BAD,
    "prefailure_past": _BAD,
    "old_age_now": _BAD,
    "warning_fatal": _BAD,
    "warning_passing": _BAD,
    "reallocated": _count("sectors"),
    "reallocated_grown": _count("sectors"),
    "reallocated_untested": _count("sectors"),
    "reallocation_events": _count(),
    "pending": _count("sectors"),
    "pending_before": _count("sectors"),
    "pending_after": _count("sectors"),
    "uncorrectable": _count("sectors"),
    "uncorrectable_before": _count("sectors"),
    "uncorrectable_after": _count("sectors"),
    "reported_uncorrectable": _count(),
    "reported_uncorrectable_untested": _count(),
    "command_timeouts": _count(),
    "read_errors": _count(),
    "read_errors_recent": _count(),
    "uncorrected_errors": _count(),
    "uncorrected_errors_grown": _count(),
    "end_to_end_errors": _count(),
    "grown_defects": _count("sectors"),
    "grown_defects_grown": _count("sectors"),
    "spin_retries": _count(),
    "crc_errors_grown": _count(),
    "power_on_hours": _count("h", MOST_HOURS),
    "wear_used_percent": _count("%", 255),
    "spare_above_threshold": Scale(type="number", unit="%", better="more", least=-255, most=255),
    "media_errors": _count(),
    "media_errors_grown": _count(),
    "self_test_failed": _BAD,
    "wipe_found_errors": _BAD,
    "emmc_life_used": _count("tenths", 15),
    "emmc_pre_eol": _count("level", 3),
}


FOLLOWS = {
    "reallocated_untested": "reallocated",
    "reported_uncorrectable_untested": "reported_uncorrectable",
}
"""Facts that are another one until the wipe has tested it: their rules are weighed together."""


def medium_of(drive: Drive, *states: Smart | None) -> Medium:
    """Return the medium by kind; for an unknown kind, by what only such a medium reports."""
    match drive.kind:
        case DriveKind.HDD:
            return Medium.HDD
        case DriveKind.SSD:
            return Medium.SSD
        case DriveKind.NVME:
            return Medium.NVME
        case DriveKind.EMMC:
            return Medium.EMMC
        case DriveKind.IMAGE:
            return Medium.IMAGE
        case (
            DriveKind.USB
            | DriveKind.OPTICAL
            | DriveKind.CARD_READER
            | DriveKind.VIRTUAL
            | DriveKind.UNKNOWN
        ):
            known = [s for s in (*states, drive.smart) if s is not None]
            return Medium.HDD if any(s.spin_retries is not None for s in known) else Medium.OTHER
        case _:
            assert_never(drive.kind)


def drive_facts(
    drive: Drive,
    *,
    before: Smart | None = None,
    after: Smart | None = None,
    judgement: Judgement | None = None,
) -> dict[str, Plain | None]:
    """Return every fact of SCALES. The newest state counts; growth needs both."""
    before = before or drive.smart
    now = after or before or Smart()
    first, last = before or Smart(), after or Smart()
    warning = now.critical_warning
    return {
        "smart_answered": answered(after or before),
        "answers_with_errors": _broken(after or before),
        "counters_missing": counters_missing(drive, before, after),
        "smart_passed": now.passed,
        **_thresholds(now),
        "warning_fatal": None if warning is None else bool(warning & _WARNING_FATAL),
        "warning_passing": None if warning is None else bool(warning & _WARNING_PASSING),
        "reallocated": now.reallocated,
        "reallocated_grown": _grown(first.reallocated, last.reallocated),
        "reallocated_untested": now.reallocated if after is None else None,
        "reallocation_events": _raw(now, *_REALLOCATION_EVENTS),
        "pending": now.pending,
        "pending_before": first.pending,
        "pending_after": last.pending,
        "uncorrectable": now.uncorrectable,
        "uncorrectable_before": first.uncorrectable,
        "uncorrectable_after": last.uncorrectable,
        "reported_uncorrectable": now.reported_uncorrectable,
        "reported_uncorrectable_untested": now.reported_uncorrectable if after is None else None,
        "command_timeouts": _timeouts(now),
        "read_errors": now.read_errors,
        "read_errors_recent": _recent(now),
        "uncorrected_errors": now.uncorrected_errors,
        "uncorrected_errors_grown": _grown(first.uncorrected_errors, last.uncorrected_errors),
        "end_to_end_errors": _raw(now, *_END_TO_END),
        "grown_defects": now.grown_defects,
        "grown_defects_grown": _grown(first.grown_defects, last.grown_defects),
        "spin_retries": now.spin_retries,
        "crc_errors_grown": _grown(first.crc_errors, last.crc_errors),
        "power_on_hours": _hours(now.power_on_hours),
        "wear_used_percent": now.wear_used_percent,
        "spare_above_threshold": _margin(now),
        "media_errors": now.media_errors,
        "media_errors_grown": _grown(first.media_errors, last.media_errors),
        "self_test_failed": now.self_test_failed,
        "wipe_found_errors": _wipe_found_errors(judgement),
        "emmc_life_used": now.emmc_life_used,
        "emmc_pre_eol": now.emmc_pre_eol,
    }


def answered(smart: Smart | None) -> bool:
    """Say whether the drive itself spoke: a bridge, a RAID card or an eMMC often keeps silent."""
    if smart is None:
        return False
    if smart.emmc_life_used is not None:
        return True
    status = smart.exit_status or 0
    if smart.passed is None or status & _NO_ANSWER:
        return False
    # smartctl before 7.5 sets bit 2 for a missing extra (SCT ERC) although the rest was read.
    counters = (smart.reallocated, smart.pending, smart.critical_warning, smart.grown_defects)
    return not status & _SOME_COMMAND_FAILED or any(c is not None for c in counters)


def _broken(smart: Smart | None) -> bool | None:
    """Say whether errors of the drive itself are all that it answered."""
    return None if smart is None else smart.broken_answer is True and not answered(smart)


def _thresholds(smart: Smart) -> dict[str, Plain | None]:
    """Return which attributes are past their maker's threshold, use (hours, heat) left out.

    An attribute whose kind is not told counts as pre-failure where its number is one everywhere.
    """
    past = [a for a in smart.attributes if a.failed is not None and a.id not in _COUNTS_USE]
    early = [a for a in past if _warns_early(a)]
    return {
        "prefailure_now": any(a.failed == "now" for a in early),
        "prefailure_past": any(a.failed == "past" for a in early),
        "old_age_now": any(a.failed == "now" and a not in early for a in past),
    }


def _warns_early(attribute: SmartAttribute) -> bool:
    known = attribute.prefailure
    return attribute.id in _EARLY_WARNINGS if known is None else known


def _timeouts(smart: Smart) -> int | None:
    packed = smart.command_timeouts
    return None if packed is None else packed & _ONE_COUNTER if packed > _ONE_COUNTER else packed


def _recent(smart: Smart) -> int | None:
    """Return the logged read errors if the newest is recent, else 0; an unknown moment is recent."""
    newest, now = smart.last_read_error_hours, smart.power_on_hours
    if not smart.read_errors or newest is None or now is None:
        return smart.read_errors
    # The log counts hours in 16 bits (ACS-4, 9.4): after 65,535 it begins again.
    age = now - newest if now < _LOG_WRAPS else (now - newest) % _LOG_WRAPS
    return smart.read_errors if age <= _RECENT_HOURS else 0


def _raw(smart: Smart, number: int, name: str) -> int | None:
    """Return the raw count of the attribute of this number and name, None where it is not told."""
    found = (a for a in smart.attributes if a.id == number and name in (a.name or "").lower())
    return next((a.raw for a in found if a.raw is not None and a.raw >= 0), None)


def _grown(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _hours(hours: int | None) -> int | None:
    return None if hours is None or hours > MOST_HOURS else hours


def _margin(smart: Smart) -> float | None:
    spare, threshold = smart.available_spare_percent, smart.spare_threshold_percent
    return None if spare is None or threshold is None else spare - threshold


def _wipe_found_errors(judgement: Judgement | None) -> bool | None:
    if judgement is None:
        return None
    if any(r.code in {Code.FAULTS, Code.MISMATCHES, Code.SKIPPED} for r in judgement.reasons):
        return True
    proven = {Verdict.CLEARED, Verdict.PURGED, Verdict.CLEARED_WITH_LIMITS}
    return False if judgement.verdict in proven else None
