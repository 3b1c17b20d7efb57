"""Drive health from `smartctl --json=c -x`, cleaned but not judged.

Three traps rule this file (measured on 230 reports): `raw.value` packs several counters where
`raw.string` shows the first one; a wear attribute is told by its name, never by its number; and
an absent status is no answer, neither passed nor failed.
"""

import re
from collections.abc import Sequence

from rebond_agent.probes import tool_json
from rebond_agent.probes.wear import wear_used_percent
from rebond_schemas.facts import Smart, SmartAttribute

HOURS_LIMIT = 150_000
"""17 years; a Samsung SV2042H claims 4,661,094 hours."""

_NO_ANSWER = 0b011  # smartctl(8): bit 0 command line, bit 1 device open failed

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
    if exit_status is None and tool_json.at(report, "device") is None:
        return None
    answered = exit_status is None or not exit_status & _NO_ANSWER
    attributes = _attributes(report)
    counters = _counters(attributes)
    health = ("nvme_smart_health_information_log",)
    return Smart(
        protocol=tool_json.word(report, "device", "protocol"),
        exit_status=exit_status if exit_status is not None and exit_status <= 255 else None,  # noqa: PLR2004 - a process's status
        passed=tool_json.truth(report, "smart_status", "passed") if answered else None,
        in_database=tool_json.truth(report, "in_smartctl_database"),
        power_on_hours=_hours(report),
        power_cycles=tool_json.whole(report, "power_cycle_count"),
        temperature_c=_temperature(report),
        reallocated=counters["reallocated"],
        pending=counters["pending"],
        uncorrectable=counters["uncorrectable"],
        reported_uncorrectable=counters["reported_uncorrectable"],
        command_timeouts=counters["command_timeouts"],
        spin_retries=counters["spin_retries"],
        crc_errors=counters["crc_errors"],
        wear_used_percent=wear_used_percent(report, attributes),
        critical_warning=_byte(tool_json.whole(report, *health, "critical_warning")),
        available_spare_percent=_percent(tool_json.whole(report, *health, "available_spare")),
        spare_threshold_percent=_percent(
            tool_json.whole(report, *health, "available_spare_threshold")
        ),
        media_errors=tool_json.whole(report, *health, "media_errors"),
        grown_defects=tool_json.whole(report, "scsi_grown_defect_list"),
        self_test_failed=self_test_failed(report),
        attributes=attributes,
    )


def first_integer(raw: str | None) -> int | None:
    """Return the first integer of smartctl's raw string: `138 (0 26)` is 138."""
    found = re.search(r"-?\d{1,18}", raw or "")
    return int(found[0]) if found else None


def self_test_failed(report: object) -> bool | None:
    """Return whether the newest self-test that ran to an end failed; None when none did."""
    for log in ("extended", "standard"):
        for row in tool_json.rows(report, "ata_smart_self_test_log", log, "table"):
            passed = tool_json.truth(row, "status", "passed")
            if passed is not None:
                return not passed
    for row in tool_json.rows(report, "nvme_self_test_log", "table"):
        result = tool_json.whole(row, "self_test_result", "value")
        if result in (0, 5, 6, 7):  # NVMe 2.0, figure 199: 5 to 7 are failures, 1 to 4 aborted
            return result != 0
    for number in range(20):
        result = tool_json.whole(report, f"scsi_self_test_{number}", "result", "value")
        if result in (0, 3, 4, 5, 6, 7):  # SPC-5, table 457
            return result != 0
    return None


def _attributes(report: object) -> tuple[SmartAttribute, ...]:
    found = []
    for row in tool_json.rows(report, "ata_smart_attributes", "table")[:64]:
        number = _byte(tool_json.whole(row, "id"))
        if number is not None:
            found.append(_attribute(number, row))
    return tuple(found)


def _attribute(number: int, row: object) -> SmartAttribute:
    failed = tool_json.word(row, "when_failed")
    return SmartAttribute(
        id=number,
        name=tool_json.word(row, "name"),
        value=tool_json.whole(row, "value"),
        worst=tool_json.whole(row, "worst"),
        threshold=tool_json.whole(row, "thresh"),
        raw=first_integer(tool_json.word(row, "raw", "string")),
        failed="now" if failed == "now" else "past" if failed == "past" else None,
        prefailure=tool_json.truth(row, "flags", "prefailure"),
    )


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
