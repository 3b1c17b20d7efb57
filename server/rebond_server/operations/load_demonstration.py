"""The agreements, lots, programmes and requests of the source documents, loaded once."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from rebond_server.domain.demonstration import Demonstration
from rebond_server.domain.policy import Permission
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.rules.load import demonstration
from rebond_server.store.base import plain
from rebond_server.store.demand import Agreement, Lot, Programme, Request
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Site

INTAKE_LOT = "collecte-2021"
"""The lot under which the demonstration's devices are filed: the staff collection CP-2021-0668."""


def load_demonstration(work: Work) -> int:
    """Add what is not there yet, by number or code; return how many rows were added."""
    work.require(Permission.MANAGE_PROGRAMMES)
    data = demonstration()
    added = sum(
        add(work, data) for add in (_add_agreements, _add_lots, _add_programmes, _add_requests)
    )
    if added:
        site = work.session.get_one(Site, work.site_id)
        territories = plain(data.territories)
        terms = {"rules": data.rules, "territories": territories, "intake_lot": INTAKE_LOT}
        site.terms = terms | site.terms
        tell(work, "load_demonstration", ("site", site.id), new=data.rules)
    return added


def _add_agreements(work: Work, data: Demonstration) -> int:
    known = _known(work, Agreement.number)
    return _add(
        work,
        [
            Agreement(
                **_new(work),
                number=one.number,
                title=one.title,
                signed=one.signed,
                ends=one.ends,
                details=plain(one.details),
            )
            for one in data.agreements
            if one.number not in known
        ],
    )


def _add_lots(work: Work, data: Demonstration) -> int:
    known, agreements = _known(work, Lot.code), _known(work, Agreement.number)
    return _add(
        work,
        [
            Lot(
                **_new(work),
                code=lot.id,
                name=lot.name or lot.id,
                agreement_id=agreements.get(data.agreement_of.get(lot.id, "")),
                terms=plain(lot),
            )
            for lot in data.lots
            if lot.id not in known
        ],
    )


def _add_programmes(work: Work, data: Demonstration) -> int:
    known, agreements = _known(work, Programme.code), _known(work, Agreement.number)
    return _add(
        work,
        [
            Programme(
                **_new(work),
                code=one.id,
                name=one.name or one.id,
                operator=data.operator_of[one.id],
                agreement_id=agreements.get(data.agreement_of.get(one.id, "")),
                terms=plain(one),
                first_come=data.conduct_of[one.id].first_come,
                voucher_days=data.conduct_of[one.id].voucher_days,
                trainees=data.conduct_of[one.id].trainees,
                funding=[*data.conduct_of[one.id].funding],
            )
            for one in data.programmes
            if one.id not in known
        ],
    )


def _add_requests(work: Work, data: Demonstration) -> int:
    known, programmes = _known(work, Request.code), _known(work, Programme.code)
    return _add(
        work,
        [
            Request(
                **_new(work),
                code=one.id,
                programme_id=programmes[one.programme],
                organisation=data.organisation_of[one.id],
                quantity=one.quantity,
                completed=one.completed,
                terms=plain(one),
            )
            for one in data.requests
            if one.id not in known
        ],
    )


def _new(work: Work) -> dict[str, Any]:
    return {"site_id": work.site_id, "id": uuid7(work.now)}


def _add(work: Work, rows: list[Any]) -> int:
    work.session.add_all(rows)
    work.session.flush()
    return len(rows)


def _known(work: Work, name: InstrumentedAttribute[str]) -> dict[str, UUID]:
    table = name.class_
    rows = work.session.execute(select(name, table.id).where(table.site_id == work.site_id))
    return {row[0]: row[1] for row in rows}
