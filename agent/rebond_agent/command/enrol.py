"""The enrol command: make the stick known to a server."""

import argparse
import platform

from rebond_agent.command.desk import Desk
from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.server import HttpServer, address
from rebond_agent.language.phrases import Phrase
from rebond_agent.stick import held
from rebond_schemas.text import clean


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
