"""What people declared about a device in its present cycle: the latest word counts."""

from sqlalchemy import select

from rebond_server.domain.condition import Plain
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.rule_set import Opinion


def declared_of(work: Work, device: Device) -> dict[str, Plain]:
    """Return what people declared about the device in its present cycle, the latest word counts."""
    latest = latest_opinion(work, device)
    return {} if latest is None else dict(latest.declared)


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
