"""One step in the life of a device: the lifecycle table decides, history tells."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from rebond_server.domain.errors import IllegalTransition
from rebond_server.domain.lifecycle import Event, State, advance
from rebond_server.domain.policy import FOR_EVENT
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.donor_asked import require_what_was_asked
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.guards import DEVICE_SANITISATION

MOST_REASON = 500
ONWARD = frozenset({Event.CONFIRM_GRADE, Event.ALLOCATE, Event.HAND_OVER})
"""Steps towards a new owner: only with what the donor asked."""


def device_of(work: Work, device_id: UUID) -> Device:
    """Return the device, its row locked until the end (on SQLite the whole database is)."""
    device = work.session.scalars(
        select(Device)
        .where(Device.site_id == work.site_id, Device.id == device_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if device is None:
        raise NotFound(Sentence(fr="Cet appareil n'existe pas.", en="There is no such device."))
    return device


def by_person(work: Work, device: Device, event: Event, reason: str | None = None) -> None:
    """Let the actor take this step: policy first, then the table of the life of a device."""
    permission = FOR_EVENT.get(event)
    if permission is None:
        raise IllegalTransition(
            Sentence(
                fr="Cette étape ne vient que des preuves : personne ne la demande.",
                en="Only evidence takes this step: nobody can ask for it.",
            )
        )
    work.require(permission)
    assert work.actor.role is not None  # noqa: S101 - `require` refused it; tells the type checker
    if event in ONWARD:
        advance(device.state, event, work.actor.role)  # a step that can't be taken says so first
        require_what_was_asked(work, device)
    _step(work, device, event, work.actor.role, reason)


def from_evidence(
    work: Work, device: Device, event: Event, role: Role = Role.AGENT, reason: str | None = None
) -> None:
    """Take a step that the evidence asks for; no person is behind it."""
    _step(work, device, event, role, reason)


def sanitised(session: Session, device: Device) -> bool:
    """Ask the database whether every drive of the device is proven erased."""
    session.flush()
    answer = session.scalar(
        select(DEVICE_SANITISATION.c.sanitised).where(
            DEVICE_SANITISATION.c.site_id == device.site_id,
            DEVICE_SANITISATION.c.device_id == device.id,
        )
    )
    return answer == 1


def reason_given(reason: str) -> str:
    """Return a person's reason, or raise BadValue when there is none."""
    given = reason.strip()[:MOST_REASON]
    if not given:
        raise BadValue(Sentence(fr="Donnez une raison.", en="Give a reason."))
    return given


def _step(work: Work, device: Device, event: Event, role: Role, reason: str | None) -> None:
    old: State = device.state
    device.state = advance(old, event, role)
    device.changed = work.now
    work.session.flush()  # the guards of the database speak here, not at a commit far away
    tell(
        work,
        event.value,
        ("device", device.id),
        old=old.value,
        new=device.state.value,
        reason=reason,
    )
