"""The inspect command: the inventory of one machine, kept and sent when the stick is enrolled."""

import argparse

from rebond_agent.command.desk import Desk
from rebond_agent.machine import Machine
from rebond_agent.probes import collect
from rebond_agent.session import inspect, new_session
from rebond_agent.stick import is_enrolled, open_stick


def inspect_command(desk: Desk, words: argparse.Namespace) -> int:
    """Inventory; kept and sent when the stick is enrolled, else only printed."""
    machine = desk.machine(words.machine)
    if not is_enrolled(desk.stick):
        session = new_session(machine, desk.clocks, None, words.asset_tag)
        statement = inspect(session, collect(machine), None)
        desk.show_inventory(statement, None, as_json=words.json)
        return 0
    return _kept(desk, words, machine)


def _kept(desk: Desk, words: argparse.Namespace, machine: Machine) -> int:
    from rebond_agent.checks.told import keep_inspection, told_checks  # noqa: PLC0415 - with a stick
    from rebond_agent.delivery import SHORT_BACKOFF  # noqa: PLC0415 - likewise
    from rebond_agent.stick.outbox import opened  # noqa: PLC0415 - likewise

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
