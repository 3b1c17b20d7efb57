"""What waits in quarantine, said so that a person can decide."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.statement import AnyStatement, Erasure, Inspection, Inventory
from rebond_server.errors import EvidenceDamaged
from rebond_server.operations.evidence_of import statement_of
from rebond_server.operations.work import Work
from rebond_server.store.stick import Doubt, DoubtReason, StatementKind, StatementRow, Stick

MOST = 200


@dataclass(frozen=True, kw_only=True)
class DoubtLine:
    """One statement in doubt; `about` is what it speaks of, as it says itself."""

    statement_id: UUID
    stick: str
    kind: StatementKind
    why: DoubtReason
    received: datetime
    counted: bool
    """It had counted before the stick came into doubt."""
    about: str | None
    asset_tag: str | None


def doubts(work: Work) -> tuple[DoubtLine, ...]:
    """Return what waits for a decision, the oldest first, at most 200 at once."""
    rows = work.session.execute(
        select(Doubt, StatementRow, Stick.name)
        .join(
            StatementRow,
            (StatementRow.site_id == Doubt.site_id) & (StatementRow.id == Doubt.statement_id),
        )
        .join(Stick, (Stick.site_id == Doubt.site_id) & (Stick.id == Doubt.stick_id))
        .where(Doubt.site_id == work.site_id, Doubt.decision.is_(None))
        .order_by(StatementRow.arrival)
        .limit(MOST)
    )
    return tuple(_line(work, doubt, row, name) for doubt, row, name in rows)


def _line(work: Work, doubt: Doubt, row: StatementRow, stick: str) -> DoubtLine:
    try:
        said: AnyStatement | None = statement_of(work, row)
    except EvidenceDamaged:
        said = None
    return DoubtLine(
        statement_id=row.id,
        stick=stick,
        kind=row.kind,
        why=doubt.why,
        received=row.received,
        counted=not doubt.on_arrival,
        about=None if said is None else _about(said),
        asset_tag=None if said is None else said.asset_tag,
    )


def _about(said: AnyStatement) -> str | None:
    match said:
        case Inventory(facts=facts):
            board = facts.board
            names = [board.maker or board.board_maker, board.model, board.serial]
        case Erasure(drive=drive, method=method, ending=ending):
            names = [drive.model, drive.serial, f"{method.value}: {ending.value}"]
        case Inspection(checks=checks):
            names = [", ".join(f"{one.name}: {one.result.value}" for one in checks[:8])]
    return " · ".join(name for name in names if name) or None
