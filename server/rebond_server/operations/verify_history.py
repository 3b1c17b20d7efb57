"""Checking history: every line's hash again, and that each names the one before."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from rebond_server.domain.history_chain import link
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.work import Work
from rebond_server.store.chain import record
from rebond_server.store.history import HistoryEvent

AT_ONCE = 1000
EVENT = HistoryEvent.__table__
# What a damaged value of a row may raise while it is read or hashed.
UNREADABLE = (ValueError, TypeError, AttributeError, SQLAlchemyError, msgspec.MsgspecError)


def history_faults(work: Work) -> Iterator[Sentence]:
    """Yield one sentence for each line that was changed, is missing, or was never linked."""
    unlinked = select(EVENT.c.id).where(
        EVENT.c.site_id == work.site_id, EVENT.c.sequence.is_(None) | EVENT.c.sha256.is_(None)
    )
    for _ in work.session.execute(unlinked):
        yield Sentence(
            fr="Une ligne de l'historique n'a pas sa place dans la chaîne (table event).",
            en="A line of history has no place in the chain (table event).",
        )
    expected, previous = 1, None
    for sequence, row in _lines(work):
        if sequence > expected:
            yield _missing(expected, sequence - 1)
            previous = None if row is None else row.previous_sha256
        if row is None or not _fits(row, sequence, previous):
            yield _changed(sequence, row)
        expected = sequence + 1
        previous = None if row is None else row.sha256


def _lines(work: Work) -> Iterator[tuple[int, Any]]:
    """Yield places in the chain with their rows; None for a row that cannot even be read."""
    last = 0
    while True:
        wanted = (
            select(EVENT)
            .where(EVENT.c.site_id == work.site_id, EVENT.c.sequence > last)
            .order_by(EVENT.c.sequence)
            .limit(AT_ONCE)
        )
        places = work.session.scalars(wanted.with_only_columns(EVENT.c.sequence)).all()
        if not places:
            return
        try:
            rows: Sequence[Any] = work.session.execute(wanted).all()
        except UNREADABLE:
            rows = [_one(work, place) for place in places]
        yield from zip(places, rows, strict=True)
        last = places[-1]


def _one(work: Work, place: int) -> Any:  # noqa: ANN401 - a row, or None
    try:
        return work.session.execute(
            select(EVENT).where(EVENT.c.site_id == work.site_id, EVENT.c.sequence == place)
        ).one()
    except UNREADABLE:
        return None


def _fits(row: Any, sequence: int, previous: str | None) -> bool:  # noqa: ANN401 - a row of the table
    try:
        again = link(record(row, sequence, previous))
    except UNREADABLE:
        return False
    return bool(row.previous_sha256 == previous and row.sha256 == again)


def _missing(first: int, last: int) -> Sentence:
    if first == last:
        return Sentence(
            fr=f"Historique : la ligne {first} manque.", en=f"History: line {first} is missing."
        )
    return Sentence(
        fr=f"Historique : les lignes {first} à {last} manquent.",
        en=f"History: lines {first} to {last} are missing.",
    )


def _changed(sequence: int, row: Any) -> Sentence:  # noqa: ANN401 - a row, or None
    name = "" if row is None else f" (event {row.id})"
    return Sentence(
        fr=f"Historique : la ligne {sequence}{name} a été modifiée.",
        en=f"History: line {sequence}{name} was changed.",
    )
