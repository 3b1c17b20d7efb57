"""From one statement to what is known of its device. Any order of arrival ends in the same state."""

from sqlalchemy import select

from rebond_schemas.statement import AnyStatement, Erasure, Inspection, Inventory
from rebond_server.operations.evidence_of import erasure_of, statement_of
from rebond_server.operations.file_statement import device_for
from rebond_server.operations.judge_erasure import judge_erasure
from rebond_server.operations.order import OLDEST_FIRST
from rebond_server.operations.read_again import set_aside
from rebond_server.operations.record_inventory import record_inventory
from rebond_server.operations.settle_device import settle_device
from rebond_server.operations.step import device_of
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, JudgementRow
from rebond_server.store.stick import StatementKind, StatementRow


def project(work: Work, row: StatementRow, statement: AnyStatement) -> None:
    """Draw from a statement what follows for its device; without a device it waits."""
    if row.device_id is None:
        return
    device = device_of(work, row.device_id)
    contradicted = False
    match statement:
        case Inventory():
            record_inventory(work, device, row, statement)
            contradicted = _take_up_waiting(work, device, row)
        case Erasure():
            contradicted = judge_erasure(work, device, row, statement)
        case Inspection():
            pass  # the grade reads every inspection of the device
    settle_device(work, device, row)
    if contradicted:
        set_aside(work, device)


def _take_up_waiting(work: Work, device: Device, inventory: StatementRow) -> bool:
    """File and judge what arrived of this run before its inventory; say whether it contradicts."""
    contradicted = False
    waiting = work.session.execute(
        select(StatementRow, JudgementRow.id)
        .outerjoin(
            JudgementRow,
            (JudgementRow.site_id == StatementRow.site_id)
            & (JudgementRow.statement_id == StatementRow.id),
        )
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.stick_id == inventory.stick_id,
            StatementRow.run == inventory.run,
            StatementRow.kind != StatementKind.INVENTORY,
            StatementRow.quarantined.is_(False),
        )
        .order_by(*OLDEST_FIRST)
    ).all()
    for row, judged in waiting:
        if row.device_id is None:
            found = device_for(work, statement_of(work, row))
            row.device_id = None if found is None else found.id
        if row.kind is StatementKind.ERASURE and judged is None and row.device_id == device.id:
            contradicted |= judge_erasure(work, device, row, erasure_of(work, row))
    work.session.flush()
    return contradicted
