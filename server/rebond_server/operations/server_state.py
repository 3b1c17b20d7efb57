"""How the server is, for the people who look after it; and noting that a job ran."""

import shutil
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, func, select, text

from rebond_server.domain.policy import Permission
from rebond_server.operations.work import Work
from rebond_server.store.arrival import PartRow
from rebond_server.store.database import head
from rebond_server.store.dump import revision_of
from rebond_server.store.history import HistoryEvent
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import Doubt, StatementRow
from rebond_server.store.upkeep import Job, JobRow

MOST_TOLD = 500
EVERY = {
    Job.BACKUP: timedelta(days=2),
    Job.VERIFY: timedelta(days=8),
    Job.PURGE: timedelta(days=2),
}
"""A job that ran longer ago was missed: backup and purge are due nightly, verification weekly."""
LEAST_FREE = 0.1
"""Part of the disk that must be free. [Rebond's proposal]"""


class Mood(StrEnum):
    """How one thing is."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"


class JobState(Struct, frozen=True, kw_only=True):
    """The last run of a job; `at` is None when it never ran."""

    job: Job
    mood: Mood
    at: datetime | None = None
    told: str = ""


class ServerState(Struct, frozen=True, kw_only=True):
    """What a person needs to know; sizes in bytes."""

    database: str
    database_bytes: int
    revision: str | None
    newest: str
    free_bytes: int
    disk_bytes: int
    statements: int
    newest_statement: datetime | None
    in_doubt: int
    half_arrived: int
    """Parcels of which only some parts have come."""
    events: int
    """Lines of history that are linked into the chain."""
    unlinked: int
    jobs: tuple[JobState, ...]

    @property
    def schema(self) -> Mood:
        """Whether the database has the schema that this program needs."""
        return Mood.GOOD if self.revision == self.newest else Mood.BAD

    @property
    def disk(self) -> Mood:
        """Whether there is room left."""
        return Mood.GOOD if self.free_bytes >= LEAST_FREE * self.disk_bytes else Mood.BAD

    @property
    def arrivals(self) -> Mood:
        """Whether something waits that came in."""
        return Mood.WATCH if self.in_doubt or self.half_arrived else Mood.GOOD

    @property
    def chain(self) -> Mood:
        """Whether every line of history is linked."""
        return Mood.GOOD if not self.unlinked else Mood.BAD


def server_state(work: Work) -> ServerState:
    """Return how the server is; nothing is verified here, only when it was last."""
    work.require(Permission.VIEW_HEALTH)
    session, site_id = work.session, work.site_id
    folder = work.evidence.folder
    # before the first statement there is no folder yet: the disk is that of the one around it
    disk = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists()))
    parcels = select(PartRow.stick_id, PartRow.parcel).where(PartRow.site_id == site_id).distinct()
    newest = (
        select(StatementRow.received)
        .where(StatementRow.site_id == site_id)
        .order_by(StatementRow.arrival.desc())
        .limit(1)
    )
    return ServerState(
        database=session.get_bind().dialect.name,
        database_bytes=_size(work),
        revision=revision_of(session.connection()),
        newest=head(),
        free_bytes=disk.free,
        disk_bytes=disk.total,
        statements=_count(work, select(StatementRow.id).where(StatementRow.site_id == site_id)),
        newest_statement=session.scalar(newest),
        in_doubt=_count(work, select(Doubt.id).where(Doubt.site_id == site_id)),
        half_arrived=_count(work, parcels),
        events=session.scalar(
            select(func.max(HistoryEvent.sequence)).where(HistoryEvent.site_id == site_id)
        )
        or 0,
        unlinked=_count(
            work,
            select(HistoryEvent.id).where(
                HistoryEvent.site_id == site_id, HistoryEvent.sha256.is_(None)
            ),
        ),
        jobs=tuple(_job(work, job) for job in Job),
    )


def note_job(work: Work, job: Job, told: str, *, well: bool = True) -> None:
    """Keep that a job ran now, and how it went."""
    row = work.session.scalars(
        select(JobRow).where(JobRow.site_id == work.site_id, JobRow.job == job)
    ).one_or_none()
    if row is None:
        row = JobRow(site_id=work.site_id, id=uuid7(work.now), job=job)
        work.session.add(row)
    row.at, row.well, row.told = work.now, well, told[:MOST_TOLD]
    work.session.flush()


def _job(work: Work, job: Job) -> JobState:
    row = work.session.scalars(
        select(JobRow).where(JobRow.site_id == work.site_id, JobRow.job == job)
    ).one_or_none()
    if row is None:
        return JobState(job=job, mood=Mood.BAD)
    late = work.now - row.at > EVERY[job]
    mood = Mood.BAD if not row.well else Mood.WATCH if late else Mood.GOOD
    return JobState(job=job, mood=mood, at=row.at, told=row.told)


def _count(work: Work, query: Select[*tuple[Any, ...]]) -> int:
    return work.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _size(work: Work) -> int:
    if work.session.get_bind().dialect.name == "sqlite":
        pages = work.session.scalar(text("PRAGMA page_count")) or 0
        return int(pages) * int(work.session.scalar(text("PRAGMA page_size")) or 0)
    return int(work.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
