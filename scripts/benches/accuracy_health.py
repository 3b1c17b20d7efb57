"""Drive health against drives whose fate is known, beside smartctl's own word and Scrutiny's rules.

A verdict alarms when it is FAIL or REVIEW (somebody must act); UNKNOWN is counted apart: it neither
passes nor fails. `in service`: folders named …exporter, …service, …healthy or …good; there, in the
exporter's, the drives that pass their own SMART. `failed`: folders named …failed, …failing, …dead or
…bad, and the two reports that Scrutiny's project calls failed and that a drive answered. Everything
else is shown without a rate: nobody labelled it.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rebond_agent.probes import tool_json
from rebond_agent.probes.drives import build_drive
from rebond_agent.probes.lsblk import Listed
from rebond_schemas.codec import encode
from rebond_schemas.facts import Bus, Drive, DriveKind
from rebond_schemas.smart import Smart
from rebond_server.domain.health import Health, drive_health
from rebond_server.rules.load import health_rules

LARGEST = 4_000_000
"""Bytes of a file that may be a report; they have up to 100,000."""
ALARMS = frozenset({Health.FAIL, Health.REVIEW})
_CALLED_FAILED = re.compile(r"^smart-(?:fail\d+|nvme-failed)$")
"""Left out: smart-fail (Windows refused to open it: no drive answered) and smart-ata-failed-scrutiny
(there it is Scrutiny's own rule that failed, not the drive)."""
_FAILED = re.compile(r"fail|dead|bad", re.IGNORECASE)
_IN_SERVICE = re.compile(r"exporter|service|healthy|good", re.IGNORECASE)
_SOME_SMART = ("smart_status", "ata_smart_attributes", "nvme_smart_health_information_log")

# Scrutiny 89588a4 and later, ata_attribute_metadata.go: yearly failure rate in per cent of each range
# (above the first number, up to the second; equal numbers: exactly that). Only ranges that fail.
_CRITICAL = {
    5: ((16, 70000),),
    10: ((0, 80),),
    187: ((1, 1), (1, 120)),
    188: ((100, 104_000_000_000),),
    196: ((11, 17), (27, 45)),
    197: ((1, 1600),),
    198: ((0, 16),),
}
_ORDINARY = {11: ((0, 80),), 183: ((2, 130),), 189: ((30, 150),), 199: ((16, 35), (70, 130))}
_NORMALISED = {184: ((93, 94), (97, 99)), 195: ((12, 24), (36, 48))}
_WORN_OUT = 100


@dataclass(frozen=True, kw_only=True)
class Case:
    """One report: what is known of the drive's fate (None: nothing), and what three judges say."""

    name: str
    failed: bool | None
    health: Health
    rules: tuple[str, ...]
    smartctl: bool | None
    """Whether smartctl says PASSED; None: it says nothing."""
    scrutiny: bool
    """Whether Scrutiny would call it failed."""


def main(argv: list[str]) -> int:
    """Print the table; return 1 when a promise is missed."""
    options = argparse.ArgumentParser(prog="bench accuracy_health", description=__doc__)
    options.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    options.add_argument("--json", action="store_true", help="print the numbers as JSON")
    chosen = options.parse_args(argv)
    found = measure(chosen.corpora)
    print(encode(found).decode() if chosen.json else text(found))
    return 0 if found["promises_kept"] else 1


def measure(folder: Path) -> dict[str, Any]:
    """Return the confusion table over the corpora in this folder, and whether its promises hold.

    Keys: `folders` (by name), `judges` (rates of rebond, smartctl, scrutiny), `surprises`, and
    `promises_kept`: at least as many failed drives caught as by either, at most half of Scrutiny's
    false alarms, at most 4 drives in service condemned.
    """
    names = sorted(one.name for one in folder.iterdir() if one.is_dir())
    by_folder = {name: found for name in names if (found := list(cases(folder, name)))}
    every = [case for found in by_folder.values() for case in found]
    judges = _judges(every)
    condemned = [c.name for c in every if c.failed is False and c.health is Health.FAIL]
    return {
        "rules": health_rules().edition.version,
        "folders": {name: _table(found) for name, found in by_folder.items()},
        "judges": judges,
        "condemned_in_service": condemned,
        "surprises": [
            {"name": c.name, "health": c.health.value, "rules": list(c.rules)}
            for c in every
            if c.failed is not None and c.failed != (c.health in ALARMS)
        ],
        "promises_kept": _kept(judges, condemned),
    }


def cases(folder: Path, name: str) -> Iterator[Case]:
    """Yield every smartctl JSON report under one folder of the corpora; other files are passed over."""
    for path in sorted((folder / name).rglob("*")):
        for number, report in enumerate(_reports(path)):
            drive = build_drive(Listed(name="sda", path="/dev/sda"), report)
            found = drive_health(drive, health_rules())
            passed = None if drive.smart is None else drive.smart.passed
            told = f"{name}/{path.relative_to(folder / name)}"
            yield Case(
                name=told if number == 0 else f"{told}[{number}]",
                failed=_fate(name, path.stem, passed=passed),
                health=found.health,
                rules=tuple(one.rule for one in found.spoken),
                smartctl=passed,
                scrutiny=scrutiny_fails(drive, report),
            )


def _reports(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the reports in one file: a report, or a list of them."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        return
    value = tool_json.load(path.read_bytes())
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            continue
        if isinstance(one.get("smartctl"), dict) or any(key in one for key in _SOME_SMART):
            yield one


def scrutiny_fails(drive: Drive, report: Mapping[str, Any]) -> bool:
    """Say whether Scrutiny's documented rules call this drive failed; an absent status is failed."""
    status = report.get("smart_status")
    if not (isinstance(status, dict) and status.get("passed")):
        return True
    smart = drive.smart or Smart()
    if drive.identity.bus is Bus.NVME or drive.kind is DriveKind.NVME:
        return _scrutiny_nvme(smart)
    return any(
        _scrutiny_ata(row) for row in tool_json.rows(report, "ata_smart_attributes", "table")
    )


def text(found: Mapping[str, Any]) -> str:
    """Return the table as a person reads it."""
    lines = [f"drive health, rules {found['rules']}", ""]
    lines.append(
        f"{'folder':<20} {'fate':<11} {'ok':>5} {'watch':>6} {'review':>7} {'fail':>5} {'unknown':>8}"
    )
    for name, table in found["folders"].items():
        for fate, row in table.items():
            numbers = [row.get(h, 0) for h in ("ok", "watch", "review", "fail", "unknown")]
            told = "{:>5} {:>6} {:>7} {:>5} {:>8}".format(*numbers)
            lines.append(f"{name:<20} {fate:<11} {told}")
    lines += ["", f"{'judge':<18} {'failed caught':>22} {'false alarms':>22}"]
    for name, rate in found["judges"].items():
        caught = _share(rate["caught"], rate["failed"])
        alarms = _share(rate["false_alarms"], rate["in_service"])
        lines.append(f"{name:<18} {caught:>22} {alarms:>22}")
    unknown = found["judges"]["rebond"]["silent_on_failed"]
    lines.append(f"failed and UNKNOWN (a person must look; not counted as caught): {unknown}")
    lines += ["", f"in service and condemned: {', '.join(found['condemned_in_service']) or 'none'}"]
    lines += [
        f"not as expected: {one['name']} {one['health']} {' '.join(one['rules'])}"
        for one in found["surprises"]
    ]
    lines.append(f"promises kept: {'yes' if found['promises_kept'] else 'NO'}")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    percent = f" ({100 * part / whole:.1f} %)" if whole else ""
    return f"{part} of {whole}{percent}"


def _fate(folder: str, stem: str, *, passed: bool | None) -> bool | None:
    if _FAILED.search(folder) or (folder == "scrutiny" and _CALLED_FAILED.match(stem)):
        return True
    if _IN_SERVICE.search(folder) and (passed or "exporter" not in folder):
        return False
    return None


def _table(found: list[Case]) -> dict[str, dict[str, int]]:
    names = {True: "failed", False: "in service", None: "unlabelled"}
    table: dict[str, Counter[str]] = {}
    for case in found:
        table.setdefault(names[case.failed], Counter())[case.health.value] += 1
    return {fate: dict(count) for fate, count in table.items()}


def _judges(every: list[Case]) -> dict[str, dict[str, int]]:
    says = {
        "rebond": lambda c: c.health in ALARMS,
        "rebond, FAIL only": lambda c: c.health is Health.FAIL,
        "smartctl": lambda c: c.smartctl is False,
        "scrutiny": lambda c: c.scrutiny,
    }
    return {
        name: {
            "caught": sum(alarm(c) for c in every if c.failed is True),
            "failed": sum(c.failed is True for c in every),
            "false_alarms": sum(alarm(c) for c in every if c.failed is False),
            "in_service": sum(c.failed is False for c in every),
            "silent_on_failed": sum(c.failed is True and c.health is Health.UNKNOWN for c in every)
            if name.startswith("rebond")
            else 0,
        }
        for name, alarm in says.items()
    }


def _kept(judges: Mapping[str, Mapping[str, int]], condemned: list[str]) -> bool:
    ours, smartctl, scrutiny = (judges[name] for name in ("rebond", "smartctl", "scrutiny"))
    return (
        ours["caught"] >= max(smartctl["caught"], scrutiny["caught"])
        and 2 * ours["false_alarms"] <= scrutiny["false_alarms"]
        and len(condemned) <= 4
    )


def _scrutiny_nvme(smart: Smart) -> bool:
    spare, least = smart.available_spare_percent, smart.spare_threshold_percent
    return (
        bool(smart.critical_warning)
        or bool(smart.media_errors)
        or (smart.wear_used_percent or 0) > _WORN_OUT
        or (spare is not None and least is not None and spare < least)
    )


def _scrutiny_ata(row: object) -> bool:
    number = tool_json.whole(row, "id") or 0
    raw = _scrutiny_raw(number, row)
    value = tool_json.whole(row, "value")
    ranges = _CRITICAL.get(number) or _ORDINARY.get(number)
    if ranges is not None:
        return raw is not None and _within(raw, ranges)
    return value is not None and _within(value, _NORMALISED.get(number, ()))


def _scrutiny_raw(number: int, row: object) -> int | None:
    """Return raw.value, as Scrutiny does; for 188 the last of three rising parts (its issue 522)."""
    parts = (tool_json.word(row, "raw", "string") or "").split()
    if number == 188 and len(parts) == 3 and all(p.isdigit() for p in parts):
        rising = [int(p) for p in parts]
        if rising == sorted(rising):
            return rising[-1]
    return tool_json.whole(row, "raw", "value")


def _within(value: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low == value == high or low < value <= high for low, high in ranges)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
