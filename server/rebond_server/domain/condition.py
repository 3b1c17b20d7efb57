"""One comparison of one value with one threshold: closed operators, so that it can be explained."""

from collections.abc import Callable
from enum import StrEnum
from typing import Literal, assert_never

from msgspec import Struct

from rebond_server.domain.sentence import Sentence

Plain = bool | int | float | str
Threshold = Plain | tuple[Plain, ...]
Comparison = Callable[[Plain | None], bool | None]


class Op(StrEnum):
    """The operators that a rule file may use; there is no other."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUALS = "=="
    BETWEEN = "between"
    IN = "in"
    KNOWN = "known"


class Scale(Struct, frozen=True, kw_only=True):
    """What values a fact may take, in which unit, and which way is better.

    `order` lists the choices from worst to best when `better` is "more", and in no order else.
    """

    type: Literal["number", "yes_no", "choice"]
    unit: str
    better: Literal["more", "less"] | None = None
    order: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    """What a number can be at all; a threshold outside is a slip of the unit or of a digit."""

    def rank(self, value: Plain) -> float:
        """Return the value as a number to compare; ValueError when it is not of this scale."""
        rank: float | None
        match self.type:
            case "choice":
                rank = self.order.index(value) if value in self.order else None
            case "yes_no":
                rank = int(value) if isinstance(value, bool) else None
            case "number":
                rank = None if isinstance(value, bool | str) else value
        if rank is None:
            raise ValueError(f"{value!r} is not {self.wanted.en}")
        return float(rank)

    @property
    def wanted(self) -> Sentence:
        """What a value must be, in words."""
        match self.type:
            case "choice":
                listed = ", ".join(self.order)
                return Sentence(fr=f"parmi {listed}", en=f"one of {listed}")
            case "yes_no":
                return Sentence(fr="true ou false", en="true or false")
            case "number":
                return Sentence(fr=f"un nombre de {self.unit}", en=f"a number of {self.unit}")


def holds(scale: Scale, op: Op, threshold: Threshold | None, value: Plain | None) -> bool | None:
    """Say whether the comparison is true; None when the value is not known."""
    return comparison(scale, op, threshold)(value)


def comparison(scale: Scale, op: Op, threshold: Threshold | None) -> Comparison:
    """Return the comparison with this threshold, to be made with many values."""
    if op is Op.KNOWN:
        return lambda value: value is not None
    if threshold is None:
        return lambda _value: None
    rank = _ranker(scale)
    marks = [scale.rank(mark) for mark in each(threshold)]
    first, last = marks[0], marks[-1]
    # one call a value and no more: a rule file asks thousands of devices dozens of these
    match op:
        case Op.AT_LEAST:
            return lambda value: None if value is None else rank(value) >= first
        case Op.AT_MOST:
            return lambda value: None if value is None else rank(value) <= first
        case Op.BETWEEN:
            return lambda value: None if value is None else first <= rank(value) <= last
        case Op.EQUALS | Op.IN:
            return lambda value: None if value is None else rank(value) in marks
        case _:
            assert_never(op)


def _ranker(scale: Scale) -> Callable[[Plain], float]:
    """Return `scale.rank` for many values of this scale; what is none goes to `rank`, which says so."""
    if scale.type == "choice":
        places = {word: float(place) for place, word in enumerate(scale.order)}
        return lambda value: places[value] if value in places else scale.rank(value)
    right = (bool,) if scale.type == "yes_no" else (int, float)
    return lambda value: float(value) if value.__class__ in right else scale.rank(value)


def fault(scale: Scale, op: Op, threshold: Threshold | None) -> Sentence | None:
    """Say what is wrong with this comparison on this scale, or None."""
    marks = [] if threshold is None else each(threshold)
    wanted = {Op.KNOWN: 0, Op.BETWEEN: 2, Op.IN: len(marks) or 1}.get(op, 1)
    listed = isinstance(threshold, tuple) and op not in {Op.IN, Op.BETWEEN}
    if len(marks) != wanted or listed:
        return Sentence(
            fr=f"l'opérateur {op.value!r} prend {wanted} valeur(s), pas {threshold!r}",
            en=f"operator {op.value!r} takes {wanted} value(s), not {threshold!r}",
        )
    ordered = scale.type == "number" or scale.better is not None
    if op in {Op.AT_LEAST, Op.AT_MOST, Op.BETWEEN} and not ordered:
        return Sentence(
            fr=f"l'opérateur {op.value!r} veut un ordre, et ces valeurs n'en ont pas",
            en=f"operator {op.value!r} needs an order, and these values have none",
        )
    for mark in marks:
        wrong = _mark_fault(scale, mark)
        if wrong is not None:
            return wrong
    ranks = [scale.rank(mark) for mark in marks]
    if op is Op.BETWEEN and ranks != sorted(ranks):
        return Sentence(
            fr="les bornes sont dans le mauvais ordre", en="the bounds are the wrong way round"
        )
    return None


def _mark_fault(scale: Scale, mark: Plain) -> Sentence | None:
    """Say why this cannot be a threshold on this scale: another type, or out of its range."""
    try:
        rank = scale.rank(mark)
    except ValueError:
        return Sentence(
            fr=f"{mark!r} n'est pas {scale.wanted.fr}", en=f"{mark!r} is not {scale.wanted.en}"
        )
    least, most = scale.least, scale.most
    if scale.type != "number" or least is None or most is None or least <= rank <= most:
        return None
    return Sentence(
        fr=f"{mark} n'est pas entre {least:g} et {most:g} {scale.unit} : l'unité est-elle la bonne ?",
        en=f"{mark} is not between {least:g} and {most:g} {scale.unit}: is the unit right?",
    )


def each(threshold: Threshold) -> list[Plain]:
    """Return the marks of a threshold, one or several."""
    return list(threshold) if isinstance(threshold, tuple) else [threshold]
