"""The evaluation of a first-come programme (CP-2021-0342): trainings followed, satisfaction, usefulness."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct


class File(Struct, frozen=True, kw_only=True):
    """One pseudonymous file: what it went through. No code, no name."""

    office: str
    steps: frozenset[str]
    voucher: str | None = None
    """`standing`, `used` or `lapsed`; None: none was given."""
    satisfaction: int | None = None
    usefulness: int | None = None
    completed: date | None = None


class Marks(Struct, frozen=True, kw_only=True):
    """Answers of 1 to 4: how many of each, and their mean; None where too few would point at somebody."""

    answers: int
    mean: float | None
    counts: tuple[int, int, int, int]


class OfficeLine(Struct, frozen=True, kw_only=True):
    """What came of the files of one office, or of all."""

    files: int
    passes: int
    prescribed: int
    followed: int
    certificates: int
    vouchers: int
    standing: int
    used: int
    lapsed: int
    waiting: int
    """Complete files without a voucher: the places are taken."""
    satisfaction: Marks
    usefulness: Marks

    @property
    def rate(self) -> float | None:
        """Return trainings followed over trainings prescribed."""
        return None if not self.prescribed else self.followed / self.prescribed


LEAST_ANSWERS = 5


def evaluation(files: Iterable[File]) -> tuple[dict[str, OfficeLine], OfficeLine]:
    """Return the figures of each office, and of all."""
    known = tuple(files)
    offices = sorted({one.office for one in known})
    lines = {name: _line([one for one in known if one.office == name]) for name in offices}
    return lines, _line(known)


def _line(files: Iterable[File]) -> OfficeLine:
    known = tuple(files)

    def went(step: str) -> int:
        return sum(step in one.steps for one in known)

    def stands(state: str) -> int:
        return sum(one.voucher == state for one in known)

    certificates = went("training_certificate")
    followed = sum(bool(one.steps & {"training_followed", "training_certificate"}) for one in known)
    return OfficeLine(
        files=len(known),
        passes=went("pass_given"),
        # who holds a certificate was prescribed the training, even where nobody noted it
        prescribed=sum(
            bool(one.steps & {"training_prescribed", "training_followed", "training_certificate"})
            for one in known
        ),
        followed=followed,
        certificates=certificates,
        vouchers=sum(one.voucher is not None for one in known),
        standing=stands("standing"),
        used=stands("used"),
        lapsed=stands("lapsed"),
        waiting=sum(one.completed is not None and one.voucher is None for one in known),
        satisfaction=_marks(one.satisfaction for one in known),
        usefulness=_marks(one.usefulness for one in known),
    )


def _marks(marks: Iterable[int | None]) -> Marks:
    told = [mark for mark in marks if mark is not None]
    mean = sum(told) / len(told) if len(told) >= LEAST_ANSWERS else None
    counts = (told.count(1), told.count(2), told.count(3), told.count(4))
    return Marks(answers=len(told), mean=mean, counts=counts)
