"""What a drive wrote down about itself: error log, self-tests, statistics, SCSI counters.

Names of statistics are smartctl's, after ACS-4 (device statistics log, pages 3 and 4).
"""

import re
from collections.abc import Iterator

from rebond_agent.probes import tool_json

REALLOCATED = "Number of Reallocated Logical Sectors"
CANDIDATES = "Number of Realloc. Candidate Logical Sectors"
REPORTED = "Number of Reported Uncorrectable Errors"
START_FAILURES = "Number of Mechanical Start Failures"

_CRC = 0x80  # the cable, not the medium (ACS-4, error register)
_MEDIUM = 0x50  # UNC (a write: WP) and IDNF
_MEDIUM_WORDS = re.compile(r"\b(?:UNC|IDNF|AMNF)\b")
_EXTENDED = frozenset({2, 130})  # self-test types: extended, extended captive
_BROKEN = re.compile(
    r"Input/output error|medium or hardware error|Connection timed out", re.IGNORECASE
)


def statistic(report: object, name: str) -> int | None:
    """Return one value of the ATA device statistics; None when it is absent or not valid."""
    for page in tool_json.rows(report, "ata_device_statistics", "pages"):
        for row in tool_json.rows(page, "table"):
            if tool_json.word(row, "name") == name:
                valid = tool_json.truth(row, "flags", "valid") is not False
                return tool_json.whole(row, "value") if valid else None
    return None


def read_errors(report: object) -> tuple[int | None, int | None]:
    """Return how many logged errors name the medium, and the power-on hours of the newest.

    The log keeps the newest errors only: five in the summary, more in the extended one.
    """
    logs = tool_json.at(report, "ata_smart_error_log")
    if not isinstance(logs, dict):
        return None, None
    found = max((_medium_errors(logs, name) for name in ("extended", "summary")), key=len)
    hours = [tool_json.whole(row, "lifetime_hours") for row in found]
    return len(found), max((h for h in hours if h is not None), default=None)


def uncorrected_errors(report: object) -> int | None:
    """Return the reads, writes and verifications that a SCSI drive could not correct."""
    told = [
        tool_json.whole(report, "scsi_error_counter_log", act, "total_uncorrected_errors")
        for act in ("read", "write", "verify")
    ]
    known = [count for count in told if count is not None]
    return sum(known) if known else None


def pending_defects(report: object) -> int | None:
    """Return the length of the list of pending defects (ACS-4, SBC-4)."""
    ata = tool_json.whole(report, "ata_pending_defects_log", "count")
    return ata if ata is not None else tool_json.whole(report, "scsi_pending_defects", "count")


def broken_answer(report: object) -> bool | None:
    """Say whether the drive answered with errors of its own; None when smartctl keeps no messages.

    A bridge that refuses a command says "unsupported" or "badly formed": that is no such error.
    """
    if tool_json.at(report, "smartctl") is None:
        return None
    told = [tool_json.word(m, "string") for m in tool_json.rows(report, "smartctl", "messages")]
    return any(_BROKEN.search(text) for text in told if text)


def self_test_failed(report: object) -> bool | None:
    """Return whether a self-test failed that no newer extended one outdates; None when none ended.

    So does smartctl's exit bit 7: a short test reads a small part only and outdates nothing.
    """
    for results in (_ata_tests(report), _nvme_tests(report), _scsi_tests(report)):
        ended = list(results)
        for failed, extended in ended:
            if failed or extended:
                return failed
        if ended:
            return False
    passed = tool_json.truth(report, "ata_smart_data", "self_test", "status", "passed")
    # "Completed" also stands there when no test was ever run: only a failure tells something.
    return True if passed is False else None


def _medium_errors(logs: object, name: str) -> list[object]:
    return [row for row in tool_json.rows(logs, name, "table") if _of_medium(row)]


def _of_medium(row: object) -> bool:
    register = tool_json.whole(row, "completion_registers", "error")
    if register is not None:
        return bool(register & _MEDIUM) and not register & _CRC
    text = tool_json.word(row, "error_description") or ""
    return bool(_MEDIUM_WORDS.search(text)) and "ICRC" not in text


def _ata_tests(report: object) -> Iterator[tuple[bool, bool]]:
    """Yield (failed, extended) of every test that ran to an end, newest first."""
    for log in ("extended", "standard"):
        rows = tool_json.rows(report, "ata_smart_self_test_log", log, "table")
        for row in rows:
            passed = tool_json.truth(row, "status", "passed")
            if passed is not None:
                kind = tool_json.whole(row, "type", "value")
                text = tool_json.word(row, "type", "string") or ""
                yield not passed, kind in _EXTENDED or text.startswith("Extended")
        if rows:
            return


def _nvme_tests(report: object) -> Iterator[tuple[bool, bool]]:
    for row in tool_json.rows(report, "nvme_self_test_log", "table"):
        result = tool_json.whole(row, "self_test_result", "value")
        if result in (0, 5, 6, 7):  # NVMe 2.0, figure 199: 5 to 7 are failures, 1 to 4 aborted
            yield result != 0, tool_json.whole(row, "self_test_code", "value") == 2  # noqa: PLR2004 - extended


def _scsi_tests(report: object) -> Iterator[tuple[bool, bool]]:
    for number in range(20):
        result = tool_json.whole(report, f"scsi_self_test_{number}", "result", "value")
        if result in (0, 3, 4, 5, 6, 7):  # SPC-5, table 457
            text = tool_json.word(report, f"scsi_self_test_{number}", "code", "string") or ""
            yield result != 0, "long" in text
