"""Drive health from `smartctl --json=c -x`, cleaned but not judged.

Three traps rule this file (measured on 230 reports): `raw.value` packs several counters where
`raw.string` shows the first one; a wear attribute is told by its name, never by its number; and
an absent status is no answer, neither passed nor failed.
"""

import re
from collections.abc import Sequence

from rebond_agent.probes import smart_logs, tool_json
from rebond_agent.probes.wear import wear_used_percent
from rebond_schemas.smart import Smart, SmartAttribute

HOURS_LIMIT = 150_000
"""17 years; a Samsung SV2042H claims 4,661,094 hours."""

_NO_ANSWER = 0b011  # smartctl(8): bit 0 command line, bit 1 device open failed
_FAILING = 0b1000  # bit 3: the drive says that it is failing

# (attribute number, what its name must hold). The number alone means other things on some SSDs.
_COUNTERS = {
    "reallocated": (5, r"Realloc|Retired_Block"),
    "spin_retries": (10, r"Spin_Retry"),
    "reported_uncorrectable": (187, r"Reported_U|Uncorrectable_Error"),
    "command_timeouts": (188, r"Command_Timeout"),
    "pending": (197, r"Pending"),
    "uncorrectable": (198, r"Uncor|Offl"),
    "crc_errors": (199, r"CRC"),
}

_TEMPERATURES = range(-100, 301)


def parse_smart(report: object) -> Smart | None:
    """Return the health facts of one smartctl report, None when it is no report at all."""
    exit_status = tool_json.whole(report, "smartctl", "exit_status")
    told = (tool_json.at(report, key) for key in ("device", "smart_status"))
    if exit_status is None and all(one is None for one in told):
        return None
    attributes = _attributes(report)
    counters = _counters(attributes)
    read_errors, last_read_error_hours = smart_logs.read_errors(report)
    health = ("nvme_smart_health_information_log",)
    return Smart(
        protocol=tool_json.word(report, "device", "protocol"),
        exit_status=exit_status if exit_status is not None and exit_status <= 255 else None,  # noqa: PLR2004 - a process's status
        broken_answer=smart_logs.broken_answer(report),
        passed=_passed(report, exit_status or 0),
        in_database=tool_json.truth(report, "in_smartctl_database"),
        power_on_hours=_hours(report),
        power_cycles=tool_json.whole(report, "power_cycle_count"),
        temperature_c=_temperature(report),
        reallocated=_else(counters["reallocated"], report, smart_logs.REALLOCATED),
        pending=_pending(report, counters["pending"]),
        uncorrectable=counters["uncorrectable"],
        reported_uncorrectable=_else(
            counters["reported_uncorrectable"], report, smart_logs.REPORTED
        ),
        command_timeouts=counters["command_timeouts"],
        spin_retries=_else(counters["spin_retries"], report, smart_logs.START_FAILURES),
        crc_errors=counters["crc_errors"],
        wear_used_percent=wear_used_percent(report, attributes),
        critical_warning=_critical_warning(report),
        available_spare_percent=_percent(tool_json.whole(report, *health, "available_spare")),
        spare_threshold_percent=_percent(
            tool_json.whole(report, *health, "available_spare_threshold")
        ),
        media_errors=tool_json.whole(report, *health, "media_errors"),
        grown_defects=tool_json.whole(report, "scsi_grown_defect_list"),
        uncorrected_errors=smart_logs.uncorrected_errors(report),
        read_errors=read_errors,
        last_read_error_hours=last_read_error_hours,
        self_test_failed=smart_logs.self_test_failed(report),
        attributes=attributes,
    )


def first_integer(raw: str | None) -> int | None:
    """Return the first integer of smartctl's raw string: `138 (0 26)` is 138."""
    found = re.search(r"-?\d{1,18}", raw or "")
    return int(found[0]) if found else None


def _passed(report: object, exit_status: int) -> bool | None:
    """Return the drive's own word; smartctl's exit bit 3 says "failing" too."""
    if exit_status & _NO_ANSWER:
        return None
    if exit_status & _FAILING:
        return False
    return tool_json.truth(report, "smart_status", "passed")


def _else(attribute: int | None, report: object, name: str) -> int | None:
    """Return the attribute's count; where the drive keeps none, the device statistic of this name."""
    return smart_logs.statistic(report, name) if attribute is None else attribute


def _pending(report: object, attribute: int | None) -> int | None:
    """Return the pending sectors: of the attribute, else of the list of defects, else candidates."""
    listed = smart_logs.pending_defects(report) if attribute is None else attribute
    return _else(listed, report, smart_logs.CANDIDATES)


def _critical_warning(report: object) -> int | None:
    log = tool_json.whole(report, "nvme_smart_health_information_log", "critical_warning")
    return _byte(tool_json.whole(report, "smart_status", "nvme", "value") if log is None else log)


def _attributes(report: object) -> tuple[SmartAttribute, ...]:
    found = []
    for row in tool_json.rows(report, "ata_smart_attributes", "table")[:64]:
        number = _byte(tool_json.whole(row, "id"))
        if number is not None:
            found.append(_attribute(number, row))
    return tuple(found)


def _attribute(number: int, row: object) -> SmartAttribute:
    failed = (tool_json.word(row, "when_failed") or "").lower()
    return SmartAttribute(
        id=number,
        name=tool_json.word(row, "name"),
        value=tool_json.whole(row, "value"),
        worst=tool_json.whole(row, "worst"),
        threshold=tool_json.whole(row, "thresh"),
        raw=_raw(row),
        failed="now" if "now" in failed else "past" if "past" in failed else None,
        prefailure=tool_json.truth(row, "flags", "prefailure"),
    )


def _raw(row: object) -> int | None:
    """Return the count that smartctl prints first; without its text, the low 32 bits of the value.

    Fujitsu and Seagate pack more counters above them (SnapRAID masks so, too).
    """
    text = tool_json.word(row, "raw", "string")
    if text is not None:
        return first_integer(text)
    value = tool_json.whole(row, "raw", "value")
    return None if value is None else value & 0xFFFFFFFF


def _counters(attributes: Sequence[SmartAttribute]) -> dict[str, int | None]:
    counters: dict[str, int | None] = dict.fromkeys(_COUNTERS)
    for counter, (number, name) in _COUNTERS.items():
        for one in attributes:
            if one.id == number and re.search(name, one.name or "", re.IGNORECASE):
                counters[counter] = one.raw if one.raw is not None and one.raw >= 0 else None
    return counters


def _hours(report: object) -> int | None:
    hours = tool_json.whole(report, "power_on_time", "hours")
    if hours is None:
        hours = tool_json.whole(report, "nvme_smart_health_information_log", "power_on_hours")
    return hours if hours is not None and hours <= HOURS_LIMIT else None


def _temperature(report: object) -> int | None:
    current = tool_json.at(report, "temperature", "current")
    if isinstance(current, bool) or not isinstance(current, int) or current == 0:
        return None  # bridges and virtual drives answer 0
    return current if current in _TEMPERATURES else None


def _byte(number: int | None) -> int | None:
    return number if number is not None and number <= 255 else None  # noqa: PLR2004 - one byte


def _percent(number: int | None) -> float | None:
    return float(number) if number is not None and number <= 255 else None  # noqa: PLR2004 - one byte
