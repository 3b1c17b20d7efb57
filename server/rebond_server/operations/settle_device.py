"""What a device is now: computed over the whole set of its statements, never step by step.

The latest inventory, the judgement that counts for each drive, the state that follows, the grade.
Nothing here depends on the order in which statements arrived. A failed erasure moves no state by
itself: were it to hold the device, a success that arrives first would end elsewhere than one that
arrives last; the lead's queue shows the verdict instead.
"""

from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas.facts import ChassisKind, Drive, DriveKind, Facts
from rebond_schemas.statement import Inventory
from rebond_server.domain.component_lost import lost_since
from rebond_server.domain.drive_identity import drive_key
from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.role import Role
from rebond_server.domain.sanitised import device_verdict
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.operations.drive_verdict import health_of, keep_health
from rebond_server.operations.evidence_of import inventory_of
from rebond_server.operations.grade_device import grade_device
from rebond_server.operations.history import tell
from rebond_server.operations.move_evidence import plain_identity
from rebond_server.operations.order import LATEST_FIRST
from rebond_server.operations.step import from_evidence, sanitised
from rebond_server.operations.undo_assignment import open_assignment
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DeviceDrive, DriveRow, JudgementRow
from rebond_server.store.history import COMPONENT_LOST, EVIDENCE_AFTER_END
from rebond_server.store.queries.proof import accepted_judgements, declared_empty
from rebond_server.store.queries.standing import as_judgement
from rebond_server.store.stick import StatementKind, StatementRow

GONE = frozenset({State.RELEASED, State.SCRAPPED})
"""The device is no longer ours to change; what still arrives is filed and told."""
PROVEN = frozenset({State.WIPED, State.GRADED, State.ALLOCATED})


Chosen = dict[UUID, tuple[JudgementRow, StatementRow]]
"""By drive: the judgement that counts, and the statement that it judges."""


def settle_device(work: Work, device: Device, news: StatementRow) -> None:
    """Bring the device to what all its statements together say; `news` is the one that arrived."""
    if device.state in GONE:
        tell(work, EVIDENCE_AFTER_END, ("device", device.id), new=str(news.id))
        return
    latest = _latest_inventory(work, device)
    if latest is None:
        return
    inventory, seen = inventory_of(work, latest), _seen(work, device, latest)
    drives = _drives(work, device)
    chosen = {drive.id: found for drive in drives if (found := _chosen(work, drive)) is not None}
    _prefer_latest(seen, drives, chosen)
    clean = _clean(work, device, inventory, seen, chosen)
    if not clean and device.state in PROVEN:
        _step_back(work, device)
    for drive in drives:
        drive.judgement_id = chosen[drive.id][0].id if drive.id in chosen else None
    work.session.flush()  # first the proofs, then the inventory that needs them: the guards watch
    moved = device.inventory_id != latest.id
    if moved:
        _note_losses(work, device, latest, inventory.facts)
    _point(device, latest, inventory.facts)
    work.session.flush()
    if moved and news.id == latest.id:
        _note_report(work, device)
    if device.state is State.EXAMINED and clean and sanitised(work.session, device):
        from_evidence(work, device, Event.CONFIRM_WIPE)
    _note_health(work, seen, chosen)
    grade_device(work, device, inventory)


def _prefer_latest(seen: list[DeviceDrive], drives: list[DriveRow], chosen: Chosen) -> None:
    """Of two rows of one drive, from records that became one, let the latest judgement count."""
    names = {drive.id: plain_identity(drive.identity) for drive in drives}
    for one in seen:
        twins = [key for key, name in names.items() if name == names[one.drive_id]]
        judged = [key for key in twins if key in chosen]
        if len(twins) > 1 and judged:
            one.drive_id = max(judged, key=lambda key: _place(chosen[key][1]))


def _place(row: StatementRow) -> tuple[int, int, int]:
    return row.made_before, row.sequence, row.arrival


def settle_again(work: Work, device: Device) -> None:
    """Settle a device after a person's word; nothing new arrived, but something may be in doubt now."""
    latest = _latest_inventory(work, device)
    if latest is not None:
        settle_device(work, device, latest)
    elif device.state in PROVEN:
        _step_back(work, device)
        for drive in _drives(work, device):
            drive.judgement_id = None


def _clean(
    work: Work, device: Device, inventory: Inventory, seen: list[DeviceDrive], chosen: Chosen
) -> bool:
    """Ask the rules; the view in the database asks on its own before any step beyond the wipe."""
    judged = {
        key: chosen[one.drive_id][0]
        for one in seen
        if one.drive_id in chosen
        and (key := drive_key(msgspec.convert(one.facts, Drive).identity)) is not None
    }
    accepted = accepted_judgements(work.session, work.site_id, [device.id])
    facts = inventory.facts
    return device_verdict(
        facts.drives,
        facts.drives_hidden,
        {key: as_judgement(row) for key, row in judged.items()},
        declared_empty=declared_empty(work.session, device),
        accepted=[key for key, row in judged.items() if row.id in accepted],
    ).sanitised


def _step_back(work: Work, device: Device) -> None:
    """Lead a device out of the states that promise a wipe; what was promised to somebody is undone."""
    reason = "not every drive of the latest inventory is proven erased"
    if device.state is State.ALLOCATED:
        open_assignment(work, device).closed = work.now
        # The table gives this step to the officer alone; the evidence takes it in the officer's stead.
        from_evidence(work, device, Event.DEALLOCATE, Role.OFFICER, reason)
    from_evidence(work, device, Event.ADD_DRIVE, reason=reason)


def _note_report(work: Work, device: Device) -> None:
    if device.state in {State.RECEIVED, State.EXAMINED}:
        from_evidence(work, device, Event.INGEST_REPORT)


def _note_losses(work: Work, device: Device, latest: StatementRow, facts: Facts) -> None:
    """Tell what the report before saw and this one no longer does: the lead asks where it went."""
    if device.facts is None:
        return
    lost = lost_since(msgspec.convert(device.facts, Facts), facts)
    if lost:
        told: dict[str, object] = {"inventory": str(latest.id), "lost": plain(lost)}
        tell(work, COMPONENT_LOST, ("device", device.id), new=str(len(lost)), details=told)


def _point(device: Device, latest: StatementRow, facts: Facts) -> None:
    """Let the device show what its latest inventory says."""
    device.inventory_id = latest.id
    device.drives_hidden = facts.drives_hidden is not False
    device.facts = plain(facts)
    device.kind = kind_of(facts)
    device.maker, device.model, device.serial = _names(facts)


def kind_of(facts: Facts) -> str:
    """Return what stands on the bench; `image` for a disk image erased on trial."""
    drives = facts.drives
    if facts.board.chassis is None and drives and all(d.kind is DriveKind.IMAGE for d in drives):
        return "image"
    return (facts.board.chassis or ChassisKind.OTHER).value


def _names(facts: Facts) -> tuple[str | None, str | None, str | None]:
    board = facts.board
    maker = board.maker or board.board_maker
    model = board.marketing_name or board.model or board.board_model
    if maker and model and model.casefold().startswith(f"{maker.casefold()} "):
        model = model[len(maker) + 1 :]  # HP writes its name into the product's
    return maker, model, board.serial or board.board_serial


def _note_health(work: Work, seen: list[DeviceDrive], chosen: Chosen) -> None:
    """Judge the health of each drive again, now with what its erasure showed."""
    for one in seen:
        if one.drive_id not in chosen:
            continue
        keep_health(one, health_of(work, work.rules.health, one, chosen[one.drive_id][1]))


def _latest_inventory(work: Work, device: Device) -> StatementRow | None:
    query = (
        select(StatementRow)
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.device_id == device.id,
            StatementRow.kind == StatementKind.INVENTORY,
            StatementRow.quarantined.is_(False),
        )
        .order_by(*LATEST_FIRST)
        .limit(1)
    )
    if device.cycle_began is not None:
        query = query.where(StatementRow.received >= device.cycle_began)
    return work.session.scalars(query).one_or_none()


def _drives(work: Work, device: Device) -> list[DriveRow]:
    return list(
        work.session.scalars(
            select(DriveRow).where(
                DriveRow.site_id == work.site_id, DriveRow.device_id == device.id
            )
        )
    )


def _chosen(work: Work, drive: DriveRow) -> tuple[JudgementRow, StatementRow] | None:
    """Return the latest judgement of the drive's present epoch.

    An erasure that was not attempted wrote nothing: it counts only when there is no other.
    """
    rows = [
        (judgement, statement)
        for judgement, statement in work.session.execute(
            select(JudgementRow, StatementRow)
            .join(
                StatementRow,
                (StatementRow.site_id == JudgementRow.site_id)
                & (StatementRow.id == JudgementRow.statement_id),
            )
            .where(
                JudgementRow.site_id == work.site_id,
                JudgementRow.drive_id == drive.id,
                JudgementRow.epoch == drive.epoch,
                StatementRow.quarantined.is_(False),
            )
            .order_by(*LATEST_FIRST)
        )
    ]
    attempted = [row for row in rows if row[0].verdict is not Verdict.NOT_ATTEMPTED]
    return next(iter(attempted or rows), None)


def _seen(work: Work, device: Device, latest: StatementRow) -> list[DeviceDrive]:
    return list(
        work.session.scalars(
            select(DeviceDrive)
            .where(
                DeviceDrive.site_id == work.site_id,
                DeviceDrive.device_id == device.id,
                DeviceDrive.inventory_id == latest.id,
            )
            .order_by(DeviceDrive.position)
        )
    )
