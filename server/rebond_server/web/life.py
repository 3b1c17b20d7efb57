"""The life of a device as a small flow: what is behind it, where it stands, what lies ahead."""

from enum import StrEnum
from typing import NamedTuple

from rebond_server.domain.lifecycle import STATE_NAMES, State
from rebond_server.domain.sentence import Sentence

MAIN_ROAD = (
    State.RECEIVED,
    State.EXAMINED,
    State.WIPED,
    State.GRADED,
    State.ALLOCATED,
    State.RELEASED,
)


class Place(StrEnum):
    """Where a step of the flow lies for this device; also its class in the style sheet."""

    DONE = "done"
    HERE = "here"
    AHEAD = "ahead"
    ASIDE = "aside"


class Step(NamedTuple):
    """One station of the flow."""

    name: Sentence
    place: Place


def flow(state: State) -> tuple[Step, ...]:
    """Return the main road with the device's place on it; held and scrapped stand beside it."""
    if state not in MAIN_ROAD:
        road = tuple(Step(STATE_NAMES[each], Place.AHEAD) for each in MAIN_ROAD)
        return (*road, Step(STATE_NAMES[state], Place.ASIDE))
    here = MAIN_ROAD.index(state)
    return tuple(
        Step(STATE_NAMES[each], _place(position, here)) for position, each in enumerate(MAIN_ROAD)
    )


def _place(position: int, here: int) -> Place:
    if position == here:
        return Place.HERE
    return Place.DONE if position < here else Place.AHEAD
