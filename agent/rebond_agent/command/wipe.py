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
from rebond_agent.command.ordering import ASKING_SECONDS, ordered, told_live
from rebond_agent.command.scratch import scratch_drives
from rebond_agent.delivery import SHORT_BACKOFF
from rebond_agent.delivery.live import Live
from rebond_agent.delivery.ordering import policy_of
from rebond_agent.erasing import Chosen, wipe
from rebond_agent.errors import NoOrder, NotHere, NothingChosen, PsidForOne
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
from rebond_agent.wipe.target import BlockTarget
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.codec import encode
from rebond_schemas.erasure import Ending, Level
from rebond_schemas.facts import DriveKind
from rebond_schemas.order import WipeOrder

COUNTDOWN_SECONDS = 10
"""Before drives of this computer are touched; scratch images are begun at once."""


def wipe_command(desk: Desk, words: argparse.Namespace) -> int:
    """Erase the named drives; 0 only when every one was carried to its end."""
    if words.drive and words.machine:
        raise NotHere
    if not words.drive and not words.image and not words.unattended:
        raise NothingChosen
    if words.psid and len(words.drive) + len(words.image) > 1:
        raise PsidForOne
    machine = desk.machine(words.machine)
    stick = open_stick(desk.stick, desk.disk)
    images = scratch_drives(words.image, words.fault)
    with opened(stick) as outbox:
        session = new_session(machine, desk.clocks, stick, words.asset_tag, words.by)
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
        # The order is for a machine that the server knows. One that is away holds nothing up for long.
        here = not words.no_send and desk.send(outbox, (), ASKING_SECONDS) == 0
        order = ordered(desk, outbox, session, ask=here)
        if words.unattended:
            chosen = (*_all(order, session, collected, words), *images)
        named = None if order is None else str(order.id)
        session = replace(session, order=named, stick=outbox.stick)
        with told_live(outbox.stick, session, collected, send=not words.no_send) as live:
            endings = _erase(desk, words, session, outbox, (order, chosen, live))
        if not words.no_send:
            desk.send(outbox, SHORT_BACKOFF)
    return 0 if endings == {Ending.COMPLETED} else NOT_ALL_ERASED


def _erase(
    desk: Desk,
    words: argparse.Namespace,
    session: Session,
    outbox: Outbox,
    what: tuple[WipeOrder | None, Sequence[Chosen], Live | None],
) -> set[Ending]:
    """Erase all at once, tell each as it ends, and return the endings there were."""
    order, chosen, live = what
    policy = policy_of(order, _policy(words, chosen))
    endings: set[Ending] = set()
    with _stoppable(desk) as wishes:
        here = any(isinstance(one.target, BlockTarget) for one in chosen)
        if here and not _counted_down(desk, wishes.cancelled):
            return endings
        # Suspending would take the power from drives that erase themselves beside this one.
        alone = len(chosen) == 1
        wake = partial(thaw, desk.machine(words.machine), lambda: alone and bool(words.suspend))
        work = partial(engine.wipe, wishes=wishes, thaw=wake)
        for erasure in wipe(session, outbox, chosen, policy, work, _watch(desk, live)):
            endings.add(erasure.ending)
            if live is not None:
                live.ended(erasure.drive, erasure.path, erasure.ending)
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
        psid=words.psid,
        vouched=tuple(words.unknown_content),
        locked_by_us=tuple(serial for serial in serials if serial is not None),
    )


def _named(desk: Desk, words: argparse.Namespace, collected: Collected) -> tuple[Chosen, ...]:
    """Return the drives of this computer that were named and confirmed."""
    named = confirmed_drives(collected.facts.drives, words.drive, words.yes_erase, desk.language)
    return tuple(
        replace(one, failed_probes=failed_probes(one.drive.path, collected)) for one in named
    )


def _all(
    order: WipeOrder | None, session: Session, collected: Collected, words: argparse.Namespace
) -> tuple[Chosen, ...]:
    """Return the built-in drives, where an order for this very run lets them go without a person."""
    if order is None or not order.unattended or order.run != session.run:
        raise NoOrder
    if words.machine is not None or words.image:
        return ()
    return tuple(
        Chosen(
            drive=drive,
            target=BlockTarget(path=drive.path),
            failed_probes=failed_probes(drive.path, collected),
        )
        for drive in collected.facts.drives
        if drive.boot_medium is not True
        and drive.removable is False
        and drive.kind is not DriveKind.OPTICAL
    )


def _watch(desk: Desk, live: Live | None) -> Callable[[Chosen, Progress], None]:
    """Show each step of each drive once when nobody looks, else a line that moves."""
    seen: set[tuple[str, int]] = set()
    moving = desk.err.isatty()

    def watch(one: Chosen, progress: Progress) -> None:
        if live is not None:
            live.drive(one.drive.identity, one.drive.path, progress)
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
