"""What became of a device: how far it came, and where it is now. Owed to donors by CP-2021-0668."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from rebond_schemas.plan_law import Regime
from rebond_server.domain.lifecycle import State
from rebond_server.domain.sentence import Sentence


class Stage(StrEnum):
    """How far a device came; a device is counted at every stage that it reached."""

    COLLECTED = "collected"
    EXAMINED = "examined"
    PROVEN = "proven"
    GRADED = "graded"
    ALLOCATED = "allocated"
    RELEASED = "released"


class Place(StrEnum):
    """Where a device is now; each device is in one place only."""

    WAITING = "waiting"
    HELD = "held"
    TO_GRADE = "to_grade"
    READY = "ready"
    PROMISED = "promised"
    GIVEN = "given"
    PARTS = "parts"
    RECYCLED = "recycled"
    SCRAPPED = "scrapped"
    """Scrapped, and no grade says whether for parts or for recycling."""


STAGE_NAMES: dict[Stage, Sentence] = {
    Stage.COLLECTED: Sentence(fr="collectés", en="collected"),
    Stage.EXAMINED: Sentence(fr="examinés", en="examined"),
    Stage.PROVEN: Sentence(
        fr="effacement prouvé ou sans support", en="proven erased, or no data medium"
    ),
    Stage.GRADED: Sentence(fr="classés", en="graded"),
    Stage.ALLOCATED: Sentence(fr="attribués", en="allocated"),
    Stage.RELEASED: Sentence(fr="remis", en="released"),
}
PLACE_NAMES: dict[Place, Sentence] = {
    Place.WAITING: Sentence(fr="à traiter", en="to be processed"),
    Place.HELD: Sentence(fr="retenus", en="held"),
    Place.TO_GRADE: Sentence(fr="effacés, à classer", en="wiped, to be graded"),
    Place.READY: Sentence(fr="prêts", en="ready"),
    Place.PROMISED: Sentence(fr="attribués, à remettre", en="allocated, to be handed over"),
    Place.GIVEN: Sentence(fr="remis", en="released"),
    Place.PARTS: Sentence(fr="pièces", en="parts"),
    Place.RECYCLED: Sentence(fr="recyclage", en="recycling"),
    Place.SCRAPPED: Sentence(fr="réformés, suite non notée", en="scrapped, end not recorded"),
}
PLACE_OF_ONE: dict[Place, Sentence] = PLACE_NAMES | {
    Place.HELD: Sentence(fr="retenu", en="held"),
    Place.TO_GRADE: Sentence(fr="effacé, à classer", en="wiped, to be graded"),
    Place.READY: Sentence(fr="prêt", en="ready"),
    Place.PROMISED: Sentence(fr="attribué, à remettre", en="allocated, to be handed over"),
    Place.SCRAPPED: Sentence(fr="réformé, suite non notée", en="scrapped, end not recorded"),
}
"""The same of one device: French names many differently."""

_BEYOND: dict[Stage, frozenset[State]] = {
    Stage.GRADED: frozenset({State.GRADED, State.ALLOCATED, State.RELEASED}),
    Stage.ALLOCATED: frozenset({State.ALLOCATED, State.RELEASED}),
    Stage.RELEASED: frozenset({State.RELEASED}),
}
_PLACES: dict[State, Place] = {
    State.RECEIVED: Place.WAITING,
    State.EXAMINED: Place.WAITING,
    State.HELD: Place.HELD,
    State.WIPED: Place.TO_GRADE,
    State.GRADED: Place.READY,
    State.ALLOCATED: Place.PROMISED,
    State.RELEASED: Place.GIVEN,
}


class Fate(Struct, frozen=True, kw_only=True):
    """One device of a lot. `programme` and what follows speak of its open assignment."""

    id: str
    tag: str
    kind: str
    state: State
    examined: bool
    """It has a report of this life here."""
    sanitised: bool
    grade: str | None = None
    point: str | None = None
    name: str | None = None
    serial: str | None = None
    programme: str | None = None
    programme_name: str | None = None
    organisation: str | None = None
    """None for a person, who is nowhere named."""
    territory: str | None = None
    public: str | None = None
    handover: str | None = None
    day: date | None = None
    priced: bool = False
    """The programme asks money for this kind of device."""

    @property
    def place(self) -> Place:
        """Where the device is now."""
        if self.state is not State.SCRAPPED:
            return _PLACES[self.state]
        return {"parts": Place.PARTS, "recycle": Place.RECYCLED}.get(
            self.grade or "", Place.SCRAPPED
        )

    def reached(self, stage: Stage) -> bool:
        """Say whether the device came so far in its present life here."""
        match stage:
            case Stage.COLLECTED:
                return True
            case Stage.EXAMINED:
                return self.examined
            case Stage.PROVEN:
                return self.sanitised
            case _:
                return self.state in _BEYOND[stage]


class Tally(Struct, frozen=True, kw_only=True):
    """How many devices reached each stage and stand in each place; every key is there."""

    stages: dict[Stage, int]
    places: dict[Place, int]

    def count(self, asked: Stage | Place) -> int:
        """Return one of the counts."""
        return self.stages[asked] if isinstance(asked, Stage) else self.places[asked]


class Wish(Struct, frozen=True, kw_only=True):
    """Which devices a figure counted; None asks nothing. `point` is "" where none was noted."""

    stage: Stage | None = None
    place: Place | None = None
    point: str | None = None
    kind: str | None = None
    programme: str | None = None

    def met(self, fate: Fate) -> bool:
        """Say whether the figure counted this device."""
        return (
            (self.stage is None or fate.reached(self.stage))
            and (self.place is None or fate.place is self.place)
            and (self.point is None or (fate.point or "") == self.point)
            and (self.kind is None or fate.kind == self.kind)
            and (self.programme is None or fate.programme == self.programme)
        )


def tally(fates: Iterable[Fate]) -> Tally:
    """Count devices; the places add up to the collected ones."""
    ones = tuple(fates)
    places = Counter(one.place for one in ones)
    return Tally(
        stages={stage: sum(one.reached(stage) for one in ones) for stage in Stage},
        places={place: places[place] for place in Place},
    )


def by_programme(fates: Iterable[Fate]) -> dict[str, int]:
    """Return how many devices each programme handed over, by its code."""
    counts = Counter(one.programme for one in fates if one.state is State.RELEASED)
    return {code: counts[code] for code in sorted(counts, key=str) if code is not None}


def by_public(fates: Iterable[Fate]) -> dict[str, int]:
    """Return how many devices were handed over for each public category that a request named."""
    counts = Counter(one.public for one in fates if one.state is State.RELEASED)
    return {public: counts[public] for public in sorted(counts, key=str) if public is not None}


def no_resale(regime: Regime, fates: Iterable[Fate], *, resale_allowed: bool) -> Sentence:
    """Say what the workshop's books show of selling: a count, never more than was recorded."""
    given = [one for one in fates if one.state is State.RELEASED]
    priced = sum(one.priced for one in given)
    free = len(given) - priced
    counted = Sentence(
        fr=f"Appareils remis : {len(given)}, dont {free} par un dispositif gratuit et "
        f"{priced} par un dispositif payant.",
        en=f"Devices handed over: {len(given)}, of them {free} by a free programme and "
        f"{priced} by one that asks a price.",
    )
    if resale_allowed:
        rule = Sentence(
            fr="La revente à prix solidaire est permise pour ce lot.",
            en="Resale at a solidarity price is allowed for this lot.",
        )
    elif priced:
        rule = Sentence(
            fr="La revente est interdite pour ce lot : les remises payantes sont à justifier.",
            en="Resale is forbidden for this lot: the priced handovers must be justified.",
        )
    else:
        law = " (CG3P, art. L3212-2 et L3212-3)" if regime is Regime.CG3P else ""
        law_en = " (CG3P L3212-2 and L3212-3)" if regime is Regime.CG3P else ""
        rule = Sentence(
            fr=f"La revente est interdite pour ce lot{law} et aucune remise payante n'est enregistrée.",
            en=f"Resale is forbidden for this lot{law_en} and no priced handover is recorded.",
        )
    return Sentence(fr=f"{rule.fr} {counted.fr}", en=f"{rule.en} {counted.en}")
