"""Devices as a plan sees them: what is graded and in a lot, with proof, facts and value.

Proven means: to the level that the lot asks, too.
"""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import ColumnElement, select

from rebond_schemas.plan import Device, Grade
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.lifecycle import State
from rebond_server.operations.donor_asked import short_of_what_was_asked
from rebond_server.operations.reconcile_lot import unit_values
from rebond_server.operations.step import sanitised
from rebond_server.operations.work import Work
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device as DeviceRow
from rebond_server.store.device import GradeRow
from rebond_server.store.guards import DEVICE_SANITISATION

Medium = Literal["hdd", "ssd", "nvme", "emmc"]
MEDIA: dict[str, Medium] = {"hdd": "hdd", "ssd": "ssd", "nvme": "nvme", "emmc": "emmc"}
LARGEST = 10_000_000
"""The largest number that a plan takes."""
GRADES = {grade.value: grade for grade in Grade}


def plan_stock(
    work: Work, lots: dict[UUID, str], *where: ColumnElement[bool], most: int | None = None
) -> tuple[Device, ...]:
    """Return every device that may be planned; those without a lot are left out: no law is known.

    Or only those of which a condition holds, by tag, so many at the most.
    """
    values = unit_values(work)
    return tuple(
        replace(device, unit_value_eur=values[device.id] / 100) if device.id in values else device
        for device in _stock(work, lots, where, most)
    )


def plan_device(work: Work, row: DeviceRow, lot: Lot) -> Device:
    """Return one device, graded or not, with its value where the lot's law asks for it."""
    grade = None
    if row.grade_id is not None:
        grade = work.session.get_one(GradeRow, (work.site_id, row.grade_id))
    proven = sanitised(work.session, row)
    short = short_of_what_was_asked(work, {lot.id: lot.code})
    device = _device(row, grade, lot.code, sanitised=proven and row.id not in short)
    values = unit_values(work) if lot.terms.get("regime") == Regime.CG3P else {}
    cents = values.get(device.id)
    return device if cents is None else replace(device, unit_value_eur=cents / 100)


def _stock(
    work: Work, lots: dict[UUID, str], where: tuple[ColumnElement[bool], ...], most: int | None
) -> Iterator[Device]:
    rows = work.session.execute(
        select(DeviceRow, GradeRow, DEVICE_SANITISATION.c.sanitised)
        .join(
            GradeRow,
            (GradeRow.site_id == DeviceRow.site_id) & (GradeRow.id == DeviceRow.grade_id),
        )
        .join(
            DEVICE_SANITISATION,
            (DEVICE_SANITISATION.c.site_id == DeviceRow.site_id)
            & (DEVICE_SANITISATION.c.device_id == DeviceRow.id),
        )
        .where(
            DeviceRow.site_id == work.site_id,
            DeviceRow.state.in_((State.GRADED, State.ALLOCATED)),
            DeviceRow.lot_id.is_not(None),
            DeviceRow.grade.in_(GRADES),
            *where,
        )
        .order_by(DeviceRow.tag)
        .limit(most)
    )
    short = short_of_what_was_asked(work, lots)
    for device, grade, proven in rows:
        if device.lot_id is not None:
            enough = proven == 1 and device.id not in short
            yield _device(device, grade, lots[device.lot_id], sanitised=enough)


def _device(row: DeviceRow, grade: GradeRow | None, lot: str, *, sanitised: bool) -> Device:
    facts = {} if grade is None else grade.facts
    values = {name: fact.get("value") for name, fact in facts.items()}
    return Device(
        id=str(row.id),
        tag=row.tag,
        kind=kind_of(row.kind),
        lot=lot,
        received=row.received,
        sanitised=sanitised,
        grade=None if grade is None else GRADES.get(grade.overall),
        ram_mib=_whole(values.get("memory_installed")),
        disk_gb=_whole(values.get("drive_size")),
        disk_kind=MEDIA.get(str(values.get("drive_medium"))),
        cpu_year=_whole(values.get("processor_year")),
        battery_percent=_whole(values.get("battery_health")),
    )


def kind_of(kind: str) -> Kind:
    """Return the kind as a request may ask for it."""
    return Kind(kind) if kind in {one.value for one in Kind} else Kind.OTHER


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(int(value), LARGEST)
