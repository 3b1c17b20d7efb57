"""The grade of a device: computed from facts by the rules, confirmed by a person."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.inspection import Check
from rebond_schemas.statement import Inventory
from rebond_server.domain.facts import Fact, project
from rebond_server.domain.grading import Grade, Letter
from rebond_server.domain.health import Health
from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.policy import Permission
from rebond_server.domain.rule_set import grade_by
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.evidence_of import inspection_of
from rebond_server.operations.history import tell
from rebond_server.operations.opinion import checks_by_hand, declared_of
from rebond_server.operations.order import OLDEST_FIRST
from rebond_server.operations.step import by_person, device_of, sanitised
from rebond_server.operations.work import Rules, Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device, DeviceDrive, GradeRow
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import StatementKind, StatementRow

CONFIRMED = frozenset({State.GRADED, State.ALLOCATED, State.RELEASED})


def grade_device(work: Work, device: Device, inventory: Inventory) -> GradeRow | None:
    """Grade the device by the rules in force; return the new row, or None when nothing changed.

    What a person has confirmed stays; history tells when the rules would now say otherwise.
    """
    facts = project(
        inventory,
        checks_of(work, device),
        _healths(work, device),
        declared_of(work, device),
        erased=True if sanitised(work.session, device) else None,
    )
    found = grade_by(facts, work.rules.grading)
    row = GradeRow(**row_values(work, device.id, found, facts))
    latest = _latest(work, device)
    if latest is not None and _same(latest, row):
        return None
    work.session.add(row)
    work.session.flush()
    if device.state not in CONFIRMED:
        device.carry(row)
        tell(work, "grade", ("device", device.id), new=row.overall, reason=_first(found))
    elif latest is None or latest.overall != row.overall:
        tell(
            work,
            "grade_differs",
            ("device", device.id),
            old=None if latest is None else latest.overall,
            new=row.overall,
            reason=_first(found),
        )
    return row


def confirm_grade(
    work: Work, device_id: UUID, letter: Letter | None = None, reason: str | None = None
) -> Device:
    """Confirm the computed grade of a wiped device, or let the lead give another one.

    Raises BadValue when the computed grade is REVIEW and no letter is given, or when a letter that
    differs comes without a reason.
    """
    work.require(Permission.CONFIRM_GRADE)
    device = device_of(work, device_id)
    latest = _latest(work, device)
    if latest is None:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} n'a pas encore de catégorie.",
                en=f"{device.tag} has no grade yet.",
            )
        )
    wanted = latest.overall if letter is None else letter.value
    if wanted not in {one.value for one in Letter}:
        raise BadValue(
            Sentence(
                fr="Des tests manquent : choisissez une catégorie, avec une raison.",
                en="Some checks are missing: choose a grade, with a reason.",
            )
        )
    by_person(work, device, Event.CONFIRM_GRADE, reason or wanted)
    device.carry(latest if wanted == latest.overall else _given(work, latest, wanted, reason))
    return device


def _given(work: Work, computed: GradeRow, letter: str, reason: str | None) -> GradeRow:
    """Keep the grade that a person gave instead of the computed one, with the computed reasons."""
    work.require(Permission.CHANGE_GRADE)
    if not (reason or "").strip():
        raise BadValue(
            Sentence(
                fr="Une autre catégorie demande une raison.", en="Another grade needs a reason."
            )
        )
    row = GradeRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        device_id=computed.device_id,
        overall=letter,
        axes=computed.axes,
        reasons=computed.reasons,
        facts=computed.facts,
        rules=computed.rules,
        rules_sha256=computed.rules_sha256,
        graded=work.now,
        given_by=work.person(),
    )
    work.session.add(row)
    work.session.flush()
    return row


def checks_of(work: Work, device: Device) -> list[Check]:
    """Return every check of the device's present cycle, by the agent and by hand, oldest first."""
    query = (
        select(StatementRow)
        .where(
            StatementRow.site_id == work.site_id,
            StatementRow.device_id == device.id,
            StatementRow.kind == StatementKind.INSPECTION,
            StatementRow.quarantined.is_(False),
        )
        .order_by(*OLDEST_FIRST)
    )
    if device.cycle_began is not None:
        query = query.where(StatementRow.received >= device.cycle_began)
    rows = work.session.scalars(query).all()
    told = [(row.received, check) for row in rows for check in inspection_of(work, row).checks]
    tried = [(check.at or work.now, check) for check in checks_by_hand(work, device)]
    return _merged(told, tried)


def _merged(told: list[tuple[datetime, Check]], tried: list[tuple[datetime, Check]]) -> list[Check]:
    """Put each check by hand behind the statements that had come by then."""
    merged = [check for _, check in told]
    for at, check in reversed(tried):
        place = sum(received <= at for received, _ in told)
        merged.insert(place, check)
    return merged


def _healths(work: Work, device: Device) -> list[Health]:
    found = work.session.scalars(
        select(DeviceDrive.health)
        .where(
            DeviceDrive.site_id == work.site_id,
            DeviceDrive.device_id == device.id,
            DeviceDrive.inventory_id == device.inventory_id,
            DeviceDrive.holds_data,
        )
        .order_by(DeviceDrive.position)
    )
    return [Health(health) for health in found if health is not None]


def _latest(work: Work, device: Device) -> GradeRow | None:
    """Return the latest grade that the rules gave."""
    return work.session.scalars(
        select(GradeRow)
        .where(
            GradeRow.site_id == work.site_id,
            GradeRow.device_id == device.id,
            GradeRow.given_by.is_(None),
        )
        .order_by(GradeRow.graded.desc(), GradeRow.id.desc())
        .limit(1)
    ).one_or_none()


def row_values(
    work: Work,
    device_id: UUID,
    found: Grade,
    facts: Mapping[str, Fact],
    shaped: Callable[[object], Any] = plain,
) -> dict[str, object]:
    """Return the columns of the row that keeps this grade."""
    axes = {axis.value: shaped(span) for axis, span in found.axes.items()}
    return names_of(work) | {
        "id": uuid7(work.now),
        "device_id": device_id,
        "overall": found.label,
        "axes": axes | {"overall": shaped(found.overall)},
        "reasons": shaped(found.reasons),
        "facts": shaped(facts),
    }


def names_of(work: Work) -> dict[str, object]:
    """Return the columns that every grade of this moment shares: workshop, rules in force, time."""
    rules = work.rules
    return {
        "site_id": work.site_id,
        "rules": f"{rules.grading.edition.name}, {rules.health.edition.name}"[:80],
        "rules_sha256": fingerprint(rules),
        "graded": work.now,
    }


def fingerprint(rules: Rules) -> str:
    """Return one fingerprint of both rule files: a grade also rests on the health of the drives."""
    return both(rules.grading.edition.sha256, rules.health.edition.sha256)


def both(grading_sha256: str, health_sha256: str) -> str:
    """Return the fingerprint of these two editions together."""
    return hashlib.sha256(f"{grading_sha256} {health_sha256}".encode()).hexdigest()


def _same(one: GradeRow, other: GradeRow) -> bool:
    names = ("overall", "axes", "reasons", "facts", "rules_sha256")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _first(found: Grade) -> str | None:
    return found.reasons[0].sentence.en if found.reasons else None
