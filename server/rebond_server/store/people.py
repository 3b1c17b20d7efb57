"""Who works here: sites, accounts, open sessions, and the attempts that throttle guessing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from rebond_server.domain.role import Role
from rebond_server.store.base import Base, Closed, Moment, OfSite, one_of, to, to_site


class Site(Base):
    """One workshop."""

    __tablename__ = "site"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    created: Mapped[datetime] = mapped_column(Moment)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What every plan of this workshop shares: its territories and the name of its rules."""
    tags: Mapped[int] = mapped_column(default=0)
    """The last number given to an asset tag; a number is never given twice."""
    arrivals: Mapped[int] = mapped_column(BigInteger, default=0)
    """The last place in the order in which statements arrived."""
    handovers: Mapped[int] = mapped_column(default=0)
    """The last number of a handover sheet."""


class Account(OfSite, Base):
    """A person who may log in."""

    __tablename__ = "account"
    login: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(Closed(Role))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5), default="fr")
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    """Base32; None: no second factor yet."""
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """The last half-minute whose code was taken: no code is taken twice."""
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        Index("uq_account_site_id_login", "site_id", "login", unique=True),
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint("role <> 'agent'", name="person"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class LoginSession(OfSite, Base):
    """A person logged in at one screen; only the hash of the token is kept."""

    __tablename__ = "login_session"
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[UUID] = mapped_column(Uuid)
    created: Mapped[datetime] = mapped_column(Moment)
    seen: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (to_site(), to("account", "account_id"))


class SavedView(OfSite, Base):
    """A filter that a person keeps under a name, to find it again at any screen."""

    __tablename__ = "saved_view"
    account_id: Mapped[UUID] = mapped_column(Uuid)
    page: Mapped[str] = mapped_column(String(64))
    """The list it belongs to, as an endpoint."""
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))
    """The filter as it stands in the address, without its "?"."""
    kept: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        to_site(),
        to("account", "account_id"),
        Index("uq_saved_view_name", "site_id", "account_id", "page", "name", unique=True),
    )


class Attempt(Base):
    """A failed guess at a password or a code, kept for the throttle only."""

    __tablename__ = "attempt"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    what: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_attempt_what_at", "what", "at"),)
