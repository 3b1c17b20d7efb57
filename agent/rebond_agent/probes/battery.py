"""Batteries, from /sys/class/power_supply (Linux ABI sysfs-class-power), else SMBIOS type 22."""

import re
from collections.abc import Mapping, Sequence

from rebond_agent.machine import Machine
from rebond_agent.machine.placeholders import known, known_serial
from rebond_agent.probes import smbios, sysfs
from rebond_agent.probes.answer import Answer, declared, reported, unknown
from rebond_agent.probes.smbios import Structure
from rebond_schemas.facts import Battery, Facts
from rebond_schemas.text import clean

FOLDER = "/sys/class/power_supply"
ATTRIBUTES = (
    "type",
    "scope",
    "present",
    "manufacturer",
    "model_name",
    "serial_number",
    "technology",
    "energy_full",
    "energy_full_design",
    "charge_full",
    "charge_full_design",
    "voltage_min_design",
    "cycle_count",
)

_MICRO = 1000  # µWh in a mWh
_MOST_PERCENT = 200.0  # a new pack reads up to 110 %; beyond 200 % the design value is a fake
_LEAST_MWH, _MOST_MWH = 500, 2_000_000
_MOST_CYCLES = 20_000


def parse_battery(name: str, said: Mapping[str, str | None]) -> Battery | None:
    """Return one battery of the machine from its sysfs values; None for any other supply.

    Energy (µWh) and charge (µAh) are never mixed: health is full/design within one unit.
    Zero cycles mean that the pack does not count (3 of the 4 filled eReuse fixtures).
    """
    if said.get("type") != "Battery" or said.get("scope") == "Device" or said.get("present") == "0":
        return None
    full, design = _micro(said, "energy_full"), _micro(said, "energy_full_design")
    health = _health(full, design)
    if health is None:
        charge, charge_design = _micro(said, "charge_full"), _micro(said, "charge_full_design")
        health = _health(charge, charge_design)
        volts = _micro(said, "voltage_min_design")
        full = full or _energy(charge, volts)
        design = design or _energy(charge_design, volts)
    cycles = _micro(said, "cycle_count")
    return Battery(
        name=clean(name),
        maker=known(said.get("manufacturer")),
        model=known(said.get("model_name")),
        serial=known_serial(said.get("serial_number")),
        chemistry=known(said.get("technology")),
        design_mwh=_plausible(design),
        full_mwh=_plausible(full),
        health_percent=health,
        cycles=cycles if cycles and cycles <= _MOST_CYCLES else None,
    )


def parse_declared(structures: Sequence[Structure]) -> tuple[Battery, ...]:
    """Return the batteries SMBIOS declares: a design capacity at best (on 42 % of laptops)."""
    return tuple(
        Battery(
            name=known(one.get("Name")),
            maker=known(one.get("Manufacturer")),
            serial=known_serial(one.get("Serial Number", "SBDS Serial Number")),
            chemistry=known(one.get("Chemistry", "SBDS Chemistry")),
            design_mwh=_declared_mwh(one.get("Design Capacity")),
        )
        for one in smbios.of_kind(structures, 22)
    )[:16]


def probe(machine: Machine) -> Answer:
    """Ask sysfs; SMBIOS only where sysfs shows no power supply at all."""
    supplies = machine.names(FOLDER)
    batteries = tuple(
        battery
        for name in supplies
        if (battery := parse_battery(name, _said(machine, name))) is not None
    )[:16]
    if supplies:
        return Answer(
            facts=Facts(batteries=batteries),
            sources={"batteries": reported(FOLDER)},
        )
    batteries = parse_declared(smbios.ask_smbios(machine))
    source = declared("dmidecode") if batteries else unknown(FOLDER)
    return Answer(facts=Facts(batteries=batteries), sources={"batteries": source})


def _said(machine: Machine, name: str) -> dict[str, str | None]:
    kind = sysfs.word(machine, f"{FOLDER}/{name}/type")
    if kind != "Battery":
        return {"type": kind}
    return {key: sysfs.word(machine, f"{FOLDER}/{name}/{key}") for key in ATTRIBUTES}


def _micro(said: Mapping[str, str | None], key: str) -> int | None:
    """Return a positive value in the kernel's micro-units; 0 and negative mean not told."""
    text = said.get(key) or ""
    return (int(text) or None) if re.fullmatch(r"\d{1,15}", text) else None


def _health(full: int | None, design: int | None) -> float | None:
    if not full or not design:
        return None
    percent = round(100 * full / design, 1)
    return percent if percent <= _MOST_PERCENT else None


def _energy(charge: int | None, volts: int | None) -> int | None:
    return charge * volts // 10**6 if charge and volts else None


def _plausible(energy: int | None) -> int | None:
    milli = energy // _MICRO if energy else None
    return milli if milli and _LEAST_MWH <= milli <= _MOST_MWH else None


def _declared_mwh(raw: str | None) -> int | None:
    found = re.fullmatch(r"(\d{1,7}) mWh", raw or "")
    number = int(found[1]) if found else 0
    return number if _LEAST_MWH <= number <= _MOST_MWH else None
