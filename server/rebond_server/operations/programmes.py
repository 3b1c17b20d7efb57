"""Programmes: who may receive what, under which agreement, and what was given before this software."""

import re
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import select

from rebond_schemas import plan
from rebond_schemas.plan_law import Kind
from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.partners import agreement, needed
from rebond_server.operations.work import ActorKind, Work
from rebond_server.store.base import plain
from rebond_server.store.demand import Lot, Programme
from rebond_server.store.ids import uuid7
from rebond_server.store.organisation import GivenBefore
from rebond_server.store.people import Site

VOUCHER_PROOF = "withdrawal_voucher"
"""What a first-come programme gives itself, when a file is complete and a place is left."""

LONGEST_DAYS = 730
"""Days that a voucher may count."""
LONGEST_PLACE = 80

_code = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


class ProgrammeFacts(Struct, frozen=True, kw_only=True):
    """What people say of a programme beside the terms that the plan reads."""

    terms: plan.Programme
    operator: str
    agreement: str | None = None
    first_come: bool = False
    voucher_days: int | None = None
    trainees: int | None = None
    funding: tuple[str, ...] = ()


def record_programme(work: Work, facts: ProgrammeFacts) -> Programme:
    """Add a programme, or change the one with this code; history keeps its terms."""
    work.require(Permission.MANAGE_PROGRAMMES)
    code = facts.terms.id
    if not _code.fullmatch(code):
        raise BadValue(
            Sentence(
                fr="Code du dispositif : lettres sans accent, chiffres, point, tiret ; 80 au plus.",
                en="Code of the programme: plain letters, digits, dots, dashes; 80 at most.",
            )
        )
    _check(work, facts)
    found = _programme(work, code)
    one = found or Programme(site_id=work.site_id, id=uuid7(work.now), code=code)
    one.name = (clean(facts.terms.name) or code)[:200]
    one.operator = needed(
        facts.operator, Sentence(fr="Nommez l'opérateur.", en="Name the operator.")
    )[:200]
    one.agreement_id = None if facts.agreement is None else agreement(work, facts.agreement).id
    one.terms = plain(_with_voucher(facts))
    one.first_come, one.voucher_days = facts.first_come, facts.voucher_days
    one.trainees, one.funding = facts.trainees, [*facts.funding]
    work.session.add(one)
    work.session.flush()
    verb = "open_programme" if found is None else "change_programme"
    tell(work, verb, ("programme", one.id), new=code, details={"terms": one.terms})
    return one


def _with_voucher(facts: ProgrammeFacts) -> plan.Programme:
    """Return the terms; first come, first served asks for the voucher that it gives."""
    proofs = facts.terms.proofs
    if not facts.first_come or VOUCHER_PROOF in proofs:
        return facts.terms
    return msgspec.structs.replace(facts.terms, proofs=(*proofs, VOUCHER_PROOF))


def _check(work: Work, facts: ProgrammeFacts) -> None:
    terms = facts.terms
    if facts.voucher_days is not None and not 1 <= facts.voucher_days <= LONGEST_DAYS:
        raise BadValue(
            Sentence(
                fr=f"Un bon vaut de 1 à {LONGEST_DAYS} jours.",
                en=f"A voucher is valid for 1 to {LONGEST_DAYS} days.",
            )
        )
    if terms.starts is not None and terms.ends is not None and terms.ends < terms.starts:
        raise BadValue(
            Sentence(
                fr="Le dispositif finirait avant de commencer.",
                en="The programme would end before it begins.",
            )
        )
    known = {place["id"] for place in territories(work)}
    unknown = [place for place in terms.territories if place not in known]
    if unknown:
        raise BadValue(
            Sentence(
                fr=f"Territoire inconnu : {', '.join(unknown)}. Ajoutez-le d'abord à la liste.",
                en=f"Unknown territory: {', '.join(unknown)}. Add it to the list first.",
            )
        )
    if facts.first_come and not any(cap.scope is plan.Scope.OFFICE for cap in terms.caps):
        raise BadValue(
            Sentence(
                fr="« Premier arrivé, premier servi » demande un plafond par bureau.",
                en="First come, first served needs a cap for each office.",
            )
        )


LONGEST_TERRITORY = 128
"""Characters of an id in the plan's document."""


def record_territory(work: Work, place: str, parent: str | None = None) -> None:
    """Add a territory, inside another or on its own."""
    work.require(Permission.MANAGE_PROGRAMMES)
    name = needed(place, Sentence(fr="Nommez le territoire.", en="Name the territory."))
    if len(name) > LONGEST_TERRITORY:
        raise BadValue(
            Sentence(
                fr=f"Un nom de territoire a au plus {LONGEST_TERRITORY} caractères.",
                en=f"A territory's name has at most {LONGEST_TERRITORY} characters.",
            )
        )
    if len(name) > LONGEST_PLACE:
        raise BadValue(
            Sentence(
                fr=f"Au plus {LONGEST_PLACE} caractères pour un territoire.",
                en=f"At most {LONGEST_PLACE} characters for a territory.",
            )
        )
    known = territories(work)
    if parent is not None and parent not in {one["id"] for one in known}:
        raise NotFound(
            Sentence(fr=f"Territoire {parent} inconnu.", en=f"Unknown territory {parent}.")
        )
    site = work.session.get_one(Site, work.site_id)
    rest = [one for one in known if one["id"] != name]
    site.terms = site.terms | {"territories": [*rest, {"id": name, "parent": parent}]}
    tell(work, "record_territory", ("site", site.id), new=name)


def territories(work: Work) -> list[dict[str, str | None]]:
    """Return the territories of the workshop as they are kept."""
    site = work.session.get_one(Site, work.site_id)
    found: list[dict[str, str | None]] = list(site.terms.get("territories", ()))
    return found


def record_shares(
    work: Work, lot_code: str, shares: tuple[plan.Share, ...], programmes: tuple[str, ...]
) -> Lot:
    """Say which part of a lot is promised to which programme, and for which it is reserved."""
    work.require(Permission.MANAGE_PROGRAMMES)
    lot = work.session.scalars(
        select(Lot).where(Lot.site_id == work.site_id, Lot.code == lot_code)
    ).one_or_none()
    if lot is None:
        raise NotFound(
            Sentence(fr=f"Le lot {lot_code} n'existe pas.", en=f"There is no lot {lot_code}.")
        )
    for code in (*programmes, *(share.programme for share in shares)):
        programme(work, code)
    terms = msgspec.structs.replace(
        msgspec.convert(lot.terms, plan.Lot), shares=shares, reserved_programmes=programmes
    )
    lot.terms = plain(_valid(terms))
    work.session.flush()
    tell(work, "change_shares", ("lot", lot.id), new=lot_code, details={"terms": lot.terms})
    return lot


def _valid(terms: plan.Lot) -> plan.Lot:
    """Return the terms as a plan will read them, or raise BadValue: no plan may stumble later."""
    try:
        return msgspec.convert(plain(terms), plan.Lot)
    except msgspec.ValidationError as error:
        raise BadValue(
            Sentence(
                fr=f"La part ne peut pas être enregistrée ainsi : {error}.",
                en=f"The share can't be recorded like that: {error}.",
            )
        ) from error


def record_given_before(
    work: Work, code: str, kind: Kind, count: int, ends: date, source: str,
    public: str | None = None, starts: date | None = None,
) -> GivenBefore:  # fmt: skip
    """Count what was given before, so that targets and reports start from the truth."""
    work.require(Permission.MANAGE_PROGRAMMES)
    said = needed(source, Sentence(fr="D'où le sait-on ?", en="Where is it known from?"))
    if count < 1 or ends > work.now.date() or (starts is not None and starts > ends):
        raise BadValue(
            Sentence(
                fr="Une reprise compte au moins un appareil, donné jusqu'à aujourd'hui.",
                en="A catch-up entry counts at least one device, given until today.",
            )
        )
    row = GivenBefore(
        site_id=work.site_id, id=uuid7(work.now), programme_id=programme(work, code).id,
        kind=kind.value, public=(clean(public) or "")[:64] or None, count=count, starts=starts, ends=ends, source=said[:300],
        noted=work.now, noted_by=_who(work),
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    told: dict[str, object] = {"count": count, "kind": kind.value, "ends": ends.isoformat()}
    tell(work, "record_given_before", ("programme", row.programme_id), new=code, details=told)
    return row


def programme(work: Work, code: str) -> Programme:
    """Return the programme with this code, or raise NotFound."""
    found = _programme(work, code)
    if found is None:
        raise NotFound(
            Sentence(fr=f"Le dispositif {code} n'existe pas.", en=f"There is no programme {code}.")
        )
    return found


def _who(work: Work) -> UUID | None:
    return work.actor.id if work.actor.kind is ActorKind.ACCOUNT else None


def _programme(work: Work, code: str) -> Programme | None:
    return work.session.scalars(
        select(Programme).where(Programme.site_id == work.site_id, Programme.code == code)
    ).one_or_none()
