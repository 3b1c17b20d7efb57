"""Thousands of rows at once: without an object a row, and in one go where the database takes one."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import JSON, Column, MetaData, Table, bindparam, insert, text, update
from sqlalchemy.orm import Session


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns. What must fit a column is the caller's to see to.

    To PostgreSQL they travel in its COPY format: a statement a row would be planned a row, and as one
    JSON text it would read all of them twice.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), list(rows))
        return
    names = list(rows[0])
    written = [_json if isinstance(table.c[name].type, JSON) else _plain for name in names]
    lines = (
        "\t".join([write(row[name]) for name, write in zip(names, written, strict=True)])
        for row in rows
    )
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy,
    ):
        copy.write("\n".join(lines) + "\n")


def change_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change rows of one workshop, each named by `site_id` and `id`, in the same columns."""
    if not rows:
        return
    connection = session.connection()
    names = [name for name in rows[0] if name not in _KEY]
    if connection.dialect.name != "postgresql":
        own = [table.c[name] == bindparam(f"its_{name}") for name in _KEY]
        said = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
        told = [
            {f"{'its' if name in _KEY else 'new'}_{name}": value for name, value in row.items()}
            for row in rows
        ]
        connection.execute(update(table).where(*own).values(said), told)
        return
    columns = [Column(name, table.c[name].type) for name in (*_KEY, *names)]
    waiting = Table("changed", MetaData(), *columns, prefixes=["TEMPORARY"])
    waiting.create(connection)
    add_rows(session, waiting, rows)
    # nobody counts a temporary table by itself: a wrong guess would read the whole other one
    connection.execute(text("ANALYZE changed"))
    keys = [row["id"] for row in rows]
    near = table.c.id.between(min(keys), max(keys))
    same = [table.c[name] == waiting.c[name] for name in _KEY]
    connection.execute(update(table).where(near, *same).values({n: waiting.c[n] for n in names}))
    waiting.drop(connection)


_KEY = ("site_id", "id")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
"""What COPY's text format writes with a backslash (postgresql.org/docs/current/sql-copy.html)."""
_NULL = "\\N"


def _plain(value: object) -> str:
    return _NULL if value is None else str(value).translate(_ESCAPED)


def _json(value: object) -> str:
    # JSON itself escapes every sign but the backslash
    return _NULL if value is None else msgspec.json.encode(value).decode().replace("\\", "\\\\")
