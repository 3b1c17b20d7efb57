"""A text that is longer than its column is refused on both databases; SQLite alone would keep it."""

from sqlalchemy import String, event, inspect
from sqlalchemy.orm import Session, sessionmaker


class DoesNotFit(ValueError):
    """A text is longer than its column."""


def refuse_what_does_not_fit(make: sessionmaker[Session]) -> None:
    """Let every session of this maker check what it is about to write."""
    event.listen(make, "before_flush", _check)


def _check(session: Session, flush: object, instances: object) -> None:
    del flush, instances
    for row in (*session.new, *session.dirty):
        mapper = inspect(row).mapper
        for column in mapper.columns:
            length = getattr(column.type, "length", None)
            if length is None or not isinstance(column.type, String):
                continue
            value = row.__dict__.get(mapper.get_property_by_column(column).key)
            if isinstance(value, str) and len(value) > length:
                raise DoesNotFit(f"{mapper.local_table.name}.{column.name}: more than {length}")
