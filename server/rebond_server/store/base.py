"""What all tables share: names for constraints, moments in UTC, closed sets, the site in every key."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Dialect, ForeignKeyConstraint, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. Naive times are refused; SQLite stores no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without zone, then store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Closed(TypeDecorator[Any]):
    """One word of a closed set, stored as text."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401 - SQLAlchemy's own signature
        """Refuse a word outside the set."""
        del dialect
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:  # noqa: ANN401 - likewise
        """Give the word back as a member of its set."""
        del dialect
        return None if value is None else self.words(value)


def plain(value: object) -> Any:  # noqa: ANN401 - what a JSON column takes and gives back
    """Return a value as a JSON column will give it back: lists for tuples, text for sets' words."""
    return msgspec.json.decode(msgspec.json.encode(value))


def as_it_is(value: object) -> object:
    """Return a value unchanged: the database writes it as JSON, and nobody reads the row back."""
    return value


def one_of(column: str, words: type[StrEnum]) -> str:
    """Return the text of a CHECK that a column holds a word of this set."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return f"{column} IN ({listed})"


class OfSite:
    """Rows of one workshop: the site comes first in every key, so that nothing crosses over."""

    site_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


def to_site() -> ForeignKeyConstraint:
    """Return the key of a row to its workshop."""
    return ForeignKeyConstraint(["site_id"], ["site.id"])


def to(table: str, column: str, *, target: str = "id") -> ForeignKeyConstraint:
    """Return a key to a row of another table in the same workshop."""
    return ForeignKeyConstraint(["site_id", column], [f"{table}.site_id", f"{table}.{target}"])
