"""Which generation a processor is of, from its name and its CPUID (table: processors.toml)."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

# Four digits beginning with 1 are generations 10 to 14 (i5-1035G1, i5-1235U), as are five digits.
_core_number = re.compile(r"\bi[3579](?:\s+CPU)?[- ]\s*(?:[A-Z]{1,2}\s+)?(\d{3,5})([A-Z0-9]*)")
_core_y = re.compile(r"\b(?:[iM][3-7]?-)(\d{1,2})Y\d{2}")
_core_m = re.compile(r"\bm[3-7]-(\d{1,2})\d{3}Y|\bm[3-7]-(\d{1,2})Y\d{2}")
_core_series = re.compile(r"\bCore (?:Ultra )?X?[3579] (\d)\d{2}[A-Z]{0,2}\b")
_ryzen = re.compile(r"\bRyzen (?:Threadripper |(AI )|)(?:PRO |Max\+? |[3579] |HX )*(\d)\d{2,3}")
_core_n = re.compile(r"\bi3-N\d{3}\b")


@dataclass(frozen=True, kw_only=True)
class Generation:
    """What is known of a processor's age; `number` counts Intel's Core generations only."""

    name: str | None = None
    number: int | None = None
    design: str | None = None
    year: int | None = None


def find_generation(
    maker: str | None, name: str, family: int | None, model: int | None, stepping: int | None
) -> Generation:
    """Return the generation for a cleaned name and decimal CPUID numbers; all None when unknown."""
    match maker:
        case "Intel":
            return _intel(name, family, model, stepping)
        case "AMD" | "Hygon":
            return _amd(name, family, model)
        case _:
            return Generation()


def core_generation(name: str) -> int | None:
    """Return the Core generation an Intel name tells (i5-8265U: 8), None when it tells none."""
    if _core_n.search(name):
        return 12
    if found := _core_m.search(name) or _core_y.search(name):
        return int(next(digits for digits in found.groups() if digits))
    found = _core_number.search(name)
    if not found:
        return None
    digits = found[1]
    if len(digits) == 3:  # noqa: PLR2004 - i5-650, i7-920: the first generation has three digits
        return 1
    return int(digits[:2]) if digits.startswith("1") else int(digits[0])


def _intel(name: str, family: int | None, model: int | None, stepping: int | None) -> Generation:
    row = _intel_row(family, model, stepping)
    design, year = row.get("design"), row.get("year")
    number = core_generation(name)
    if number is not None and not _core_n.search(name):  # an i3-N305 is younger than the i3-12100
        year = _table()["intel_core_years"].get(str(number), year)
    elif number is None and (series := _core_series.search(name)):
        year = _table()["intel_series_years"].get(series[1], year)
        return Generation(name=f"Core series {series[1]}", design=design, year=year)
    elif number is None:
        number = row.get("core")
    label = f"gen {number}" if number is not None else design
    return Generation(name=label, number=number, design=design, year=year)


def _amd(name: str, family: int | None, model: int | None) -> Generation:
    row = _amd_row(family, model)
    design, year = row.get("design"), row.get("year")
    if design and (found := _ryzen.search(name)):
        series = "AI" if found[1] else found[2]
        year = max(year or 0, _table()["amd_ryzen_years"].get(series, 0)) or None
    return Generation(name=design, design=design, year=year)


def _intel_row(family: int | None, model: int | None, stepping: int | None) -> dict[str, Any]:
    for row in _table()["intel"]:
        if row["family"] == family and model in row["models"]:
            steppings = row.get("steppings")
            if steppings is None or stepping in steppings:
                return dict(row)
    return {}


def _amd_row(family: int | None, model: int | None) -> dict[str, Any]:
    if model is None:
        return {}
    for row in _table()["amd"]:
        lowest, highest = row["models"]
        if row["family"] == family and lowest <= model <= highest:
            return dict(row)
    return {}


@cache
def _table() -> dict[str, Any]:
    text = resources.files(__package__ or "rebond_agent.probes").joinpath("processors.toml")
    return tomllib.loads(text.read_text("utf-8"))
