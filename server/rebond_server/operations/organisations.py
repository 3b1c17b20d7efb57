"""Organisations and prescribers: who may receive under which category, and who may attest a need."""

from msgspec import Struct
from sqlalchemy import select

from rebond_schemas.plan_law import Category
from rebond_schemas.text import clean
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.partners import needed
from rebond_server.operations.programmes import territories
from rebond_server.operations.work import Work
from rebond_server.store.ids import uuid7
from rebond_server.store.organisation import Organisation


class OrganisationFacts(Struct, frozen=True, kw_only=True):
    """What people write down of an organisation; the category is that of CG3P L3212-2."""

    code: str
    name: str
    category: Category | None = None
    territory: str | None = None
    prescriber: bool = False


def record_organisation(work: Work, facts: OrganisationFacts) -> Organisation:
    """Add an organisation, or change the one with this code."""
    work.require(Permission.MANAGE_REQUESTS)
    code = needed(
        facts.code, Sentence(fr="Donnez un code à l'organisme.", en="Give the organisation a code.")
    )[:80]
    found = _organisation(work, code)
    one = found or Organisation(site_id=work.site_id, id=uuid7(work.now), code=code)
    one.name = (clean(facts.name) or code)[:200]
    one.category, one.prescriber = facts.category, facts.prescriber
    one.territory = clean(facts.territory)
    if one.territory is not None and one.territory not in {p["id"] for p in territories(work)}:
        raise NotFound(
            Sentence(
                fr=f"Territoire {one.territory[:80]} inconnu : ajoutez-le d'abord aux dispositifs.",
                en=f"Unknown territory {one.territory[:80]}: add it to the programmes first.",
            )
        )
    work.session.add(one)
    work.session.flush()
    verb = "record_organisation" if found is None else "change_organisation"
    tell(work, verb, ("organisation", one.id), new=code)
    return one


def organisation(work: Work, code: str) -> Organisation:
    """Return the organisation with this code, or raise NotFound."""
    found = _organisation(work, code)
    if found is None:
        raise NotFound(
            Sentence(fr=f"L'organisme {code} n'existe pas.", en=f"There is no organisation {code}.")
        )
    return found


def _organisation(work: Work, code: str) -> Organisation | None:
    return work.session.scalars(
        select(Organisation).where(Organisation.site_id == work.site_id, Organisation.code == code)
    ).one_or_none()
