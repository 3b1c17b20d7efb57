"""A plan from a document alone: the same engine as in the workshop, without any database."""

from datetime import datetime
from pathlib import Path

import msgspec

from rebond_schemas.codec import PLAN_FILE, Unreadable, decode_as
from rebond_schemas.plan import PlanInput
from rebond_server.domain.allocation import plan
from rebond_server.domain.errors import Refused, UnlawfulPlan, UnusablePlanInput
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue


def plan_file(path: Path, now: datetime, *, use_solver: bool = True) -> bytes:
    """Return the plan-output-1 document of a plan-input-1 file, as indented JSON.

    Raises Refused, with the path and the place in the document, when it cannot be read or planned.
    """
    try:
        output = plan(read_plan_input(path), now, use_solver=use_solver)
    except (UnusablePlanInput, UnlawfulPlan) as refusal:
        raise type(refusal)(_at(path, refusal.sentence)) from None
    return msgspec.json.format(msgspec.json.encode(output), indent=2) + b"\n"


def read_plan_input(path: Path) -> PlanInput:
    """Return the document in this file, or raise BadValue with the path and what is wrong in it."""
    try:
        source: PlanInput = decode_as(path.read_bytes(), PlanInput, PLAN_FILE)
    except OSError as error:
        raise _unreadable(path, error) from None
    except Unreadable as error:
        raise BadValue(
            Sentence(
                fr=f"{path} : ce n'est pas un document plan-input-1 ({error}). "
                "Le format est décrit par schemas/plan-input-1.schema.json.",
                en=f"{path}: this is no plan-input-1 document ({error}). "
                "schemas/plan-input-1.schema.json describes the format.",
            )
        ) from None
    return source


def write_plan(path: Path, document: bytes) -> None:
    """Write a plan where a person wants it, or raise Refused with the path."""
    try:
        path.write_bytes(document)
    except OSError as error:
        raise _unreadable(path, error, fr="s'écrire", en="written") from None


def _unreadable(path: Path, error: OSError, fr: str = "se lire", en: str = "read") -> Refused:
    return BadValue(
        Sentence(
            fr=f"{path} : le fichier ne peut pas {fr} ({error.strerror}).",
            en=f"{path}: the file cannot be {en} ({error.strerror}).",
        )
    )


def _at(path: Path, sentence: Sentence) -> Sentence:
    return Sentence(fr=f"{path} : {sentence.fr}", en=f"{path}: {sentence.en}")
