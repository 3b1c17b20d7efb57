"""What the latest report of a device says otherwise than the one before."""

import msgspec
from sqlalchemy import select

from rebond_schemas.facts import Facts
from rebond_server.domain.report_difference import report_difference
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import EvidenceDamaged
from rebond_server.operations.evidence_of import inventory_of
from rebond_server.operations.order import LATEST_FIRST
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.stick import StatementKind, StatementRow


def changes_since_last(work: Work, device: Device) -> tuple[Sentence, ...]:
    """Return what changed since the report before; nothing where there is none, or its bytes are lost."""
    if device.facts is None:
        return ()
    row = work.session.scalars(
        select(StatementRow)
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.device_id == device.id,
            StatementRow.kind == StatementKind.INVENTORY,
            StatementRow.id != device.inventory_id,
        )
        .order_by(*LATEST_FIRST)
        .limit(1)
    ).one_or_none()
    if row is None:
        return ()
    try:
        before = inventory_of(work, row).facts
    except EvidenceDamaged:
        return ()  # `rebond verify` names it; a page about the device still opens
    return report_difference(before, msgspec.convert(device.facts, Facts))
