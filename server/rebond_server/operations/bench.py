"""What benches tell while they work: one row a run, overwritten; shown, and never taken for proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.progress import BenchProgress, ProgressAnswer
from rebond_schemas.sealing import Unopenable, derived_key, unseal
from rebond_schemas.signing import PROGRESS_TYPE, sign, verified
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.operations.answers import NOT_KNOWN, Accepted, Declined, Status
from rebond_server.operations.work import Work
from rebond_server.store.arrival import BenchRow
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.stick import StatementKind, StatementRow, Stick

LARGEST = 256 * 1024
"""Bytes of one word; 256 drives need a quarter of it."""
SILENT = timedelta(minutes=2)
"""A bench that has not been heard for so long is not shown: it was switched off, or its network is gone."""
BENCHES_A_SECOND = 10
"""Words that the database is asked to keep each second; more benches speak less often each."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One machine at work, and when it was heard last."""

    told: BenchProgress
    stick: str
    at: datetime
    tag: str | None
    """Of the device that its inventory was filed under, else what was scanned."""
    filed: bool
    """Whether its inventory has arrived: only then the device has a page."""
    verdicts: Mapping[str, Verdict]
    """The server's own verdicts on erasures of this run, by the drive's serial number."""


def hear(work: Work, sealed: bytes, stick_id: UUID, signature: str) -> Accepted | Declined:
    """Keep the last word of a run in the place of the one before; an older one that comes late is dropped."""
    stick = work.session.get(Stick, (work.site_id, stick_id))
    if stick is None or stick.revoked is not None or len(sealed) > LARGEST:
        return NOT_KNOWN
    if not verified(stick.public_key, PROGRESS_TYPE, sealed, signature):
        return NOT_KNOWN
    try:
        told: BenchProgress = decode_as(unseal(derived_key(work.server_key), sealed), BenchProgress)
    except (Unopenable, Unreadable):
        return NOT_KNOWN
    if told.stick != stick.id:
        return NOT_KNOWN
    row = work.session.get(BenchRow, (work.site_id, told.run))
    if row is None:
        row = BenchRow(site_id=work.site_id, id=told.run, stick_id=stick.id, number=-1)
        work.session.add(row)
    if row.stick_id == stick.id and told.number > row.number:
        row.number, row.told, row.at = told.number, plain(told), work.now
    work.session.flush()
    body = encode(ProgressAnswer(seconds=_seconds(work)))
    return Accepted(
        status=Status.KNOWN, body=body, signature=sign(work.server_key, PROGRESS_TYPE, body)
    )


def benches(work: Work) -> Sequence[Bench]:
    """Return what was heard in the last minutes, by asset tag."""
    rows = work.session.execute(
        select(BenchRow, Stick.name)
        .join(Stick, (Stick.site_id == BenchRow.site_id) & (Stick.id == BenchRow.stick_id))
        .where(BenchRow.site_id == work.site_id, BenchRow.at > work.now - SILENT)
    ).all()
    runs = [row.id for row, _ in rows]
    tags, verdicts = _tags(work, runs), _verdicts(work, runs)
    found = [
        Bench(
            told=(told := msgspec.convert(row.told, BenchProgress)),
            stick=name,
            at=row.at,
            tag=tags.get(row.id, told.asset_tag),
            filed=row.id in tags,
            verdicts=verdicts.get(row.id, {}),
        )
        for row, name in rows
    ]
    return sorted(found, key=lambda one: (one.tag or "~", str(one.told.run)))


def _seconds(work: Work) -> float:
    """Return how long a bench waits until its next word: a second, longer where many speak."""
    speaking = work.session.scalar(
        select(func.count()).where(
            BenchRow.site_id == work.site_id, BenchRow.at > work.now - timedelta(seconds=30)
        )
    )
    return max(1.0, (speaking or 0) / BENCHES_A_SECOND)


def _tags(work: Work, runs: list[UUID]) -> dict[UUID, str]:
    rows = work.session.execute(
        select(StatementRow.run, Device.tag)
        .join(
            Device,
            (Device.site_id == StatementRow.site_id) & (Device.id == StatementRow.device_id),
        )
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.run.in_(runs),
            StatementRow.kind == StatementKind.INVENTORY,
        )
    )
    return {row.run: row.tag for row in rows}


def _verdicts(work: Work, runs: list[UUID]) -> dict[UUID, dict[str, Verdict]]:
    rows = work.session.execute(
        select(StatementRow.run, DriveRow.serial, JudgementRow.verdict)
        .join(
            JudgementRow,
            (JudgementRow.site_id == StatementRow.site_id)
            & (JudgementRow.statement_id == StatementRow.id),
        )
        .join(
            DriveRow,
            (DriveRow.site_id == JudgementRow.site_id) & (DriveRow.id == JudgementRow.drive_id),
        )
        .where(StatementRow.site_id == work.site_id, StatementRow.run.in_(runs))
        .order_by(StatementRow.arrival)
    )
    found: dict[UUID, dict[str, Verdict]] = {}
    for run, serial, verdict in rows:
        if serial is not None:
            found.setdefault(run, {})[serial] = verdict
    return found
