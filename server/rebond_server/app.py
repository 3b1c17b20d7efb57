"""Where everything is joined: the open workshop, the screens, the interface of the sticks."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask
from flask_bootstrap import Bootstrap5  # type: ignore[import-untyped]  # it ships no types
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from rebond_schemas.parcel import LARGEST
from rebond_server.config import Config
from rebond_server.domain.errors import Refused
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotProven, Taken
from rebond_server.operations.tls import authority_of
from rebond_server.operations.workshop import Workshop, open_workshop
from rebond_server.store.fitting import DoesNotFit
from rebond_server.web import (
    account,
    api,
    attachment,
    bench,
    bulk,
    compress,
    decision,
    device,
    erasure,
    errors,
    grading,
    guard,
    handover,
    headers,
    home,
    incoming,
    inspection,
    intake,
    integration,
    label,
    language,
    log,
    login,
    lot,
    lot_paper,
    manual,
    organisation,
    part,
    passes,
    person,
    plan,
    plan_hold,
    platform,
    programme,
    programme_given,
    proof,
    queue,
    report,
    request,
    reread,
    sameness,
    scan,
    second_factor,
    server,
    stick,
    templating,
    token,
    user,
    view,
    voucher,
    waste,
)
from rebond_server.web.session import KEY, Desk

LARGEST_BODY = LARGEST
"""Bytes of any request: the largest sealed statement."""
ZONE = "Europe/Paris"
"""Where the workshops are; the data come from the system, else from the package tzdata."""

SCREENS: tuple[Blueprint, ...] = (
    login.blueprint,
    home.blueprint,
    manual.blueprint,
    device.blueprint,
    scan.blueprint,
    label.blueprint,
    proof.blueprint,
    inspection.blueprint,
    intake.blueprint,
    bulk.blueprint,
    lot.blueprint,
    lot_paper.blueprint,
    queue.blueprint,
    part.blueprint,
    attachment.blueprint,
    sameness.blueprint,
    programme.blueprint,
    programme_given.blueprint,
    organisation.blueprint,
    plan.blueprint,
    platform.blueprint,
    plan_hold.blueprint,
    decision.blueprint,
    grading.blueprint,
    request.blueprint,
    voucher.blueprint,
    passes.blueprint,
    handover.blueprint,
    person.blueprint,
    account.blueprint,
    report.blueprint,
    stick.blueprint,
    bench.blueprint,
    erasure.blueprint,
    second_factor.blueprint,
    server.blueprint,
    waste.blueprint,
    reread.blueprint,
    token.blueprint,
    user.blueprint,
    view.blueprint,
)


def utc_now() -> datetime:
    """Return the time: the one clock of the server."""
    return datetime.now(UTC)


def _somebody_was_faster(error: Exception) -> Refused:
    """Return what a conflict of two transactions means to the person who came second."""
    if "rebond: not every drive" in str(error):
        return NotProven(
            Sentence(
                fr="La base refuse : l'effacement de chaque disque n'est pas prouvé.",
                en="The database refuses: not every drive is proven erased.",
            )
        )
    return Taken(
        Sentence(
            fr="Quelqu'un a changé la même chose au même moment : rechargez la page et recommencez.",
            en="Somebody changed the same thing at the same moment: reload the page and try again.",
        )
    )


def _locked(error: Exception) -> Refused:
    """Return what a lock that did not open means; any other fault of the database stays one."""
    if any(word in str(error) for word in ("locked", "deadlock", "serialize")):
        return _somebody_was_faster(error)
    raise error


def _does_not_fit(error: Exception) -> Refused:
    """Return what a value means that no column holds: too long a text, too large a number."""
    del error
    return BadValue(
        Sentence(
            fr="Une valeur est trop longue ou trop grande : raccourcissez-la.",
            en="A value is too long or too large: shorten it.",
        )
    )


TRANSLATIONS = {
    DataError: _does_not_fit,
    DoesNotFit: _does_not_fit,
    StaleDataError: _somebody_was_faster,
    IntegrityError: _somebody_was_faster,
    OperationalError: _locked,
}


def create_app(config: Config, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Return the application for this configuration; raise NotSetUp or UndeclaredView."""
    return join(config, open_workshop(config), clock)


def join(config: Config, workshop: Workshop, clock: Callable[[], datetime]) -> Flask:
    """Join the parts around a workshop that is already open."""
    app = Flask("rebond_server.web")
    desk = Desk(
        workshop=workshop,
        clock=clock,
        public_url=config.public_url,
        contact=config.contact,
        second_factor=config.second_factor,
        authority=authority_of(config),
    )
    app.config.update(
        SECRET_KEY=config.secret_key(),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_NAME="rebond_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=desk.https,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session that it is bound to
    )
    app.extensions[KEY] = desk
    incoming.install(app)
    Bootstrap5(app)
    log.install(app)  # first: a form refused for its token is logged, too
    stick.install(app)  # before anything reads a form
    forms = CSRFProtect(app)
    forms.exempt(integration.blueprint)  # a program carries a token in a header, no cookie
    forms.exempt(api.blueprint)  # a stick signs what it sends; it has no cookie to be misused
    language.install(app, ZoneInfo(ZONE))
    templating.install(app)
    errors.install(app, TRANSLATIONS)
    headers.install(app, https=desk.https)
    compress.install(app)
    for blueprint in (*SCREENS, integration.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
    guard.guard_all(app, {"device.page": label.found})
    return app
