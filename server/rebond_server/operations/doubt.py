"""Statements in doubt: kept with a receipt, counted for nothing until the lead has looked at them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.evidence_of import statement_of
from rebond_server.operations.file_statement import device_for
from rebond_server.operations.history import tell
from rebond_server.operations.issue_certificate import withdraw_doubted
from rebond_server.operations.project import project
from rebond_server.operations.settle_device import settle_again
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.database import take_turns
from rebond_server.store.device import JudgementRow
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import Decision, Doubt, DoubtReason, StatementRow, Stick

HOLD_STATEMENT = "hold_statement"
ACCEPT_STATEMENT = "accept_statement"
REJECT_STATEMENT = "reject_statement"
REPLAYED = frozenset({HOLD_STATEMENT, ACCEPT_STATEMENT})
"""What changes how evidence counts, after it came."""


LASTS = timedelta(days=365)
"""How long a stick is believed before a person says that it is still in our hands."""


def doubt_of(stick: Stick, now: datetime) -> DoubtReason | None:
    """Return why nothing that this stick says is believed at once; None: it is believed."""
    if stick.revoked is not None:
        return DoubtReason.STOLEN
    if stick.forked is not None:
        return DoubtReason.FORKED
    if stick.compared is None:
        return DoubtReason.WORDS_NOT_COMPARED
    return DoubtReason.EXPIRED if now >= stick.compared + LASTS else None


def hold_on_arrival(work: Work, row: StatementRow, why: DoubtReason) -> None:
    """Keep a new statement without drawing anything from it."""
    row.quarantined = True
    _doubt(work, row, why, on_arrival=True)


def doubt_since(work: Work, stick: Stick, since: datetime) -> int:
    """Put what this stick said from then on into quarantine, though it had counted; return how many."""
    rows = work.session.scalars(
        select(StatementRow)
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.stick_id == stick.id,
            StatementRow.received >= since,
            StatementRow.quarantined.is_(False),
        )
        .order_by(StatementRow.arrival)
    ).all()
    for row in rows:
        _doubt(work, row, DoubtReason.STOLEN, on_arrival=False)
        tell(work, HOLD_STATEMENT, ("statement", row.id), reason=DoubtReason.STOLEN.value)
    hold(work, rows)
    return len(rows)


def hold(work: Work, rows: Sequence[StatementRow]) -> None:
    """Let these statements count for nothing, and bring their devices to what the others say."""
    for row in rows:
        row.quarantined = True
    work.session.flush()
    for device_id in dict.fromkeys(row.device_id for row in rows if row.device_id is not None):
        device = device_of(work, device_id)
        for judgement in _judgements(work, [row.id for row in rows]):
            withdraw_doubted(work, device, judgement)
        settle_again(work, device)


def _judgements(work: Work, statements: list[UUID]) -> Sequence[JudgementRow]:
    of = JudgementRow.statement_id.in_(statements)
    return work.session.scalars(
        select(JudgementRow).where(JudgementRow.site_id == work.site_id, of)
    ).all()


def decide(work: Work, statement_ids: Sequence[UUID], decision: Decision, reason: str) -> None:
    """Let the lead say of statements in quarantine whether they are to be believed, and why."""
    work.require(Permission.REVOKE_STICK)
    who, given = work.person(), reason_given(reason)
    take_turns(work.session, f"statements {work.site_id}")
    found = [_open_doubt(work, one) for one in dict.fromkeys(statement_ids)]
    if not found:
        raise BadValue(
            Sentence(fr="Choisissez au moins un relevé.", en="Choose at least one statement.")
        )
    for doubt, row in sorted(found, key=lambda one: one[1].arrival):
        doubt.decision, doubt.decided, doubt.decided_by = decision, work.now, who
        doubt.reason = clean(given)
        accepted = decision is Decision.ACCEPTED
        verb = ACCEPT_STATEMENT if accepted else REJECT_STATEMENT
        tell(work, verb, ("statement", row.id), reason=given)
        if accepted:
            believe(work, row)


def believe(work: Work, row: StatementRow) -> None:
    """Draw from a statement what follows for its device, as if it had never been in doubt."""
    row.quarantined = False
    statement = statement_of(work, row)
    fresh = row.device_id is None
    if fresh:
        device = device_for(work, statement)
        row.device_id = None if device is None else device.id
    work.session.flush()
    if fresh:
        project(work, row, statement)
    elif row.device_id is not None:
        settle_again(work, device_of(work, row.device_id))


def trust_again(work: Work, stick_id: UUID, reason: str) -> None:
    """Say that this stick is one and in our hands: what it says from now on counts at once."""
    work.require(Permission.REVOKE_STICK)
    stick, given = stick_of(work, stick_id), reason_given(reason)
    if stick.forked is not None:
        stick.forked = None
        tell(work, "trust_stick", ("stick", stick.id), reason=given)


def words_compared(work: Work, stick_id: UUID) -> int:
    """Say that both screens showed the same six words; return how many statements count from now on."""
    return _in_our_hands(work, stick_id, DoubtReason.WORDS_NOT_COMPARED, "compare_words")


def renew_stick(work: Work, stick_id: UUID) -> int:
    """Say that a stick whose year is over is still in our hands; return how many statements count now."""
    return _in_our_hands(work, stick_id, DoubtReason.EXPIRED, "renew_stick")


def _in_our_hands(work: Work, stick_id: UUID, why: DoubtReason, verb: str) -> int:
    work.require(Permission.ENROL_STICK)
    stick = stick_of(work, stick_id)
    if doubt_of(stick, work.now) is not why:
        return 0
    stick.compared = work.now
    tell(work, verb, ("stick", stick.id))
    waiting = work.session.execute(
        select(Doubt, StatementRow)
        .join(
            StatementRow,
            (StatementRow.site_id == Doubt.site_id) & (StatementRow.id == Doubt.statement_id),
        )
        .where(
            Doubt.site_id == work.site_id,
            Doubt.stick_id == stick.id,
            Doubt.why == why,
            Doubt.decision.is_(None),
        )
        .order_by(StatementRow.arrival)
    ).all()
    for doubt, row in waiting:
        doubt.decision, doubt.decided, doubt.decided_by = Decision.ACCEPTED, work.now, work.actor.id
        tell(work, ACCEPT_STATEMENT, ("statement", row.id), reason=verb)
        believe(work, row)
    return len(waiting)


def stick_of(work: Work, stick_id: UUID) -> Stick:
    """Return the stick, or raise NotFound."""
    stick = work.session.get(Stick, (work.site_id, stick_id))
    if stick is None:
        raise NotFound(Sentence(fr="Cette clé n'existe pas.", en="There is no such stick."))
    return stick


def _doubt(work: Work, row: StatementRow, why: DoubtReason, *, on_arrival: bool) -> None:
    work.session.add(
        Doubt(
            site_id=work.site_id,
            id=uuid7(work.now),
            statement_id=row.id,
            stick_id=row.stick_id,
            why=why,
            since=work.now,
            on_arrival=on_arrival,
        )
    )


def _open_doubt(work: Work, statement_id: UUID) -> tuple[Doubt, StatementRow]:
    found = work.session.execute(
        select(Doubt, StatementRow)
        .join(
            StatementRow,
            (StatementRow.site_id == Doubt.site_id) & (StatementRow.id == Doubt.statement_id),
        )
        .where(
            Doubt.site_id == work.site_id,
            Doubt.statement_id == statement_id,
            Doubt.decision.is_(None),
        )
    ).first()
    if found is None:
        raise NotFound(
            Sentence(
                fr="Ce relevé n'attend pas de décision : rechargez la page.",
                en="This statement waits for no decision: reload the page.",
            )
        )
    return found[0], found[1]
