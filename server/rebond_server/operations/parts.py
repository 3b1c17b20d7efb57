"""The stock of spare parts: adding, moving, using, throwing away."""

from uuid import UUID

import msgspec
from msgspec import ValidationError
from sqlalchemy import select

from rebond_server.domain.part import Part, PartKind, Spec
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.step import device_of
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.ids import uuid7
from rebond_server.store.part import PartRow, PartState

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


def move_part(work: Work, part_id: UUID, place: str) -> PartRow:
    """Put a part on the shelf at another place; one that was in a device comes out of it."""
    work.require(Permission.RECEIVE_DEVICE)
    row = _part(work, part_id)
    if not place.strip():
        raise BadValue(Sentence(fr="Donnez un emplacement.", en="Give a place."))
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
