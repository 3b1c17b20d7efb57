"""The check command: the functional tests one after the other, by question and answer."""

import argparse
import sys
import time
from collections.abc import Callable

from rebond_agent.checks.input import inputs
from rebond_agent.checks.step import Answer, Painting, Question, Step, Working, walked
from rebond_agent.checks.table import CHECKS, kept, named
from rebond_agent.checks.told import keep_inspection
from rebond_agent.checks.tools import Tools, no_inputs
from rebond_agent.command.desk import Desk
from rebond_agent.delivery import SHORT_BACKOFF
from rebond_agent.language import word
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.language.words import CHECKS as CHECK_NAMES
from rebond_agent.language.words import RESULTS
from rebond_agent.probes import collect
from rebond_agent.session import inspect, new_session
from rebond_agent.stick import is_enrolled, open_stick
from rebond_agent.stick.outbox import opened
from rebond_schemas.inspection import Check, Result

SOMETHING_FAILED = 8
"""Exit code when at least one function failed its test."""

_ANSWERS = {
    "o": Answer.YES, "oui": Answer.YES, "y": Answer.YES, "yes": Answer.YES,
    "n": Answer.NO, "non": Answer.NO, "no": Answer.NO,
}  # fmt: skip

_GROUNDS = {"red": 41, "green": 42, "blue": 44, "white": 47, "black": 40}
"""Backgrounds of ECMA-48, which the bare Linux console knows."""


def check_command(
    desk: Desk, words: argparse.Namespace, read_line: Callable[[], str] | None = None
) -> int:
    """Test; kept and sent beside an inventory of the same run when the stick is enrolled."""
    names = named(words.names)
    machine = desk.machine(words.machine)
    collected = collect(machine)
    tools = Tools(
        machine=machine,
        facts=collected.facts,
        inputs=inputs if words.machine is None else no_inputs,
        clock=time.monotonic,
        sleep=desk.sleep,
        azerty=None if words.keyboard is None else words.keyboard == "azerty",
        battery_minutes=words.minutes,
    )
    heard = read_line or sys.stdin.readline
    checks = tuple(_test(desk, tools, name, words.by, heard) for name in names)
    if is_enrolled(desk.stick):
        with opened(open_stick(desk.stick, desk.disk)) as outbox:
            session = new_session(machine, desk.clocks, outbox.stick, words.asset_tag)
            desk.recover(session, outbox)
            inspect(session, collected, outbox)
            keep_inspection(session, checks, outbox)
            if not words.no_send:
                desk.send(outbox, SHORT_BACKOFF)
    failed = any(one.result is Result.FAIL for one in checks)
    return SOMETHING_FAILED if failed else 0


def _test(
    desk: Desk, tools: Tools, name: str, by: str | None, read_line: Callable[[], str]
) -> Check:
    shown = word(desk.language, CHECK_NAMES, name)
    print(f"— {shown}", file=desk.err)
    finding = walked(CHECKS[name](tools), lambda step: _answer(desk, step, read_line))
    check = kept(name, finding, by=by, at=desk.clocks.wall(), language=desk.language)
    note = f" · {check.note}" if check.note else ""
    desk.show(f"{shown:<22}{word(desk.language, RESULTS, check.result)}{note}")
    return check


def _answer(desk: Desk, step: Step, read_line: Callable[[], str]) -> Answer | None:
    """Show a step; only questions and colours wait for a person. No line at all is no answer."""
    match step:
        case Working():
            _show_working(desk, step)
            return None
        case Question():
            keys = desk.say(CheckPhrase.ANSWER_KEYS)
            print(f"{step.text.told(desk.language)}  {keys} ", end="", file=desk.err, flush=True)
        case Painting():
            told = desk.say(CheckPhrase.NEXT_COLOUR)
            ground = f"\x1b[{_GROUNDS[step.colour]}m\x1b[2J" if desk.err.isatty() else ""
            print(f"{ground}{told} ({step.colour})", end="", file=desk.err, flush=True)
    line = read_line()
    if isinstance(step, Painting):
        print("\x1b[0m\x1b[2J" if desk.err.isatty() else "", file=desk.err)
        return Answer.YES if line else Answer.SKIP
    return _ANSWERS.get(line.strip().casefold(), Answer.SKIP)


def _show_working(desk: Desk, step: Working) -> None:
    """Show a line that moves where somebody looks, and nothing in a log."""
    if not desk.err.isatty():
        return
    percent = "" if step.fraction is None else f" {int(100 * step.fraction)} %"
    if step.picture:
        lines = "\n".join((step.text.told(desk.language), *step.picture))
        print(f"\x1b[H\x1b[2J{lines}\n{percent}", file=desk.err, flush=True)
    else:
        print(f"\r{step.text.told(desk.language)}{percent}", end="", file=desk.err, flush=True)
