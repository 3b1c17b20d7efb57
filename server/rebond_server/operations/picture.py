"""Everything that was computed from evidence, as one plain value that can be compared."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from rebond_server.domain.lifecycle import State
from rebond_server.operations.work import Work
from rebond_server.store.device import (
    Device,
    DeviceDrive,
    DeviceKey,
    DriveRow,
    GradeRow,
    JudgementRow,
)
from rebond_server.store.stick import StatementRow

Picture = dict[str, Any]
"""By dotted name: what is known. Ids made by the server are left out; tags and statements stay."""

FIGURES = (
    "epoch",
    "verdict",
    "size_bytes",
    "bytes_written",
    "bytes_read_back",
    "errors",
    "mismatches",
    "skipped",
    "hidden_area",
    "seconds",
    "least_seconds",
    "reasons",
)
FACTS = ("kind", "maker", "model", "serial", "cycle", "drives_hidden", "facts")


def picture(work: Work) -> Picture:
    """Return what the tables now say that evidence has proven."""
    devices = {device.id: device for device in _rows(work, Device)}
    tags = {device_id: device.tag for device_id, device in devices.items()}
    seen: Picture = {}
    for device in devices.values():
        seen |= {f"{device.tag}.{name}": getattr(device, name) for name in FACTS}
        seen[f"{device.tag}.inventory"] = str(device.inventory_id)
        # An allocation is a person's act upon a graded device; evidence knows nothing of it.
        state = State.GRADED if device.state is State.ALLOCATED else device.state
        seen[f"{device.tag}.state"] = state.value
    for statement in _rows(work, StatementRow):
        filed = None if statement.device_id is None else tags[statement.device_id]
        seen[f"statement {statement.id}.device"] = filed
        seen[f"statement {statement.id}.sha256"] = statement.sha256
    for key in _rows(work, DeviceKey):
        seen[f"{tags[key.device_id]}.key {key.kind} {key.value}"] = True
    return seen | _drives(work, tags) | _judgements(work) | _grades(work, tags)


def _drives(work: Work, tags: dict[Any, str]) -> Picture:
    judged = {row.id: str(row.statement_id) for row in _rows(work, JudgementRow)}
    drives = {drive.id: drive for drive in _rows(work, DriveRow)}
    seen: Picture = {}
    for drive in drives.values():
        name = f"{tags[drive.device_id]}.drive {drive.identity}"
        seen[f"{name}.epoch"] = drive.epoch
        seen[f"{name}.judgement"] = (
            None if drive.judgement_id is None else judged[drive.judgement_id]
        )
    for one in _rows(work, DeviceDrive):
        name = f"inventory {one.inventory_id}.{one.position}"
        seen[f"{name}.drive"] = drives[one.drive_id].identity
        seen[f"{name}.holds_data"] = one.holds_data
        seen[f"{name}.facts"] = one.facts
    return seen


def _judgements(work: Work) -> Picture:
    return {
        f"judgement {row.statement_id}.{name}": getattr(row, name)
        for row in _rows(work, JudgementRow)
        for name in FIGURES
    }


def _grades(work: Work, tags: dict[Any, str]) -> Picture:
    """Return the latest grade of each device that the rules gave, not one that a person gave."""
    latest: dict[str, GradeRow] = {}
    for row in sorted(_rows(work, GradeRow), key=lambda one: (one.graded, one.id)):
        if row.given_by is None:
            latest[tags[row.device_id]] = row
    names = ("overall", "axes", "reasons", "facts", "rules_sha256")
    return {
        f"{tag}.grade.{name}": getattr(row, name) for tag, row in latest.items() for name in names
    }


def _rows(work: Work, table: Any) -> list[Any]:  # noqa: ANN401 - any table of this workshop
    query = select(table).where(table.site_id == work.site_id)
    if table is Device:
        query = query.options(undefer(Device.facts))
    return list(work.session.scalars(query))
