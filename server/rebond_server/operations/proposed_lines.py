"""The lines that a stored plan proposes, decoded once for all the officers who confirm them one by one.

Nothing rewrites a plan's input or its lines once it is made, so what was decoded stays true. Only the newest plan of
a workshop can be confirmed: a few are kept, for servers with more than one workshop.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from rebond_schemas.plan import Hold
from rebond_schemas.plan_output import Assigned, PlanOutput
from rebond_server.operations.work import Work
from rebond_server.store.allocation import PlanRow
from rebond_server.store.queries.plan_page import CONFIRMED

_KEPT = 4
_decoded: dict[UUID, Mapping[UUID, Assigned]] = {}
"""By plan, the oldest first."""


def proposed_lines(work: Work, plan_id: UUID) -> Mapping[UUID, Assigned]:
    """Return the plan's lines by device, in its order, without the devices that were allocated before it."""
    found = _decoded.get(plan_id)
    if found is None:
        query = select(PlanRow.input, PlanRow.output).where(
            PlanRow.site_id == work.site_id, PlanRow.id == plan_id
        )
        found = _decoded[plan_id] = _lines(*work.session.execute(query).one())
        for old in list(_decoded)[:-_KEPT]:
            _decoded.pop(old, None)
    return found


def _lines(asked: dict[str, Any], answered: dict[str, Any]) -> Mapping[UUID, Assigned]:
    before = {
        pin["device"]
        for pin in asked.get("pins", ())
        if pin["hold"] == Hold.LOCK and pin["reason"] == CONFIRMED
    }
    lines = msgspec.convert(answered, PlanOutput).assignments
    return MappingProxyType({UUID(one.device): one for one in lines if one.device not in before})
