"""Thousands of rows at once: without an object a row, and in one statement where the database takes one."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns. What must fit a column is the caller's to see to.

    To PostgreSQL they travel as one JSON text: a statement a row would be planned a row, and in
    arrays the driver would look at every sign of every text.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), list(rows))
        return
    columns = [table.c[name] for name in rows[0]]
    names = ", ".join(f'"{column.name}"' for column in columns)
    typed = ", ".join(
        f'"{column.name}" {column.type.dialect_impl(connection.dialect).compile(connection.dialect)}'
        for column in columns
    )
    connection.execute(
        text(
            f'INSERT INTO "{table.name}" ({names})'  # noqa: S608 - names of our own columns
            f" SELECT {names} FROM json_to_recordset(CAST(:rows AS json)) AS told({typed})"
        ),
        {"rows": msgspec.json.encode(rows).decode()},
    )
