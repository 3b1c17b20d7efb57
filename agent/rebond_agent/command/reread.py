"""The reread command: ask the server what to read once more in this machine, and read it."""

import argparse
import signal
import threading
from collections.abc import Callable
from dataclasses import replace

from rebond_agent.command.desk import NOT_ALL_ERASED, NOT_ALL_SENT, Desk
from rebond_agent.command.scratch import scratch_drives
from rebond_agent.console.who_view import read_text
from rebond_agent.delivery import SHORT_BACKOFF
from rebond_agent.delivery.home import server_of
from rebond_agent.delivery.reading_order import read_order_for
from rebond_agent.erasing import Chosen
from rebond_agent.language.stick_phrases import StickPhrase
from rebond_agent.probes import Collected, collect
from rebond_agent.rereading import reread
from rebond_agent.session import inspect, new_session, with_drives
from rebond_agent.stick import open_stick
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.target import BlockTarget
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.codec import encode


def reread_command(desk: Desk, words: argparse.Namespace) -> int:
    """Read what the server drew; 0 when nothing was asked for, or all of it went well and arrived."""
    machine = desk.machine(words.machine)
    stick = open_stick(desk.stick, desk.disk)
    images = scratch_drives(words.image, [])
    with opened(stick) as outbox:
        session = new_session(machine, desk.clocks, stick, words.asset_tag, words.by)
        desk.recover(session, outbox)
        collected = collect(machine)
        if images:
            drives = tuple(one.drive for one in images)
            collected = with_drives(collected, drives, instead=words.machine is not None)
        inspect(session, collected, outbox)
        if desk.send(outbox, SHORT_BACKOFF) != 0:
            return NOT_ALL_SENT
        order = read_order_for(outbox, server_of(outbox.stick), session.run)
        if order is not None and order.same_stick:
            desk.tell(StickPhrase.OTHER_STICK, count=order.same_stick)
        if order is None or not order.drives:
            desk.tell(StickPhrase.NOTHING_TO_READ)
            return 0
        session = replace(session, stick=outbox.stick)
        here = _here(collected, images, recorded=words.machine is not None)
        well, stop = True, threading.Event()
        signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
        wishes = Wishes(cancelled=stop.is_set)
        for read in reread(session, outbox, order, here, wishes, _watch(desk)):
            told, good = read_text(read, desk.language)
            well = well and good
            desk.show(encode(read).decode() if words.json else f"{read.path}\n  {told}")
        sent = desk.send(outbox, SHORT_BACKOFF)
    return sent if well else NOT_ALL_ERASED


def _here(
    collected: Collected, images: tuple[Chosen, ...], *, recorded: bool
) -> tuple[Chosen, ...]:
    """Return every drive with how to open it; a recorded machine's own drives are not here."""
    if recorded:
        return images
    known = {one.drive.path for one in images}
    own = tuple(
        Chosen(drive=drive, target=BlockTarget(path=drive.path))
        for drive in collected.facts.drives
        if drive.path not in known
    )
    return (*own, *images)


def _watch(desk: Desk) -> Callable[[Chosen, Progress], None]:
    moving = desk.err.isatty()

    def watch(one: Chosen, progress: Progress) -> None:
        if moving:
            percent = 100 * progress.bytes_done // max(progress.bytes_total, 1)
            print(f"\r{one.drive.path} {percent:3} %", end="", file=desk.err)

    return watch
