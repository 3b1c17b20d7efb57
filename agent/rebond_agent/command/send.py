"""The send command: deliver everything that waits on the stick."""

import argparse

from rebond_agent.command.desk import Desk
from rebond_agent.delivery import BACKOFF
from rebond_agent.language.phrases import Phrase
from rebond_agent.machine.live import LiveMachine
from rebond_agent.session import new_session
from rebond_agent.stick import open_stick
from rebond_agent.stick.outbox import opened


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
