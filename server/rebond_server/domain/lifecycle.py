"""The life of a device: one table of states and events. No path to a new owner avoids the wipe."""

from enum import StrEnum
from typing import NamedTuple

from rebond_server.domain.errors import IllegalTransition
from rebond_server.domain.role import TITLES, Role, titles
from rebond_server.domain.sentence import Sentence


class State(StrEnum):
    """Where a device stands."""

    RECEIVED = "received"
    EXAMINED = "examined"
    WIPED = "wiped"
    GRADED = "graded"
    ALLOCATED = "allocated"
    RELEASED = "released"
    HELD = "held"
    SCRAPPED = "scrapped"


class Event(StrEnum):
    """What happens to a device."""

    INGEST_REPORT = "ingest_report"
    CONFIRM_WIPE = "confirm_wipe"
    FAIL_WIPE = "fail_wipe"
    ADD_DRIVE = "add_drive"
    CONFIRM_GRADE = "confirm_grade"
    ALLOCATE = "allocate"
    DEALLOCATE = "deallocate"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    HOLD = "hold"
    RESUME = "resume"
    SCRAP = "scrap"
    DESTROY_DRIVES = "destroy_drives"


class Step(NamedTuple):
    """Where an event leads, and who may cause it."""

    to: State
    by: frozenset[Role]


_S, _E = State, Event
_AGENT = frozenset({Role.AGENT})
_BENCH = frozenset({Role.TECHNICIAN, Role.LEAD})
_LEAD = frozenset({Role.LEAD})
_OFFICER = frozenset({Role.OFFICER})

# `confirm_wipe` belongs to the agent alone: the server fires it when the verdict over every drive
# of the latest inventory says so, and no screen or route can. Leaving `held` means examining
# again; a device that comes back starts from the beginning, for it holds somebody's data again.
# Nobody destroys drives alone: the operation waits for a second person, one of the two a lead.
TABLE: dict[tuple[State, Event], Step] = {
    (_S.RECEIVED, _E.INGEST_REPORT): Step(_S.EXAMINED, _AGENT),
    (_S.EXAMINED, _E.INGEST_REPORT): Step(_S.EXAMINED, _AGENT),
    (_S.EXAMINED, _E.CONFIRM_WIPE): Step(_S.WIPED, _AGENT),
    (_S.EXAMINED, _E.FAIL_WIPE): Step(_S.HELD, _AGENT),
    (_S.WIPED, _E.ADD_DRIVE): Step(_S.EXAMINED, _AGENT),
    (_S.GRADED, _E.ADD_DRIVE): Step(_S.EXAMINED, _AGENT),
    (_S.WIPED, _E.CONFIRM_GRADE): Step(_S.GRADED, _BENCH),
    (_S.GRADED, _E.CONFIRM_GRADE): Step(_S.GRADED, _LEAD),
    (_S.GRADED, _E.ALLOCATE): Step(_S.ALLOCATED, _OFFICER),
    (_S.ALLOCATED, _E.DEALLOCATE): Step(_S.GRADED, _OFFICER),
    (_S.ALLOCATED, _E.HAND_OVER): Step(_S.RELEASED, _OFFICER),
    (_S.RELEASED, _E.TAKE_BACK): Step(_S.RECEIVED, _BENCH),
    (_S.RECEIVED, _E.HOLD): Step(_S.HELD, _BENCH),
    (_S.EXAMINED, _E.HOLD): Step(_S.HELD, _BENCH),
    (_S.WIPED, _E.HOLD): Step(_S.HELD, _BENCH),
    (_S.GRADED, _E.HOLD): Step(_S.HELD, _BENCH),
    (_S.HELD, _E.RESUME): Step(_S.RECEIVED, _LEAD),
    (_S.WIPED, _E.SCRAP): Step(_S.SCRAPPED, _LEAD),
    (_S.GRADED, _E.SCRAP): Step(_S.SCRAPPED, _LEAD),
    (_S.RECEIVED, _E.DESTROY_DRIVES): Step(_S.SCRAPPED, _BENCH),
    (_S.EXAMINED, _E.DESTROY_DRIVES): Step(_S.SCRAPPED, _BENCH),
    (_S.HELD, _E.DESTROY_DRIVES): Step(_S.SCRAPPED, _BENCH),
}

STATE_NAMES: dict[State, Sentence] = {
    State.RECEIVED: Sentence(fr="reçu", en="received"),
    State.EXAMINED: Sentence(fr="examiné", en="examined"),
    State.WIPED: Sentence(fr="effacé", en="wiped"),
    State.GRADED: Sentence(fr="classé", en="graded"),
    State.ALLOCATED: Sentence(fr="attribué", en="allocated"),
    State.RELEASED: Sentence(fr="remis", en="released"),
    State.HELD: Sentence(fr="retenu", en="held"),
    State.SCRAPPED: Sentence(fr="réformé", en="scrapped"),
}

EVENT_NAMES: dict[Event, Sentence] = {
    Event.INGEST_REPORT: Sentence(fr="recevoir un relevé", en="take in a report"),
    Event.CONFIRM_WIPE: Sentence(fr="constater l'effacement", en="confirm the wipe"),
    Event.FAIL_WIPE: Sentence(fr="constater l'échec de l'effacement", en="record a failed wipe"),
    Event.ADD_DRIVE: Sentence(fr="découvrir un disque non effacé", en="find an unwiped drive"),
    Event.CONFIRM_GRADE: Sentence(fr="valider la catégorie", en="confirm the grade"),
    Event.ALLOCATE: Sentence(fr="attribuer", en="allocate"),
    Event.DEALLOCATE: Sentence(fr="annuler l'attribution", en="deallocate"),
    Event.HAND_OVER: Sentence(fr="remettre", en="hand over"),
    Event.TAKE_BACK: Sentence(fr="reprendre", en="take back"),
    Event.HOLD: Sentence(fr="retenir", en="hold"),
    Event.RESUME: Sentence(fr="remettre dans le circuit", en="resume"),
    Event.SCRAP: Sentence(fr="réformer", en="scrap"),
    Event.DESTROY_DRIVES: Sentence(fr="détruire les disques", en="destroy the drives"),
}


def advance(state: State, event: Event, role: Role) -> State:
    """Return the state that follows, or raise IllegalTransition with the reason."""
    step = TABLE.get((state, event))
    if step is None:
        raise IllegalTransition(_not_from_here(state, event))
    if role not in step.by:
        raise IllegalTransition(_not_by(event, role, step.by))
    return step.to


def possible(state: State, role: Role) -> tuple[Event, ...]:
    """Return what this role may do with a device in this state, in the order of the table."""
    return tuple(
        event for (start, event), step in TABLE.items() if start is state and role in step.by
    )


def _not_from_here(state: State, event: Event) -> Sentence:
    starts = [start for start, known in TABLE if known is event]
    here, verb = STATE_NAMES[state], EVENT_NAMES[event]
    return Sentence(
        fr=f"Impossible de {verb.fr} : l'appareil est « {here.fr} », "
        f"il faut qu'il soit « {' » ou « '.join(STATE_NAMES[s].fr for s in starts)} ».",
        en=f"Cannot {verb.en}: the device is {here.en}, "
        f"it must be {' or '.join(STATE_NAMES[s].en for s in starts)}.",
    )


def _not_by(event: Event, role: Role, by: frozenset[Role]) -> Sentence:
    verb, who, able = EVENT_NAMES[event], TITLES[role], titles(by)
    return Sentence(
        fr=f"Le rôle « {who.fr} » ne peut pas {verb.fr} ; c'est le rôle de : {able.fr}.",
        en=f"The {who.en} cannot {verb.en}; this is for: {able.en}.",
    )
