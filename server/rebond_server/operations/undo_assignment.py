"""Taking an assignment back while the device is still here."""

from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.lifecycle import Event
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations.step import by_person, device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment
from rebond_server.store.device import Device


def undo_assignment(work: Work, device_id: UUID, reason: str) -> Device:
    """Free an allocated device for other requests."""
    device = device_of(work, device_id)
    given = reason_given(reason)
    by_person(work, device, Event.DEALLOCATE, given)
    open_assignment(work, device).closed = work.now
    return device


def open_assignment(work: Work, device: Device) -> Assignment:
    """Return the one open assignment of a device, or raise NotFound."""
    found = work.session.scalars(
        select(Assignment).where(
            Assignment.site_id == work.site_id,
            Assignment.device_id == device.id,
            Assignment.closed.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(
            Sentence(
                fr=f"{device.tag} n'est attribué à personne.",
                en=f"{device.tag} is not allocated to anybody.",
            )
        )
    return found
