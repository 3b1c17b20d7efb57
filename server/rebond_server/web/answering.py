"""After a form: tell what was done, and go back to a page that can be reloaded."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from rebond_server.domain.intake.item import read_day
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.web.language import say

LONGEST_TOLD = 500
"""Characters of a message that waits in a cookie for the next page; a cookie holds 4 kB."""
LONGEST_NUMBER = 8
"""Digits of a number that a person types."""


def done(sentence: Sentence, address: str) -> ResponseReturnValue:
    """Tell what was done on the page that follows (303: reloading it repeats nothing)."""
    flash(say(sentence)[:LONGEST_TOLD], "good")
    return redirect(address, HTTPStatus.SEE_OTHER)


def field(name: str) -> str:
    """Return a field of the form as typed, without blanks around it; missing is empty."""
    return request.form.get(name, "").strip()


def version() -> int | None:
    """Return the version of the row that the form was drawn from, when it carries one."""
    text = field("version")
    return int(text) if text.isascii() and text.isdigit() else None


def identifier(text: str) -> UUID:
    """Return the id in a field, or raise BadValue when it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise BadValue(
            Sentence(
                fr="Le formulaire est incomplet : rechargez la page.",
                en="The form is incomplete: reload the page.",
            )
        ) from None


Word = TypeVar("Word", bound=StrEnum)


def word_in(words: type[Word], text: str) -> Word:
    """Return a word of a closed set, or raise BadValue: the list on the page was not used."""
    if text not in set(words):
        raise BadValue(Sentence(fr="Choisissez dans la liste.", en="Choose from the list."))
    return words(text)


def lines_in(name: str) -> tuple[str, ...]:
    """Return the lines of a field, blank ones left out."""
    return tuple(line.strip() for line in field(name).splitlines() if line.strip())


def date_in(name: str) -> date | None:
    """Return the day in a field; None when it is blank, BadValue when it is no day."""
    text = field(name)
    found = read_day(text) if text else None
    if isinstance(found, Sentence):
        raise BadValue(found)
    return found


def number_in(name: str) -> float | None:
    """Return the positive number in a field; None when it is blank, BadValue when it is none."""
    text = field(name).replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII) or not float(text):
        told = field(name)[:40]
        raise BadValue(
            Sentence(
                fr=f"« {told} » n'est pas un nombre positif.", en=f"“{told}” is no positive number."
            )
        )
    return float(text)


def whole_in(name: str, values: Mapping[str, str] | None = None) -> int | None:
    """Return the whole number in a field of the form, or of other values; None when it is blank.

    Raises BadValue when it is none.
    """
    text = field(name) if values is None else values.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
        raise BadValue(
            Sentence(
                fr=f"« {text} » n'est pas un nombre entier.", en=f"“{text}” is no whole number."
            )
        )
    return int(text)
