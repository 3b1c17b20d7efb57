"""The main menu: each entry is shown to whoever may open it."""

from typing import NamedTuple

from flask import g, request

from rebond_server.domain.policy import Permission, allowed
from rebond_server.domain.sentence import Sentence
from rebond_server.web.permissions import TABLE


class Entry(NamedTuple):
    """One entry; `here` when the page shown belongs to it."""

    endpoint: str
    name: Sentence
    here: bool


_ENTRIES = (
    ("home.page", Sentence(fr="Accueil", en="Home")),
    ("device.index", Sentence(fr="Appareils", en="Devices")),
    ("intake.page", Sentence(fr="Entrée", en="Intake")),
    ("lot.index", Sentence(fr="Lots", en="Lots")),
    ("queue.page", Sentence(fr="File", en="Queue")),
    ("grading.repairs", Sentence(fr="Réparer", en="Repair")),
    ("grading.rules", Sentence(fr="Règles", en="Rules")),
    ("plan.page", Sentence(fr="Plan", en="Plan")),
    ("request.index", Sentence(fr="Demandes", en="Requests")),
    ("report.index", Sentence(fr="Bilans", en="Reports")),
    ("stick.page", Sentence(fr="Clés", en="Sticks")),
    ("user.page", Sentence(fr="Comptes", en="Accounts")),
)


def menu() -> list[Entry]:
    """Return the entries that the reader may open, in their fixed order."""
    blueprint = request.blueprint or ""
    return [
        Entry(endpoint, name, here=endpoint.split(".")[0] == blueprint)
        for endpoint, name in _ENTRIES
        if may(TABLE[endpoint].value)
    ]


def may(permission: str) -> bool:
    """Say whether the reader's role has this permission; nobody has any before the log-in."""
    person = g.get("person")
    return person is not None and allowed(person.role, Permission(permission)).ok
