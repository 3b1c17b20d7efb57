"""A class list: as many units as lines, each known by a code of the school's own and by nothing else.

Names may stand in the file that a principal sends; they are neither read nor kept.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from rebond_server.domain.intake.columns import folded
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.requests import RequestFacts, record_request
from rebond_server.operations.work import Work
from rebond_server.sheets.reading import read_sheet
from rebond_server.sheets.table import Table
from rebond_server.store.allocation import Assignment, Handover
from rebond_server.store.demand import Request
from rebond_server.store.ids import uuid7
from rebond_server.store.organisation import ListEntry

MOST_LINES = 500
_CODES = frozenset(
    {"code", "code interne", "code eleve", "identifiant interne", "internal code", "ref"}
)
_LONGEST = 40


class ClassList(Struct, frozen=True, kw_only=True):
    """The codes of a list, and the headings of the columns that were not read."""

    codes: tuple[str, ...]
    unread: tuple[str, ...]


def read_class_list(raw: bytes) -> ClassList:
    """Return the codes in a CSV, XLSX or ODS file; lines without one are numbered.

    Raises BadValue for a code that comes twice, and for a list without a line.
    """
    table = read_sheet(raw)
    column = next(
        (at for at, name in enumerate(table.heading.cells) if folded(name) in _CODES), None
    )
    codes = _codes(table, column)
    if not codes or len(codes) > MOST_LINES:
        raise BadValue(
            Sentence(
                fr=f"La liste a {len(codes)} lignes ; il en faut de 1 à {MOST_LINES}, sous une "
                "ligne de titres.",
                en=f"The list has {len(codes)} lines; it takes 1 to {MOST_LINES}, below a heading.",
            )
        )
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise BadValue(
            Sentence(
                fr=f"Code présent deux fois : {', '.join(twice)}.",
                en=f"Code given twice: {', '.join(twice)}.",
            )
        )
    unread = tuple(name for at, name in enumerate(table.heading.cells) if at != column and name)
    return ClassList(codes=tuple(codes), unread=unread)


def _codes(table: Table, column: int | None) -> list[str]:
    return [
        (row.cell(column)[:_LONGEST] if column is not None else "") or f"{number:02}"
        for number, row in enumerate(table.rows, start=1)
    ]


def request_by_class_list(work: Work, facts: RequestFacts, raw: bytes) -> Request:
    """Add a request of as many units as the list has lines, with their codes."""
    found = read_class_list(raw)
    request = record_request(work, replace(facts, quantity=len(found.codes)))
    work.session.add_all(
        ListEntry(
            site_id=work.site_id, id=uuid7(work.now), request_id=request.id, line=line, code=code
        )
        for line, code in enumerate(found.codes, start=1)
    )
    work.session.flush()
    details: dict[str, object] = {"lines": len(found.codes)}
    tell(work, "import_class_list", ("request", request.id), new=request.code, details=details)
    return request


def entries(work: Work, request_id: UUID) -> list[ListEntry]:
    """Return the lines of a request's class list, in their order; none when it has no list."""
    return list(
        work.session.scalars(
            select(ListEntry)
            .where(ListEntry.site_id == work.site_id, ListEntry.request_id == request_id)
            .order_by(ListEntry.line)
        )
    )


def pair_with_list(
    work: Work, request: Request, handover: Handover, devices: Sequence[UUID]
) -> None:
    """Give each device that leaves the next line of the list, in the order in which it was scanned."""
    free = [one for one in entries(work, request.id) if one.assignment_id is None]
    if not free:
        return
    left = {
        one.device_id: one
        for one in work.session.scalars(
            select(Assignment).where(
                Assignment.site_id == work.site_id, Assignment.handover_id == handover.id
            )
        )
    }
    first = str(request.terms["parts"][0].get("name", "device"))
    chosen = [one for one in devices if left[one].reasons[0].get("part") == first]
    for entry, device_id in zip(free, chosen, strict=False):
        entry.assignment_id = left[device_id].id
    work.session.flush()
