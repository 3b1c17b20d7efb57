"""What would lift one device, and the repair plan of the whole workshop, from what stands in the tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select

from rebond_schemas.facts import Facts
from rebond_server.domain.facts import Fact, unknown_facts
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lift import Suggestion, lift_to_grade, lift_to_purpose
from rebond_server.domain.lift_way import Stuck
from rebond_server.domain.part import Part, harvest
from rebond_server.domain.policy import Permission
from rebond_server.domain.repair_plan import Bench, RepairPlan, repair_plan
from rebond_server.domain.suitability import Fitness, Purpose, fitness
from rebond_server.operations.parts import stock_of, taken
from rebond_server.operations.work import Work
from rebond_server.rules.load import suitability_rules
from rebond_server.store.device import Device, DeviceDrive, GradeRow

MOST_DEVICES = 2000
"""Devices in one repair plan, the oldest first."""
LIVE = (State.EXAMINED, State.WIPED, State.GRADED, State.HELD)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One purpose: whether the device is fit for it, and what would make it so."""

    fitness: Fitness
    lift: Suggestion | Stuck | None


@dataclass(frozen=True, kw_only=True)
class Better:
    """What would lift one device: to the next grade, and to each purpose."""

    grade: Suggestion | Stuck | None
    purposes: tuple[Fit, ...]


def better(work: Work, device: Device) -> Better | None:
    """Return what would lift this device with the parts at hand; None before its first grade."""
    work.require(Permission.VIEW_DEVICE)
    bench = next(iter(_benches(work, (device,))), None)
    if bench is None:
        return None
    stock, rules = stock_of(work) + donated(work), suitability_rules()
    return Better(
        grade=lift_to_grade(bench.facts, bench.machine, stock, work.rules.grading),
        purposes=tuple(
            Fit(
                fitness=fitness(bench.facts, rules, purpose),
                lift=lift_to_purpose(bench.facts, bench.machine, stock, rules, purpose),
            )
            for purpose in Purpose
        ),
    )


def plan_repairs(work: Work) -> RepairPlan:
    """Return the plan for every device that has not left, with the parts on the shelf and in scrap."""
    work.require(Permission.CHANGE_GRADE)
    devices = work.session.scalars(
        select(Device)
        .where(Device.site_id == work.site_id, Device.state.in_(LIVE))
        .order_by(Device.received, Device.id)
        .limit(MOST_DEVICES)
    ).all()
    stock = stock_of(work) + donated(work)
    return repair_plan(_benches(work, devices), stock, work.rules.grading)


def donated(work: Work) -> tuple[Part, ...]:
    """Return the parts that are still inside scrapped machines."""
    devices = work.session.scalars(
        select(Device)
        .where(
            Device.site_id == work.site_id,
            Device.state == State.SCRAPPED,
            Device.inventory_id.is_not(None),
        )
        .order_by(Device.tag)
        .limit(MOST_DEVICES)
    ).all()
    return tuple(
        part
        for device in devices
        if device.facts is not None
        for part in harvest(
            device.tag,
            msgspec.convert(device.facts, Facts),
            healthy=frozenset(_healthy(work, device)),
        )
        if part.id not in taken(work, device.tag)
    )


def _healthy(work: Work, device: Device) -> list[str]:
    """Return the paths of the drives that are in good health."""
    return list(
        work.session.scalars(
            select(DeviceDrive.path).where(
                DeviceDrive.site_id == work.site_id,
                DeviceDrive.device_id == device.id,
                DeviceDrive.inventory_id == device.inventory_id,
                DeviceDrive.health == "ok",
            )
        )
    )


def _benches(work: Work, devices: Sequence[Device]) -> list[Bench]:
    nothing = unknown_facts()
    return [
        Bench(
            tag=device.tag,
            facts=nothing | msgspec.convert(facts, dict[str, Fact]),
            machine=msgspec.convert(device.facts, Facts),
        )
        for device in devices
        if device.facts is not None and (facts := _facts(work, device)) is not None
    ]


def _facts(work: Work, device: Device) -> dict[str, object] | None:
    return work.session.scalar(
        select(GradeRow.facts)
        .where(
            GradeRow.site_id == work.site_id,
            GradeRow.device_id == device.id,
            GradeRow.given_by.is_(None),
        )
        .order_by(GradeRow.graded.desc(), GradeRow.id.desc())
        .limit(1)
    )
