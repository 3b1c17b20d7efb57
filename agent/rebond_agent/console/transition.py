"""What follows from what: (state, event) to the next state and the wishes. Nothing is done here."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

from rebond_agent.checks.step import Answer
from rebond_agent.choosing import CONFIRMING, last_characters
from rebond_agent.console.event import (
    Checked,
    Counted,
    Erased,
    Event,
    Inspected,
    Key,
    Learned,
    LetGo,
    NameDevice,
    PauseWipe,
    Pressed,
    Progressed,
    ReadAsked,
    ReadEnded,
    Reply,
    Send,
    StartCheck,
    Stepped,
    StopWipe,
    Ticked,
    Told,
    Wipe,
    WipeOver,
)
from rebond_agent.console.state import CheckLine, DriveLine, State, View
from rebond_agent.console.who import Next, named, of_drives, on_who, read
from rebond_agent.language import Language, say
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_schemas.text import clean

COUNTDOWN_SECONDS = 10.0
MOST_TYPED = 64


def after(state: State, event: Event) -> Next:
    """Return what follows."""
    match event:
        case Pressed():
            return _pressed(state, event.key)
        case Ticked():
            return _ticked(state, event.now)
        case _:
            return _learned(state, event), ()


def _learned(state: State, event: Learned) -> State:  # noqa: PLR0911 - one line an event
    """Take over what the machine, the drives, the tests and the server told."""
    match event:
        case Inspected():
            return replace(state, facts=event.facts, drives=event.drives)
        case Progressed() | Erased() | ReadAsked() | ReadEnded() | WipeOver():
            return of_drives(state, event)
        case Stepped():
            return _check(state, event.name, lambda one: replace(one, step=event.step))
        case Checked():
            return _check(
                state,
                event.check.name,
                lambda one: CheckLine(name=one.name, check=event.check),
            )
        case Counted():
            news = state.news if event.waiting or event.sending else None  # no server is away now
            return replace(state, waiting=event.waiting, sending=event.sending, news=news)
        case Told():
            return replace(state, news=event.sentence)
        case LetGo():
            return _let_go(state)
        case _:
            assert_never(event)


def _let_go(state: State) -> State:
    """Begin the ten seconds for the built-in drives, unless somebody is at work here already."""
    free = frozenset(
        one.drive.path for one in state.drives if one.is_open and one.drive.removable is False
    )
    if not free or state.erasing or state.view is not View.MACHINE:
        return state
    starts = state.now + COUNTDOWN_SECONDS
    return replace(state, view=View.COUNTDOWN, ticked=free, starts_at=starts)


def _ticked(state: State, now: float) -> Next:
    state = replace(state, now=now)
    if state.view is not View.COUNTDOWN or state.starts_at is None or now < state.starts_at:
        return state, ()
    paths = tuple(one.drive.path for one in state.drives if one.drive.path in state.ticked)
    drives = tuple(
        replace(one, running=True, erasure=None) if one.drive.path in state.ticked else one
        for one in state.drives
    )
    begun = replace(state, drives=drives, starts_at=None, ticked=frozenset(), view=View.MACHINE)
    begun = replace(begun, vouched=frozenset())
    return begun, (Wipe(paths=paths, vouched=tuple(sorted(state.vouched))),)


def _pressed(state: State, key: Key | str) -> Next:
    """Characters gather for a tag or a confirmation in every view; the other keys are the view's."""
    if state.painting is not None:
        return _painted(state, key)
    if not isinstance(key, Key):
        return replace(state, typed=(state.typed + key)[:MOST_TYPED]), ()
    if key is Key.BACKSPACE:
        return replace(state, typed=state.typed[:-1]), ()
    if key is Key.F9:
        other = Language.EN if state.language is Language.FR else Language.FR
        return replace(state, language=other, news=None), ()
    if key is Key.ENTER and state.typed:
        return _entered(state)
    return _KEYS[state.view](replace(state, news=None), key)


def _entered(state: State) -> Next:
    """Take a whole line: last characters of a drive where they are asked for, else an asset tag."""
    typed = clean(state.typed)
    state = replace(state, typed="", news=None)
    if typed is None:
        return state, ()
    if state.view is View.WHO:
        return named(state, typed)
    if state.view is View.CONFIRM and (vouched := _vouched(state, typed)) is not None:
        return vouched, ()
    if state.view is View.CONFIRM:
        found = {one.drive.path for one in state.drives if one.is_open and _ends(one, typed)}
        if found:
            return replace(state, ticked=state.ticked | found), ()
        if len(typed) <= CONFIRMING:  # a longer line is a tag that was scanned
            news = say(state.language, ConsolePhrase.NO_MATCH, typed=typed)
            return replace(state, news=news), ()
    return replace(state, asset_tag=typed), (NameDevice(asset_tag=typed),)


def _ends(line: DriveLine, typed: str) -> bool:
    ending = last_characters(line.drive.identity)
    return ending is not None and ending.casefold() == typed.casefold()


def _vouched(state: State, typed: str) -> State | None:
    """Tick drives whose content no tool recognises, by their whole serial number and nothing less."""
    found = {
        one.drive.path
        for one in state.drives
        if one.vouchable and not one.running and typed.casefold() == _whole_name(one).casefold()
    }
    if not found:
        return None
    return replace(state, ticked=state.ticked | found, vouched=state.vouched | {typed})


def _whole_name(line: DriveLine) -> str:
    identity = line.drive.identity
    return identity.serial or identity.wwn or ""


def _on_machine(state: State, key: Key) -> Next:  # noqa: PLR0911 - one line a key
    match key:
        case Key.F2 if not state.erasing:
            return _choose(state), ()
        case Key.F3 if state.facts is not None:
            return replace(state, view=View.CHECKS), ()
        case Key.F4 | Key.F6:
            return replace(state, view=View.LABEL if key is Key.F4 else View.WHO), ()
        case Key.F5:
            return state, (Send(),)
        case Key.F7:
            return (state, (PauseWipe(),)) if state.erasing else read(state)
        case Key.F8 if state.erasing:
            news = say(state.language, ConsolePhrase.STOPPING)
            return replace(state, news=news), (StopWipe(),)
        case Key.F10:
            return replace(state, view=View.LEAVE), ()
        case Key.UP | Key.DOWN:
            return _scrolled(state, key), ()
        case _:
            return state, ()


def _choose(state: State) -> State:
    """Have a person choose what to erase, where anything may be."""
    if not any(_may_start(one) for one in state.drives):
        return replace(state, news=say(state.language, ConsolePhrase.NOTHING_TO_ERASE))
    return replace(state, view=View.CONFIRM, ticked=frozenset(), vouched=frozenset())


def _may_start(line: DriveLine) -> bool:
    return line.is_open or line.vouchable


def _scrolled(state: State, key: Key) -> State:
    way = -1 if key is Key.UP else 1
    return replace(state, top=max(min(state.top + way, len(state.drives) - 1), 0))


def _on_confirm(state: State, key: Key) -> Next:
    match key:
        case Key.ENTER if state.ticked:
            starts = state.now + COUNTDOWN_SECONDS
            return replace(state, view=View.COUNTDOWN, starts_at=starts), ()
        case Key.ENTER | Key.ESCAPE | Key.F2 | Key.F10:
            calm = replace(state, ticked=frozenset(), vouched=frozenset())
            return replace(calm, view=View.MACHINE), ()
        case Key.UP | Key.DOWN:
            return _scrolled(state, key), ()
        case _:
            return state, ()


def _on_countdown(state: State, key: Key) -> Next:
    if key not in {Key.ESCAPE, Key.F2, Key.F10, Key.F8}:
        return state, ()
    news = say(state.language, ConsolePhrase.CANCELLED)
    calm = replace(state, view=View.MACHINE, ticked=frozenset(), starts_at=None, news=news)
    return replace(calm, vouched=frozenset()), ()


def _on_checks(state: State, key: Key) -> Next:
    line = state.checks[state.chosen]
    answers = {Key.F5: Answer.YES, Key.F6: Answer.NO, Key.F7: Answer.SKIP}
    match key:
        case Key.UP:
            return replace(state, chosen=max(state.chosen - 1, 0)), ()
        case Key.DOWN:
            return replace(state, chosen=min(state.chosen + 1, len(state.checks) - 1)), ()
        case Key.ENTER if not line.running:
            begun = _check(state, line.name, lambda one: replace(one, running=True, step=None))
            return begun, (StartCheck(name=line.name),)
        case Key.F5 | Key.F6 | Key.F7 if line.running:
            return state, (Reply(name=line.name, answer=answers[key]),)
        case Key.ESCAPE | Key.F3 | Key.F10:
            return replace(state, view=View.MACHINE), ()
        case _:
            return state, ()


def _painted(state: State, key: Key | str) -> Next:
    """Go to the next colour at any key; Escape ends the colours."""
    name = state.checks[state.chosen].name
    answer = Answer.SKIP if key is Key.ESCAPE else Answer.YES
    return state, (Reply(name=name, answer=answer),)


def _on_label(state: State, key: Key) -> Next:
    if key in {Key.ESCAPE, Key.F4, Key.ENTER, Key.F10}:
        return replace(state, view=View.MACHINE), ()
    return (state, (Send(),)) if key is Key.F5 else (state, ())


def _on_leave(state: State, key: Key) -> Next:
    match key:
        case Key.F10:
            return replace(state, over=True), (StopWipe(),) if state.erasing else ()
        case Key.F5:
            return state, (Send(),)
        case Key.ESCAPE | Key.ENTER:
            return replace(state, view=View.MACHINE), ()
        case _:
            return state, ()


_KEYS: Mapping[View, Callable[[State, Key], Next]] = MappingProxyType(
    {
        View.MACHINE: _on_machine,
        View.CONFIRM: _on_confirm,
        View.COUNTDOWN: _on_countdown,
        View.CHECKS: _on_checks,
        View.LABEL: _on_label,
        View.LEAVE: _on_leave,
        View.WHO: on_who,
    }
)


def _check(state: State, name: str, change: Callable[[CheckLine], CheckLine]) -> State:
    checks = tuple(change(one) if one.name == name else one for one in state.checks)
    return replace(state, checks=checks)
