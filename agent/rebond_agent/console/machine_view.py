"""The main view: the machine, its drives with what is going on, what is needed from a person."""

from rich.text import Text

from rebond_agent.console.lines import (
    MARGIN,
    Size,
    Style,
    gauge,
    label_of,
    labelled,
    line,
    parts,
    wrapped,
)
from rebond_agent.console.scroll import scrolled
from rebond_agent.console.state import DriveLine, State
from rebond_agent.console.who_view import read_text
from rebond_agent.language import Language, say, word
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.language.hidden_reasons import hidden_reason
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.words import ACTIONS, CHASSIS, DRIVE_KINDS
from rebond_agent.sheet.erasure import erasure_text
from rebond_agent.sheet.parts import facts_blocks
from rebond_agent.sheet.size import binary_size, decimal_size
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Sentence
from rebond_schemas.erasure import Ending
from rebond_schemas.facts import Board, Drive, Facts
from rebond_schemas.inspection import Result

_MINUTE, _HOUR = 60, 3600


def body(state: State, size: Size) -> list[Text]:
    """Return the lines between head and keys; the drives take what room the rest leaves."""
    if state.facts is None:
        return [line(""), line(f" {say(state.language, ConsolePhrase.LOOKING)}", Style.WAITING)]
    above = [line(""), *machine_lines(state.facts, state.language, size.width)]
    below = [line(""), *_checks(state), *_needed(state, size.width)]
    room = max(size.height - len(above) - len(below) - 2, 3)
    drives = _drives(state, room, size.width)
    shown = [*above, line(""), *drives, *below]
    return [*shown, *_details(state.facts, state.language, size, size.height - len(shown))]


def _details(facts: Facts, language: Language, size: Size, room: int) -> list[Text]:
    """Return what else is known, on a terminal that has room left: whole subjects only."""
    lines: list[Text] = []
    for block in facts_blocks(facts, language, size.width - 1):
        if len(lines) + len(block) + 2 > room:
            break
        lines += [line(f" {row}") for row in block]
    return [line(""), line(f" {'─' * (size.width - 2)}"), *lines] if lines else []


def machine_lines(facts: Facts, language: Language, width: int) -> list[Text]:
    """Return what the machine is, and what of its drives cannot be seen."""
    board, processor, memory = facts.board, facts.processor, facts.memory
    unknown = say(language, Phrase.UNKNOWN)
    health = [one.health_percent for one in facts.batteries]
    percents = [str(round(one)) for one in health if one is not None]
    battery = f"{say(language, Phrase.BATTERY)} {' + '.join(percents)} %" if percents else None
    said = [
        machine_name(board) or unknown,
        word(language, CHASSIS, board.chassis) if board.chassis else None,
        say(language, Phrase.SERIAL_IS, serial=board.serial) if board.serial else None,
        processor.name,
        say(language, ConsolePhrase.MEMORY, size=binary_size(language, memory.installed_mib))
        if memory.installed_mib
        else None,
        battery,
        facts.firmware.mode and facts.firmware.mode.upper(),
    ]
    lines = labelled(say(language, ConsolePhrase.MACHINE), parts(said, width - MARGIN))
    for warning in _warnings(facts, language):
        lines += labelled("", wrapped(warning, width - MARGIN), Style.BAD)
    return lines


def machine_name(board: Board) -> str | None:
    """Return the name on the lid, its maker once: `Lenovo ThinkPad X270`, `HP EliteBook 840 G3`."""
    name = board.marketing_name or board.model
    if board.maker and name and name.lower().startswith(board.maker.lower()):
        return name
    return " ".join(part for part in (board.maker, name) if part) or None


def _warnings(facts: Facts, language: Language) -> list[str]:
    """Return what a person must know before going on: hidden drives, a lock, an anti-theft agent."""
    firmware, unknown = facts.firmware, say(language, Phrase.UNKNOWN)
    reason = hidden_reason(facts.drives_hidden_reason or unknown, language)
    told = (
        (facts.drives_hidden, say(language, Phrase.DRIVES_HIDDEN, reason=reason)),
        (firmware.setup_password, say(language, Phrase.SETUP_PASSWORD)),
        (bool(firmware.anti_theft), ", ".join(firmware.anti_theft)),
    )
    return [text for due, text in told if due]


def drive_name(drive: Drive, language: Language) -> list[str | None]:
    """Return what tells a drive from the others: place, kind, size, model, serial number."""
    identity = drive.identity
    size = identity.size_bytes
    return [
        drive.path.removeprefix("/dev/") if drive.path.startswith("/dev/") else _last(drive.path),
        word(language, DRIVE_KINDS, drive.kind),
        say(language, Phrase.UNKNOWN) if size is None else decimal_size(language, size),
        identity.model,
        say(language, Phrase.SERIAL_IS, serial=identity.serial)
        if identity.serial
        else say(language, Phrase.NO_SERIAL),
        say(language, Phrase.SMART_BAD) if drive.smart and drive.smart.passed is False else None,
    ]


def told(sentence: Sentence, language: Language) -> str:
    """Return a sentence in the reader's language."""
    return sentence.fr if language is Language.FR else sentence.en


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _drives(state: State, room: int, width: int) -> list[Text]:
    """Return the drives with what is going on, as many as there is room for."""
    label = say(state.language, ConsolePhrase.DRIVES)
    if not state.drives:
        return labelled(label, [say(state.language, Phrase.NO_DRIVE)])
    blocks = [_drive(one, state.language, width - MARGIN) for one in state.drives]
    head = label_of(label)
    first, *others = scrolled(blocks, state.top, room, state.language)
    return [Text.assemble(head, first[MARGIN:], no_wrap=True), *others]


def _drive(one: DriveLine, language: Language, width: int) -> list[Text]:
    name = parts(drive_name(one.drive, language), width)
    texts, style = _happening(one, language, width - 2)
    # What belongs to a drive stands a little to the right of its name.
    return [
        *labelled("", name, Style.STRONG),
        *labelled("", [f"  {row}" for row in texts], style),
    ]


def _happening(one: DriveLine, language: Language, width: int) -> tuple[list[str], Style]:
    if one.progress is not None:
        return progress_lines(one.progress, language, width), Style.RUNNING
    if one.running:
        return [say(language, ConsolePhrase.STARTING)], Style.RUNNING
    if one.erasure is not None:
        good = one.erasure.ending is Ending.COMPLETED
        text = " ".join(row.strip() for row in erasure_text(one.erasure, language).split("\n")[1:])
        return wrapped(text, width), Style.GOOD if good else Style.BAD
    if one.read is not None:
        said, good = read_text(one.read, language)
        return wrapped(said, width), Style.GOOD if good else Style.BAD
    return _awaiting(one, language, width)


def _awaiting(one: DriveLine, language: Language, width: int) -> tuple[list[str], Style]:
    if one.asked:
        return [say(language, ConsolePhrase.TO_READ)], Style.WAITING
    if one.refusal is not None:
        return wrapped(told(one.refusal, language), width), Style.WAITING
    return [say(language, ConsolePhrase.READY)], Style.PLAIN


def progress_lines(progress: Progress, language: Language, width: int) -> list[str]:
    """Return gauge, share of the step, step, speed, time left and errors; the gauges stand in line."""
    share = progress.bytes_done / max(progress.bytes_total, 1)
    speed, eta = progress.bytes_per_second, progress.eta_seconds
    faults, differences = progress.fault_count, progress.mismatch_count
    percent = min(int(100 * share), 99)  # whole only when its statement says so
    said = [
        f"{gauge(share, width // 6)} {percent:2} %",
        say(
            language,
            ConsolePhrase.RUNNING,
            step=progress.step,
            steps=progress.steps,
            action=word(language, ACTIONS, progress.action),
        ).strip(),
        say(language, ConsolePhrase.SPEED, speed=decimal_size(language, int(speed))).strip()
        if speed
        else None,
        say(language, ConsolePhrase.LEFT, time=duration(eta)) if eta is not None else None,
        None
        if progress.celsius is None
        else say(language, ConsolePhrase.WARMTH, celsius=round(progress.celsius)).strip(),
        say(language, ConsolePhrase.ERRORS, count=faults) if faults else None,
        say(language, ConsolePhrase.DIFFERENCES, count=differences) if differences else None,
    ]
    if progress.paused:
        said.insert(1, say(language, ConsolePhrase.PAUSED))
    return parts(said, width)


def duration(seconds: float) -> str:
    """Return a time as people say it: 40 s, 12 min, 3 h 05."""
    if seconds < _MINUTE:
        return f"{int(seconds)} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE):02}"


def _checks(state: State) -> list[Text]:
    results = [one.check.result for one in state.checks if one.check is not None]
    text = say(
        state.language,
        ConsolePhrase.CHECKS_SUM,
        good=results.count(Result.PASS),
        bad=results.count(Result.FAIL),
        running=sum(one.running for one in state.checks),
        skipped=results.count(Result.SKIPPED) + results.count(Result.ABSENT),
        left=sum(one.check is None and not one.running for one in state.checks),
    )
    style = Style.BAD if Result.FAIL in results else Style.PLAIN
    return labelled(say(state.language, ConsolePhrase.CHECKS), [text], style)


def _needed(state: State, width: int) -> list[Text]:
    """Return what is needed from a person, most urgent first."""
    ready = sum(one.is_open and not one.asked and one.read is None for one in state.drives)
    reads = sum(one.waits_for_read for one in state.drives)
    others = state.same_stick
    failed = [_last(one.drive.path) for one in state.drives
              if one.erasure is not None and one.erasure.ending is not Ending.COMPLETED
              and not one.running]  # fmt: skip
    wanted: tuple[tuple[bool, ConsolePhrase, dict[str, str | int]], ...] = (
        (any(one.asks for one in state.checks), ConsolePhrase.NEED_ANSWER, {}),
        (bool(failed), ConsolePhrase.NEED_LEAD, {"path": ", ".join(failed)}),
        (state.asset_tag is None, ConsolePhrase.NEED_TAG, {}),
        (bool(ready) and not state.erasing, ConsolePhrase.NEED_WIPE, {"count": ready}),
        (bool(reads) and not state.erasing, ConsolePhrase.NEED_READ, {"count": reads}),
        (bool(others), ConsolePhrase.NEED_OTHER_STICK, {"count": others}),
        (any(one.check is None for one in state.checks), ConsolePhrase.NEED_CHECKS, {}),
        (state.erasing, ConsolePhrase.NEED_WAIT, {}),
    )
    said = [say(state.language, phrase, **details) for due, phrase, details in wanted if due]
    said = said or [say(state.language, ConsolePhrase.NEED_NOTHING)]
    label = say(state.language, ConsolePhrase.NEEDED)
    return labelled(label, parts(said, width - MARGIN), Style.WAITING)
