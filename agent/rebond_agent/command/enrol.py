"""The enrol command: make the stick known to a server, and let people see that it is the right one."""

import argparse
import platform
import sys

from rebond_agent.command.desk import Desk
from rebond_agent.delivery.enrolment import Enrolled, enrol, find_server, link
from rebond_agent.delivery.home import server_of
from rebond_agent.delivery.ordering import refresh
from rebond_agent.errors import WordsDiffer
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.stick_phrases import StickPhrase
from rebond_agent.stick import forget, held
from rebond_agent.stick.outbox import opened
from rebond_schemas.text import clean

_YES = frozenset({"o", "oui", "y", "yes"})


def enrol_command(desk: Desk, words: argparse.Namespace) -> int:
    """Make the stick known to the server."""
    asked = link(words.url, words.code, words.fingerprint)
    server = find_server(asked)
    desk.disk.folder(desk.stick)
    with held(desk.stick):
        found = enrol(
            desk.stick,
            server,
            code=clean(asked.code) or "",
            name=clean(words.name) or clean(platform.node()) or "rebond",
            language=desk.language.value,
            disk=desk.disk,
            authority=server.authority,
        )
        _compare(desk, found)
    with opened(found.stick) as outbox:
        refresh(outbox, server_of(found.stick))
    told = found.stick.settings
    desk.show(desk.say(Phrase.ENROLLED, name=told.name, site=told.site_name, server=told.server))
    return 0


def _compare(desk: Desk, found: Enrolled) -> None:
    """Show the six words; where a person sits, ask whether they are the same, else forget the server."""
    desk.show(desk.say(StickPhrase.SIX_WORDS, words=" ".join(found.words)))
    if not desk.asks:
        return
    desk.show(desk.say(StickPhrase.SAME_WORDS))
    if sys.stdin.readline().strip().lower() not in _YES:
        forget(found.stick)
        raise WordsDiffer
