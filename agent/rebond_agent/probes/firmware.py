"""BIOS or UEFI: version, mode, Secure Boot, TPM, passwords and anti-theft (SMBIOS 0, 24, 43)."""

import re
from collections.abc import Sequence
from typing import Literal

from rebond_agent.machine import Machine
from rebond_agent.machine.placeholders import known
from rebond_agent.probes import settings, smbios, sysfs
from rebond_agent.probes.answer import Answer, declared, measured, unknown
from rebond_agent.probes.smbios import Structure
from rebond_schemas.facts import Facts, Firmware

SYSFS = "/sys/class/dmi/id"
EFIVARS = "/sys/firmware/efi/efivars"
SECURE_BOOT = f"{EFIVARS}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
ACPI_TABLES = "/sys/firmware/acpi/tables"
TPM = "/sys/class/tpm/tpm0/tpm_version_major"

_EFI_ATTRIBUTES = 4  # bytes before a variable's value in efivarfs
_TPM_VERSIONS = {"1": "1.2", "2": "2.0"}
_CENTURY = 70  # SMBIOS 2.0 wrote two digits; no PC BIOS is older than 1970


def parse_date(raw: str | None) -> str | None:
    """Return SMBIOS's mm/dd/yyyy (or mm/dd/yy) as yyyy-mm-dd, None when it is no such date."""
    found = re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\s*", raw or "")
    if not found:
        return None
    month, day, year = (int(part) for part in found.groups())
    if len(found[3]) == 2:  # noqa: PLR2004 - the two-digit year of SMBIOS 2.0
        year += 1900 if year >= _CENTURY else 2000
    plausible = 1970 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004 - a calendar
    return f"{year:04}-{month:02}-{day:02}" if plausible else None


def parse_firmware(structures: Sequence[Structure]) -> Firmware:
    """Return what SMBIOS alone declares about the firmware."""
    bios = smbios.first(structures, 0)
    return Firmware(
        vendor=known(bios.get("Vendor")),
        version=known(bios.get("Version")),
        date=parse_date(bios.get("Release Date")),
        revision=known(bios.get("BIOS Revision")),
        controller_revision=known(bios.get("Firmware Revision")),
        tpm_version=_declared_tpm(structures),
        setup_password=_setup_password(structures),
        anti_theft=_anti_theft(structures),
    )


def parse_secure_boot(variable: bytes | None) -> bool | None:
    """Return the SecureBoot variable's value: the byte after its four attribute bytes."""
    if variable is None or len(variable) != _EFI_ATTRIBUTES + 1:
        return None
    return variable[_EFI_ATTRIBUTES] == 1


def probe(machine: Machine) -> Answer:
    """Ask dmidecode, EFI variables, the TPM class, ACPI tables and the firmware's own driver."""
    structures = smbios.ask_smbios(machine)
    told = parse_firmware(structures or _from_sysfs(machine))
    mode = _mode(machine)
    tables = machine.names(ACPI_TABLES)
    version = sysfs.word(machine, TPM)
    password, agents = settings.ask_password(machine), settings.ask_agents(machine)
    firmware = Firmware(
        vendor=told.vendor,
        version=told.version,
        date=told.date,
        mode=mode,
        secure_boot=False if mode == "bios" else parse_secure_boot(machine.read(SECURE_BOOT)),
        tpm_version=_TPM_VERSIONS.get(version or "") or told.tpm_version,
        setup_password=told.setup_password if password is None else password,
        # SMBIOS names an agent that is built in; the driver knows whether it is off.
        anti_theft=(*(told.anti_theft if agents is None else agents), *_planted(tables)),
        # MSDM holds the Windows key that came with the machine: only its presence is read.
        windows_key="MSDM" in tables if tables else None,
        revision=told.revision,
        controller_revision=told.controller_revision,
    )
    sources = {"firmware": declared("dmidecode") if told != Firmware() else unknown("dmidecode")}
    if (
        not structures and agents is None
    ):  # the kernel publishes no OEM strings: an absent agent is not told
        sources["firmware.anti_theft"] = unknown("dmidecode")
    measured_here = (
        ("mode", mode, "/sys/firmware"),
        ("secure_boot", firmware.secure_boot, SECURE_BOOT if mode == "uefi" else "/sys/firmware"),
        ("tpm_version", _TPM_VERSIONS.get(version or ""), TPM),
        ("windows_key", firmware.windows_key, ACPI_TABLES),
        ("setup_password", password, settings.FOLDER),
        ("anti_theft", _planted(tables) or None, ACPI_TABLES),
        ("anti_theft", agents, settings.FOLDER),
    )
    sources |= {
        f"firmware.{name}": measured(place)
        for name, value, place in measured_here
        if value is not None
    }
    return Answer(facts=Facts(firmware=firmware), sources=sources)


def _planted(tables: Sequence[str]) -> tuple[str, ...]:
    """Windows Platform Binary Table: a program that the firmware plants in every Windows."""
    return ("WPBT",) if "WPBT" in tables else ()


def _mode(machine: Machine) -> Literal["bios", "uefi"] | None:
    if machine.names("/sys/firmware/efi"):
        return "uefi"
    return "bios" if machine.names("/sys/firmware") else None


def _declared_tpm(structures: Sequence[Structure]) -> str | None:
    version = smbios.first(structures, 43).get("Specification Version") or ""
    return version if re.fullmatch(r"[12]\.\d", version) else None


def _setup_password(structures: Sequence[Structure]) -> bool | None:
    """Type 24: a set administrator or power-on password locks the machine's settings."""
    security = smbios.first(structures, 24)
    states = {
        security.get("Administrator Password Status"),
        security.get("Power-On Password Status"),
    }
    if "Enabled" in states:
        return True
    return False if states <= {"Disabled", "Not Implemented"} else None


def _anti_theft(structures: Sequence[Structure]) -> tuple[str, ...]:
    """Absolute's agent sits in the firmware under its own name or its old one, Computrace."""
    for one in structures:
        lines = [*one.values.values(), *(item for items in one.lists.values() for item in items)]
        if any(re.search(r"computrace|absolute software", line, re.IGNORECASE) for line in lines):
            return ("Absolute / Computrace",)
    return ()


def _from_sysfs(machine: Machine) -> tuple[Structure, ...]:
    names = (("Vendor", "bios_vendor"), ("Version", "bios_version"), ("Release Date", "bios_date"))
    values = {key: sysfs.word(machine, f"{SYSFS}/{name}") or "" for key, name in names}
    return (Structure(handle="", kind=0, values=values),)
