"""Drawing proven drives for a second read by another stick and another person."""

import secrets
from uuid import UUID

from rebond_server.domain.policy import Permission
from rebond_server.domain.reread_draw import drawn, list_sha256
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.queries.rereads import DRAW, DRAWN, reread_candidates

SHARE = 5.0
"""Percent of the candidates, unless the lead says otherwise."""
WHOLE = 100.0


def draw_rereads(work: Work, percent: float = SHARE) -> int:
    """Draw this share of the proven drives that no draw has taken yet; return how many were drawn.

    The list stands before the seed is made; seed, list and its hash go into the chained history. No
    draw is ever taken back, so drawing again only adds. Raises BadValue when there is nothing to draw.
    """
    work.require(Permission.DRAW_REREADS)
    if not 0 < percent <= WHOLE:
        raise BadValue(
            Sentence(
                fr="La part à relire est un nombre entre 0 et 100.",
                en="The share to read again is a number between 0 and 100.",
            )
        )
    candidates = {one.judgement_id: one for one in reread_candidates(work.session, work.site_id)}
    if not candidates:
        raise BadValue(
            Sentence(
                fr="Aucun disque à tirer : tous ceux dont l'effacement est prouvé l'ont déjà été.",
                en="No drive to draw: all that are proven erased were drawn before.",
            )
        )
    seed = secrets.token_hex(32)
    chosen = drawn(candidates, seed, percent)
    draw = tell(
        work,
        DRAW,
        ("site", work.site_id),
        new=str(len(chosen)),
        details={
            "seed": seed,
            "percent": percent,
            "candidates": sorted(str(one) for one in candidates),
            "candidates_sha256": list_sha256(candidates),
            "drawn": [_told(candidates[one].device_id, one) for one in chosen],
        },
    )
    for one in chosen:
        found = candidates[one]
        told: dict[str, object] = {"draw": str(draw.id), "drive": str(found.drive_id)}
        tell(work, DRAWN, ("device", found.device_id), details=told | {"judgement": str(one)})
    work.session.flush()
    return len(chosen)


def _told(device_id: UUID, judgement_id: UUID) -> dict[str, str]:
    return {"device": str(device_id), "judgement": str(judgement_id)}
