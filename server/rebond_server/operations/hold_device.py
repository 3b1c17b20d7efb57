"""Setting a device aside, bringing it back, ending it: what people decide about one device."""

from uuid import UUID

from sqlalchemy import update

from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.step import by_person, device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment
from rebond_server.store.device import Device, DriveRow
from rebond_server.store.history import LOOKED_AFTER_END


def hold_device(work: Work, device_id: UUID, reason: str) -> Device:
    """Set a device aside until the lead has looked at it."""
    device = device_of(work, device_id)
    by_person(work, device, Event.HOLD, reason_given(reason))
    return device


def resume_device(work: Work, device_id: UUID, reason: str) -> Device:
    """Bring a device back from `held`; it is examined again, its erasures stay proven."""
    device = device_of(work, device_id)
    by_person(work, device, Event.RESUME, reason_given(reason))
    return device


def scrap_device(work: Work, device_id: UUID, reason: str) -> Device:
    """End a wiped device: parts or waste."""
    device = device_of(work, device_id)
    by_person(work, device, Event.SCRAP, reason_given(reason))
    return device


def take_back(work: Work, device_id: UUID, reason: str) -> Device:
    """Take a released device back: a new cycle, and no earlier erasure counts any more."""
    device = device_of(work, device_id)
    by_person(work, device, Event.TAKE_BACK, reason_given(reason))
    begin_cycle(work, device)
    return device


def look_after_end(work: Work, device_id: UUID, reason: str) -> Device:
    """Say what a report was that came of a device that had left: then it waits no more."""
    work.require(Permission.RESUME)
    device = device_of(work, device_id)
    if device.state not in {State.RELEASED, State.SCRAPPED}:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} est encore à l'atelier.",
                en=f"{device.tag} is still in the workshop.",
            )
        )
    tell(work, LOOKED_AFTER_END, ("device", device.id), reason=reason_given(reason))
    return device


def begin_cycle(work: Work, device: Device) -> None:
    """Begin another life of a device: what was proven, graded and promised before no longer counts."""
    device.cycle += 1
    device.cycle_began = work.now
    device.carry(None)
    work.session.execute(
        update(DriveRow)
        .where(DriveRow.site_id == work.site_id, DriveRow.device_id == device.id)
        .values(epoch=DriveRow.epoch + 1, judgement_id=None)
    )
    work.session.execute(
        update(Assignment)
        .where(
            Assignment.site_id == work.site_id,
            Assignment.device_id == device.id,
            Assignment.closed.is_(None),
        )
        .values(closed=work.now)
    )
