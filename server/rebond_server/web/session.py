"""Who is behind a request, and the one transaction in which it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, request, session

from rebond_server.operations.log_in import SHIFT, TOUCH, LoggedIn, find_login, touch_login
from rebond_server.operations.work import NOBODY, Work
from rebond_server.operations.workshop import Workshop

KEY = "rebond"
_TOUCHED = "touched"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the screens are given: the open workshop, the clock, the address people use."""

    workshop: Workshop
    clock: Callable[[], datetime]
    public_url: str
    second_factor: bool = False
    """Whether roles beyond the bench must have a second factor."""
    contact: str | None = None
    """How to reach the workshop, as it tells whoever finds a device."""
    authority: bytes | None = None
    """The certificate authority (PEM) that sticks pin; None: none of our own."""

    @property
    def https(self) -> bool:
        """Whether people reach the screens over TLS."""
        return self.public_url.startswith("https:")

    @property
    def cookie(self) -> str:
        """Name of the log-in cookie; over TLS the browser itself refuses to share it (RFC 6265bis)."""
        return "__Host-rebond" if self.https else "rebond"


def desk() -> Desk:
    """Return what this application was given."""
    found: Desk = current_app.extensions[KEY]
    return found


def now() -> datetime:
    """Return the time of this request, the same wherever it is asked."""
    if "now" not in g:
        g.now = desk().clock()
    moment: datetime = g.now
    return moment


def zone() -> ZoneInfo:
    """Return the time zone of the workshop."""
    found: ZoneInfo = current_app.extensions["rebond_zone"]
    return found


def work() -> Work:
    """Return the transaction of this request."""
    found: Work = g.work
    return found


def person() -> LoggedIn | None:
    """Return who is logged in at this screen."""
    found: LoggedIn | None = g.get("person")
    return found


def recognise() -> LoggedIn | None:
    """Look up the log-in cookie, and note at most once a minute that it is in use."""
    token = request.cookies.get(desk().cookie)
    if not token:
        return None
    workshop = desk().workshop
    with workshop.work(NOBODY, now(), reading=True) as reading:
        found = find_login(reading, token)
    # The signed cookie remembers the last touch, so that a page view takes no write lock.
    if found is not None and now().timestamp() >= session.get(_TOUCHED, 0) + TOUCH.total_seconds():
        with workshop.work(NOBODY, now()) as writing:
            touch_login(writing, token)
        session[_TOUCHED] = int(now().timestamp())
    return found


def keep(response: Response, token: str) -> None:
    """Give the browser the token of a new log-in and forget what the old session knew."""
    session.clear()
    response.set_cookie(
        desk().cookie,
        token,
        max_age=SHIFT,
        secure=desk().https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def forget(response: Response) -> None:
    """Take the log-in back from the browser."""
    session.clear()
    response.set_cookie(
        desk().cookie,
        "",
        max_age=timedelta(0),
        secure=desk().https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
