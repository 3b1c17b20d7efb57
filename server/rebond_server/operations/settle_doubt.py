"""The lead settles a doubt: one device or two; either can be taken back."""

from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.asset_tag import in_turn
from rebond_server.operations.history import tell
from rebond_server.operations.join_devices import join, take_apart
from rebond_server.operations.move_evidence import plain_identity
from rebond_server.operations.settle_device import settle_again
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DeviceDrive, DriveRow
from rebond_server.store.ids import uuid7
from rebond_server.store.queries.standing import standing
from rebond_server.store.sameness import Doubt, Join, Settled

KEEP_APART = "keep_apart"
TAKE_APART = "take_apart"
DOUBT_AGAIN = "doubt_again"


def same_device(work: Work, kept_id: UUID, gone_id: UUID, reason: str) -> Device:
    """Let two records become one; the tag of the second leads to the first from now on."""
    work.require(Permission.MERGE_DEVICES)
    in_turn(work)
    kept, gone = device_of(work, kept_id), device_of(work, gone_id)
    for one, other in ((kept, gone), (gone, kept)):
        _refuse_forgetting(work, one, other)
    join(work, kept, gone, reason=reason_given(reason))
    settle_again(work, kept)
    return kept


def _refuse_forgetting(work: Work, one: Device, other: Device) -> None:
    """Raise BadValue when a drive of one is unproven and unseen in the other: nobody would ask for it again."""
    there = {plain_identity(drive.identity) for drive in _latest(work, other)}
    proven = {line.drive_id: line for line in standing(work.session, one).drives}
    for drive in _latest(work, one):
        line = proven.get(drive.id)
        lost = line is not None and line.holds_data and not line.destroyed
        if lost and plain_identity(drive.identity) not in there and line.verdict not in _PROVEN:  # type: ignore[union-attr]  # `lost` says so
            raise BadValue(
                Sentence(
                    fr=f"Le disque {drive.serial or '?'} de {one.tag} n'est pas prouvé effacé, et "
                    f"{other.tag} ne le voit pas : effacez-le, ou témoignez à deux qu'il est détruit.",
                    en=f"Drive {drive.serial or '?'} of {one.tag} is not proven erased, and "
                    f"{other.tag} does not see it: erase it, or two people see it destroyed.",
                )
            )


_PROVEN = frozenset({Verdict.CLEARED, Verdict.PURGED})


def _latest(work: Work, device: Device) -> list[DriveRow]:
    """Return the drives that the latest report of a device saw."""
    return list(
        work.session.scalars(
            select(DriveRow)
            .join(
                DeviceDrive,
                (DeviceDrive.site_id == DriveRow.site_id) & (DeviceDrive.drive_id == DriveRow.id),
            )
            .where(
                DeviceDrive.site_id == work.site_id,
                DeviceDrive.device_id == device.id,
                DeviceDrive.inventory_id == device.inventory_id,
            )
        )
    )


def two_devices(work: Work, one_id: UUID, other_id: UUID, reason: str) -> None:
    """Say that two devices are two: no report will join them."""
    work.require(Permission.MERGE_DEVICES)
    one, other = device_of(work, one_id), device_of(work, other_id)
    if one.id == other.id:
        raise BadValue(Sentence(fr="C'est un seul appareil.", en="It is one device."))
    doubt = pair_of(work, one, other)
    doubt.settled, doubt.reason = Settled.TWO, reason_given(reason)
    doubt.settled_by, doubt.settled_at = work.person(), work.now
    work.session.flush()
    tell(work, KEEP_APART, ("device", one.id), old=one.tag, new=other.tag, reason=doubt.reason)


def doubt_again(work: Work, doubt_id: UUID, reason: str) -> None:
    """Take back that two devices are two: the pair waits in the queue again."""
    work.require(Permission.MERGE_DEVICES)
    doubt = work.session.get(Doubt, (work.site_id, doubt_id), with_for_update=True)
    if doubt is None or doubt.settled is None:
        raise NotFound(Sentence(fr="Ce choix n'existe plus.", en="This choice is no more."))
    given = reason_given(reason)
    doubt.settled = doubt.settled_by = doubt.settled_at = doubt.reason = None
    work.session.flush()
    one, other = device_of(work, doubt.one_id), device_of(work, doubt.other_id)
    tell(work, DOUBT_AGAIN, ("device", one.id), old=one.tag, new=other.tag, reason=given)


def undo_join(work: Work, join_id: UUID, reason: str) -> Device:
    """Take two records apart again, and say that they are two; return the one that came back."""
    work.require(Permission.MERGE_DEVICES)
    in_turn(work)
    given = reason_given(reason)
    row = work.session.get(Join, (work.site_id, join_id), with_for_update=True)
    if row is None or row.undone is not None:
        raise NotFound(Sentence(fr="Cette réunion n'existe plus.", en="This join is no more."))
    kept = work.session.get(Device, (work.site_id, row.kept_id), with_for_update=True)
    if kept is None or later_join(work, row) is not None:
        raise BadValue(
            Sentence(
                fr="Défaites d'abord la réunion qui a suivi.",
                en="Undo the join that followed first.",
            )
        )
    again = take_apart_now(work, row, kept)
    doubt = pair_of(work, kept, again)
    doubt.reason, doubt.settled_by, doubt.settled_at = given, work.person(), work.now
    tell(work, TAKE_APART, ("device", kept.id), old=kept.tag, new=again.tag, reason=given)
    return again


def take_apart_now(work: Work, row: Join, kept: Device) -> Device:
    """Take a join back and settle both devices; no person is asked here."""
    again = take_apart(work, row, kept)
    pair_of(work, kept, again).settled = Settled.TWO
    settle_again(work, kept)
    settle_again(work, again)
    return again


def later_join(work: Work, row: Join) -> Join | None:
    """Return a join that still stands and came on top of this one."""
    return work.session.scalars(
        select(Join)
        .where(
            Join.site_id == work.site_id,
            Join.undone.is_(None),
            Join.id > row.id,
            (Join.kept_id == row.kept_id) | (Join.gone_id == row.kept_id),
        )
        .limit(1)
    ).one_or_none()


def pair_of(work: Work, one: Device, other: Device) -> Doubt:
    """Return the row of this pair, a new one where nobody doubted before."""
    first, second = sorted((one.id, other.id))
    known = work.session.scalars(
        select(Doubt).where(
            Doubt.site_id == work.site_id, Doubt.one_id == first, Doubt.other_id == second
        )
    ).one_or_none()
    if known is None:
        known = Doubt(
            site_id=work.site_id,
            id=uuid7(work.now),
            one_id=first,
            other_id=second,
            score=0,
            signs=[],
            found=work.now,
        )
        work.session.add(known)
    return known
