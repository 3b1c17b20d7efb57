"""Checking evidence: every file's hash, every signature, every row that speaks of a statement."""

import hashlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas import codec
from rebond_schemas.exchange import Receipt
from rebond_schemas.signing import STATEMENT_TYPE, verified
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import EvidenceDamaged
from rebond_server.operations.receive_statement import KEPT, kind_of
from rebond_server.operations.verify_history import UNREADABLE
from rebond_server.operations.work import Work
from rebond_server.store.history import HistoryEvent
from rebond_server.store.stick import Conflict, StatementRow, Stick

Keys = dict[UUID, str]
"""By stick, its public key."""
Told = dict[str, Any]


def evidence_faults(work: Work) -> Iterator[Sentence]:
    """Yield one sentence for each damaged or missing file, and each row that contradicts one."""
    damaged = dict(work.evidence.damaged())
    yield from damaged.values()
    keys = _public_keys(work)
    ids = work.session.scalars(
        select(StatementRow.id)
        .where(StatementRow.site_id == work.site_id)
        .order_by(StatementRow.arrival)
    ).all()
    kept = _kept(work)
    for statement_id in ids:
        yield from _statement(work, statement_id, keys, damaged.keys(), kept.get(statement_id))
    for gone in kept.keys() - set(ids):
        yield _of(gone, "absent de la base", "missing from the database")
    yield from _others(work, keys, damaged.keys())


def _public_keys(work: Work) -> Keys:
    rows = work.session.execute(
        select(Stick.id, Stick.public_key).where(Stick.site_id == work.site_id)
    )
    return {row.id: row.public_key for row in rows}


def _kept(work: Work) -> dict[UUID, Told]:
    """Return what history told of each statement when it came."""
    rows = work.session.execute(
        select(HistoryEvent.subject_id, HistoryEvent.details).where(
            HistoryEvent.site_id == work.site_id, HistoryEvent.verb == KEPT
        )
    )
    return {row.subject_id: row.details for row in rows}


def _statement(
    work: Work, statement_id: UUID, keys: Keys, damaged: AbstractSet[str], told: Told | None
) -> Iterator[Sentence]:
    try:
        row = work.session.get_one(StatementRow, (work.site_id, statement_id))
        wrong = tuple(_wrong_columns(row, told))
        if row.sha256 in damaged:
            raw = None
        else:
            raw = work.evidence.bring(row.sha256)
            wrong += tuple(_wrong_evidence(work, row, raw, keys.get(row.stick_id)))
    except EvidenceDamaged as missing:
        yield missing.sentence
        return
    except UNREADABLE:
        yield _of(statement_id, "ligne illisible", "unreadable row")
        return
    for column in wrong:
        yield _of(statement_id, f"« {column} » modifié", f"{column} was changed")


def _wrong_columns(row: StatementRow, told: Told | None) -> Iterator[str]:
    """Compare the row with its own receipt, and with what history told when it came."""
    receipt = msgspec.json.decode(row.receipt, type=Receipt)
    for name, mine, theirs in (
        ("sha256", row.sha256, receipt.sha256),
        ("id", row.id, receipt.statement),
        ("site", row.site_id, receipt.site),
        ("stick", row.stick_id, receipt.stick),
    ):
        if mine != theirs:
            yield name
    if abs(row.received - receipt.received) > timedelta(microseconds=1):
        yield "received"
    if told is not None:
        if hashlib.sha256(row.receipt).hexdigest() != told["receipt_sha256"]:
            yield "receipt"
        yield from (
            name
            for name in ("sha256", "arrival", "made_before")
            if getattr(row, name) != told[name]
        )


def _wrong_evidence(work: Work, row: StatementRow, raw: bytes, public: str | None) -> Iterator[str]:
    """Compare the row with the bytes that it stands for, and check their signature."""
    if public is None or not verified(public, STATEMENT_TYPE, raw, row.signature):
        yield "signature"
    said = codec.decode(raw)
    for name, mine, theirs in (
        ("id", row.id, said.id),
        ("kind", row.kind, kind_of(said)),
        ("site", work.site_id, said.site),
        ("stick", row.stick_id, said.stick),
        ("run", row.run, said.run),
        ("sequence", row.sequence, said.sequence),
        ("previous", row.previous, said.previous),
    ):
        if mine != theirs:
            yield name


def _others(work: Work, keys: Keys, damaged: AbstractSet[str]) -> Iterator[Sentence]:
    """Check what was refused and kept: other bytes under a known id, and unreadable statements."""
    for row in work.session.scalars(select(Conflict).where(Conflict.site_id == work.site_id)):
        if row.sha256 in damaged:
            continue
        try:
            raw = work.evidence.bring(row.sha256)
        except EvidenceDamaged as missing:
            yield missing.sentence
            continue
        if not verified(keys.get(row.stick_id, ""), STATEMENT_TYPE, raw, row.signature):
            yield _of(row.statement_id, "signature du double fausse", "wrong signature of a double")
    refused = work.session.scalars(
        select(HistoryEvent.details).where(
            HistoryEvent.site_id == work.site_id, HistoryEvent.verb == "refuse_statement"
        )
    )
    for details in refused:
        if details["sha256"] not in damaged and not work.evidence.has(details["sha256"]):
            yield work.evidence.missing(details["sha256"])


def _of(statement: object, fr: str, en: str) -> Sentence:
    return Sentence(fr=f"Relevé {statement} : {fr}.", en=f"Statement {statement}: {en}.")
