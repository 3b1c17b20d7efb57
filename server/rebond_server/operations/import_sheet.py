"""What imports share: the trial of a file, all or only the good lines, and the file kept in between."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete

from rebond_schemas.plan_law import Law, Regime
from rebond_schemas.text import clean
from rebond_server.domain.intake.columns import Column, chosen, guess
from rebond_server.domain.intake.item import Fault, Item
from rebond_server.domain.intake.judging import Line, LineVerdict, announced, judge_lines
from rebond_server.domain.lot import too_dear
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.lots import lot_by_code
from rebond_server.operations.work import Work
from rebond_server.sheets.reading import read_sheet
from rebond_server.sheets.table import Table, letters
from rebond_server.store.demand import Lot
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import Upload

KEPT = timedelta(days=1)
MOST_SHOWN = 3
"""Refused lines that a sentence names; the screen shows all."""

Said = Mapping[Column, int | None]
"""Which column holds what, where a person said so; None: the file does not have it."""


class Trial(Struct, frozen=True, kw_only=True):
    """A file with a verdict for every line."""

    headings: tuple[str, ...]
    columns: dict[Column, int]
    lines: tuple[Line, ...]

    def count(self, verdict: LineVerdict) -> int:
        """Return how many lines have this verdict."""
        return sum(line.verdict is verdict for line in self.lines)

    @property
    def blocked(self) -> tuple[Line, ...]:
        """Lines whose item a rule keeps from being ceded."""
        return tuple(line for line in self.lines if line.blocked is not None)


Standing = Callable[[str, Item], LineVerdict]
Refusal = Callable[[Item], Fault | None]


def try_file(
    raw: bytes, said: Said, lot: Lot, prepare: Callable[[list[Item]], tuple[Standing, Refusal]]
) -> Trial:
    """Judge every line of a file; nothing is written. Raises UnreadableSheet or BadValue.

    `prepare` is given what the file names and returns what the workshop knows of it.
    """
    table = read_sheet(raw)
    columns = chosen(guess(table.heading.cells), said)
    _check_columns(table, columns)
    rows = announced(
        [
            (row.number, {column: row.cell(place) for column, place in columns.items()})
            for row in table.rows
        ]
    )
    # First what is in the file, then one look at the database for all of it.
    alone = judge_lines(rows, _new, _fine, _open)
    standing, refusal = prepare([line.item for line in alone if line.item is not None])
    regime, law = Regime(lot.terms["regime"]), Law()
    lines = judge_lines(
        rows, standing, refusal, lambda item: too_dear(regime, item.value_cents, law)
    )
    return Trial(headings=table.heading.cells, columns=columns, lines=lines)


def refuse_bad_lines(trial: Trial) -> None:
    """Raise BadValue, naming the first of them, when a line is refused."""
    bad = [line for line in trial.lines if line.verdict is LineVerdict.REFUSED]
    if not bad:
        return
    fr = "; ".join(_told(trial, line).fr for line in bad[:MOST_SHOWN])
    en = "; ".join(_told(trial, line).en for line in bad[:MOST_SHOWN])
    raise BadValue(
        Sentence(
            fr=f"Rien n'est importé : {len(bad)} ligne(s) refusée(s). {fr}",
            en=f"Nothing is imported: {len(bad)} line(s) refused. {en}",
        )
    )


def _told(trial: Trial, line: Line) -> Sentence:
    fault = line.faults[0]
    where = column_of(trial, fault)
    return Sentence(
        fr=f"Ligne {line.number}{where.fr} : {fault.sentence.fr}",
        en=f"Line {line.number}{where.en}: {fault.sentence.en}",
    )


def column_of(trial: Trial, fault: Fault) -> Sentence:
    """Return ", colonne C" for a fault; nothing when the file lacks the column."""
    place = trial.columns.get(fault.column)
    if place is None:
        return Sentence(fr="", en="")
    return Sentence(fr=f", colonne {letters(place)}", en=f", column {letters(place)}")


def _check_columns(table: Table, columns: Mapping[Column, int]) -> None:
    if Column.KIND not in columns:
        raise BadValue(
            Sentence(
                fr="Aucune colonne ne dit le genre d'appareil : choisissez-la. "
                f"Titres lus à la ligne {table.heading.number} : {', '.join(table.heading.cells)}",
                en="No column tells the kind of device: choose it. "
                f"Headings read on line {table.heading.number}: {', '.join(table.heading.cells)}",
            )
        )
    twice = {place for place in columns.values() if [*columns.values()].count(place) > 1}
    beyond = [place for place in columns.values() if not 0 <= place < len(table.heading.cells)]
    if twice or beyond:
        names = ", ".join(letters(place) for place in sorted({*twice, *beyond}))
        raise BadValue(
            Sentence(
                fr=f"Colonne {names} : choisie deux fois, ou absente du fichier.",
                en=f"Column {names}: chosen twice, or not in the file.",
            )
        )


def keep_upload(work: Work, lot_code: str, purpose: str, name: str, raw: bytes, said: Said) -> UUID:
    """Keep a file until it is imported, a day at most; return its id."""
    work.session.execute(
        delete(Upload).where(Upload.site_id == work.site_id, Upload.made < work.now - KEPT)
    )
    upload = Upload(
        site_id=work.site_id,
        id=uuid7(work.now),
        lot_id=lot_by_code(work, lot_code).id,
        purpose=purpose,
        name=clean(name) or "?",
        raw=raw,
        columns={column.value: place for column, place in said.items()},
        made=work.now,
    )
    work.session.add(upload)
    work.session.flush()
    return upload.id


def kept_upload(work: Work, upload_id: UUID, purpose: str) -> tuple[Upload, Lot, Said]:
    """Return a kept file, its lot and its columns, or raise NotFound when it is gone."""
    upload = work.session.get(Upload, (work.site_id, upload_id))
    if upload is None or upload.purpose != purpose:
        raise NotFound(
            Sentence(
                fr="Ce fichier n'est plus là : envoyez-le de nouveau.",
                en="This file is no longer here: send it again.",
            )
        )
    lot = work.session.get_one(Lot, (work.site_id, upload.lot_id))
    return upload, lot, {Column(name): place for name, place in upload.columns.items()}


def _new(key: str, item: Item) -> LineVerdict:
    del key, item
    return LineVerdict.NEW


def _fine(item: Item) -> None:
    del item


def _open(item: Item) -> None:
    del item
