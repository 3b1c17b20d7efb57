"""Is this machine one that we know? All its earlier reports are asked, and doubt is kept for the lead."""

from uuid import UUID

from sqlalchemy import select, tuple_

from rebond_server.domain.identity import Fingerprint, Match, Sameness, contradicts, match
from rebond_server.operations.fingerprints import keys_of, prints
from rebond_server.operations.history import tell
from rebond_server.operations.join_devices import AUTO, join, may_join
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DeviceKey
from rebond_server.store.ids import uuid7
from rebond_server.store.sameness import Doubt, Settled

Doubts = dict[UUID, Match]
"""Devices that this may be, and how alike."""


def recognise(work: Work, found: Fingerprint) -> tuple[Device | None, Doubts]:
    """Return the device that this is, None for a new one, and those that a person must look at.

    A report that fits two devices shows that they are one, unless their own reports contradict each
    other or a person said that they are two: then nothing is joined and the lead is asked.
    """
    same: list[Device] = []
    doubts: Doubts = {}
    for device in _candidates(work, found):
        known = prints(work, device)
        compared = [match(found, one) for one in known]
        nearest = max(compared, key=lambda one: (one.decision is Sameness.SAME, one.score))
        against = any(contradicts(found, one) for one in known)
        if nearest.decision is Sameness.SAME and not against:
            same.append(device)
        elif any(one.decision is not Sameness.DIFFERENT for one in compared):
            doubts[device.id] = nearest
    if len(same) > 1 and not _are_one(work, same):
        doubts |= {device.id: _nearest(work, found, device) for device in same}
        return None, doubts
    if not same:
        return None, doubts
    kept, *others = sorted(same, key=lambda one: (one.received, one.id))
    for other in others:
        join(work, kept, other, reason=AUTO)
    return kept, doubts


def _are_one(work: Work, devices: list[Device]) -> bool:
    """Say whether these devices may be joined without asking anybody."""
    for place, one in enumerate(devices):
        for other in devices[place + 1 :]:
            if may_join(work, one, other) is not None or told_apart(work, one.id, other.id):
                return False
            pairs = ((a, b) for a in prints(work, one) for b in prints(work, other))
            if any(contradicts(a, b) for a, b in pairs):
                return False
    return True


def _nearest(work: Work, found: Fingerprint, device: Device) -> Match:
    return max((match(found, one) for one in prints(work, device)), key=lambda one: one.score)


def doubts_of_typed(work: Work, device: Device) -> Doubts:
    """Return the other devices that one which was only typed in may be: its word joins nothing by itself."""
    (found,) = prints(work, device)
    doubts: Doubts = {}
    for other in _candidates(work, found):
        if other.id == device.id:
            continue
        nearest = _nearest(work, found, other)
        if nearest.decision is not Sameness.DIFFERENT:
            doubts[other.id] = nearest
    return doubts


def note_doubts(work: Work, device: Device, doubts: Doubts) -> None:
    """Put each pair in the lead's queue, once; a pair that was settled stays settled."""
    for other_id, found in sorted(doubts.items(), key=lambda one: str(one[0])):
        if other_id == device.id or _doubt(work, device.id, other_id) is not None:
            continue
        one, other = sorted((device.id, other_id))
        work.session.add(
            Doubt(
                site_id=work.site_id,
                id=uuid7(work.now),
                one_id=one,
                other_id=other,
                score=found.score,
                signs=plain(found.reasons),
                found=work.now,
            )
        )
        work.session.flush()
        tell(work, "identity_doubtful", ("device", other_id), new=device.tag)


def told_apart(work: Work, one: UUID, other: UUID) -> bool:
    """Say whether a person said that these are two devices."""
    known = _doubt(work, one, other)
    return known is not None and known.settled is Settled.TWO


def _doubt(work: Work, one: UUID, other: UUID) -> Doubt | None:
    first, second = sorted((one, other))
    return work.session.scalars(
        select(Doubt).where(
            Doubt.site_id == work.site_id, Doubt.one_id == first, Doubt.other_id == second
        )
    ).one_or_none()


def _candidates(work: Work, found: Fingerprint) -> list[Device]:
    keys = [*keys_of(found)]
    if not keys:
        return []
    shared = select(DeviceKey.device_id).where(
        DeviceKey.site_id == work.site_id, tuple_(DeviceKey.kind, DeviceKey.value).in_(keys)
    )
    return list(
        work.session.scalars(
            select(Device)
            .where(Device.site_id == work.site_id, Device.id.in_(shared))
            .order_by(Device.received, Device.id)
        )
    )
