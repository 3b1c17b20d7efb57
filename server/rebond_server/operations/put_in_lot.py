"""Saying from which donation a device came: the lot carries the law it is under."""

from collections.abc import Sequence
from uuid import UUID

from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.lots import FIXED, lot_by_code
from rebond_server.operations.step import device_of
from rebond_server.operations.work import Work
from rebond_server.store.people import Site


def unload_lot(work: Work, code: str | None) -> None:
    """Say which lot is being unloaded: new devices are filed under it; None: no lot."""
    work.require(Permission.MANAGE_LOTS)
    if code is not None:
        lot_by_code(work, code)
    site = work.session.get_one(Site, work.site_id)
    site.terms = site.terms | {"intake_lot": code}
    tell(work, "unload_lot", ("site", site.id), new=code)


def put_in_lot(work: Work, device_ids: Sequence[UUID], code: str) -> None:
    """File these devices under a lot; one that is there already is left as it is."""
    work.require(Permission.MANAGE_LOTS)
    lot = lot_by_code(work, code)
    for device_id in sorted(set(device_ids)):
        device = device_of(work, device_id)
        if device.lot_id == lot.id:
            continue
        if device.state in FIXED:
            raise BadValue(
                Sentence(
                    fr=f"{device.tag} est déjà attribué sous un autre lot.",
                    en=f"{device.tag} is already allocated under another lot.",
                )
            )
        device.lot_id = lot.id
        tell(work, "put_in_lot", ("device", device.id), new=code)
