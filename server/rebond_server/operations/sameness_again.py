"""What people said of two devices that may be one, said again where all is built anew from evidence."""

from uuid import UUID

from sqlalchemy import select

from rebond_server.operations.join_devices import JOIN, join, may_join
from rebond_server.operations.settle_device import settle_again
from rebond_server.operations.settle_doubt import (
    DOUBT_AGAIN,
    KEEP_APART,
    TAKE_APART,
    pair_of,
    take_apart_now,
)
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.history import HistoryEvent
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.store.sameness import Join, Settled

SAMENESS = frozenset({JOIN, TAKE_APART, KEEP_APART, DOUBT_AGAIN})
"""Verbs of the events that tell such a word."""


def sameness_again(scratch: Work, event: HistoryEvent) -> None:
    """Do again what this event tells; devices are found by their tags."""
    if event.verb == TAKE_APART:
        _take_apart(scratch, event.new or "")
        return
    one, other = _device(scratch, event.old), _device(scratch, event.new)
    if one is None or other is None:
        return
    match event.verb:
        case "join_devices":
            if may_join(scratch, other, one) is None:
                join(scratch, other, one, reason=event.reason or "")
                settle_again(scratch, other)
        case "keep_apart":
            pair_of(scratch, one, other).settled = Settled.TWO
        case _:
            pair_of(scratch, one, other).settled = None
    scratch.session.flush()


def tag_then(work: Work, device_id: UUID) -> str | None:
    """Return the tag of a device, also of a record that went up into another since."""
    device = work.session.get(Device, (work.site_id, device_id))
    if device is not None:
        return device.tag
    return work.session.scalar(
        select(Join.gone_tag)
        .where(Join.site_id == work.site_id, Join.gone_id == device_id)
        .limit(1)
    )


def _take_apart(scratch: Work, tag: str) -> None:
    row = scratch.session.scalars(
        select(Join)
        .where(Join.site_id == scratch.site_id, Join.gone_tag == tag, Join.undone.is_(None))
        .order_by(Join.id.desc())
        .limit(1)
    ).one_or_none()
    kept = None if row is None else scratch.session.get(Device, (scratch.site_id, row.kept_id))
    if row is not None and kept is not None:
        take_apart_now(scratch, row, kept)


def _device(scratch: Work, tag: str | None) -> Device | None:
    found = device_by_tag(scratch.session, scratch.site_id, tag or "")
    return None if found is None else scratch.session.get(Device, (scratch.site_id, found))
