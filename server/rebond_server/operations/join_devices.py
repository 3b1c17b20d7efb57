"""Two records of one machine become one, and can be taken apart again. No evidence is lost or judged anew."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete, or_, select, update

from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.fingerprints import count_keys_anew
from rebond_server.operations.history import tell
from rebond_server.operations.move_evidence import move_evidence
from rebond_server.operations.work import ActorKind, Work
from rebond_server.store.allocation import Assignment
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DeviceKey, DriveRow, GradeRow
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import AssetTag, DevicePlace, Intake
from rebond_server.store.part import PartRow
from rebond_server.store.proof import CertificateRow, Witness
from rebond_server.store.rule_set import Opinion
from rebond_server.store.sameness import Doubt, Join
from rebond_server.store.stick import StatementRow

JOIN = "join_devices"
AUTO = "one report fits both"
_FIXED = frozenset({State.ALLOCATED, State.RELEASED, State.SCRAPPED})
_BOUND = (Assignment, CertificateRow, Witness)
"""Rows that are never changed, or that promise the device to somebody."""
ROW = ("tag", "kind", "state", "cycle", "maker", "model", "serial", "lot_id", "received", "changed")


def may_join(work: Work, kept: Device, gone: Device) -> Sentence | None:
    """Return why these two can't become one now; None when they can."""
    if kept.id == gone.id:
        return Sentence(fr="C'est déjà le même appareil.", en="It is the same device already.")
    for device in (kept, gone):
        if device.state in _FIXED:
            return Sentence(
                fr=f"{device.tag} est attribué, remis ou réformé : reprenez-le d'abord.",
                en=f"{device.tag} is allocated, released or scrapped: take it back first.",
            )
    for table in _BOUND:
        bound = select(table.id).where(table.site_id == work.site_id, table.device_id == gone.id)
        if work.session.scalar(bound.limit(1)) is not None:
            return Sentence(
                fr=f"{gone.tag} a une attribution, un certificat ou un témoin : gardez plutôt "
                "celui-là, et réunissez l'autre.",
                en=f"{gone.tag} has an allocation, a certificate or a witness: keep that one, "
                "and join the other.",
            )
    return None


def join(work: Work, kept: Device, gone: Device, *, reason: str) -> Join:
    """Let one record go up into another, with everything that was said of it.

    The tag of the one that goes leads to the other from now on. Settle the device afterwards.
    """
    refusal = may_join(work, kept, gone)
    if refusal is not None:
        raise BadValue(refusal)
    row = Join(
        site_id=work.site_id,
        id=uuid7(work.now),
        kept_id=kept.id,
        gone_id=gone.id,
        gone_tag=gone.tag,
        gone={"row": snapshot(gone), "kept": snapshot(kept)},
        moved={},
        at=work.now,
        joined_by=work.actor.id if work.actor.kind is ActorKind.ACCOUNT else None,
        reason=reason,
    )
    tag, cycle = gone.tag, gone.cycle
    # the guards watch every state beyond the wipe; a record that goes promises nothing
    gone.state, gone.inventory_id, gone.facts = State.RECEIVED, None, None
    gone.carry(None)
    work.session.flush()
    reports = _reports(work, gone)
    row.moved = {"statements": [str(one) for one in reports]}
    move_evidence(work, gone, kept, reports)
    count_keys_anew(work, kept, kept.serial, gone.serial)
    _let_go(work, kept, gone)
    if cycle > kept.cycle:
        kept.cycle, kept.cycle_began = cycle, kept.received
    _lead_tag(work, tag, kept)
    work.session.add(row)
    work.session.flush()
    tell(work, JOIN, ("device", kept.id), old=tag, new=kept.tag, reason=reason)
    return row


def snapshot(device: Device) -> dict[str, object]:
    """Return what a record said, as a JSON column keeps it."""
    told: dict[str, object] = plain({name: getattr(device, name) for name in ROW})
    return told | {"id": str(device.id)}


def _let_go(work: Work, kept: Device, gone: Device) -> None:
    """Hand on what people noted, then remove the empty record."""
    session, site_id = work.session, work.site_id
    for table in (GradeRow, DeviceKey, DriveRow):  # drives that were judged have moved
        session.execute(delete(table).where(table.site_id == site_id, table.device_id == gone.id))
    for note in (Opinion, PartRow, AssetTag):
        session.execute(
            update(note)
            .where(note.site_id == site_id, note.device_id == gone.id)
            .values(device_id=kept.id)
        )
    for notes in (Intake, DevicePlace):
        own = select(notes.id).where(notes.site_id == site_id, notes.device_id == kept.id)
        mine = (notes.site_id == site_id) & (notes.device_id == gone.id)
        if session.scalar(own.limit(1)) is None:
            session.execute(update(notes).where(mine).values(device_id=kept.id))
        else:
            session.execute(delete(notes).where(mine))
    if kept.lot_id is None:
        kept.lot_id = gone.lot_id
    _hand_on_doubts(work, kept.id, gone.id)
    session.flush()
    session.delete(gone)
    session.flush()


def _hand_on_doubts(work: Work, kept: UUID, gone: UUID) -> None:
    doubts = work.session.scalars(
        select(Doubt).where(
            Doubt.site_id == work.site_id, or_(Doubt.one_id == gone, Doubt.other_id == gone)
        )
    ).all()
    for doubt in doubts:
        third = doubt.other_id if doubt.one_id == gone else doubt.one_id
        one, other = sorted((kept, third))
        known = select(Doubt.id).where(
            Doubt.site_id == work.site_id, Doubt.one_id == one, Doubt.other_id == other
        )
        if third == kept or work.session.scalar(known) is not None:
            work.session.delete(doubt)
        else:
            doubt.one_id, doubt.other_id = one, other
        work.session.flush()


def _lead_tag(work: Work, tag: str, kept: Device) -> None:
    """Let a tag that is on the machine still find it."""
    label = work.session.scalars(
        select(AssetTag).where(AssetTag.site_id == work.site_id, AssetTag.tag == tag)
    ).one_or_none()
    if label is None:
        label = AssetTag(site_id=work.site_id, id=uuid7(work.now), tag=tag)
        work.session.add(label)
    label.device_id, label.claimed = kept.id, work.now


def take_apart(work: Work, row: Join, kept: Device) -> Device:
    """Make the record again that went up into another, with what came from it. Settle both afterwards."""
    again = _made_again(work, row)
    if kept.state in {State.WIPED, State.GRADED}:
        kept.state = State.EXAMINED  # until it is settled again
        kept.carry(None)
        work.session.flush()
    move_evidence(work, kept, again, [UUID(one) for one in row.moved["statements"]])
    before = row.gone["kept"]
    if not _reports(work, kept):
        for name in ("kind", "maker", "model", "serial"):
            setattr(kept, name, before[name])
        kept.inventory_id, kept.facts, kept.state = None, None, State.RECEIVED
    count_keys_anew(work, kept, before["serial"])
    count_keys_anew(work, again, row.gone["row"]["serial"])
    row.undone = work.now
    row.undone_by = work.actor.id if work.actor.kind is ActorKind.ACCOUNT else None
    work.session.flush()
    return again


def _made_again(work: Work, row: Join) -> Device:
    told = row.gone["row"]
    again = Device(
        site_id=work.site_id,
        id=row.gone_id,
        state=State.RECEIVED,
        lot_id=None if told["lot_id"] is None else UUID(told["lot_id"]),
        received=msgspec.convert(told["received"], datetime),
        changed=work.now,
        **{name: told[name] for name in ("tag", "kind", "cycle", "maker", "model", "serial")},
    )
    work.session.add(again)
    work.session.flush()
    label = work.session.scalars(
        select(AssetTag).where(AssetTag.site_id == work.site_id, AssetTag.tag == row.gone_tag)
    ).one()
    label.device_id = again.id
    return again


def _reports(work: Work, device: Device) -> list[UUID]:
    """Return every statement that is filed under a device."""
    filed = select(StatementRow.id).where(
        StatementRow.site_id == work.site_id, StatementRow.device_id == device.id
    )
    return list(work.session.scalars(filed.order_by(StatementRow.arrival)))
