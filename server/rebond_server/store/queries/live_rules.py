"""The rules that a plan made now would follow: lots and programmes, without devices or requests."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_schemas import plan
from rebond_server.store.demand import Agreement, Lot, Programme
from rebond_server.store.people import Site


@dataclass(frozen=True, kw_only=True)
class RuledProgramme:
    """A programme with the decision it rests on."""

    name: str
    operator: str
    agreement: str | None
    first_come: bool
    terms: plan.Programme


@dataclass(frozen=True, kw_only=True)
class RuledLot:
    """A lot with the decision it rests on."""

    name: str
    agreement: str | None
    terms: plan.Lot


@dataclass(frozen=True, kw_only=True)
class LiveRules:
    """Everything that may be published of the rules. `names`: programmes by code."""

    version: str
    programmes: tuple[RuledProgramme, ...]
    lots: tuple[RuledLot, ...]
    names: dict[str, str]


def live_rules(session: Session, site_id: UUID) -> LiveRules:
    """Return the rules in force."""
    site = session.get_one(Site, site_id)
    programmes = session.execute(
        select(Programme, Agreement.number)
        .outerjoin(
            Agreement,
            and_(Agreement.site_id == Programme.site_id, Agreement.id == Programme.agreement_id),
        )
        .where(Programme.site_id == site_id)
        .order_by(Programme.code)
    ).all()
    lots = session.execute(
        select(Lot, Agreement.number)
        .outerjoin(
            Agreement, and_(Agreement.site_id == Lot.site_id, Agreement.id == Lot.agreement_id)
        )
        .where(Lot.site_id == site_id)
        .order_by(Lot.code)
    )
    ruled = [
        RuledProgramme(
            name=row.name,
            operator=row.operator,
            agreement=number,
            first_come=row.first_come,
            terms=msgspec.convert(row.terms, plan.Programme),
        )
        for row, number in programmes
    ]
    return LiveRules(
        version=str(site.terms.get("rules", "atelier")),
        programmes=tuple(sorted(ruled, key=lambda one: (one.terms.tier, one.name))),
        lots=tuple(
            RuledLot(name=row.name, agreement=number, terms=msgspec.convert(row.terms, plan.Lot))
            for row, number in lots
        ),
        names={row.code: row.name for row, _ in programmes},
    )
