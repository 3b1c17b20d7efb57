"""Lots: how devices come in together, and the law they are under."""

import re
from datetime import date

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from rebond_schemas import plan
from rebond_schemas.plan_law import Category, Regime
from rebond_schemas.text import clean
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import ErasurePolicy, LotKind
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.partners import agreement, donor
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.demand import Lot
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import CollectionPoint, Donation
from rebond_server.store.people import Site

FIXED = frozenset({State.ALLOCATED, State.RELEASED})
"""A device that was promised under one lot's law does not change to another's."""

_code = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
"""It becomes part of a web address."""


class LotFacts(Struct, frozen=True, kw_only=True):
    """What people say of a lot: how it comes in, and the law it is under."""

    code: str
    name: str
    kind: LotKind
    regime: Regime
    agreement: str | None = None
    donor: str | None = None
    starts: date | None = None
    ends: date | None = None
    population: int | None = None
    points: tuple[str, ...] = ()
    acquired: date | None = None
    erasure_policy: ErasurePolicy | None = None
    unit_value_cents: int | None = None
    resale_allowed: bool = False
    recipients: tuple[Category, ...] = ()
    reserved_publics: tuple[str, ...] = ()
    qpv_only: bool = False


def record_lot(work: Work, facts: LotFacts) -> Lot:
    """Add a lot, or change the one with this code; its law stays once a device left under it."""
    work.require(Permission.MANAGE_LOTS)
    code = facts.code.strip()
    if not _code.fullmatch(code):
        raise BadValue(
            Sentence(
                fr="Code du lot : lettres sans accent, chiffres, point, tiret ; 80 au plus.",
                en="Code of the lot: plain letters, digits, dots, dashes; 80 at most.",
            )
        )
    _check_window(facts)
    found = _lot(work, code)
    terms = _terms(found, facts, code)
    if found is not None and plain(terms) != found.terms:
        _refuse_late_change(work, found)
    lot = found or Lot(site_id=work.site_id, id=uuid7(work.now), code=code)
    lot.name = clean(facts.name) or code
    lot.agreement_id = None if facts.agreement is None else agreement(work, facts.agreement).id
    lot.terms = plain(terms)
    work.session.add(lot)
    work.session.flush()
    _record_origin(work, lot, facts)
    verb = "open_lot" if found is None else "change_lot"
    tell(work, verb, ("lot", lot.id), new=code, details={"terms": plain(terms)})
    return lot


def _terms(found: Lot | None, facts: LotFacts, code: str) -> plan.Lot:
    """Return the law of the lot; what the form does not ask (shares, programmes) stays."""
    before = plan.Lot(id=code, regime=facts.regime)
    if found is not None:
        before = msgspec.convert(found.terms, plan.Lot)
    cents = facts.unit_value_cents
    terms = replace(
        before,
        regime=facts.regime,
        name=clean(facts.name),
        unit_value_eur=None if cents is None else cents / 100,
        resale_allowed=facts.resale_allowed,
        recipients=facts.recipients,
        reserved_publics=facts.reserved_publics,
        qpv_only=facts.qpv_only,
    )
    try:
        return msgspec.convert(plain(terms), plan.Lot)
    except msgspec.ValidationError as error:
        raise BadValue(
            Sentence(
                fr=f"Le lot ne peut pas être enregistré ainsi : {error}.",
                en=f"The lot can't be recorded like that: {error}.",
            )
        ) from error


def _record_origin(work: Work, lot: Lot, facts: LotFacts) -> None:
    origin = origin_of(work, lot) or Donation(
        site_id=work.site_id, id=uuid7(work.now), lot_id=lot.id
    )
    origin.kind = facts.kind
    origin.donor_id = None if facts.donor is None else donor(work, facts.donor).id
    origin.starts, origin.ends = facts.starts, facts.ends
    origin.population, origin.acquired = facts.population, facts.acquired
    origin.erasure_policy = facts.erasure_policy
    work.session.add(origin)
    known = {point.name for point in points(work, lot)}
    work.session.add_all(
        CollectionPoint(site_id=work.site_id, id=uuid7(work.now), lot_id=lot.id, name=name)
        for name in dict.fromkeys(clean(raw) for raw in facts.points)
        if name is not None and name not in known
    )
    work.session.flush()


def _check_window(facts: LotFacts) -> None:
    if facts.starts is not None and facts.ends is not None and facts.ends < facts.starts:
        raise BadValue(
            Sentence(
                fr="La collecte finirait avant de commencer.",
                en="The campaign would end before it begins.",
            )
        )
    if facts.kind is LotKind.ANNEX and facts.points:
        raise BadValue(
            Sentence(
                fr="Une annexe n'a pas de points de collecte.",
                en="An annex has no collection points.",
            )
        )


def _refuse_late_change(work: Work, lot: Lot) -> None:
    fixed = select(Device.tag).where(
        Device.site_id == work.site_id, Device.lot_id == lot.id, Device.state.in_(FIXED)
    )
    tag = work.session.scalar(fixed.limit(1))
    if tag is not None:
        raise BadValue(
            Sentence(
                fr=f"{tag} est déjà attribué sous les règles de ce lot : elles ne changent plus.",
                en=f"{tag} is already allocated under this lot's rules: they no longer change.",
            )
        )


def lot_by_code(work: Work, code: str) -> Lot:
    """Return the lot with this code, or raise NotFound."""
    lot = _lot(work, code)
    if lot is None:
        raise NotFound(Sentence(fr=f"Le lot {code} n'existe pas.", en=f"There is no lot {code}."))
    return lot


def intake_lot(work: Work) -> Lot | None:
    """Return the lot that is being unloaded now, if the workshop has said so."""
    code = work.session.get_one(Site, work.site_id).terms.get("intake_lot")
    return None if code is None else _lot(work, code)


def origin_of(work: Work, lot: Lot) -> Donation | None:
    """Return how a lot comes in; None where nobody said."""
    return work.session.scalars(
        select(Donation).where(Donation.site_id == work.site_id, Donation.lot_id == lot.id)
    ).one_or_none()


def points(work: Work, lot: Lot) -> list[CollectionPoint]:
    """Return the collection points of a lot, by name."""
    return list(
        work.session.scalars(
            select(CollectionPoint)
            .where(CollectionPoint.site_id == work.site_id, CollectionPoint.lot_id == lot.id)
            .order_by(CollectionPoint.name)
        )
    )


def point_named(work: Work, lot: Lot | None, name: str) -> CollectionPoint:
    """Return the lot's collection point of this name, or raise NotFound with those there are."""
    known = [] if lot is None else points(work, lot)
    for point in known:
        if point.name.casefold() == name.casefold():
            return point
    raise NotFound(no_point(name, [point.name for point in known]))


def no_point(name: str, known: list[str]) -> Sentence:
    """Say that a lot has no such collection point, and which it has."""
    fr, en = ", ".join(known) or "aucun", ", ".join(known) or "none"
    return Sentence(
        fr=f"Point de collecte « {name} » inconnu ; ce lot a : {fr}.",
        en=f"Unknown collection point “{name}”; this lot has: {en}.",
    )


def _lot(work: Work, code: str) -> Lot | None:
    return work.session.scalars(
        select(Lot).where(Lot.site_id == work.site_id, Lot.code == code)
    ).one_or_none()
