"""The record command: write this computer into a folder, as a bug report."""

import argparse

from rebond_agent.command.desk import Desk
from rebond_agent.errors import RecordingFailed
from rebond_agent.language.phrases import Phrase
from rebond_agent.machine.live import LiveMachine
from rebond_agent.machine.recording import RecordingMachine
from rebond_agent.probes import PROBES, SECOND_OPINIONS, collect


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
