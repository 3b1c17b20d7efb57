"""The status command: whose stick this is and what is on it."""

import argparse

from rebond_agent.command.desk import Desk
from rebond_agent.language.phrases import Phrase
from rebond_agent.stick import ledger, open_stick
from rebond_agent.stick.outbox import counts
from rebond_schemas.codec import encode


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
