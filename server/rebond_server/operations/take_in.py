"""Taking in a device that no stick has seen: a screen, a phone, a PC that does not start."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.plan_law import Kind
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import State
from rebond_server.domain.placeholder import machine_number
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, Taken
from rebond_server.operations.asset_tag import claim, in_turn, is_free, next_tag, tags_given
from rebond_server.operations.history import tell
from rebond_server.operations.lots import intake_lot, lot_by_code, point_named
from rebond_server.operations.recognise import doubts_of_typed, note_doubts
from rebond_server.operations.work import Work
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device, DeviceKey
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import Intake

MOBILE = frozenset({Kind.SMARTPHONE, Kind.TABLET, Kind.KEY_4G})
"""Kinds that may have an IMEI; only the first two can be locked to an account."""


def take_in(work: Work, item: Item, lot_code: str | None = None) -> Device:
    """Take one device in under a lot, or under the one that is being unloaded now.

    Without a tag it gets the next one. Raises Taken when the tag or the IMEI is known already.
    Nothing is proven of it: what can hold data waits for an erasure with evidence.
    """
    work.require(Permission.RECEIVE_DEVICE)
    in_turn(work)
    lot = intake_lot(work) if lot_code is None else lot_by_code(work, lot_code)
    _refuse_known(work, item)
    return add_device(work, item, lot, key=None)


def add_device(work: Work, item: Item, lot: Lot | None, *, key: str | None) -> Device:
    """Add the device of an item that was judged; call it inside the turn."""
    point = None if item.point is None else point_named(work, lot, item.point)
    device = Device(
        site_id=work.site_id,
        id=uuid7(work.now),
        tag=item.tag or next_tag(work),
        kind=item.kind.value,
        state=State.RECEIVED,
        maker=item.maker,
        model=item.model,
        serial=item.serial,
        lot_id=None if lot is None else lot.id,
        received=work.now,
        changed=work.now,
    )
    work.session.add(device)
    work.session.flush()
    if item.tag is not None:
        claim(work, device)
    add_serial_key(work, device)
    work.session.add(
        Intake(
            site_id=work.site_id,
            id=uuid7(work.now),
            device_id=device.id,
            key=key,
            lot_id=device.lot_id,
            point_id=None if point is None else point.id,
            donor_tag=item.donor_tag,
            imei=item.imei,
            activation_lock=item.activation_lock,
            battery_percent=item.battery_percent,
            value_cents=item.value_cents,
            acquired=item.acquired,
        )
    )
    work.session.flush()
    tell(work, TAKE_IN, ("device", device.id), new=device.tag, details=_told(work, device))
    note_doubts(work, device, doubts_of_typed(work, device))
    return device


TAKE_IN = "take_in"
_TOLD = ("tag", "kind", "maker", "model", "serial")


def _told(work: Work, device: Device) -> dict[str, object]:
    """Return what history keeps, so that the device can be made again from history alone."""
    lot = None if device.lot_id is None else str(device.lot_id)
    return {name: getattr(device, name) for name in _TOLD} | {
        "lot": lot,
        "tags": tags_given(work),
    }


def take_in_again(work: Work, device_id: UUID, details: dict[str, Any]) -> None:
    """Make a device as history tells of it; for `rebond verify`."""
    device = Device(
        site_id=work.site_id,
        id=device_id,
        state=State.RECEIVED,
        received=work.now,
        changed=work.now,
        **{name: details[name] for name in _TOLD},
    )
    work.session.add(device)
    work.session.flush()
    add_serial_key(work, device)


def add_serial_key(work: Work, device: Device) -> None:
    """Let the device be found by the serial number that somebody typed."""
    folded = machine_number(device.serial)
    if folded is not None:
        work.session.add(
            DeviceKey(
                site_id=work.site_id,
                id=uuid7(work.now),
                device_id=device.id,
                kind="serial",
                value=folded,
            )
        )
        work.session.flush()


def _refuse_known(work: Work, item: Item) -> None:
    if item.imei is not None and item.kind not in MOBILE:
        raise BadValue(
            Sentence(
                fr="Un IMEI ne va qu'avec un smartphone, une tablette ou une clé 4G.",
                en="An IMEI belongs to a smartphone, a tablet or a 4G key only.",
            )
        )
    if item.tag is not None and not is_free(work, item.tag):
        raise Taken(
            Sentence(
                fr=f"L'étiquette {item.tag} est déjà sur un appareil : prenez-en une autre.",
                en=f"The tag {item.tag} is on a device already: take another one.",
            )
        )
    other = None if item.imei is None else tag_of_imei(work, item.imei)
    if other is not None:
        raise Taken(_same_imei(other))


def tag_of_imei(work: Work, imei: str) -> str | None:
    """Return the tag of the device with this IMEI."""
    return work.session.scalar(
        select(Device.tag)
        .join(Intake, (Intake.site_id == Device.site_id) & (Intake.device_id == Device.id))
        .where(Device.site_id == work.site_id, Intake.imei == imei)
        .limit(1)
    )


def _same_imei(tag: str) -> Sentence:
    return Sentence(
        fr=f"Cet IMEI est déjà celui de {tag} : c'est le même téléphone.",
        en=f"This IMEI is that of {tag} already: it is the same phone.",
    )
