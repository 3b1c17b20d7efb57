"""Kits: every part, or nothing leaves."""

from collections import Counter

from sqlalchemy import select

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.work import Work
from rebond_server.store.allocation import Assignment
from rebond_server.store.demand import Request


def refuse_partial_kits(work: Work, request: Request) -> None:
    """Raise BadValue when what has left for a request is not the same number of each part."""
    parts = [str(part.get("name", "device")) for part in request.terms.get("parts", ())]
    if len(parts) <= 1:
        return
    work.session.flush()
    reasons = work.session.scalars(
        select(Assignment.reasons).where(
            Assignment.site_id == work.site_id,
            Assignment.request_id == request.id,
            Assignment.closed.is_(None),
            Assignment.handover_id.is_not(None),
        )
    )
    left = Counter(str(one[0].get("part")) for one in reasons if one)
    counts = {part: left[part] for part in parts}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{part} : {count}" for part, count in counts.items())
        raise BadValue(
            Sentence(
                fr=f"Un kit part entier ou pas du tout ({told}) : cochez toutes ses pièces.",
                en=f"A kit leaves whole or not at all ({told}): tick all its parts.",
            )
        )
