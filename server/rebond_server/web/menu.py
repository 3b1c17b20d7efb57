"""The main menu, a group a workplace: each entry is shown to whoever may open it."""

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


class Group(NamedTuple):
    """The entries of one workplace; the first group has no name."""

    name: Sentence | None
    entries: list[Entry]


_GROUPS: tuple[tuple[Sentence | None, tuple[tuple[str, Sentence], ...]], ...] = (
    (
        None,
        (
            ("home.page", Sentence(fr="Accueil", en="Home")),
            ("device.index", Sentence(fr="Appareils", en="Devices")),
        ),
    ),
    (
        Sentence(fr="Établi", en="Bench"),
        (
            ("bench.page", Sentence(fr="Banc en direct", en="Live bench")),
            ("scan.page", Sentence(fr="Scanner", en="Scan")),
            ("intake.page", Sentence(fr="Entrée", en="Intake")),
            ("bulk.page", Sentence(fr="Plusieurs étiquettes", en="Many tags")),
            ("intake.place_list", Sentence(fr="Lieux", en="Places")),
        ),
    ),
    (
        Sentence(fr="Atelier", en="Workshop"),
        (
            ("queue.page", Sentence(fr="File", en="Queue")),
            ("grading.repairs", Sentence(fr="Réparer", en="Repair")),
            ("part.index", Sentence(fr="Pièces", en="Parts")),
            ("waste.page", Sentence(fr="Déchets", en="Waste")),
            ("lot.index", Sentence(fr="Lots", en="Lots")),
            ("grading.rules", Sentence(fr="Règles", en="Rules")),
            ("erasure.page", Sentence(fr="Effacement", en="Erasure")),
            ("reread.page", Sentence(fr="Relectures", en="Second reads")),
            ("stick.page", Sentence(fr="Clés", en="Sticks")),
        ),
    ),
    (
        Sentence(fr="Attribution", en="Allocation"),
        (
            ("plan.page", Sentence(fr="Plan", en="Plan")),
            ("programme.index", Sentence(fr="Dispositifs", en="Programmes")),
            ("request.index", Sentence(fr="Demandes", en="Requests")),
            ("handover.prepare", Sentence(fr="Remises", en="Handovers")),
            ("voucher.counter", Sentence(fr="Retrait", en="Counter")),
            ("passes.page", Sentence(fr="Pass", en="Passes")),
            ("report.index", Sentence(fr="Bilans", en="Reports")),
        ),
    ),
    (
        Sentence(fr="Réglages", en="Settings"),
        (
            ("user.page", Sentence(fr="Comptes", en="Accounts")),
            ("token.page", Sentence(fr="Jetons", en="Tokens")),
            ("server.page", Sentence(fr="Santé du serveur", en="Server health")),
        ),
    ),
)


def menu() -> list[Group]:
    """Return the entries that the reader may open, in their fixed order; no empty group."""
    found = ((name, _open(entries)) for name, entries in _GROUPS)
    return [Group(name, entries) for name, entries in found if entries]


def _open(entries: tuple[tuple[str, Sentence], ...]) -> list[Entry]:
    here = _entry_here()
    return [
        Entry(endpoint, name, here=endpoint == here)
        for endpoint, name in entries
        if may(TABLE[endpoint].value)
    ]


def _entry_here() -> str | None:
    """Return the entry of the page shown: its own, else the first of its room."""
    every = [endpoint for _, entries in _GROUPS for endpoint, _ in entries]
    if request.endpoint in every:
        return request.endpoint
    room = request.blueprint
    return next((one for one in every if one.split(".")[0] == room), None)


def may(permission: str) -> bool:
    """Say whether the reader's role has this permission; nobody has any before the log-in."""
    person = g.get("person")
    return person is not None and allowed(person.role, Permission(permission)).ok
