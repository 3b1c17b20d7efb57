"""The views beside the main one: confirmation, countdown, tests, page and QR code, leaving."""

import math

import segno
from rich.text import Text

from rebond_agent.checks.step import Question, Step, Working
from rebond_agent.console.lines import MARGIN, Size, Style, gauge, labelled, line, parts, wrapped
from rebond_agent.console.machine_view import drive_name, told
from rebond_agent.console.scroll import scrolled
from rebond_agent.console.state import CheckLine, DriveLine, State
from rebond_agent.language import Language, say, word
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.language.words import CHECKS, RESULTS
from rebond_schemas.inspection import Result

NAME = 20
"""Columns of a test's name."""
_QUIET = 2
"""Modules of white around a code on a dark screen; ISO/IEC 18004 asks for 4, readers for less."""


def confirm(state: State, size: Size) -> list[Text]:
    """List every drive, those a person chose with a cross; the default is no."""
    count = len(state.ticked)
    language = state.language
    then = (
        say(language, ConsolePhrase.CONFIRM_NOW, count=count)
        if count
        else say(language, ConsolePhrase.CONFIRM_NONE)
    )
    lines = [
        line(""),
        line(f" {say(language, ConsolePhrase.CONFIRM)}", Style.BAD),
        *(line(f" {row}") for row in wrapped(say(language, ConsolePhrase.CONFIRM_HOW), size.width - 2)),
        line(""),
    ]  # fmt: skip
    blocks = [_choice(one, state, size.width) for one in state.drives]
    room = size.height - len(lines) - 2
    shown = scrolled(blocks, state.top, room, language)
    return [*lines, *shown, line(""), line(f" {then}", Style.WAITING)]


def _choice(one: DriveLine, state: State, width: int) -> list[Text]:
    ticked = one.drive.path in state.ticked
    mark = "[X]" if ticked else "[ ]" if one.is_open or one.vouchable else " - "
    names = parts(drive_name(one.drive, state.language), width - MARGIN)
    rows = labelled(f"     {mark}", names, Style.BAD if ticked else Style.PLAIN)
    if one.refusal is not None:
        reason = wrapped(told(one.refusal, state.language), width - MARGIN - 2)
        rows += labelled("", [f"  {row}" for row in reason], Style.WAITING)
    return rows


def countdown(state: State, size: Size) -> list[Text]:
    """Show what is about to be erased, and how long it can still be cancelled."""
    left = math.ceil(max((state.starts_at or state.now) - state.now, 0))
    lines = [
        line(""),
        line(f" {say(state.language, ConsolePhrase.STARTS_IN, seconds=left)}", Style.BAD),
        line(f" {gauge(1 - left / 10, min(size.width - 2, 60))}", Style.BAD),
        *(
            line(f" {row}")
            for row in wrapped(say(state.language, ConsolePhrase.ANY_CANCELS), size.width - 2)
        ),
        line(""),
    ]
    chosen = [one for one in state.drives if one.drive.path in state.ticked]
    blocks = [_choice(one, state, size.width) for one in chosen]
    return [*lines, *scrolled(blocks, state.top, size.height - len(lines), state.language)]


def checks(state: State, size: Size) -> list[Text]:
    """List the tests; the one under the bar shows below what it does or asks."""
    language = state.language
    how = say(language, ConsolePhrase.CHOOSE_CHECK)
    lines = [line(f" {row}") for row in wrapped(how, size.width - 2)]
    chosen = state.checks[state.chosen]
    below = _below(chosen, language, size.width)
    rows = [_check(one, one is chosen, language, size.width) for one in state.checks]
    if len(lines) + len(rows) + len(below) + 2 > size.height:
        # A keyboard's map needs the room of the list; the test it belongs to stays.
        rows = [rows[state.chosen]]
    return [line(""), *lines, line(""), *rows, line(""), *below][-size.height :]


def _check(one: CheckLine, chosen: bool, language: Language, width: int) -> Text:  # noqa: FBT001 - drawn or not
    text, style = _state_of(one, language)
    made = line(f" {'>' if chosen else ' '} ", Style.STRONG)
    made.append(f"{word(language, CHECKS, one.name):<{NAME}}", style="reverse" if chosen else "")
    made.append(f"  {text}", style=str(style))
    # Long notes stand in full below the list, when their test is under the bar.
    note = one.check.note if one.check is not None else None
    if note and made.cell_len + len(note) + 3 <= width:
        made.append(f" · {note}")
    return made


def _state_of(one: CheckLine, language: Language) -> tuple[str, Style]:
    if one.asks:
        return "?", Style.WAITING
    if one.running:
        fraction = one.step.fraction if isinstance(one.step, Working) else None
        return "..." if fraction is None else gauge(fraction, 22), Style.RUNNING
    if one.check is None:
        return say(language, ConsolePhrase.TO_DO), Style.PLAIN
    styles = {Result.PASS: Style.GOOD, Result.FAIL: Style.BAD, Result.SKIPPED: Style.WAITING}
    result = one.check.result
    return word(language, RESULTS, result), styles.get(result, Style.PLAIN)


def _below(one: CheckLine, language: Language, width: int) -> list[Text]:
    if one.running and one.step is not None:
        return _step(one.step, language, width)
    if one.check is not None and one.check.note:
        return [line(f" {row}") for row in wrapped(one.check.note, width - 2)]
    return []


def _step(step: Step, language: Language, width: int) -> list[Text]:
    match step:
        case Working():
            said = [line(f" {row}") for row in wrapped(step.text.told(language), width - 2)]
            return [*said, *(line(f"  {row}", Style.STRONG) for row in step.picture)]
        case Question():
            rows = wrapped(step.text.told(language), width - 2)
            return [line(f" {row}", Style.WAITING) for row in rows]
        case _:
            return []


def label(state: State, size: Size) -> list[Text]:
    """Show the address of the device's page and its QR code, where there is room for it."""
    language = state.language
    if state.server is None:
        return [line(""), line(f" {say(language, ConsolePhrase.NO_SERVER)}", Style.WAITING)]
    if state.page is None:
        return [line(""), line(f" {say(language, ConsolePhrase.LABEL_NONE)}", Style.WAITING)]
    head = [line(f" {row}") for row in wrapped(state.page, size.width - 2)]
    code = code_lines(state.page)
    indent = " " * max((size.width - code[0].cell_len) // 2, 0)
    drawn = [Text.assemble(indent, row, no_wrap=True) for row in code]
    return [*head, *drawn] if len(head) + len(drawn) <= size.height else head


def code_lines(address: str) -> list[Text]:
    """Return a QR code, two rows of modules in each line, black on white whatever the console."""
    matrix = [list(row) for row in segno.make(address, error="l", micro=False).matrix]
    width = len(matrix[0]) + 2 * _QUIET
    blank = [0] * width
    rows = [blank] * _QUIET + [[0] * _QUIET + row + [0] * _QUIET for row in matrix]
    rows += [blank] * (_QUIET + len(rows) % 2)
    halves = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
    return [
        line("".join(halves[bool(a), bool(b)] for a, b in zip(upper, lower, strict=True)),
             "black on white")
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]  # fmt: skip


def leave(state: State, size: Size) -> list[Text]:
    """Ask once more before leaving, with what leaving means."""
    language = state.language
    lines = [line(""), line(f" {say(language, ConsolePhrase.LEAVE)}", Style.BAD), line("")]
    said = []
    if state.erasing:
        said.append(say(language, ConsolePhrase.LEAVE_RUNNING))
    if state.waiting:
        said.append(say(language, ConsolePhrase.KEEP_STICK, count=state.waiting))
    elif state.server is not None:
        said.append(say(language, ConsolePhrase.ALL_DELIVERED))
    if not said or not (state.erasing or state.waiting):
        said.append(say(language, ConsolePhrase.LEAVE_READY))
    for sentence in said:
        lines += [line(f" {row}", Style.WAITING) for row in wrapped(sentence, size.width - 2)]
    return lines
