"""Donors and agreements: who gives, and what a lot or a programme rests on."""

from datetime import date

from msgspec import Struct
from sqlalchemy import select

from rebond_schemas.text import clean
from rebond_server.domain.lot import DonorKind
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.demand import Agreement
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import Donor


class AgreementFacts(Struct, frozen=True, kw_only=True):
    """What people write down of an agreement; `review` None means six months before the end."""

    number: str
    title: str
    signed: date | None = None
    ends: date | None = None
    review: date | None = None
    parties: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()


def record_donor(work: Work, code: str, kind: DonorKind, name: str | None = None) -> Donor:
    """Add a donor. A person is a code and nothing else: no name is asked, none is kept."""
    work.require(Permission.MANAGE_LOTS)
    code = needed(code, Sentence(fr="Donnez un code au donateur.", en="Give the donor a code."))
    if _donor(work, code) is not None:
        raise Taken(Sentence(fr=f"Le donateur {code} existe.", en=f"Donor {code} exists."))
    if kind is DonorKind.PERSON and clean(name) is not None:
        raise BadValue(
            Sentence(
                fr="Pour une personne, seul un code est gardé : laissez le nom vide.",
                en="Of a person only a code is kept: leave the name empty.",
            )
        )
    donor = Donor(site_id=work.site_id, id=uuid7(work.now), code=code, kind=kind, name=clean(name))
    work.session.add(donor)
    work.session.flush()
    tell(work, "record_donor", ("donor", donor.id), new=code)
    return donor


def record_agreement(work: Work, facts: AgreementFacts) -> Agreement:
    """Add an agreement, or change the one with this number."""
    work.require(Permission.MANAGE_LOTS)
    number = needed(facts.number, Sentence(fr="Donnez le numéro.", en="Give the number."))
    if facts.signed is not None and facts.ends is not None and facts.ends < facts.signed:
        raise BadValue(
            Sentence(
                fr="La convention finirait avant d'être signée.",
                en="The agreement would end before it is signed.",
            )
        )
    found = _agreement(work, number)
    agreement = found or Agreement(
        site_id=work.site_id, id=uuid7(work.now), number=number, details={}
    )
    agreement.title = clean(facts.title) or number
    agreement.signed, agreement.ends, agreement.review = facts.signed, facts.ends, facts.review
    agreement.parties, agreement.duties = [*facts.parties], [*facts.duties]
    work.session.add(agreement)
    work.session.flush()
    verb = "record_agreement" if found is None else "change_agreement"
    tell(work, verb, ("agreement", agreement.id), new=number)
    return agreement


def agreement(work: Work, number: str) -> Agreement:
    """Return the agreement with this number, or raise NotFound."""
    found = _agreement(work, number)
    if found is None:
        raise NotFound(
            Sentence(
                fr=f"La convention {number} n'existe pas.", en=f"There is no agreement {number}."
            )
        )
    return found


def donor(work: Work, code: str) -> Donor:
    """Return the donor with this code, or raise NotFound."""
    found = _donor(work, code)
    if found is None:
        raise NotFound(
            Sentence(fr=f"Le donateur {code} n'existe pas.", en=f"There is no donor {code}.")
        )
    return found


def needed(text: str, missing: Sentence) -> str:
    """Return a text that must be there, cleaned, or raise BadValue."""
    found = clean(text)
    if found is None:
        raise BadValue(missing)
    return found


def _agreement(work: Work, number: str) -> Agreement | None:
    return work.session.scalars(
        select(Agreement).where(Agreement.site_id == work.site_id, Agreement.number == number)
    ).one_or_none()


def _donor(work: Work, code: str) -> Donor | None:
    return work.session.scalars(
        select(Donor).where(Donor.site_id == work.site_id, Donor.code == code)
    ).one_or_none()
