"""The second factor of the one who is logged in: a QR code for the telephone, then a code from it."""

import base64
import io

import segno
from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.role import Role
from rebond_server.operations import second_factor
from rebond_server.store.people import Account
from rebond_server.web.answering import field
from rebond_server.web.session import desk, forget, person, work

blueprint = Blueprint("second_factor", __name__)


@blueprint.get("/second-facteur")
def page() -> ResponseReturnValue:
    """Show a fresh secret, or that there is one already."""
    account = _account()
    secret = second_factor.new_secret()
    address = second_factor.address_of(secret, account.login, desk().workshop.site_name)
    return render_template(
        "second_factor.html",
        known=account.totp_secret is not None,
        secret=secret,
        picture=_picture(address),
        needed=desk().second_factor and account.role in second_factor.ASKED_OF,
    )


@blueprint.post("/second-facteur")
def enrol() -> ResponseReturnValue:
    """Ask for codes from now on; the next log-in is the first with one."""
    second_factor.enrol(work(), field("secret"), field("code"))
    response = make_response(redirect(url_for("login.page"), 303))
    forget(response)
    return response


def must_enrol(role: Role, known: bool) -> bool:  # noqa: FBT001 - one fact of the account
    """Say whether nothing else opens before the second factor is there."""
    return desk().second_factor and role in second_factor.ASKED_OF and not known


def _account() -> Account:
    reader = person()
    assert reader is not None  # noqa: S101 - the door is for people who are logged in
    return work().session.get_one(Account, (work().site_id, reader.account_id))


def _picture(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=5, border=4)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
