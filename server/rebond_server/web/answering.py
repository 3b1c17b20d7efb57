"""After a form: tell what was done, and go back to a page that can be reloaded."""

from http import HTTPStatus
from uuid import UUID

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.web.language import say


def done(sentence: Sentence, address: str) -> ResponseReturnValue:
    """Tell what was done on the page that follows (303: reloading it repeats nothing)."""
    flash(say(sentence), "good")
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
