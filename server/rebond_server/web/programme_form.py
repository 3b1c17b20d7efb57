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


def programme_facts(known: Programme | None = None) -> ProgrammeFacts:
    """Return the programme that the form describes, or raise BadValue.

    What is known of it already and has no field in the form stays as it is.
    """
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
    if known is not None:
        terms = _with_the_rest(terms, known)
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


def _with_the_rest(terms: Programme, known: Programme) -> Programme:
    """Add what the form has no field for: further minimums and targets, what bounds a cap or a price."""
    shown = {kind for each in PRICED for kind in (each, *ALIKE.get(each, ()))}
    prices = {} if known.price is None else known.price.eur
    kept = {kind: euros for kind, euros in prices.items() if kind not in shown}
    price = terms.price
    if kept:
        price = Price(eur=kept | ({} if price is None else dict(price.eur)))
    return msgspec.structs.replace(
        terms,
        minimums=(*_richer(terms.minimums, known.minimums), *known.minimums[1:]),
        targets=(*terms.targets, *known.targets[1:]),
        caps=tuple(_caps_kept(terms.caps, known.caps)),
        price=price,
    )


def _richer(typed: tuple[Minimum, ...], known: tuple[Minimum, ...]) -> tuple[Minimum, ...]:
    """Return the minimum of the form with what the known one asks beside it."""
    if not known:
        return typed
    asked = typed[0] if typed else Minimum()
    whole = msgspec.structs.replace(
        known[0],
        grade=asked.grade,
        ram_mib=asked.ram_mib,
        disk_gb=asked.disk_gb,
        windows_11=asked.windows_11,
    )
    return () if whole == Minimum() else (whole,)


def _caps_kept(typed: tuple[Cap, ...], known: tuple[Cap, ...]) -> Iterator[Cap]:
    """Yield the caps of the form with the bounds they had, then those that are not the first of their scope."""
    first = {cap.scope: cap for cap in reversed(known)}
    for cap in typed:
        before = first.get(cap.scope)
        yield cap if before is None else msgspec.structs.replace(before, limit=cap.limit)
    yield from (cap for cap in known if cap is not first[cap.scope])


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
