"""The screen: five full-screen colours, and what a person saw on them."""

from rebond_agent.checks.step import (
    Answer,
    Colour,
    Painting,
    Question,
    Running,
    found,
    judged,
    said,
)
from rebond_agent.checks.tools import Tools
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_schemas.facts import ChassisKind
from rebond_schemas.inspection import Result

WITHOUT_SCREEN = frozenset({ChassisKind.DESKTOP, ChassisKind.MINI, ChassisKind.SERVER})
"""Kinds whose screen is another device, tested as such."""


def check(tools: Tools) -> Running:
    """Paint the colours, then ask; a machine without a screen of its own has none to test."""
    if tools.facts.board.chassis in WITHOUT_SCREEN:
        return found(Result.ABSENT, CheckPhrase.NO_OWN_SCREEN)
    for colour in Colour:
        if (yield Painting(colour=colour)) is Answer.SKIP:
            break
    answer = yield Question(text=said(CheckPhrase.SCREEN_CLEAN))
    return judged(answer, good=None, bad=said(CheckPhrase.SCREEN_FAULTY))
