"""When each job of the server last ran, and whether it went well."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to_site


class Job(StrEnum):
    """What runs at night, or by hand on the command line."""

    BACKUP = "backup"
    VERIFY = "verify"
    PURGE = "purge"


class JobRow(OfSite, Base):
    """The last run of one job, in the place of the one before."""

    __tablename__ = "job"
    job: Mapped[Job] = mapped_column(Closed(Job))
    at: Mapped[datetime] = mapped_column(Moment)
    well: Mapped[bool]
    told: Mapped[str] = mapped_column(String(500))
    """Figures, never a name or a path."""

    __table_args__ = (
        to_site(),
        UniqueConstraint("site_id", "job"),
        CheckConstraint(one_of("job", Job), name="job"),
    )
