"""Draws for a second read: which drives may be drawn, which were, and what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import State
from rebond_server.domain.second_read import Outcome
from rebond_server.domain.sentence import Sentence
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.history import HistoryEvent
from rebond_server.store.stick import StatementRow

DRAW = "draw_rereads"
"""One draw, in the history of the workshop: seed, share, list with its hash, and who was drawn."""
DRAWN = "drawn_for_reread"
"""One drawn drive, in the history of its device."""
MOST_DRAWS = 50
_HERE = (State.WIPED, State.GRADED, State.ALLOCATED)


class RereadState(StrEnum):
    """What came of a drawn drive."""

    AWAITS = "awaits"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    ERASED_AGAIN = "erased_again"
    """Another stick erased it once more: that proof stands for itself and says nothing of the first."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A proven drive that is still here and was not drawn for this proof."""

    device_id: UUID
    drive_id: UUID
    judgement_id: UUID


@dataclass(frozen=True, kw_only=True)
class DrawnLine:
    """One drawn drive and what came of it."""

    tag: str
    model: str | None
    serial: str | None
    state: RereadState
    settled: datetime | None
    other_person: bool | None
    """None: the statements do not tell who made them, or nothing came yet."""
    hint: Sentence | None
    """Why the latest read decided nothing."""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One draw, with all that replays it."""

    at: datetime
    seed: str
    percent: float
    candidates: tuple[UUID, ...]
    sha256: str
    judgements: tuple[UUID, ...]
    lines: tuple[DrawnLine, ...]


def reread_candidates(session: Session, site_id: UUID) -> tuple[Candidate, ...]:
    """Return every drive whose proof counts now, in devices that are still here."""
    taken = {
        UUID(one["judgement"])
        for event in _draws(session, site_id)
        for one in event.details["drawn"]
    }
    rows = session.execute(
        select(DriveRow.device_id, DriveRow.id, JudgementRow.id)
        .join(
            JudgementRow,
            and_(
                JudgementRow.site_id == DriveRow.site_id, JudgementRow.id == DriveRow.judgement_id
            ),
        )
        .join(Device, and_(Device.site_id == DriveRow.site_id, Device.id == DriveRow.device_id))
        .where(
            DriveRow.site_id == site_id,
            Device.state.in_(_HERE),
            JudgementRow.epoch == DriveRow.epoch,
        )
    )
    return tuple(
        Candidate(device_id=device, drive_id=drive, judgement_id=judgement)
        for device, drive, judgement in rows
        if judgement not in taken
    )


def draws(session: Session, site_id: UUID, most: int = MOST_DRAWS) -> tuple[Draw, ...]:
    """Return the latest draws, newest first."""
    return tuple(
        Draw(
            at=event.at,
            seed=event.details["seed"],
            percent=event.details["percent"],
            candidates=tuple(UUID(one) for one in event.details["candidates"]),
            sha256=event.details["candidates_sha256"],
            judgements=tuple(UUID(one["judgement"]) for one in event.details["drawn"]),
            lines=tuple(
                _line(session, site_id, event.at, UUID(one["judgement"]))
                for one in event.details["drawn"]
            ),
        )
        for event in _draws(session, site_id)[:most]
    )


def awaited(session: Session, device: Device) -> tuple[JudgementRow, ...]:
    """Return the drawn proofs of this device that count now and that no read has settled."""
    found = []
    for event in device_events(session, device, [DRAWN]):
        judgement = session.get_one(
            JudgementRow, (device.site_id, UUID(event.details["judgement"]))
        )
        drive = session.get_one(DriveRow, (device.site_id, judgement.drive_id))
        if (drive.judgement_id, drive.epoch) != (judgement.id, judgement.epoch):
            continue
        line = _line(session, device.site_id, event.at, judgement.id)
        if line.state is RereadState.AWAITS:
            found.append(judgement)
    return tuple(found)


def device_events(session: Session, device: Device, verbs: Sequence[str]) -> Sequence[HistoryEvent]:
    """Return what the history tells of a device under these verbs, oldest first."""
    return session.scalars(
        select(HistoryEvent)
        .where(
            HistoryEvent.site_id == device.site_id,
            HistoryEvent.subject_kind == "device",
            HistoryEvent.subject_id == device.id,
            HistoryEvent.verb.in_(verbs),
        )
        .order_by(HistoryEvent.at, HistoryEvent.id)
    ).all()


def _draws(session: Session, site_id: UUID) -> list[HistoryEvent]:
    return list(
        session.scalars(
            select(HistoryEvent)
            .where(
                HistoryEvent.site_id == site_id,
                HistoryEvent.subject_kind == "site",
                HistoryEvent.subject_id == site_id,
                HistoryEvent.verb == DRAW,
            )
            .order_by(HistoryEvent.at.desc(), HistoryEvent.id.desc())
        )
    )


def _line(session: Session, site_id: UUID, at: datetime, judgement_id: UUID) -> DrawnLine:
    judgement = session.get_one(JudgementRow, (site_id, judgement_id))
    drive = session.get_one(DriveRow, (site_id, judgement.drive_id))
    device = session.get_one(Device, (site_id, drive.device_id))
    told = [
        event
        for event in device_events(session, device, [one.value for one in Outcome])
        if event.at >= at and event.details["judgement"] == str(judgement_id)
    ]
    state, settled, person = _state(session, judgement, told)
    hints = [
        msgspec.convert(event.details["why"], Sentence)
        for event in told
        if event.verb == Outcome.UNDECIDED
    ]
    return DrawnLine(
        tag=device.tag,
        model=drive.model,
        serial=drive.serial,
        state=state,
        settled=settled,
        other_person=person,
        hint=hints[-1] if hints and state is RereadState.AWAITS else None,
    )


def _state(
    session: Session, judgement: JudgementRow, told: list[HistoryEvent]
) -> tuple[RereadState, datetime | None, bool | None]:
    """Return what came of it; nothing that was read besides outweighs a contradiction."""
    for verb, state in (
        (Outcome.CONTRADICTED, RereadState.CONTRADICTED),
        (Outcome.CONFIRMED, RereadState.CONFIRMED),
    ):
        for event in told:
            if event.verb == verb:
                return state, event.at, event.details["other_person"]
    again = _erased_again(session, judgement)
    return (RereadState.AWAITS if again is None else RereadState.ERASED_AGAIN), again, None


def _erased_again(session: Session, first: JudgementRow) -> datetime | None:
    """Return when another stick proved another erasure of the drive after this one."""
    stick = session.get_one(StatementRow, (first.site_id, first.statement_id)).stick_id
    return session.scalar(
        select(JudgementRow.judged)
        .join(
            StatementRow,
            and_(
                StatementRow.site_id == JudgementRow.site_id,
                StatementRow.id == JudgementRow.statement_id,
            ),
        )
        .where(
            JudgementRow.site_id == first.site_id,
            JudgementRow.drive_id == first.drive_id,
            JudgementRow.verdict.in_(("cleared", "purged")),
            JudgementRow.judged > first.judged,
            StatementRow.stick_id != stick,
        )
        .order_by(JudgementRow.judged)
        .limit(1)
    )
