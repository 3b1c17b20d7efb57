"""What a second read says of a proven drive: told in the history; a contradiction is judged, too."""

from sqlalchemy import select

from rebond_schemas.facts import Drive
from rebond_schemas.statement import Erasure
from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.second_read import Outcome, compare, other_person
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.operations.evidence_of import erasure_of
from rebond_server.operations.history import tell
from rebond_server.operations.order import LATEST_FIRST
from rebond_server.operations.step import from_evidence
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.queries.rereads import device_events
from rebond_server.store.stick import StatementRow

_PROVEN = (Verdict.CLEARED, Verdict.PURGED, Verdict.CLEARED_WITH_LIMITS)

GIVEN = "give_read_order"
"""One order, in the history of its device: its id, whom it was given to, and for which proofs."""


def read_again(
    work: Work, device: Device, drive_row: DriveRow, second: Erasure, drive: Drive
) -> bool:
    """Tell what a second read says; return whether it must be judged, for it contradicts.

    Nothing else is judged: whoever only reads neither erases a drive nor makes it less erased.
    """
    found = _first(work, drive_row)
    if found is None:
        return bool(second.passes[-1].mismatch_count)
    first = erasure_of(work, found[1])
    ordered = was_ordered(work, device, second, found[0])
    outcome, why = compare(second, first, drive, ordered=ordered)
    tell(
        work,
        outcome.value,
        ("device", device.id),
        details={
            "drive": str(drive_row.id),
            "judgement": str(found[0].id),
            "statement": str(second.id),
            "why": None if why is None else plain(why),
            "other_person": other_person(second, first),
        },
    )
    return outcome is Outcome.CONTRADICTED


def was_ordered(work: Work, device: Device, second: Erasure, proof: JudgementRow) -> bool:
    """Say whether the server asked the stick of this statement, in its run, to read this proof."""
    return any(
        event.details["order"] == second.order
        and event.details["stick"] == str(second.stick)
        and event.details["run"] == str(second.run)
        and str(proof.id) in event.details["judgements"]
        for event in device_events(work.session, device, [GIVEN])
    )


def set_aside(work: Work, device: Device) -> None:
    """Hold a device whose proof was contradicted, once its proofs are settled."""
    if device.state is State.EXAMINED:
        from_evidence(work, device, Event.FAIL_WIPE, reason="a second read contradicts the erasure")


def _first(work: Work, drive: DriveRow) -> tuple[JudgementRow, StatementRow] | None:
    """Return the latest proof of the drive in its present epoch."""
    row = work.session.execute(
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
            JudgementRow.verdict.in_(_PROVEN),
            StatementRow.quarantined.is_(False),
        )
        .order_by(*LATEST_FIRST)
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])
