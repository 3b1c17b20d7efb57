"""The wipe command: choose and confirm, inventory, erase, deliver."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from rebond_agent.checks.told import keep_inspection, told_checks
from rebond_agent.choosing import failed_probes
from rebond_agent.command.choice import confirmed_drives
from rebond_agent.command.desk import NOT_ALL_ERASED, Desk
from rebond_agent.command.scratch import scratch_drives
from rebond_agent.delivery import SHORT_BACKOFF
from rebond_agent.erasing import Chosen, wipe
from rebond_agent.errors import NotHere, NothingChosen
from rebond_agent.language import word
from rebond_agent.language.erase_phrases import ErasePhrase
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.words import ACTIONS
from rebond_agent.probes import Collected, collect
from rebond_agent.session import Session, inspect, new_session, with_drives
from rebond_agent.sheet.erasure import erasure_text
from rebond_agent.stick import open_stick
from rebond_agent.stick.outbox import Outbox, opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.suspend import thaw
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.codec import encode
from rebond_schemas.erasure import Ending, Level

COUNTDOWN_SECONDS = 10
"""Before drives of this computer are touched; scratch images are begun at once."""


def wipe_command(desk: Desk, words: argparse.Namespace) -> int:
    """Erase the named drives; 0 only when every one was carried to its end."""
    if words.drive and words.machine:
        raise NotHere
    if not words.drive and not words.image:
        raise NothingChosen
    machine = desk.machine(words.machine)
    stick = open_stick(desk.stick, desk.disk)
    images = scratch_drives(words.image, words.fault)
    with opened(stick) as outbox:
        session = new_session(machine, desk.clocks, stick, words.asset_tag)
        desk.recover(session, outbox)
        checks = told_checks(session, words.check, words.by)
        collected = collect(machine)
        chosen = (*_named(desk, words, collected), *images)
        if images:
            drives = tuple(one.drive for one in images)
            collected = with_drives(collected, drives, instead=words.machine is not None)
        statement = inspect(session, collected, outbox)
        keep_inspection(session, checks, outbox)
        desk.show_inventory(statement, stick, as_json=words.json)
        endings = _erase(desk, words, session, outbox, chosen)
        if not words.no_send:
            desk.send(outbox, SHORT_BACKOFF)
    return 0 if endings == {Ending.COMPLETED} else NOT_ALL_ERASED


def _erase(
    desk: Desk,
    words: argparse.Namespace,
    session: Session,
    outbox: Outbox,
    chosen: Sequence[Chosen],
) -> set[Ending]:
    """Erase all at once, tell each as it ends, and return the endings there were."""
    policy = _policy(words, chosen)
    endings: set[Ending] = set()
    with _stoppable(desk) as wishes:
        if words.drive and not _counted_down(desk, wishes.cancelled):
            return endings
        # Suspending would take the power from drives that erase themselves beside this one.
        alone = len(chosen) == 1
        wake = partial(thaw, desk.machine(words.machine), lambda: alone and bool(words.suspend))
        work = partial(engine.wipe, wishes=wishes, thaw=wake)
        for erasure in wipe(session, outbox, chosen, policy, work, _watch(desk)):
            endings.add(erasure.ending)
            told = encode(erasure).decode() if words.json else erasure_text(erasure, desk.language)
            desk.show(told)
    return endings


def _policy(words: argparse.Namespace, chosen: Sequence[Chosen]) -> Policy:
    """Return what was asked for on the command line."""
    serials = (one.drive.identity.serial for one in chosen) if words.finish else ()
    return Policy(
        chosen=tuple(one.drive.path for one in chosen),
        level=Level(words.level),
        firmware=not words.no_firmware,
        sample_percent=100.0 if words.full_read else Policy().sample_percent,
        locked_by_us=tuple(serial for serial in serials if serial is not None),
    )


def _named(desk: Desk, words: argparse.Namespace, collected: Collected) -> tuple[Chosen, ...]:
    """Return the drives of this computer that were named and confirmed."""
    named = confirmed_drives(collected.facts.drives, words.drive, words.yes_erase, desk.language)
    return tuple(
        replace(one, failed_probes=failed_probes(one.drive.path, collected)) for one in named
    )


def _watch(desk: Desk) -> Callable[[Chosen, Progress], None]:
    """Show each step of each drive once when nobody looks, else a line that moves."""
    seen: set[tuple[str, int]] = set()
    moving = desk.err.isatty()

    def watch(one: Chosen, progress: Progress) -> None:
        step = (one.drive.path, progress.step)
        if step in seen and not moving:
            return
        seen.add(step)
        percent = 100 * progress.bytes_done // max(progress.bytes_total, 1)
        line = desk.say(
            Phrase.ERASING,
            path=one.drive.path,
            step=progress.step,
            steps=progress.steps,
            action=word(desk.language, ACTIONS, progress.action),
        )
        print(
            f"\r{line} {percent:3} %" if moving else line, end="" if moving else "\n", file=desk.err
        )
        if moving and progress.bytes_done >= progress.bytes_total:
            print(file=desk.err)

    return watch


def _counted_down(desk: Desk, cancelled: Callable[[], bool]) -> bool:
    """Leave time to think again; False when somebody did."""
    for left in range(COUNTDOWN_SECONDS, 0, -1):
        print(desk.say(ErasePhrase.STARTS_IN, seconds=left), file=desk.err)
        desk.sleep(1.0)
        if cancelled():
            print(desk.say(ErasePhrase.NOT_STARTED), file=desk.err)
            return False
    return True


@contextmanager
def _stoppable(desk: Desk) -> Iterator[Wishes]:
    """Turn Ctrl-C into a wish to stop, and Ctrl-Z into one to stand still until the next Ctrl-Z.

    The engine ends cleanly and the statement says so.
    """
    stop, hold = threading.Event(), threading.Event()

    def toggle(*_: object) -> None:
        hold.clear() if hold.is_set() else hold.set()
        phrase = ErasePhrase.PAUSED if hold.is_set() else ErasePhrase.GOES_ON
        print(f"\n{desk.say(phrase)}", file=desk.err)

    before = (
        (signal.SIGINT, signal.signal(signal.SIGINT, lambda *_: stop.set())),
        (signal.SIGTSTP, signal.signal(signal.SIGTSTP, toggle)),
    )
    try:
        yield Wishes(cancelled=stop.is_set, paused=hold.is_set)
    finally:
        for number, handler in before:
            signal.signal(number, handler)
