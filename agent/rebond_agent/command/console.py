"""The console command: hold stick and terminal, run the console, say what is left on the stick."""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rebond_agent import config
from rebond_agent.checks.input import inputs
from rebond_agent.checks.table import CHECKS
from rebond_agent.checks.tools import no_inputs
from rebond_agent.command.desk import NOT_ALL_ERASED, NOT_ALL_SENT, Desk
from rebond_agent.command.scratch import scratch_drives
from rebond_agent.console.given import Given
from rebond_agent.console.run import Front, run
from rebond_agent.console.state import CheckLine, State
from rebond_agent.console.terminal import held
from rebond_agent.console.workbench import Workbench
from rebond_agent.delivery.home import server_of
from rebond_agent.delivery.live import PATIENCE_SECONDS, Live
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.renewal.fetching import Renewing, Source
from rebond_agent.session import new_session
from rebond_agent.stick import is_enrolled, open_stick
from rebond_agent.stick.outbox import Outbox, opened
from rebond_schemas.erasure import Ending

Held = Callable[[], AbstractContextManager[Front]]


def console_command(desk: Desk, words: argparse.Namespace, front: Held | None = None) -> int:
    """Run the console; 0 when nothing waits and every erasure came to its end."""
    machine = desk.machine(words.machine)
    images = scratch_drives(words.image, words.fault)
    with _outbox(desk) as outbox:
        stick = outbox.stick if outbox else None
        session = new_session(machine, desk.clocks, stick, words.asset_tag, words.by)
        if outbox is not None:
            desk.recover(session, outbox)
        server, live, renewing = None, Live(None, None, session.run), None
        if outbox is not None and not words.no_send:
            server = server_of(outbox.stick)
            live = Live(outbox.stick, server.within(PATIENCE_SECONDS), session.run)
            live.begin()
            renewing = _renewing(outbox, server)
        given = Given(
            session=session,
            outbox=outbox,
            server=server,
            live=live,
            images=images,
            recorded=words.machine is not None,
            inputs=inputs if words.machine is None else no_inputs,
            clock=time.monotonic,
            sleep=desk.sleep,
            by=words.by,
            azerty=None if words.keyboard is None else words.keyboard == "azerty",
            battery_minutes=words.minutes,
        )
        begun = State(
            language=desk.language,
            checks=tuple(CheckLine(name=name) for name in CHECKS),
            asset_tag=session.asset_tag,
            operator=session.operator,
            server=stick.settings.server if stick else None,
            now=time.monotonic(),
            waiting=len(outbox.waiting) if outbox else 0,
        )
        with front() if front else held(desk.out) as terminal:
            ended = run(begun, Workbench(given, desk.language), terminal, time.monotonic)
        live.end()
        if renewing is not None:
            renewing.end()
        waiting = len(outbox.waiting) if outbox else 0
    if waiting:
        desk.show(desk.say(ConsolePhrase.KEEP_STICK, count=waiting))
    endings = {one.erasure.ending for one in ended.drives if one.erasure is not None}
    if endings - {Ending.COMPLETED}:
        return NOT_ALL_ERASED
    return NOT_ALL_SENT if waiting else 0


def _renewing(outbox: Outbox, source: Source) -> Renewing | None:
    """Ask for a newer agent beside the work; None where this is not the bootable image."""
    own, running = config.own_build(), config.running_build()
    if own is None or running is None:
        return None
    renewing = Renewing(outbox, source, own, running)
    renewing.begin()
    return renewing


@contextmanager
def _outbox(desk: Desk) -> Iterator[Outbox | None]:
    """Hold the stick; one that is not enrolled keeps nothing, and the console says so."""
    if not is_enrolled(desk.stick):
        yield None
        return
    with opened(open_stick(desk.stick, desk.disk)) as outbox:
        yield outbox
