"""The blocks of a rule file of marks: tables of points, bonuses, caps, corrections, categories, gates.

Every block is a [[rule]] whose `role` says which of these it is.
"""

from typing import Literal

from msgspec import Struct

from rebond_schemas.facts import ChassisKind
from rebond_server.domain.condition import Op, Threshold
from rebond_server.domain.grading import Axis, Letter


class MarksRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="role"):
    """What all rules of such a file have; `role` says which of the kinds below it is."""

    id: str
    source: str
    source_en: str | None = None
    fr: str
    en: str


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One comparison of one fact."""

    fact: str
    needs: Op
    value: Threshold


class Marks(MarksRule, tag="marks", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The mark is how many of the bounds the value reaches. `media`: only for such a system drive."""

    fact: str
    unit: str
    bounds: tuple[float, ...]
    media: tuple[str, ...] = ()
    fix: str | None = None


class Bonus(MarksRule, tag="bonus", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points added where every condition holds."""

    when: tuple[Condition, ...]
    points: int


class Cap(MarksRule, tag="cap", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sum is at most this where every condition holds."""

    when: tuple[Condition, ...]
    most: int
    fix: str | None = None


class Delta(MarksRule, tag="delta", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's correction, within these bounds whatever was typed."""

    fact: str
    least: int
    most: int


class Category(MarksRule, tag="category", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The category from this many points on, and the letter that the workshop counts it as."""

    least: int
    letter: Letter


class Gate(MarksRule, tag="gate", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of `grading` that holds the grade down whatever the sum."""

    axis: Axis
    kinds: tuple[ChassisKind, ...] = ()
    fact: str
    needs: Op
    value: Threshold | None = None
    unit: str
    effect: Literal["cap", "block", "note"]
    otherwise: Letter | None = None
    on_unknown: Literal["review", "ignore"]
    fix: str | None = None
