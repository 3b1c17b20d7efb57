"""What is to be fetched for the handovers to come, in the order of the shelves."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_server.store.allocation import Assignment
from rebond_server.store.demand import Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.intake import DevicePlace, Place
from rebond_server.store.queries.find import Found, line


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One device to fetch; `place` is None where nobody said where it stands."""

    device: Found
    place: str | None
    request_id: UUID
    request: str
    organisation: str
    programme: str


def pick_list(session: Session, site_id: UUID, request_id: UUID | None = None) -> tuple[Pick, ...]:
    """Return every allocated device that is still here, by place, then by tag."""
    query = (
        select(Device, Request, Programme.name, DevicePlace.place_id)
        .join(
            Assignment,
            and_(Assignment.site_id == Device.site_id, Assignment.device_id == Device.id),
        )
        .join(Request, and_(Request.site_id == Device.site_id, Request.id == Assignment.request_id))
        .join(
            Programme,
            and_(Programme.site_id == Device.site_id, Programme.id == Request.programme_id),
        )
        .outerjoin(
            DevicePlace,
            and_(DevicePlace.site_id == Device.site_id, DevicePlace.device_id == Device.id),
        )
        .where(
            Device.site_id == site_id,
            Assignment.closed.is_(None),
            Assignment.handover_id.is_(None),
        )
    )
    if request_id is not None:
        query = query.where(Request.id == request_id)
    names = _paths(session, site_id)
    found = [
        Pick(
            device=line(device),
            place=None if place_id is None else names.get(place_id),
            request_id=request.id,
            request=request.code,
            organisation=request.organisation,
            programme=programme,
        )
        for device, request, programme, place_id in session.execute(query)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.place is None, one.place or "", one.device.tag))
    )


def _paths(session: Session, site_id: UUID) -> dict[UUID, str]:
    """Return each place with the places around it, the largest first."""
    places = {one.id: one for one in session.scalars(select(Place).where(Place.site_id == site_id))}
    paths: dict[UUID, str] = {}
    for place in places.values():
        names, at, seen = [], place, set()
        while at.id not in seen:
            seen.add(at.id)
            names.append(at.code)
            if at.parent_id is None or at.parent_id not in places:
                break
            at = places[at.parent_id]
        paths[place.id] = " / ".join(reversed(names))
    return paths
