"""Pass numérique indicators, as CP-2019-3591 asks them of partners: counts by partner and by public."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct


class Batch(Struct, frozen=True, kw_only=True):
    """Passes handed to a partner."""

    number: str
    partner: str
    count: int
    value_cents: int


class Use(Struct, frozen=True, kw_only=True):
    """One report of a partner on one public of one batch."""

    batch: str
    partner: str
    public: str
    qpv: bool | None
    distributed: int
    beneficiaries: int
    used: int
    training: str | None
    body: str | None


class Line(Struct, frozen=True, kw_only=True):
    """What one partner, or all, handed on: `rate` is used over distributed; None without any."""

    received: int
    distributed: int
    beneficiaries: int
    used: int

    @property
    def rate(self) -> float | None:
        """Return the share of the distributed passes that were used."""
        return None if not self.distributed else self.used / self.distributed

    @property
    def left(self) -> int:
        """Return the passes that a partner still has."""
        return self.received - self.distributed


class Indicators(Struct, frozen=True, kw_only=True):
    """Everything that the follow-up counts; categories of people are counted in beneficiaries."""

    whole: Line
    partners: dict[str, Line]
    publics: dict[str, int]
    qpv: dict[str, int]
    """Beneficiaries by `yes`, `no` and `unknown`."""
    trainings: dict[str, int]
    """Used passes by training."""
    bodies: dict[str, int]
    value_cents: int
    used_cents: int


def indicators(batches: Iterable[Batch], uses: Iterable[Use]) -> Indicators:
    """Return the indicators of these batches and reports."""
    given, told = tuple(batches), tuple(uses)
    worth = {one.number: one.value_cents for one in given}
    publics: Counter[str] = Counter()
    qpv: Counter[str] = Counter()
    trainings: Counter[str] = Counter()
    bodies: Counter[str] = Counter()
    for use in told:
        publics[use.public] += use.beneficiaries
        qpv[{True: "yes", False: "no", None: "unknown"}[use.qpv]] += use.beneficiaries
        if use.training:
            trainings[use.training] += use.used
        if use.body:
            bodies[use.body] += use.used
    names = sorted({one.partner for one in given})
    return Indicators(
        whole=_line(given, told),
        partners={
            name: _line(
                [one for one in given if one.partner == name],
                [one for one in told if one.partner == name],
            )
            for name in names
        },
        publics=dict(sorted(publics.items())),
        qpv=dict(sorted(qpv.items())),
        trainings=dict(sorted(trainings.items())),
        bodies=dict(sorted(bodies.items())),
        value_cents=sum(one.count * one.value_cents for one in given),
        used_cents=sum(one.used * worth.get(one.batch, 0) for one in told),
    )


def _line(batches: Iterable[Batch], uses: Iterable[Use]) -> Line:
    told = tuple(uses)
    return Line(
        received=sum(one.count for one in batches),
        distributed=sum(one.distributed for one in told),
        beneficiaries=sum(one.beneficiaries for one in told),
        used=sum(one.used for one in told),
    )
