"""What people declared about a device in its present cycle: the latest word counts."""

from sqlalchemy import select

from rebond_schemas.inspection import Check, Result
from rebond_server.domain.condition import Plain
from rebond_server.domain.fact_registry import SEEN
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.rule_set import Opinion

BY_HAND = "à la main"
"""Who tried a check that no agent ran: facts name no person."""


def declared_of(work: Work, device: Device) -> dict[str, Plain]:
    """Return what people declared about the device in its present cycle, the latest word counts."""
    latest = latest_opinion(work, device)
    told = {} if latest is None else latest.declared
    return {name: value for name, value in told.items() if name not in SEEN}


def checks_by_hand(work: Work, device: Device) -> list[Check]:
    """Return what people tried by hand in the device's present cycle, oldest first."""
    rows = work.session.scalars(
        select(Opinion)
        .where(
            Opinion.site_id == work.site_id,
            Opinion.device_id == device.id,
            Opinion.cycle == device.cycle,
        )
        .order_by(Opinion.made, Opinion.id)
    )
    return [
        Check(name=name.removeprefix("check_"), result=Result(value), by=BY_HAND, at=row.made)
        for row in rows
        for name, value in sorted(row.declared.items())
        if name in SEEN
    ]


def latest_opinion(work: Work, device: Device) -> Opinion | None:
    """Return the latest opinion of the device's present cycle, or None."""
    return work.session.scalars(
        select(Opinion)
        .where(
            Opinion.site_id == work.site_id,
            Opinion.device_id == device.id,
            Opinion.cycle == device.cycle,
        )
        .order_by(Opinion.made.desc(), Opinion.id.desc())
        .limit(1)
    ).one_or_none()
