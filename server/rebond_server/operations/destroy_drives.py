"""Drives destroyed instead of erased: two people say so, each with an account, one of them a lead."""

from uuid import UUID

from rebond_server.domain.lifecycle import Event, advance
from rebond_server.domain.policy import Permission
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import Taken
from rebond_server.operations.history import tell
from rebond_server.operations.step import by_person, device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.device import Device
from rebond_server.store.queries.proof import SAID_DESTROYED, said_destroyed


def destroy_drives(work: Work, device_id: UUID, reason: str) -> bool:
    """Say that the drives of a device were destroyed; the second person's word ends the device.

    Returns whether it is ended now. One of the two is a lead, else a third person's word is waited for.
    """
    work.require(Permission.DESTROY_DRIVES)
    who, given = work.person(), reason_given(reason)
    device = device_of(work, device_id)
    assert work.actor.role is not None  # noqa: S101 - `require` refused it; tells the type checker
    advance(device.state, Event.DESTROY_DRIVES, work.actor.role)  # refuses where it cannot be
    said = said_destroyed(work.session, device)
    others = [one for one in said if one.account_id != who]
    if len(others) < len(said):
        raise Taken(
            Sentence(
                fr="Vous l'avez déjà déclaré : il faut la parole d'une autre personne.",
                en="You have said so already: another person's word is needed.",
            )
        )
    leads = work.actor.role is Role.LEAD or any(one.role is Role.LEAD for one in others)
    if others and leads:
        by_person(work, device, Event.DESTROY_DRIVES, given)
        return True
    _note(work, device, given)
    return False


def _note(work: Work, device: Device, reason: str) -> None:
    tell(
        work,
        SAID_DESTROYED,
        ("device", device.id),
        reason=reason,
        details={"role": work.actor.role.value if work.actor.role else "", "cycle": device.cycle},
    )
    work.session.flush()
