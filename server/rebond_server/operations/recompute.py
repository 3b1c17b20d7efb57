"""Throwing every projection away and computing it again from evidence and history, elsewhere.

The tables stay as they are: the statements are taken in once more, in the order of their arrival,
by an empty database in memory, signatures and all; between them the steps that people took.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from rebond_server.domain.lifecycle import Event, State
from rebond_server.errors import EvidenceDamaged
from rebond_server.operations.answers import Accepted
from rebond_server.operations.asset_tag import PRINT_LABELS
from rebond_server.operations.doubt import HOLD_STATEMENT, REPLAYED, believe, hold
from rebond_server.operations.hold_device import begin_cycle
from rebond_server.operations.picture import Picture, picture
from rebond_server.operations.receive_statement import receive_statement
from rebond_server.operations.sameness_again import SAMENESS, sameness_again, tag_then
from rebond_server.operations.take_in import TAKE_IN, take_in_again
from rebond_server.operations.undo_bulk import UNDO_HOLD
from rebond_server.operations.word_again import WORDS, word_again
from rebond_server.operations.work import NOBODY, ActorKind, Work
from rebond_server.store.database import migrate, open_database, sessions
from rebond_server.store.device import Device
from rebond_server.store.history import HistoryEvent
from rebond_server.store.order import OrderRow
from rebond_server.store.people import Site
from rebond_server.store.stick import Doubt, StatementRow, Stick

# What people did that changes how later evidence is taken in. Who got a device does not.
STEPS = frozenset(
    {
        Event.CONFIRM_GRADE,
        Event.HAND_OVER,
        Event.TAKE_BACK,
        Event.HOLD,
        Event.RESUME,
        Event.SCRAP,
        Event.DESTROY_DRIVES,
        UNDO_HOLD,
    }
)

INTAKE = frozenset({TAKE_IN, PRINT_LABELS})
"""What made devices and tags without any statement."""

EDITION = ".rules_sha256"
MOST_TOLD = 100
"""Characters of a value in one line."""


def differences(work: Work) -> tuple[str, ...]:
    """Return what the tables say otherwise than the evidence, one line each; nothing when all fits."""
    try:
        again = recomputed(work)
    except EvidenceDamaged as damaged:
        return (damaged.sentence.en,)
    now = picture(work)
    other_rules = tuple(
        name.removesuffix(EDITION)
        for name in now
        if name.endswith(EDITION) and now[name] != again.get(name)
    )
    return tuple(
        f"{name}: {_short(now.get(name))} stored, {_short(again.get(name))} from evidence"
        for name in sorted(now.keys() | again.keys())
        # a grade by an earlier edition of the rules is no contradiction; its reasons name the edition
        if now.get(name) != again.get(name) and not name.startswith(other_rules)
    )


def _short(value: object) -> str:
    told = repr(value)
    return told if len(told) <= MOST_TOLD else f"{told[:MOST_TOLD]}…"


def recomputed(work: Work) -> Picture:
    """Return the picture that evidence and history give, without any projection."""
    engine = open_database("sqlite://")
    try:
        migrate(engine)
        make = sessions(engine)
        with make() as session, session.begin():
            _copy_who_signs(work, session)
        for moment, what in _in_order(work):
            with make() as session, session.begin():
                scratch = replace(work, session=session, actor=NOBODY, now=moment)
                _again(work, scratch, what)
        with make() as session, session.begin():
            return picture(replace(work, session=session))
    finally:
        engine.dispose()


def _copy_who_signs(work: Work, session: Session) -> None:
    site = work.session.get_one(Site, work.site_id)
    session.add(Site(id=site.id, name=site.name, created=site.created))
    for stick in work.session.scalars(select(Stick).where(Stick.site_id == work.site_id)):
        # A stick that was revoked later was not when these statements came.
        session.add(
            Stick(
                site_id=stick.site_id,
                id=stick.id,
                name=stick.name,
                public_key=stick.public_key,
                enrolled=stick.enrolled,
                compared=stick.enrolled,
            )
        )
    session.flush()
    for order in work.session.scalars(select(OrderRow).where(OrderRow.site_id == work.site_id)):
        session.add(
            OrderRow(
                site_id=order.site_id,
                id=order.id,
                stick_id=order.stick_id,
                run=order.run,
                body=order.body,
                issued=order.issued,
            )
        )


def _in_order(work: Work) -> Iterator[tuple[datetime, StatementRow | HistoryEvent]]:
    """Yield statements by arrival, and before each what people had done until then."""
    steps = list(
        work.session.scalars(
            select(HistoryEvent)
            .where(
                HistoryEvent.site_id == work.site_id,
                or_(
                    and_(
                        HistoryEvent.subject_kind == "device",
                        HistoryEvent.actor_kind == ActorKind.ACCOUNT,
                        HistoryEvent.verb.in_(STEPS | WORDS | SAMENESS),
                    ),
                    HistoryEvent.verb.in_(INTAKE | REPLAYED),
                ),
            )
            .order_by(HistoryEvent.at, HistoryEvent.sequence)
        )
    )
    arrivals = work.session.scalars(
        select(StatementRow)
        .where(StatementRow.site_id == work.site_id)
        .order_by(StatementRow.arrival)
    )
    for arrival in arrivals:
        while steps and steps[0].at < arrival.received:
            step = steps.pop(0)
            yield step.at, step
        yield arrival.received, arrival
    for step in steps:
        yield step.at, step


def _again(work: Work, scratch: Work, what: StatementRow | HistoryEvent) -> None:
    if isinstance(what, HistoryEvent) and what.verb in INTAKE:
        _taken_in(scratch, what)
        return
    if isinstance(what, HistoryEvent) and what.verb in SAMENESS:
        sameness_again(scratch, what)
        return
    if isinstance(what, HistoryEvent) and what.verb in REPLAYED:
        row = scratch.session.get_one(StatementRow, (scratch.site_id, what.subject_id))
        if what.verb == HOLD_STATEMENT:
            hold(scratch, [row])
        else:
            believe(scratch, row)
        return
    if isinstance(what, HistoryEvent):
        tag = tag_then(work, what.subject_id) or ""
        if what.verb in WORDS:
            word_again(work, scratch, tag, what)
        else:
            _step(scratch, tag, what)
        return
    raw = work.evidence.bring(what.sha256)
    held = _held_on_arrival(work, what)
    answer = receive_statement(scratch, raw, what.stick_id, what.signature, held=held)
    if not isinstance(answer, Accepted):
        raise EvidenceDamaged(answer.sentence)


def _held_on_arrival(work: Work, row: StatementRow) -> bool:
    found = select(Doubt.id).where(
        Doubt.site_id == work.site_id, Doubt.statement_id == row.id, Doubt.on_arrival
    )
    return work.session.scalar(found.limit(1)) is not None


def _taken_in(scratch: Work, event: HistoryEvent) -> None:
    """Give the tags again that labels and devices without a stick were given."""
    site = scratch.session.get_one(Site, scratch.site_id)
    site.tags = max(site.tags, int(event.details["tags"]))
    if event.verb == TAKE_IN:
        take_in_again(scratch, event.subject_id, event.details)


def _step(scratch: Work, tag: str, event: HistoryEvent) -> None:
    """Let a device stand where a person put it; the guards of the empty database still watch."""
    device = scratch.session.scalars(
        select(Device).where(Device.site_id == scratch.site_id, Device.tag == tag)
    ).one_or_none()
    if device is None or event.new is None:
        return
    device.state = State(event.new)
    if event.verb == Event.TAKE_BACK:
        scratch.session.flush()
        begin_cycle(scratch, device)
