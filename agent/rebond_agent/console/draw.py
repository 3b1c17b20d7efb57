"""The whole screen as lines: head, view, news, what is on the stick, every key with its action."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rich.text import Text

from rebond_agent.console import machine_view, other_views, who_view
from rebond_agent.console.lines import Size, Style, bar, key_bar, line, wrapped
from rebond_agent.console.state import State, View
from rebond_agent.language import say
from rebond_agent.language.console_phrases import ConsolePhrase

LEAST = Size(width=80, height=24)
"""What is drawn for at the least; a smaller terminal shows the upper left of it."""

_BODIES: Mapping[View, Callable[[State, Size], list[Text]]] = MappingProxyType(
    {
        View.MACHINE: machine_view.body,
        View.CONFIRM: other_views.confirm,
        View.COUNTDOWN: other_views.countdown,
        View.CHECKS: other_views.checks,
        View.LABEL: other_views.label,
        View.LEAVE: other_views.leave,
        View.WHO: who_view.who,
    }
)


def screen(state: State, size: Size) -> list[Text]:
    """Return exactly as many lines as the terminal has, none wider than it."""
    size = Size(width=max(size.width, LEAST.width), height=max(size.height, LEAST.height))
    painting = state.painting
    if painting is not None:
        return _painted(state, size, painting.colour)
    foot = [*_news(state, size.width), *key_bar(keys(state), size.width)]
    room = size.height - len(foot) - 1
    body = _BODIES[state.view](state, Size(width=size.width, height=room))
    blank = [line("")] * max(room - len(body), 0)
    return [_head(state, size.width), *body[:room], *blank, *foot]


def keys(state: State) -> tuple[str, ...]:
    """Return every key that does something now."""
    return tuple(say(state.language, phrase) for phrase in _keys(state))


def _keys(state: State) -> tuple[ConsolePhrase, ...]:
    words = ConsolePhrase
    match state.view:
        case View.MACHINE:
            others = (words.KEY_CHECKS, words.KEY_LABEL, words.KEY_SEND)
            reads = any(one.waits_for_read for one in state.drives)
            calm = (words.KEY_WIPE, *((words.KEY_READ,) if reads else ()))
            wiping = (words.KEY_PAUSE, words.KEY_STOP) if state.erasing else calm
            return (*wiping, *others, words.KEY_WHO, words.KEY_LANGUAGE, words.KEY_LEAVE)
        case View.CONFIRM:
            mine: tuple[ConsolePhrase, ...] = (words.KEY_CONFIRM, words.KEY_CANCEL)
        case View.COUNTDOWN:
            mine = (words.KEY_CANCEL,)
        case View.CHECKS:
            running = state.checks[state.chosen].running
            answers = (words.KEY_YES, words.KEY_NO, words.KEY_SKIP)
            mine = (*(answers if running else (words.KEY_START,)), words.KEY_BACK)
        case View.LABEL:
            mine = (words.KEY_SEND, words.KEY_BACK)
        case View.WHO:
            mine = (words.KEY_CONFIRM, words.KEY_BACK)
        case View.LEAVE:
            mine = (words.KEY_LEAVE, words.KEY_SEND, words.KEY_BACK)
    return (*mine, words.KEY_LANGUAGE)


def _head(state: State, width: int) -> Text:
    tag = (
        say(state.language, ConsolePhrase.TAG, tag=state.asset_tag)
        if state.asset_tag
        else say(state.language, ConsolePhrase.NO_TAG)
    )
    return bar(say(state.language, ConsolePhrase.HEAD).strip(), tag, width)


def _news(state: State, width: int) -> list[Text]:
    """Return what was typed, what was last told, and whether the stick must be kept."""
    rows: list[Text] = []
    if state.typed:
        rows.append(line(f" {say(state.language, ConsolePhrase.TYPED, typed=state.typed)}"))
    if state.news:
        rows += [line(f" {row}", Style.WAITING) for row in wrapped(state.news, width - 2)[:3]]
    if state.sending:
        rows.append(line(f" {say(state.language, ConsolePhrase.SENDING)}", Style.RUNNING))
    elif state.waiting:
        told = say(state.language, ConsolePhrase.KEEP_STICK, count=state.waiting)
        rows.append(line(f" {told}", Style.BAD))
    return rows


def _painted(state: State, size: Size, colour: str) -> list[Text]:
    """Return a screen of one colour, to its last corner; how to go on stands on the first only."""
    ground = f"white on {colour}" if colour != "white" else "black on white"
    hint = say(state.language, ConsolePhrase.PAINT_KEYS) if colour == "red" else ""
    rows = [line(" " * size.width, ground) for _ in range(size.height)]
    rows[0] = line(f" {hint}".ljust(size.width), ground)
    return rows
