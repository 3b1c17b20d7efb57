"""State changes that come back from the national platform: the same operations and rules as by hand."""

from collections.abc import Callable
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from rebond_server.domain.errors import Refused
from rebond_server.domain.intake.columns import folded
from rebond_server.domain.intake.item import read_tag
from rebond_server.domain.intake.judging import LineVerdict
from rebond_server.domain.lifecycle import State
from rebond_server.domain.placeholder import meaningful
from rebond_server.domain.platform import CATEGORIES, Act, Statut, act_for, letter_of
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.history import tell
from rebond_server.operations.hold_device import resume_device, scrap_device, take_back
from rebond_server.operations.undo_assignment import undo_assignment
from rebond_server.operations.work import Work
from rebond_server.sheets.reading import read_sheet
from rebond_server.sheets.table import Row, Table
from rebond_server.store.device import Device
from rebond_server.store.queries.device_page import device_by_tag

TAG, SERIAL, STATUT = "idMaterielReconditionneur", "numeroSerie", "statut"
CATEGORY, COMMENT = "categorie", "commentaire"
REASON = "plateforme nationale"


class Change(Struct, frozen=True, kw_only=True):
    """One line with its verdict: what was or would be done, or why not."""

    number: int
    verdict: LineVerdict
    tag: str | None
    wanted: str
    why: Sentence | None = None


def try_changes(work: Work, raw: bytes) -> tuple[Change, ...]:
    """Say line by line what a file would do, by doing it and taking all of it back."""
    work.require(Permission.VIEW_DEVICE)
    work.person()
    trial = work.session.begin_nested()
    try:
        return _changes(work, raw)
    finally:
        trial.rollback()
        work.session.expire_all()


def apply_changes(work: Work, raw: bytes, *, only_good: bool = False) -> tuple[Change, ...]:
    """Do what a file asks: all of it, or the good lines only. Raises BadValue when a line is refused."""
    work.require(Permission.VIEW_DEVICE)
    work.person()
    changes = _changes(work, raw)
    bad = [one for one in changes if one.verdict is LineVerdict.REFUSED]
    if bad and not only_good:
        why = bad[0].why or Sentence(fr="", en="")
        raise BadValue(
            Sentence(
                fr=f"Rien n'est importé : {len(bad)} ligne(s) refusée(s). "
                f"Ligne {bad[0].number} : {why.fr}",
                en=f"Nothing is imported: {len(bad)} line(s) refused. "
                f"Line {bad[0].number}: {why.en}",
            )
        )
    done = sum(one.verdict is LineVerdict.CHANGED for one in changes)
    if done:
        tell(work, "platform_changes", ("site", work.site_id), new=str(done))
    return changes


def _changes(work: Work, raw: bytes) -> tuple[Change, ...]:
    table = read_sheet(raw)
    places = _places(table)
    return tuple(_line(work, row, places) for row in table.rows)


def _places(table: Table) -> dict[str, int]:
    names = [folded(cell) for cell in table.heading.cells]
    wanted = (TAG, SERIAL, STATUT, CATEGORY, COMMENT)
    found = {name: names.index(folded(name)) for name in wanted if folded(name) in names}
    if STATUT not in found or not {TAG, SERIAL} & set(found):
        raise BadValue(
            Sentence(
                fr=f"Il faut une colonne {STATUT}, et {TAG} ou {SERIAL}.",
                en=f"A column {STATUT} is needed, and {TAG} or {SERIAL}.",
            )
        )
    return found


def _line(work: Work, row: Row, places: dict[str, int]) -> Change:
    cells = {name: row.cell(place).strip() for name, place in places.items()}
    tag: str | None = cells.get(TAG) or None
    wanted = cells[STATUT]
    verdict = LineVerdict.KNOWN
    try:
        with work.session.begin_nested():
            device = _device(work, cells.get(TAG, ""), cells.get(SERIAL, ""))
            tag = device.tag
            if _act(work, device, wanted, cells):
                verdict = LineVerdict.CHANGED
    except Refused as refusal:
        return Change(
            number=row.number,
            verdict=LineVerdict.REFUSED,
            tag=tag,
            wanted=wanted,
            why=refusal.sentence,
        )
    return Change(number=row.number, verdict=verdict, tag=tag, wanted=wanted)


def _device(work: Work, tag: str, serial: str) -> Device:
    """Return the device of a line by its tag, else by a serial number that only one has.

    The platform knows dozens of cases where two machines share a number: what contradicts is refused.
    """
    if not tag:
        return _by_serial(work, serial)
    read = read_tag(tag)
    if isinstance(read, Sentence):
        raise BadValue(read)
    device_id = device_by_tag(work.session, work.site_id, read)
    if device_id is None:
        raise BadValue(
            Sentence(fr=f"Aucun appareil ne porte {read}.", en=f"No device carries {read}.")
        )
    device = work.session.get_one(Device, (work.site_id, device_id))
    ours, theirs = meaningful(device.serial), meaningful(serial)
    if None not in (ours, theirs) and ours != theirs:
        raise BadValue(
            Sentence(
                fr=f"{read} a ici un autre numéro de série : un de vos deux outils se trompe.",
                en=f"{read} has another serial number here: one of the two tools is wrong.",
            )
        )
    return device


def _by_serial(work: Work, serial: str) -> Device:
    found: list[Device] = []
    if meaningful(serial) is not None:
        found = list(
            work.session.scalars(
                select(Device)
                .where(Device.site_id == work.site_id, Device.serial == serial)
                .limit(2)
            )
        )
    if len(found) != 1:
        raise BadValue(
            Sentence(
                fr="Ni étiquette, ni numéro de série qu'un seul appareil porte.",
                en="Neither a tag nor a serial number that one device alone carries.",
            )
        )
    return found[0]


def _act(work: Work, device: Device, word: str, cells: dict[str, str]) -> bool:
    """Do what the line asks; say whether that changed anything."""
    if word not in set(Statut):
        raise BadValue(
            Sentence(
                fr=f"Statut inconnu. Connus : {', '.join(Statut)}.",
                en=f"Unknown status. Known: {', '.join(Statut)}.",
            )
        )
    category = cells.get(CATEGORY, "")
    if category and category not in CATEGORIES:
        raise BadValue(
            Sentence(
                fr=f"Catégorie inconnue. Connues : {', '.join(CATEGORIES)}.",
                en=f"Unknown category. Known: {', '.join(CATEGORIES)}.",
            )
        )
    asked = act_for(device.state, device.cycle, Statut(word))
    if isinstance(asked, Sentence):
        raise BadValue(asked)
    letter = letter_of(category)
    reason = cells.get(COMMENT) or REASON
    if asked is Act.NOTHING:
        if device.state is not State.GRADED or letter is None or letter.value == device.grade:
            return False
        confirm_grade(work, device.id, letter, reason)
        return True
    if asked is Act.CONFIRM_GRADE:
        confirm_grade(work, device.id, letter, reason if letter else None)
        return True
    _STEPS[asked](work, device.id, reason)
    return True


_STEPS: dict[Act, Callable[[Work, UUID, str], Device]] = {
    Act.RESUME: resume_device,
    Act.DEALLOCATE: undo_assignment,
    Act.SCRAP: scrap_device,
    Act.TAKE_BACK: take_back,
}
