"""Accounts: who works here, and in which role."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations import second_factor
from rebond_server.operations.create_account import (
    SHORTEST,
    change_password,
    change_role,
    close_account,
    create_account,
)
from rebond_server.store.queries.people import accounts
from rebond_server.web.answering import done, field, identifier
from rebond_server.web.session import work

blueprint = Blueprint("user", __name__)
PEOPLE = tuple(role for role in Role if role is not Role.AGENT)


@blueprint.get("/comptes")
def page() -> ResponseReturnValue:
    """Show every account."""
    return render_template(
        "users.html",
        accounts=accounts(work().session, work().site_id),
        roles=PEOPLE,
        shortest=SHORTEST,
    )


@blueprint.post("/comptes")
def create() -> ResponseReturnValue:
    """Make an account."""
    made = create_account(
        work(),
        field("login"),
        field("name"),
        _role(),
        _password(),
    )
    return done(
        Sentence(fr=f"Le compte « {made.login} » est créé.", en=f"Account {made.login} is made."),
        url_for("user.page"),
    )


@blueprint.post("/comptes/role")
def give_role() -> ResponseReturnValue:
    """Give an account another role; its sessions end."""
    change_role(work(), identifier(field("account")), _role())
    return done(Sentence(fr="Le rôle est changé.", en="The role is changed."), url_for("user.page"))


@blueprint.post("/comptes/mot-de-passe")
def give_password() -> ResponseReturnValue:
    """Give an account another password; its sessions end."""
    change_password(work(), identifier(field("account")), _password())
    return done(
        Sentence(fr="Le mot de passe est changé.", en="The password is changed."),
        url_for("user.page"),
    )


@blueprint.post("/comptes/second-facteur")
def remove_second_factor() -> ResponseReturnValue:
    """Ask an account for no code any more: its telephone is lost."""
    second_factor.remove(work(), identifier(field("account")))
    return done(
        Sentence(fr="Le second facteur est retiré.", en="The second factor is removed."),
        url_for("user.page"),
    )


@blueprint.post("/comptes/fermer")
def close() -> ResponseReturnValue:
    """Let nobody log in with this account any more."""
    close_account(work(), identifier(field("account")))
    return done(
        Sentence(fr="Le compte est fermé.", en="The account is closed."), url_for("user.page")
    )


def _role() -> Role:
    try:
        return Role(field("role"))
    except ValueError:
        raise BadValue(Sentence(fr="Choisissez un rôle.", en="Choose a role.")) from None


def _password() -> str:
    """Return the password as typed: blanks at its ends belong to it."""
    from_form: str = request.form.get("password", "")
    return from_form
