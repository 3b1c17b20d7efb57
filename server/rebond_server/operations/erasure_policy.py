"""How drives are to be erased, as the workshop says for itself and for each lot."""

import msgspec
from sqlalchemy import select

from rebond_schemas.order import ErasurePolicy
from rebond_server.domain.erasure_order import policy_of
from rebond_server.domain.policy import Permission
from rebond_server.operations.history import tell
from rebond_server.operations.lots import lot_by_code, origin_of
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.database import take_turns
from rebond_server.store.demand import Lot
from rebond_server.store.ids import uuid7
from rebond_server.store.order import PolicyRow


def record_policy(
    work: Work, code: str | None, policy: ErasurePolicy, *, unattended: bool = False
) -> None:
    """Say how the drives of a lot are erased, or (None) of all that nothing else was said of."""
    work.require(Permission.MANAGE_LOTS)
    lot = None if code is None else lot_by_code(work, code)
    take_turns(work.session, f"policies {work.site_id}")
    row = row_of(work, lot)
    if row is None:
        row = PolicyRow(
            site_id=work.site_id, id=uuid7(work.now), lot_id=None if lot is None else lot.id
        )
        work.session.add(row)
    # Nobody stands beside an erasure of which no lot was said.
    row.policy, row.unattended, row.changed = (
        plain(policy),
        unattended and lot is not None,
        work.now,
    )
    subject = ("site", work.site_id) if lot is None else ("lot", lot.id)
    details = {"policy": plain(policy), "unattended": row.unattended}
    tell(work, "set_erasure_policy", subject, details=details)


def policy_in_force(work: Work, code: str | None) -> tuple[ErasurePolicy, bool]:
    """Return the policy of a lot (None: the workshop's own), and whether it may run unattended."""
    lot = None if code is None else lot_by_code(work, code)
    row = None if lot is None else row_of(work, lot)
    return policy_for(work, lot), row is not None and row.unattended


def policy_for(work: Work, lot: Lot | None) -> ErasurePolicy:
    """Return the policy of a lot's machines (None: of those without a lot), donor's wish included."""
    workshop, own = row_of(work, None), None if lot is None else row_of(work, lot)
    origin = None if lot is None else origin_of(work, lot)
    return policy_of(
        None if origin is None else origin.erasure_policy,
        None if own is None else _read(own),
        None if workshop is None else _read(workshop),
    )


def _read(row: PolicyRow) -> ErasurePolicy:
    return msgspec.convert(row.policy, ErasurePolicy)


def row_of(work: Work, lot: Lot | None) -> PolicyRow | None:
    """Return what was recorded for this lot (None: for the workshop), if anything was."""
    of = PolicyRow.lot_id.is_(None) if lot is None else PolicyRow.lot_id == lot.id
    return work.session.scalars(
        select(PolicyRow).where(PolicyRow.site_id == work.site_id, of)
    ).one_or_none()
