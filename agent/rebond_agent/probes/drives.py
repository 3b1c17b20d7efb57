"""Every storage unit of the machine, with its identity and its health."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import assert_never

from rebond_agent.machine import Library, Machine
from rebond_agent.probes import lsblk, mmc, smart, smartctl, tool_json
from rebond_agent.probes.abilities import Abilities, ask_abilities
from rebond_agent.probes.answer import Answer, measured, reported, unknown
from rebond_agent.probes.lsblk import Listed
from rebond_agent.probes.smartctl import Identified
from rebond_schemas.facts import (
    Bus,
    Drive,
    DriveIdentity,
    DriveKind,
    Facts,
    Source,
)
from rebond_schemas.smart import Smart

_AT_ONCE = 8  # smartctl waits on the drive, not on the processor

_VIRTUAL = re.compile(
    r"^(?:QEMU |VBOX |VMware|Virtual disk|Msft Virtual|Virtio|Red Hat|BHYVE)", re.IGNORECASE
)
_CARD_READER = re.compile(
    r"card ?reader|multi-?card|\bSD/MMC|\bMS/M|compact ?flash|\bUSB SD Reader|\bSD Reader|^Card",
    re.IGNORECASE,
)


def probe(machine: Machine) -> Answer:
    """Ask lsblk which drives there are, then each drive who it is and how it is."""
    listed = lsblk.ask_drives(machine)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        reports = list(pool.map(lambda one: _report(machine, one), listed))
        drives = tuple(pool.map(lambda one, report: _drive(machine, one, report), listed, reports))
    return Answer(
        facts=Facts(drives=drives),
        sources=_sources(drives, reports, seen=bool(drives) or lsblk.answered(machine)),
    )


def probe_second_opinion(machine: Machine) -> Answer:
    """Keep pySMART's view among the evidence: it drops smartctl's status and can't be the source."""
    machine.ask(Library.SMART_DEVICES)
    return Answer()


def build_drive(
    listed: Listed,
    report: object,
    health: Smart | None = None,
    abilities: Abilities = Abilities(),  # noqa: B008 - a frozen value
) -> Drive:
    """Return one drive from what the kernel lists and what the drive itself reports."""
    told = smartctl.parse_identity(report, listed.path)
    health = health or smart.parse_smart(report)
    bus = listed.bus if listed.bus is not Bus.UNKNOWN else told.bus
    model = told.model or listed.model
    return Drive(
        path=listed.path,
        identity=DriveIdentity(
            model=model,
            serial=told.serial or listed.serial,
            wwn=listed.wwn or told.wwn,
            size_bytes=listed.size_bytes or told.size_bytes,
            bus=bus,
            namespace=smartctl.namespace_of(listed.path) if bus is Bus.NVME else None,
        ),
        kind=drive_kind(listed, told, health),
        firmware=told.firmware or listed.firmware,
        rotation_rpm=told.rotation_rpm,
        form_factor=told.form_factor,
        logical_block_bytes=listed.block_bytes or told.block_bytes,
        physical_block_bytes=listed.physical_block_bytes or told.physical_block_bytes,
        link_mbps=told.link_mbps,
        link_max_mbps=told.link_max_mbps,
        removable=listed.removable,
        read_only=listed.read_only,
        boot_medium=listed.boot_medium,
        bridge=_bridge(listed, told, bus),
        security=told.security,
        capabilities=_capabilities(told, abilities),
        native_size_bytes=abilities.native_size_bytes,
        boot_partitions=listed.boot_partitions,
        partitions=listed.partitions,
        filesystems=listed.filesystems,
        holders=listed.holders,
        smart=health,
    )


def drive_kind(listed: Listed, told: Identified, health: Smart | None) -> DriveKind:
    """Return what the drive is made of; a hard disk is only what turns or says it spins up."""
    model = told.model or listed.model or ""
    bus = listed.bus if listed.bus is not Bus.UNKNOWN else told.bus
    if listed.optical or told.optical:
        return DriveKind.OPTICAL
    match bus:
        case Bus.MMC:
            return DriveKind.CARD_READER if listed.memory_card else DriveKind.EMMC
        case Bus.USB:
            return DriveKind.CARD_READER if _CARD_READER.search(model) else DriveKind.USB
        case Bus.NVME:
            return DriveKind.NVME
        case Bus.VIRTIO:
            return DriveKind.VIRTUAL
        case Bus.ATA | Bus.SCSI | Bus.SAS | Bus.RAID | Bus.FILE | Bus.UNKNOWN:
            virtual = _VIRTUAL.match(model)
            return DriveKind.VIRTUAL if virtual else _turning(listed, told, health)
        case _:
            assert_never(bus)


def _turning(listed: Listed, told: Identified, health: Smart | None) -> DriveKind:
    if told.rotation_rpm is not None:
        return DriveKind.HDD if told.rotation_rpm > 0 else DriveKind.SSD
    if listed.rotational is False:
        return DriveKind.SSD
    names = {attribute.name for attribute in health.attributes} if health else set()
    # Old hard disks report no rotation rate: 43 of 62 in WEEE Open's reports.
    return DriveKind.HDD if "Spin_Up_Time" in names else DriveKind.UNKNOWN


def _report(machine: Machine, listed: Listed) -> object:
    if listed.bus is Bus.MMC or listed.optical or listed.size_bytes == 0:
        return None  # smartctl knows no eMMC (smartmontools issue 271), and no empty reader
    return smartctl.ask_smartctl(machine, listed.path)


def _drive(machine: Machine, listed: Listed, report: object) -> Drive:
    health = mmc.ask_health(machine, listed.name) if listed.bus is Bus.MMC else None
    abilities = Abilities()
    if report is not None:
        abilities = ask_abilities(machine, listed.path, listed.bus, listed.block_bytes)
    return build_drive(listed, report, health, abilities)


def _capabilities(told: Identified, abilities: Abilities) -> tuple[str, ...] | None:
    """Return what smartctl and the tool of the bus say together; None when neither says anything."""
    if told.capabilities is None and abilities.methods is None:
        return None
    return (*(told.capabilities or ()), *(abilities.methods or ()))


def _bridge(listed: Listed, told: Identified, bus: Bus) -> str | None:
    if told.bridge:
        return told.bridge
    return listed.vendor or "USB" if bus is Bus.USB else None


def _sources(
    drives: tuple[Drive, ...], reports: list[object], *, seen: bool
) -> Mapping[str, Source]:
    """Return the drives' source, and each drive's health apart: a refused report tells only its status."""
    sources = {"drives": measured("lsblk") if seen else unknown("lsblk")}
    for at, (drive, report) in enumerate(zip(drives, reports, strict=True)):
        command = "-".join(smartctl.command_of(report, drive.path))
        health = drive.smart
        told = report is not None and tool_json.word(report, "device", "protocol") is not None
        if health is not None and (told or health.emmc_life_used is not None):
            sources[f"drives.{at}.smart"] = reported(command)
            continue
        sources[f"drives.{at}.smart"] = unknown(command)
        for name in ("exit_status", "broken_answer"):  # that it did not answer is itself known
            if health is not None and getattr(health, name) is not None:
                sources[f"drives.{at}.smart.{name}"] = measured(command)
    return sources
