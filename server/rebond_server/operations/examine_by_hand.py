"""What no stick can boot: a person looks at it, and a phone's reset is seen by two."""

from uuid import UUID

from sqlalchemy import select

from rebond_schemas.plan_law import Kind
from rebond_server.domain.grading import Letter
from rebond_server.domain.lifecycle import Event, State
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotProven, Taken
from rebond_server.operations.grade_device import fingerprint
from rebond_server.operations.history import tell
from rebond_server.operations.step import (
    by_person,
    device_of,
    from_evidence,
    reason_given,
    sanitised,
)
from rebond_server.operations.work import Work
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.hold import ResetWitness
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import Intake

RESETTABLE = frozenset({Kind.SMARTPHONE.value, Kind.TABLET.value})
DATALESS = frozenset({Kind.SCREEN.value, Kind.ACCESSORY.value, Kind.KEY_4G.value})
"""Kinds that hold no data, the same as in the database's own view."""
BY_HAND = RESETTABLE | DATALESS
WITNESS_RESET = "witness_reset"
RULES = "examen à la main"


def witness_reset(work: Work, device_id: UUID, reason: str) -> int:
    """Say that this phone or tablet was reset before one's eyes; return how many people say so.

    The erasure that a maker's reset does is not read back: two people are asked, and the sheet says
    what was seen and no more.
    """
    work.require(Permission.WITNESS)
    device, who, given = device_of(work, device_id), work.person(), reason_given(reason)
    if device.kind not in RESETTABLE or device.inventory_id is not None:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} : seul un téléphone ou une tablette que la clé ne démarre pas se "
                "réinitialise devant témoins.",
                en=f"{device.tag}: only a phone or tablet that no stick boots is reset before witnesses.",
            )
        )
    if who in _witnesses(work, device):
        raise Taken(
            Sentence(
                fr=f"{device.tag} : vous l'avez déjà attesté, il faut une autre personne.",
                en=f"{device.tag}: you have said so already; another person is needed.",
            )
        )
    work.session.add(
        ResetWitness(
            site_id=work.site_id, id=uuid7(work.now), device_id=device.id, cycle=device.cycle,
            seen_by=who, reason=given, at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    tell(work, WITNESS_RESET, ("device", device.id), reason=given)
    return len(_witnesses(work, device))


def examine_by_hand(work: Work, device_id: UUID, letter: Letter, reason: str) -> Device:
    """Grade what no stick can boot, as a person found it; its data must be proven gone, or none.

    Raises NotProven for a phone whose reset two people did not see.
    """
    work.require(Permission.CONFIRM_GRADE)
    device, given = device_of(work, device_id), reason_given(reason)
    if device.kind not in BY_HAND or device.inventory_id is not None:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} : un ordinateur se relève avec la clé, pas à la main.",
                en=f"{device.tag}: a computer is reported by a stick, not by hand.",
            )
        )
    _refuse_locked(work, device)
    if not sanitised(work.session, device):
        raise NotProven(
            Sentence(
                fr=f"{device.tag} : deux personnes doivent d'abord attester sa réinitialisation.",
                en=f"{device.tag}: two people must first witness its reset.",
            )
        )
    if device.state is State.RECEIVED:
        from_evidence(work, device, Event.INGEST_REPORT, reason=RULES)
        from_evidence(work, device, Event.CONFIRM_WIPE, reason=RULES)
    device.carry(_grade(work, device, letter))
    by_person(work, device, Event.CONFIRM_GRADE, given)
    return device


def _grade(work: Work, device: Device, letter: Letter) -> GradeRow:
    battery = work.session.scalar(
        select(Intake.battery_percent).where(
            Intake.site_id == work.site_id, Intake.device_id == device.id
        )
    )
    said = {"value": battery, "unit": "%", "source": "intake", "status": "declared"}
    row = GradeRow(
        site_id=work.site_id,
        id=uuid7(work.now),
        device_id=device.id,
        overall=letter.value,
        axes={},
        reasons=[],
        facts={} if battery is None else {"battery_health": said},
        rules=RULES,
        rules_sha256=fingerprint(work.rules),
        graded=work.now,
        given_by=work.person(),
    )
    work.session.add(row)
    work.session.flush()
    return row


def _refuse_locked(work: Work, device: Device) -> None:
    lock = work.session.scalar(
        select(Intake.activation_lock).where(
            Intake.site_id == work.site_id, Intake.device_id == device.id
        )
    )
    if lock:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} est lié au compte de son ancien propriétaire : personne d'autre ne "
                "pourra s'en servir.",
                en=f"{device.tag} is locked to its former owner's account: nobody else could use it.",
            )
        )


def _witnesses(work: Work, device: Device) -> set[UUID]:
    return set(
        work.session.scalars(
            select(ResetWitness.seen_by).where(
                ResetWitness.site_id == work.site_id,
                ResetWitness.device_id == device.id,
                ResetWitness.cycle == device.cycle,
            )
        )
    )
