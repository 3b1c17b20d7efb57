"""The form of a programme, field by field: what the plan reads of it, and the rest."""

from collections.abc import Iterator
from datetime import date

import msgspec
from flask import request

from rebond_schemas.plan import Cap, Grade, Minimum, Price, Programme, Scope, Target
from rebond_schemas.plan_law import Category, Kind
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.programmes import ProgrammeFacts
from rebond_server.store.base import plain
from rebond_server.web.answering import date_in, field, lines_in, whole_in, word_in

PRICED = (Kind.LAPTOP, Kind.DESKTOP, Kind.TABLET, Kind.SMARTPHONE, Kind.SCREEN)
ALIKE: dict[Kind, tuple[Kind, ...]] = {
    Kind.LAPTOP: (Kind.CONVERTIBLE,),
    Kind.DESKTOP: (Kind.ALL_IN_ONE, Kind.MINI),
}
"""Kinds that a price or a kit counts with another."""
_GIB = 1024
_ALMOST = 0.97
"""Firmware keeps a little: 8 GB are asked as 7.8."""


def programme_facts() -> ProgrammeFacts:
    """Return the programme that the form describes, or raise BadValue."""
    terms = Programme(
        id=field("code"),
        name=field("name") or None,
        tier=whole_in("tier") or 1,
        qpv_tier=whole_in("qpv_tier"),
        operator_category=word_in(Category, text) if (text := field("category")) else None,
        territories=words_in("territories"),
        publics=words_in("publics"),
        kinds=kinds_in("kinds"),
        minimums=tuple(_minimums()),
        price=_price(),
        caps=tuple(_caps()),
        targets=tuple(_targets()),
        proofs=words_in("proofs"),
        starts=date_in("starts"),
        ends=date_in("ends"),
        source=field("source") or None,
    )
    try:
        checked = msgspec.convert(plain(terms), Programme)
    except msgspec.ValidationError as error:
        raise BadValue(
            Sentence(
                fr=f"Le dispositif ne peut pas être enregistré ainsi : {error}.",
                en=f"The programme can't be recorded like that: {error}.",
            )
        ) from error
    return ProgrammeFacts(
        terms=checked,
        operator=field("operator"),
        agreement=field("agreement") or None,
        first_come=field("first_come") == "yes",
        voucher_days=whole_in("voucher_days"),
        trainees=whole_in("trainees"),
        funding=lines_in("funding"),
    )


def words_in(name: str) -> tuple[str, ...]:
    """Return the codes in a field, separated by blanks or commas."""
    return tuple(dict.fromkeys(field(name).replace(",", " ").replace(";", " ").split()))


def kinds_in(name: str) -> tuple[Kind, ...]:
    """Return the ticked kinds."""
    return tuple(word_in(Kind, text) for text in request.form.getlist(name) if text)


def minimum_in(prefix: str = "") -> Minimum:
    """Return the least that the form asks of a device."""
    ram = whole_in(f"{prefix}ram")
    return Minimum(
        grade=word_in(Grade, text) if (text := field(f"{prefix}grade")) else None,
        ram_mib=None if ram is None else int(ram * _GIB * _ALMOST),
        disk_gb=whole_in(f"{prefix}disk"),
        windows_11=field(f"{prefix}windows_11") == "yes",
    )


def _minimums() -> Iterator[Minimum]:
    least = minimum_in()
    if least != Minimum():
        yield least


def _price() -> Price | None:
    asked: dict[Kind, float] = {}
    for kind in PRICED:
        cents = whole_in(f"price-{kind.value}")
        if cents is not None:
            asked |= dict.fromkeys((kind, *ALIKE.get(kind, ())), float(cents))
    return Price(eur=asked) if asked else None


def _caps() -> Iterator[Cap]:
    for scope in Scope:
        limit = whole_in(f"cap-{scope.value}")
        if limit is not None:
            yield Cap(id=scope.value, limit=limit, scope=scope, source=field("source") or None)


def _targets() -> Iterator[Target]:
    count, ends = whole_in("target"), date_in("target_ends")
    if count is None:
        return
    if ends is None:
        raise BadValue(
            Sentence(
                fr="Pour quand est l'objectif ? Donnez sa date.",
                en="By when is the target? Give its date.",
            )
        )
    yield Target(count=count, ends=ends, kinds=kinds_in("target_kinds"))


def day_or_today(name: str, today: date) -> date:
    """Return the day in a field, today when it is blank."""
    return date_in(name) or today
