"""The stock of spare parts: adding, moving, using, throwing away."""

from uuid import UUID

import msgspec
from msgspec import ValidationError
from sqlalchemy import select

from rebond_schemas.facts import Facts
from rebond_server.domain.part import Part, PartKind, Spec, harvest
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.part import PartRow, PartState
from rebond_server.store.queries.device_page import device_by_tag

MOST_AT_ONCE = 500


def add_parts(work: Work, kind: PartKind, spec: Spec, place: str, count: int = 1) -> list[PartRow]:
    """Put so many pieces of one sort on the shelf at this place."""
    work.require(Permission.RECEIVE_DEVICE)
    if not 1 <= count <= MOST_AT_ONCE or not place.strip():
        raise BadValue(
            Sentence(
                fr=f"Donnez un emplacement et de 1 à {MOST_AT_ONCE} pièces.",
                en=f"Give a place and 1 to {MOST_AT_ONCE} pieces.",
            )
        )
    rows = [
        PartRow(
            site_id=work.site_id,
            id=uuid7(work.now),
            kind=kind,
            spec=plain(spec),
            place=place.strip()[:120],
            state=PartState.STOCK,
            added=work.now,
            changed=work.now,
        )
        for _ in range(count)
    ]
    work.session.add_all(rows)
    for row in rows:
        tell(work, "add_part", ("part", row.id), new=row.place)
    work.session.flush()
    return rows


def take_out(work: Work, tag: str, source: str, place: str) -> PartRow:
    """Take a part out of a device: it becomes a piece of its own, with where it came from."""
    work.require(Permission.RECEIVE_DEVICE)
    device_id = device_by_tag(work.session, work.site_id, tag)
    if device_id is None:
        raise NotFound(
            Sentence(
                fr="Aucun appareil ne porte cette étiquette.", en="No device carries this tag."
            )
        )
    device = device_of(work, device_id)
    part = next((one for one in inside(work, device) if one.id == source), None)
    if part is None:
        raise BadValue(
            Sentence(
                fr="Cette pièce n'y est pas, ou n'y est plus.",
                en="This part is not in there, or no longer.",
            )
        )
    (row,) = add_parts(work, part.kind, part.spec, place)
    row.source, row.serial = part.id[:120], part.serial
    work.session.flush()
    told = f"{row.kind.value} {short(row.id)}"
    tell(work, "take_out_part", ("device", device.id), new=told, details={"part": str(row.id)})
    return row


def inside(work: Work, device: Device) -> tuple[Part, ...]:
    """Return what can be taken out of a device by its latest report and was not taken yet."""
    if device.facts is None:
        return ()
    facts = msgspec.convert(device.facts, Facts)
    healthy = frozenset(drive.path for drive in facts.drives)
    return tuple(
        part
        for part in harvest(device.tag, facts, healthy=healthy)
        if part.id not in taken(work, device.tag)
    )


def taken(work: Work, tag: str) -> frozenset[str]:
    """Return what was taken out of the device with this tag."""
    rows = work.session.scalars(
        select(PartRow.source).where(
            PartRow.site_id == work.site_id, PartRow.source.startswith(f"{tag}/", autoescape=True)
        )
    )
    return frozenset(one for one in rows if one is not None)


def scrap_part(work: Work, part_id: UUID, reason: str) -> PartRow:
    """Throw a part away; one that is in a device comes out of it."""
    work.require(Permission.RECEIVE_DEVICE)
    row, given = _part(work, part_id), reason_given(reason)
    if row.state is PartState.SCRAPPED:
        raise BadValue(
            Sentence(fr="Cette pièce est déjà jetée.", en="This part is thrown away already.")
        )
    old, row.state, row.device_id, row.changed = row.state, PartState.SCRAPPED, None, work.now
    tell(work, "scrap_part", ("part", row.id), old=old.value, new="scrapped", reason=given)
    return row


def short(part_id: UUID) -> str:
    """Return the end of a part's number, as people write it on a bag."""
    return f"P-{part_id.hex[-8:].upper()}"


def move_part(work: Work, part_id: UUID, place: str) -> PartRow:
    """Put a part on the shelf at another place; one that was in a device comes out of it."""
    work.require(Permission.RECEIVE_DEVICE)
    row = _part(work, part_id)
    if not place.strip():
        raise BadValue(Sentence(fr="Donnez un emplacement.", en="Give a place."))
    if row.state is PartState.SCRAPPED:
        raise BadValue(Sentence(fr="Cette pièce est jetée.", en="This part is thrown away."))
    old, row.place, row.changed = row.place, place.strip()[:120], work.now
    row.state, row.device_id = PartState.STOCK, None
    tell(work, "move_part", ("part", row.id), old=old, new=row.place)
    return row


def use_part(work: Work, part_id: UUID, device_id: UUID) -> PartRow:
    """Put a part from the shelf into a device; raise BadValue when it is not on the shelf."""
    work.require(Permission.RECEIVE_DEVICE)
    row, device = _part(work, part_id), device_of(work, device_id)
    if row.state is not PartState.STOCK:
        raise BadValue(
            Sentence(fr="Cette pièce n'est plus en stock.", en="This part is no longer in stock.")
        )
    row.state, row.device_id, row.changed = PartState.USED, device.id, work.now
    tell(work, "use_part", ("part", row.id), old=row.place, new=device.tag)
    tell(work, "repair", ("device", device.id), new=f"{row.kind.value} {row.id}")
    return row


def stock_of(work: Work) -> tuple[Part, ...]:
    """Return every part on the shelf; a row that this version cannot read is left out."""
    rows = work.session.scalars(
        select(PartRow)
        .where(PartRow.site_id == work.site_id, PartRow.state == PartState.STOCK)
        .order_by(PartRow.added, PartRow.id)
    )
    return tuple(part for row in rows if (part := _read(row)) is not None)


def _read(row: PartRow) -> Part | None:
    try:
        spec = msgspec.convert(row.spec, Spec)
    except ValidationError:
        return None
    return Part(id=str(row.id), kind=row.kind, spec=spec, place=row.place)


def _part(work: Work, part_id: UUID) -> PartRow:
    row = work.session.get(PartRow, (work.site_id, part_id), with_for_update=True)
    if row is None:
        raise NotFound(Sentence(fr="Cette pièce n'existe pas.", en="There is no such part."))
    return row
