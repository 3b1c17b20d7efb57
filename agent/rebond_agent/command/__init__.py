"""What each command does with the words given to it; returns the exit code."""

import argparse
import platform
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rebond_agent.checks.told import keep_inspection, told_checks
from rebond_agent.command.check import check_command
from rebond_agent.command.console import console_command
from rebond_agent.command.desk import Desk
from rebond_agent.command.wipe import wipe_command
from rebond_agent.delivery import BACKOFF, SHORT_BACKOFF
from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.server import HttpServer, address
from rebond_agent.errors import RecordingFailed
from rebond_agent.language.phrases import Phrase
from rebond_agent.machine.live import LiveMachine
from rebond_agent.machine.recording import RecordingMachine
from rebond_agent.probes import PROBES, SECOND_OPINIONS, collect
from rebond_agent.session import inspect, new_session
from rebond_agent.stick import held, is_enrolled, ledger, open_stick
from rebond_agent.stick.outbox import counts, opened
from rebond_schemas.codec import encode
from rebond_schemas.text import clean


def inspect_command(desk: Desk, words: argparse.Namespace) -> int:
    """Inventory; kept and sent when the stick is enrolled, else only printed."""
    machine = desk.machine(words.machine)
    if not is_enrolled(desk.stick):
        session = new_session(machine, desk.clocks, None, words.asset_tag)
        statement = inspect(session, collect(machine), None)
        desk.show_inventory(statement, None, as_json=words.json)
        return 0
    stick = open_stick(desk.stick, desk.disk)
    with opened(stick) as outbox:
        session = new_session(machine, desk.clocks, stick, words.asset_tag)
        desk.recover(session, outbox)
        checks = told_checks(session, words.check, words.by)
        statement = inspect(session, collect(machine), outbox)
        keep_inspection(session, checks, outbox)
        desk.show_inventory(statement, stick, as_json=words.json)
        if not words.no_send:
            desk.send(outbox, SHORT_BACKOFF)
    return 0


def send_command(desk: Desk, words: argparse.Namespace) -> int:  # noqa: ARG001 - one form for all
    """Deliver everything that waits, after noting wipes that never ended."""
    stick = open_stick(desk.stick, desk.disk)
    with opened(stick) as outbox:
        session = new_session(LiveMachine(), desk.clocks, stick, None)
        desk.recover(session, outbox)
        if not outbox.waiting:
            desk.tell(Phrase.NOTHING_TO_SEND)
            return 0
        return desk.send(outbox, BACKOFF)


def enrol_command(desk: Desk, words: argparse.Namespace) -> int:
    """Make the stick known to the server."""
    server = HttpServer(url=address(words.url))
    desk.disk.folder(desk.stick)
    with held(desk.stick):
        stick = enrol(
            desk.stick,
            server,
            code=clean(words.code) or "",
            name=clean(words.name) or clean(platform.node()) or "rebond",
            language=desk.language.value,
            disk=desk.disk,
        )
    told = stick.settings
    desk.show(desk.say(Phrase.ENROLLED, name=told.name, site=told.site_name, server=told.server))
    return 0


def record_command(desk: Desk, words: argparse.Namespace) -> int:
    """Write this computer into a folder."""
    try:
        machine = RecordingMachine(LiveMachine(), words.folder)
        collect(machine, (*PROBES, *SECOND_OPINIONS))
        machine.finish()
    except OSError as error:
        raise RecordingFailed(path=words.folder, reason=error.strerror or error) from error
    desk.show(desk.say(Phrase.RECORDED, path=words.folder))
    return 0


def status_command(desk: Desk, words: argparse.Namespace) -> int:
    """Say whose stick this is and what is on it; raise NotEnrolled when it is nobody's."""
    settings = open_stick(desk.stick, desk.disk).settings
    waiting = counts(desk.stick)
    delivered = len(ledger.read(desk.stick / "delivered"))
    if words.json:
        public = {
            "stick": settings.stick,
            "name": settings.name,
            "server": settings.server,
            "site": settings.site,
            "site_name": settings.site_name,
            "public_key": settings.public_key,
            "anchor": settings.anchor,
            "delivered": delivered,
        }
        desk.show(encode(public | waiting).decode())
        return 0
    rows = (
        (Phrase.STATUS_STICK, f"{settings.name} ({settings.stick})"),
        (Phrase.STATUS_SITE, settings.site_name),
        (Phrase.STATUS_SERVER, settings.server),
        (Phrase.STATUS_ANCHOR, f"{settings.anchor:%Y-%m-%d %H:%M} UTC" if settings.anchor else "-"),
        (Phrase.STATUS_DELIVERED, str(delivered)),
        (Phrase.STATUS_WAITING, str(waiting["waiting"])),
    )
    for label, value in rows:
        desk.show(f"{desk.say(label):<18}{value}")
    aside = sum(count for name, count in waiting.items() if name != "waiting")
    if aside:
        desk.show(f"{desk.say(Phrase.STATUS_ASIDE):<18}{aside}")
    if waiting["waiting"]:
        desk.tell(Phrase.STILL_WAITING, count=waiting["waiting"])
    return 0


COMMANDS: Mapping[str, Callable[[Desk, argparse.Namespace], int]] = MappingProxyType(
    {
        "inspect": inspect_command,
        "wipe": wipe_command,
        "check": check_command,
        "console": console_command,
        "send": send_command,
        "record": record_command,
        "enrol": enrol_command,
        "status": status_command,
    }
)
