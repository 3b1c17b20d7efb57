"""The pointing device: moved in four directions, clicked left and right."""

from dataclasses import dataclass
from enum import StrEnum

from rebond_agent.checks.keyboard import ENDING, ESCAPE, IDLE_SECONDS, WITHOUT_KEYBOARD
from rebond_agent.checks.step import STOPPED, UNANSWERED, Finding, Running, Working, found, said
from rebond_agent.checks.tools import LOOK_SECONDS, Press, Tools
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_schemas.inspection import Result

BUTTON_LEFT, BUTTON_RIGHT = 0x110, 0x111
FAR = 100
"""Device units in one direction that count as a movement; less is a tremble."""


class Gesture(StrEnum):
    """What a pointing device has to show; the value is drawn on the screen."""

    LEFT = "<-"
    RIGHT = "->"
    UP = "^"
    DOWN = "v"
    CLICK = "clic 1"
    OTHER_CLICK = "clic 2"


@dataclass(frozen=True, kw_only=True)
class Trail:
    """How far the pointer went each way, and which gestures are done."""

    across: tuple[int, int] = (0, 0)
    """Units to the left and to the right."""
    along: tuple[int, int] = (0, 0)
    """Units up and down."""
    clicks: frozenset[Gesture] = frozenset()
    escapes: int = 0

    @property
    def left(self) -> tuple[Gesture, ...]:
        """The gestures that are still to be shown."""
        ways = (*self.across, *self.along)
        moves = (Gesture.LEFT, Gesture.RIGHT, Gesture.UP, Gesture.DOWN)
        moved = {move for move, far in zip(moves, ways, strict=True) if far >= FAR}
        return tuple(one for one in Gesture if one not in moved | self.clicks)


_CLICKS = {BUTTON_LEFT: Gesture.CLICK, BUTTON_RIGHT: Gesture.OTHER_CLICK}


def shown(trail: Trail, press: Press) -> Trail:
    """Return the trail after one movement or button."""
    click = _CLICKS.get(press.code) if press.code is not None else None
    escapes = trail.escapes + 1 if press.code == ESCAPE else trail.escapes
    return Trail(
        across=(trail.across[0] + max(-press.dx, 0), trail.across[1] + max(press.dx, 0)),
        along=(trail.along[0] + max(-press.dy, 0), trail.along[1] + max(press.dy, 0)),
        clicks=trail.clicks | ({click} if click else set()),
        escapes=escapes,
    )


def check(tools: Tools) -> Running:
    """Watch the pointing devices until every gesture was seen; what is missing then fails."""
    if tools.facts.board.chassis in WITHOUT_KEYBOARD:
        return found(Result.ABSENT, CheckPhrase.NOTHING_SEEN)
    trail = Trail()
    with tools.inputs(tools.facts, keys=False) as pointer:
        if pointer is None:
            return found(Result.SKIPPED, CheckPhrase.NO_INPUT)
        last = tools.clock()
        while trail.left and trail.escapes < ENDING and tools.clock() - last < IDLE_SECONDS:
            for press in pointer.read(LOOK_SECONDS):
                last = tools.clock()
                trail = shown(trail, press)
            step = Working(
                text=said(CheckPhrase.POINTING_HOW),
                fraction=1 - len(trail.left) / len(Gesture),
                picture=("   ".join(trail.left),),
            )
            if (yield step) is not None:
                return STOPPED
    return finding(trail) if trail != Trail() else UNANSWERED


def finding(trail: Trail) -> Finding:
    """Pass only when every gesture was seen."""
    if trail.left:
        return found(Result.FAIL, CheckPhrase.POINTING_LEFT, gestures=" ".join(trail.left))
    return Finding(result=Result.PASS)
