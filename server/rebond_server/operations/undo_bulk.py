"""Taking back what was done with many tags: each device goes where it was, if nothing changed it since."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from rebond_server.domain.errors import Forbidden
from rebond_server.domain.lifecycle import State
from rebond_server.domain.policy import Permission
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.lots import FIXED
from rebond_server.operations.place_device import move_device, where
from rebond_server.operations.step import device_of
from rebond_server.operations.work import Work
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import DevicePlace
from rebond_server.store.record import BulkAct

UNDO_HOLD = "undo_hold"
LATEST = timedelta(days=1)
"""Later, what was done is how things are."""
MOST = 10


def before(work: Work, device_id: UUID) -> dict[str, str | None]:
    """Return where a device is, in which lot and state, before something is done with it."""
    device = work.session.get_one(Device, (work.site_id, device_id))
    lot = None if device.lot_id is None else work.session.get(Lot, (work.site_id, device.lot_id))
    return {
        "device": str(device_id),
        "place": where(work, device),
        "lot": None if lot is None else lot.code,
        "state": device.state.value,
    }


def remember(work: Work, action: str, goal: str, items: list[dict[str, str | None]]) -> None:
    """Keep what was done, so that it can be taken back."""
    work.session.add(
        BulkAct(
            site_id=work.site_id,
            id=uuid7(work.now),
            action=action,
            goal=goal[:500],
            items=items,
            at=work.now,
            by=work.person(),
        )
    )
    work.session.flush()


def undoable(work: Work) -> list[BulkAct]:
    """Return what the one who asks may still take back, the latest first."""
    query = select(BulkAct).where(
        BulkAct.site_id == work.site_id,
        BulkAct.undone.is_(None),
        BulkAct.at > work.now - LATEST,
    )
    if work.actor.role is not Role.LEAD:
        query = query.where(BulkAct.by == work.actor.id)
    return list(work.session.scalars(query.order_by(BulkAct.at.desc()).limit(MOST)))


def undo(work: Work, act_id: UUID) -> tuple[tuple[str, Sentence | None], ...]:
    """Take one act back; return each tag, and why it was left as it is."""
    work.require(Permission.RECEIVE_DEVICE)
    act = work.session.get(BulkAct, (work.site_id, act_id), with_for_update=True)
    if act is None or act.undone is not None or act.at <= work.now - LATEST:
        raise NotFound(
            Sentence(fr="Il n'y a plus rien à défaire.", en="There is nothing left to undo.")
        )
    if act.by != work.person() and work.actor.role is not Role.LEAD:
        raise Forbidden(
            Sentence(
                fr="Seul·e qui l'a fait, ou un·e chef·fe d'atelier, le défait.",
                en="Only who did it, or a workshop lead, takes it back.",
            )
        )
    act.undone = work.now
    return tuple(_one(work, act, item) for item in act.items)


def _one(work: Work, act: BulkAct, item: dict[str, str | None]) -> tuple[str, Sentence | None]:
    device_id = UUID(item["device"])
    if work.session.get(Device, (work.site_id, device_id)) is None:
        gone = Sentence(fr="cette fiche n'existe plus", en="this record is no more")
        return item["device"] or "", gone
    device = device_of(work, device_id)
    steps = {"move": _move_back, "lot": _lot_back, "hold": _release}
    try:
        steps[act.action](work, device, act.goal, item)
    except BadValue as refusal:
        return device.tag, refusal.sentence
    return device.tag, None


def _move_back(work: Work, device: Device, goal: str, item: dict[str, str | None]) -> None:
    _unchanged(where(work, device), goal.strip().upper())
    if item["place"] is not None:
        move_device(work, device.id, item["place"])
        return
    work.session.execute(
        delete(DevicePlace).where(
            DevicePlace.site_id == work.site_id, DevicePlace.device_id == device.id
        )
    )
    tell(work, "move_device", ("device", device.id), old=goal, new=None)


def _lot_back(work: Work, device: Device, goal: str, item: dict[str, str | None]) -> None:
    lot = None if device.lot_id is None else work.session.get(Lot, (work.site_id, device.lot_id))
    _unchanged(None if lot is None else lot.code, goal)
    if device.state in FIXED:
        raise BadValue(_changed())
    old = work.session.scalar(
        select(Lot.id).where(Lot.site_id == work.site_id, Lot.code == item["lot"])
    )
    device.lot_id = old
    tell(work, "put_in_lot", ("device", device.id), old=goal, new=item["lot"])


def _release(work: Work, device: Device, goal: str, item: dict[str, str | None]) -> None:
    del goal
    _unchanged(device.state.value, State.HELD.value)
    device.state = State(item["state"] or "")
    device.changed = work.now
    work.session.flush()  # the guards of the database watch where it goes back to
    tell(work, UNDO_HOLD, ("device", device.id), old=State.HELD.value, new=item["state"])


def _unchanged(now: str | None, then: str) -> None:
    if now != then:
        raise BadValue(_changed())


def _changed() -> Sentence:
    return Sentence(
        fr="il a changé depuis : laissé tel quel", en="it has changed since: left as it is"
    )
