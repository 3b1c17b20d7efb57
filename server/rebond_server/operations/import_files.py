"""Many files at once: people known by codes, from a table; and one proof seen for many of them."""

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select

from rebond_server.domain.errors import Refused
from rebond_server.domain.intake.columns import folded
from rebond_server.domain.intake.item import read_day
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.act_on_tags import TagResult
from rebond_server.operations.files import see_proof
from rebond_server.operations.programmes import programme
from rebond_server.operations.requests import RequestFacts, record_request
from rebond_server.operations.vouchers import issue_vouchers
from rebond_server.operations.work import Work
from rebond_server.sheets.reading import read_sheet
from rebond_server.store.demand import Request

_HEADINGS: dict[str, tuple[str, ...]] = {
    "person": ("code", "code personne", "code interne", "dossier", "person code"),
    "office": ("bureau", "bureau de retrait", "office"),
    "public": ("public", "nature du public"),
    "qpv": ("qpv", "quartier prioritaire"),
    "territory": ("territoire", "commune", "territory"),
    "proofs": ("justificatifs", "justificatifs vus", "proofs"),
    "completed": ("complet le", "dossier complet le", "completed"),
}


def import_files(work: Work, facts: RequestFacts, raw: bytes) -> int:
    """Add one request a line, all or none; `facts` says what every line shares. Return how many.

    Vouchers are given when all lines are in, so that the order of the lines does not matter.
    """
    work.require(Permission.MANAGE_REQUESTS)
    table = read_sheet(raw)
    names = [folded(name) for name in table.heading.cells]
    columns = {
        field: names.index(word)
        for field, words in _HEADINGS.items()
        for word in words
        if word in names
    }
    if "person" not in columns:
        raise BadValue(
            Sentence(
                fr="Il manque la colonne « Code » : aucun nom n'est lu, une personne est un code.",
                en="The column “Code” is missing: no name is read, a person is a code.",
            )
        )
    for row in table.rows:
        cells = {field: row.cell(column) for field, column in columns.items()}
        try:
            record_request(work, _line(work, facts, cells))
        except Refused as refusal:
            raise BadValue(
                Sentence(
                    fr=f"Rien n'est importé. Ligne {row.number} : {refusal.sentence.fr}",
                    en=f"Nothing is imported. Line {row.number}: {refusal.sentence.en}",
                )
            ) from None
    issue_vouchers(work, facts.programme)
    return len(table.rows)


def _line(work: Work, facts: RequestFacts, cells: Mapping[str, str]) -> RequestFacts:
    told = cells.get("completed", "")
    day = read_day(told) if told else None
    if isinstance(day, Sentence):
        raise BadValue(day)
    proofs = tuple(cells.get("proofs", "").replace(",", " ").replace("|", " ").split())
    return RequestFacts(
        programme=facts.programme,
        quantity=1,
        parts=facts.parts,
        code=None,
        person=cells["person"] or None,
        prescriber=facts.prescriber,
        office=cells.get("office") or facts.office,
        public=cells.get("public") or facts.public,
        territory=cells.get("territory") or facts.territory,
        qpv={"oui": True, "yes": True, "x": True, "non": False, "no": False}.get(
            folded(cells.get("qpv", "")), facts.qpv
        ),
        proofs=(*facts.proofs, *proofs),
        completed=None if day is None else _noon(work, day),
    )


def _noon(work: Work, day: date) -> datetime:
    """Return noon of a day, or now on the same day: a paper tells no hour."""
    return min(datetime.combine(day, time(12), tzinfo=work.now.tzinfo), work.now)


def see_proof_of_many(
    work: Work, code: str, name: str, text: str, on: date | None = None, place: str | None = None
) -> tuple[TagResult, ...]:
    """Note one proof for each file of a programme in a pasted list of people's codes."""
    work.require(Permission.MANAGE_REQUESTS)
    within = programme(work, code)
    wanted = list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))
    if not wanted:
        raise BadValue(Sentence(fr="Donnez au moins un code.", en="Give at least one code."))
    known = {
        str(one.terms.get("person")): one.id
        for one in work.session.scalars(
            select(Request).where(
                Request.site_id == work.site_id, Request.programme_id == within.id
            )
        )
    }
    return tuple(_see(work, known.get(one), one, name, on, place) for one in wanted)


def _see(
    work: Work, request_id: UUID | None, person: str, name: str, on: date | None, place: str | None
) -> TagResult:
    try:
        with work.session.begin_nested():
            if request_id is None:
                raise NotFound(Sentence(fr="Aucun dossier de ce code.", en="No file of this code."))
            see_proof(work, request_id, name, on, place)
    except Refused as refusal:
        return TagResult(tag=person, refusal=refusal.sentence)
    return TagResult(tag=person, refusal=None)
