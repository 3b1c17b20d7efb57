"""The door before every view: no permission, no transaction, no view."""

from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, cast

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.policy import Permission, require
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.log_in import LoggedIn
from rebond_server.operations.work import NOBODY
from rebond_server.web import integration, second_factor
from rebond_server.web.errors import NotLoggedIn
from rebond_server.web.permissions import TABLE, Door
from rebond_server.web.session import desk, now, recognise

View = Callable[..., ResponseReturnValue]
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class UndeclaredView(Exception):
    """A view without an entry in the table of permissions, or an entry without a view."""


def guard_all(app: Flask, strangers: Mapping[str, View] = MappingProxyType({})) -> None:
    """Put every view behind its door; raise UndeclaredView unless views and table agree.

    `strangers` names what somebody without log-in sees in the place of a view, instead of the log-in.
    """
    views, declared = set(app.view_functions), set(TABLE)
    if views != declared:
        raise UndeclaredView(
            f"views without permission: {sorted(views - declared)}; "
            f"permissions without view: {sorted(declared - views)}"
        )
    for endpoint, door in TABLE.items():
        if door not in {Door.OPEN, Door.STICK}:
            view = cast("View", app.view_functions[endpoint])  # none of ours is asynchronous
            app.view_functions[endpoint] = behind(door, view, strangers.get(endpoint))


def behind(door: Permission | Door, view: View, for_stranger: View | None = None) -> View:
    """Return the view behind its door, in one transaction that its return commits."""

    @wraps(view)
    def guarded(**arguments: Any) -> ResponseReturnValue:  # noqa: ANN401 - the values of the route
        person = g.person = _who()
        if person is None and door is not Door.PUBLIC:
            return _to_login() if for_stranger is None else for_stranger(**arguments)
        _check(door, person)
        if person is not None and door is not Door.PUBLIC and _waits(person):
            return redirect(url_for("second_factor.page"))
        actor = NOBODY if person is None else person.actor
        with desk().workshop.work(actor, now(), reading=request.method in READING) as work:
            g.work = work
            return view(**arguments)

    return guarded


def _who() -> LoggedIn | None:
    """Return who asks: a program by its token at its own addresses, else a person by her cookie."""
    if request.blueprint != integration.blueprint.name:
        return recognise()
    program = g.program = integration.recognise_program()
    integration.check_scope()
    return None if program is None else program.person


FREE = frozenset({"second_factor.page", "second_factor.enrol", "login.leave"})
"""What opens before the second factor is there, where it must be."""


def _waits(person: LoggedIn) -> bool:
    if request.endpoint in FREE or request.blueprint == integration.blueprint.name:
        return False
    return second_factor.must_enrol(person.role, person.second_factor)


def _check(door: Permission | Door, person: LoggedIn | None) -> None:
    if isinstance(door, Permission) and person is not None:
        require(person.role, door)


def _to_login() -> ResponseReturnValue:
    """Send a reader to the log-in and back; a form that was sent without log-in is refused."""
    if request.method not in READING:
        raise NotLoggedIn(
            Sentence(
                fr="Votre session est terminée : reconnectez-vous, puis recommencez.",
                en="Your session has ended: log in again, then repeat.",
            )
        )
    return redirect(url_for("login.page", next=request.full_path.rstrip("?")))
