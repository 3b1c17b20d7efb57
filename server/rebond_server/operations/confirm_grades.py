"""Confirming the grade of every wiped device at once, by one person, one result a device."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.errors import Refused
from rebond_server.domain.grading import Letter
from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, GradeRow

LOWEST = (
    "essais manquants : la plus basse catégorie possible / tests missing: lowest possible grade"
)
LEAVING = frozenset({Letter.A, Letter.B, Letter.C, Letter.D})


@dataclass(frozen=True, kw_only=True)
class GradeResult:
    """What became of one device; `refusal` is None when its grade is now confirmed."""

    device_id: UUID
    tag: str
    refusal: Sentence | None


def confirm_grades(work: Work) -> tuple[GradeResult, ...]:
    """Confirm the computed grade of each wiped device.

    Where checks are missing the device gets the lowest grade that they could leave it, if that is
    one with which it may leave the workshop; else it keeps waiting.
    """
    work.require(Permission.CONFIRM_GRADE)
    devices = work.session.scalars(
        select(Device)
        .where(Device.site_id == work.site_id, Device.state == State.WIPED)
        .order_by(Device.tag)
    ).all()
    return tuple(_confirm(work, device) for device in devices)


def _confirm(work: Work, device: Device) -> GradeResult:
    low = _lowest(work, device)
    try:
        with work.session.begin_nested():
            if low is None:
                confirm_grade(work, device.id)
            else:
                confirm_grade(work, device.id, low, LOWEST)
    except Refused as refusal:
        return GradeResult(device_id=device.id, tag=device.tag, refusal=refusal.sentence)
    return GradeResult(device_id=device.id, tag=device.tag, refusal=None)


def _lowest(work: Work, device: Device) -> Letter | None:
    """Return the lowest possible grade of a device whose checks are missing; None for the others."""
    if device.grade_id is None:
        return None
    row = work.session.get_one(GradeRow, (work.site_id, device.grade_id))
    low = Letter(row.axes["overall"]["low"])
    return low if row.overall != low.value and low in LEAVING else None
