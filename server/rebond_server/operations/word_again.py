"""People's words about drives, said again in a database that is built anew from evidence."""

from uuid import UUID

from sqlalchemy import select

from rebond_server.operations.declare import DECLARE
from rebond_server.operations.examine_by_hand import WITNESS_RESET
from rebond_server.operations.settle_device import settle_again
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.history import HistoryEvent
from rebond_server.store.hold import ResetWitness
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Account
from rebond_server.store.proof import Acceptance, Witness, Witnessed
from rebond_server.store.rule_set import Opinion

ACCEPT = "accept_limits"
WITNESSES = {f"witness_{what.value}": what for what in Witnessed}
WORDS = frozenset({ACCEPT, DECLARE, WITNESS_RESET, *WITNESSES})
"""Verbs of the events that tell such a word."""


def word_again(work: Work, scratch: Work, tag: str, event: HistoryEvent) -> None:
    """Let the person of this event say it again about the device with this tag."""
    device = scratch.session.scalars(
        select(Device).where(Device.site_id == scratch.site_id, Device.tag == tag)
    ).one_or_none()
    if device is None or event.actor_id is None:
        return
    _copy_account(work, scratch, event.actor_id)
    row = _row(work, scratch, device, event)
    if row is None:
        return
    scratch.session.add(row)
    scratch.session.flush()
    settle_again(scratch, device)


def _row(
    work: Work, scratch: Work, device: Device, event: HistoryEvent
) -> Acceptance | Opinion | ResetWitness | Witness | None:
    match event.verb:
        case "accept_limits":
            return _acceptance(scratch, event)
        case "declare":
            return _opinion(scratch, device, event)
        case "witness_reset":
            return _reset(scratch, device, event)
        case _:
            return _witness(work, scratch, device, event)


def _opinion(scratch: Work, device: Device, event: HistoryEvent) -> Opinion:
    return Opinion(
        site_id=scratch.site_id,
        id=uuid7(event.at),
        device_id=device.id,
        cycle=device.cycle,
        declared=event.details["declared"],
        defects=event.details["defects"],
        reason=event.reason,
        made=event.at,
        by=event.actor_id,
    )


def _reset(scratch: Work, device: Device, event: HistoryEvent) -> ResetWitness:
    return ResetWitness(
        site_id=scratch.site_id,
        id=uuid7(event.at),
        device_id=device.id,
        cycle=device.cycle,
        seen_by=event.actor_id,
        reason=event.reason,
        at=event.at,
    )


def _copy_account(work: Work, scratch: Work, account_id: UUID) -> None:
    """Bring the person over, without the means to log in."""
    if scratch.session.get(Account, (scratch.site_id, account_id)) is not None:
        return
    known = work.session.get_one(Account, (work.site_id, account_id))
    scratch.session.add(
        Account(
            site_id=known.site_id,
            id=known.id,
            login=known.login,
            name=known.name,
            role=known.role,
            password_hash="",
            language=known.language,
            active=False,
            created=known.created,
        )
    )
    scratch.session.flush()


def _acceptance(scratch: Work, event: HistoryEvent) -> Acceptance | None:
    judgement = scratch.session.scalars(
        select(JudgementRow).where(
            JudgementRow.site_id == scratch.site_id,
            JudgementRow.statement_id == UUID(str(event.details["statement"])),
        )
    ).one_or_none()
    if judgement is None:
        return None
    return Acceptance(
        site_id=scratch.site_id,
        id=uuid7(event.at),
        judgement_id=judgement.id,
        drive_id=judgement.drive_id,
        accepted_by=event.actor_id,
        reason=event.reason,
        at=event.at,
    )


def _witness(work: Work, scratch: Work, device: Device, event: HistoryEvent) -> Witness | None:
    what, drive_id = WITNESSES[event.verb], event.details.get("drive")
    there = None
    if drive_id is not None:
        known = work.session.get_one(DriveRow, (work.site_id, UUID(str(drive_id))))
        there = scratch.session.scalars(
            select(DriveRow.id).where(
                DriveRow.site_id == scratch.site_id,
                DriveRow.device_id == device.id,
                DriveRow.identity == known.identity,
            )
        ).one_or_none()
        if there is None:
            return None
    return Witness(
        site_id=scratch.site_id,
        id=uuid7(event.at),
        what=what,
        device_id=device.id,
        cycle=device.cycle,
        drive_id=there,
        seen_by=event.actor_id,
        reason=event.reason,
        at=event.at,
    )
