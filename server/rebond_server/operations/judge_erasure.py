"""The server's own verdict on one erasure statement, written once and never changed."""

import math

import msgspec
from sqlalchemy import select

from rebond_schemas.erasure import HiddenArea
from rebond_schemas.facts import Drive
from rebond_schemas.statement import Erasure
from rebond_server.domain.drive_identity import same_drive
from rebond_server.domain.drive_speed import ceiling
from rebond_server.domain.second_read import is_second_read
from rebond_server.domain.verdict import Judgement, judge
from rebond_server.domain.verdict_reason import Code
from rebond_server.operations.evidence_of import order_named
from rebond_server.operations.history import tell
from rebond_server.operations.issue_certificate import withdraw_contradicted
from rebond_server.operations.order import OLDEST_FIRST
from rebond_server.operations.read_again import read_again
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DeviceDrive, DriveRow, JudgementRow
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import StatementRow

LARGEST = 2**63 - 1
"""What a column of whole numbers holds; a statement's passes may claim to sum up to more."""
LONGEST = 1e18
"""Seconds; two finite durations may add up to infinity."""
NOT_APPLICABLE = "not_applicable"


def judge_erasure(work: Work, device: Device, row: StatementRow, erasure: Erasure) -> bool:
    """Judge the statement against the drive that the run's inventory saw, and keep the verdict.

    Returns whether it is a second read that contradicts the proof before it.
    """
    seen = drive_seen(work, device, row, erasure)
    if seen is None:
        tell(
            work,
            "erasure_of_unknown_drive",
            ("device", device.id),
            new=str(row.id),
            details={"path": erasure.path},
        )
        return False
    drive_row = work.session.get_one(DriveRow, (work.site_id, seen.drive_id))
    drive = msgspec.convert(seen.facts, Drive)
    second = is_second_read(erasure)
    if second and not read_again(work, device, drive_row, erasure, drive):
        return False
    order = order_named(work, erasure.order)
    judgement = judge(erasure, drive, admit_ieee=order is not None and order.policy.admit_ieee)
    judged = _row(work, device, row, erasure, drive_row, drive, judgement)
    work.session.add(judged)
    work.session.flush()
    withdraw_contradicted(work, device, judged)
    tell(
        work,
        "judge_erasure",
        ("device", device.id),
        new=judgement.verdict.value,
        reason=judgement.reasons[0].sentence.en if judgement.reasons else None,
        details={"statement": str(row.id), "drive": str(drive_row.id)},
    )
    return second


def drive_seen(
    work: Work, device: Device, row: StatementRow, erasure: Erasure
) -> DeviceDrive | None:
    """Return the one drive of the run's inventories that the erasure names; None for none or two."""
    seen = work.session.scalars(
        select(DeviceDrive)
        .join(
            StatementRow,
            (StatementRow.site_id == DeviceDrive.site_id)
            & (StatementRow.id == DeviceDrive.inventory_id),
        )
        .where(
            DeviceDrive.site_id == work.site_id,
            DeviceDrive.device_id == device.id,
            StatementRow.run == row.run,
            StatementRow.stick_id == row.stick_id,
        )
        .order_by(*OLDEST_FIRST, DeviceDrive.position)
    ).all()
    fitting = [
        one for one in seen if same_drive(erasure.drive, msgspec.convert(one.facts, Drive).identity)
    ]
    first = [one for one in fitting if one.inventory_id == fitting[0].inventory_id]
    return first[0] if len(first) == 1 else None


def counts_now(device: Device, erasure: Erasure) -> bool:
    """Say whether the erasure was made in the device's present cycle.

    A stick may deliver late. What counts after a device was taken back must have been made after a
    server told the stick a later time; else an erasure of the earlier life would prove this one.
    """
    if device.cycle_began is None:
        return True
    return erasure.made.anchor is not None and erasure.made.anchor >= device.cycle_began


def _row(
    work: Work,
    device: Device,
    row: StatementRow,
    erasure: Erasure,
    drive_row: DriveRow,
    drive: Drive,
    judgement: Judgement,
) -> JudgementRow:
    figures = judgement.figures
    assert figures is not None  # noqa: S101 - `judge` always adds up the passes
    moved = figures.bytes_written + figures.bytes_read_back
    return JudgementRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        drive_id=drive_row.id,
        statement_id=row.id,
        epoch=drive_row.epoch if counts_now(device, erasure) else drive_row.epoch - 1,
        verdict=judgement.verdict,
        size_bytes=None if figures.native_bytes is None else min(figures.native_bytes, LARGEST),
        bytes_written=min(figures.bytes_written, LARGEST),
        bytes_read_back=min(figures.bytes_read_back, LARGEST),
        errors=min(figures.errors, LARGEST),
        mismatches=min(figures.mismatches, LARGEST),
        skipped=min(figures.bytes_skipped, LARGEST),
        hidden_area=_hidden_area(erasure, judgement),
        seconds=min(figures.write_seconds + figures.read_back_seconds, LONGEST),
        least_seconds=_rounded_down(moved / ceiling(drive).bytes_per_second),
        method=erasure.method.value,
        canaries_planted=min(figures.canaries_planted, LARGEST),
        canaries_found=min(figures.canaries_found, LARGEST),
        places_read=min(figures.places_read, LARGEST),
        reasons=[plain(reason) for reason in judgement.reasons],
        judged=work.now,
    )


def _hidden_area(erasure: Erasure, judgement: Judgement) -> str:
    unknown = Code.HIDDEN_AREA_UNKNOWN in {reason.code for reason in judgement.reasons}
    if erasure.hidden_area is HiddenArea.UNKNOWN and not unknown:
        return NOT_APPLICABLE
    return erasure.hidden_area.value


def _rounded_down(seconds: float) -> float:
    """Return a bound that no rounding of the rules' own comparison can cross."""
    return max(0.0, math.floor(seconds * 1000 - 1e-3) / 1000)
