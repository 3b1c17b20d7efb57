"""New grades for many devices at once, from facts that the database already holds."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    MetaData,
    String,
    Table,
    Uuid,
    func,
    insert,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Session, aliased

from rebond_server.domain.lifecycle import State
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.many import add_rows

_other = aliased(GradeRow)
NEWEST = (
    select(_other.id)
    .where(
        _other.site_id == Device.site_id,
        _other.device_id == Device.id,
        _other.given_by.is_(None),
    )
    .order_by(_other.graded.desc(), _other.id.desc())
    .limit(1)
    .correlate(Device)
    .scalar_subquery()
)
"""The newest grade that rules gave a device: one look into an index a device."""

_waiting = Table(
    "regraded",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("device_id", Uuid),
    Column("source_id", Uuid),
    Column("overall", String(20)),
    Column("axes", JSON(none_as_null=True)),
    Column("reasons", JSON(none_as_null=True)),
    Column("facts", JSON(none_as_null=True)),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_KEPT = ("axes", "reasons", "facts")
"""What a new grade may have from the one before it."""
_SAME = ("site_id", "rules", "rules_sha256", "graded")
"""What all grades of one batch share."""


def replace_grades(
    session: Session, site_id: UUID, rows: Sequence[Mapping[str, Any]], kept: Collection[State]
) -> None:
    """Add grades, and let them stand on the devices that are in none of the states to be kept.

    A row whose facts, reasons or axes are None has those of the grade `source_id`: the database copies them
    itself, for they are nearly all that a grade weighs.
    """
    if not rows:
        return
    connection = session.connection()
    _waiting.create(connection)
    add_rows(
        session,
        _waiting,
        [{column.name: row[column.name] for column in _waiting.columns} for row in rows],
    )
    grades, devices = GradeRow.__table__, Device.__table__
    near_grades: ColumnElement[bool] = true()
    near_devices: ColumnElement[bool] = true()
    if connection.dialect.name == "postgresql":
        # nobody counts a temporary table by itself: a wrong guess reads all grades for each batch, unless
        # the range is said; SQLite would go through the range once a row, and finds rows by their key
        connection.execute(text("ANALYZE regraded"))
        keys = [row["device_id"] for row in rows]
        near_grades = grades.c.device_id.between(min(keys), max(keys))
        near_devices = devices.c.id.between(min(keys), max(keys))
    alike = {name: rows[0][name] for name in _SAME}
    columns: dict[str, Any] = {name: _waiting.c[name] for name in ("id", "device_id", "overall")}
    columns |= {name: func.coalesce(_waiting.c[name], grades.c[name]) for name in _KEPT}
    connection.execute(
        insert(grades).from_select(  # type: ignore[arg-type]  # a declared table is a Table
            [*columns, *alike],
            select(
                *columns.values(),
                *(literal(value, grades.c[name].type) for name, value in alike.items()),
            ).join_from(
                _waiting,
                grades,
                (grades.c.site_id == site_id) & (grades.c.id == _waiting.c.source_id) & near_grades,
            ),
        )
    )
    connection.execute(
        update(devices)  # type: ignore[arg-type]  # likewise
        .where(
            devices.c.site_id == site_id,
            near_devices,
            devices.c.id == _waiting.c.device_id,
            devices.c.state.not_in(kept),
        )
        .values(grade_id=_waiting.c.id, grade=_waiting.c.overall, version=devices.c.version + 1)
    )
    _waiting.drop(connection)
    session.expire_all()
