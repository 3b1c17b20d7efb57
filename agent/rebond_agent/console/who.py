"""What happens to drives, and who works here: second reads begin only with a name."""

from collections.abc import Callable
from dataclasses import replace

from rebond_agent.console.event import (
    Erased,
    Key,
    NameOperator,
    Progressed,
    ReadAsked,
    ReadEnded,
    Reread,
    WipeOver,
    Wish,
)
from rebond_agent.console.state import DriveLine, State, View
from rebond_agent.language import say
from rebond_agent.language.console_phrases import ConsolePhrase

OfDrives = Progressed | Erased | ReadAsked | ReadEnded | WipeOver
Next = tuple[State, tuple[Wish, ...]]


def on_who(state: State, key: Key) -> Next:
    """Go back without a name: who works here stays as it was, and nothing is read."""
    if key in {Key.ESCAPE, Key.ENTER, Key.F6, Key.F10}:
        return replace(state, view=View.MACHINE, reads_next=False), ()
    return state, ()


def named(state: State, name: str) -> Next:
    """Take a name; the second reads that waited for it begin."""
    known = replace(state, operator=name, view=View.MACHINE, reads_next=False)
    wish = NameOperator(name=name)
    if not state.reads_next:
        return known, (wish,)
    begun, wishes = read(known)
    return begun, (wish, *wishes)


def read(state: State) -> Next:
    """Begin the second reads; without a name, or by whoever erased, they would confirm nothing."""
    if state.erasing or not any(one.waits_for_read for one in state.drives):
        return state, ()
    if state.operator is None:
        return replace(state, view=View.WHO, reads_next=True), ()
    if _plain(state.operator) in {_plain(one) for one in state.not_by}:
        news = say(state.language, ConsolePhrase.OTHER_PERSON, name=state.operator)
        return replace(state, view=View.WHO, reads_next=True, news=news), ()
    drives = tuple(
        replace(one, running=True, read=None) if one.waits_for_read else one for one in state.drives
    )
    return replace(state, drives=drives), (Reread(),)


def of_drives(state: State, event: OfDrives) -> State:
    """Take over what happened to the drives."""
    match event:
        case Progressed():
            return _drive(state, event.path, lambda one: replace(one, progress=event.progress))
        case Erased():
            return _drive(
                state,
                event.path,
                lambda one: replace(one, running=False, progress=None, erasure=event.erasure),
            )
        case ReadEnded():
            return _drive(
                state,
                event.path,
                lambda one: replace(one, running=False, progress=None, read=event.statement),
            )
        case ReadAsked():
            return _asked(state, event)
        case WipeOver():
            drives = tuple(replace(one, running=False, progress=None) for one in state.drives)
            return replace(state, drives=drives)


def _drive(state: State, path: str, change: Callable[[DriveLine], DriveLine]) -> State:
    drives = tuple(change(one) if one.drive.path == path else one for one in state.drives)
    return replace(state, drives=drives)


def _asked(state: State, event: ReadAsked) -> State:
    """Mark the drives that the server drew."""
    drives = tuple(replace(one, asked=_is_asked(one, event)) for one in state.drives)
    return replace(state, drives=drives, same_stick=event.same_stick, not_by=event.not_by)


def _is_asked(one: DriveLine, event: ReadAsked) -> bool:
    return one.drive.path in event.paths


def _plain(name: str) -> str:
    return "".join(name.casefold().split())
