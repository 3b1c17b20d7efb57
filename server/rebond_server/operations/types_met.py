"""Meeting every type once, in one thread, before several threads read requests.

msgspec 0.22 reads a null pointer when two threads are the first to convert to one type.
"""

from typing import Any

import msgspec

from rebond_schemas.exchange import EnrolmentRequest
from rebond_schemas.facts import Drive, Facts
from rebond_schemas.plan import Lot, PlanInput, Programme, Request, Territory
from rebond_schemas.plan_output import PlanOutput
from rebond_schemas.statement import AnyStatement
from rebond_server.domain.grading import GradeReason
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Reason

TYPES: tuple[Any, ...] = (
    AnyStatement,
    EnrolmentRequest,
    Facts,
    Drive,
    tuple[Reason, ...],
    tuple[Sentence, ...],
    tuple[GradeReason, ...],
    PlanInput,
    PlanOutput,
    Lot,
    Programme,
    Request,
    tuple[Territory, ...],
)


def meet_types() -> None:
    """Let msgspec learn every type to which this server converts."""
    for known in TYPES:
        try:
            msgspec.convert(None, known)
        except msgspec.ValidationError:  # nothing fits; the type is now known
            continue
