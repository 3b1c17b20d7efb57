"""Light or dark ground: the reader's choice at this screen, else what the system prefers."""

from enum import StrEnum

from flask import request

from rebond_server.domain.sentence import Sentence

COOKIE = "rebond_theme"


class Theme(StrEnum):
    """The grounds that a reader may choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


NAMES: dict[Theme, Sentence] = {
    Theme.SYSTEM: Sentence(fr="Système", en="System"),
    Theme.LIGHT: Sentence(fr="Clair", en="Light"),
    Theme.DARK: Sentence(fr="Sombre", en="Dark"),
}


def theme() -> Theme:
    """Return the ground chosen at this screen; without a choice, the system's."""
    chosen = request.cookies.get(COOKIE)
    return Theme(chosen) if chosen in set(Theme) else Theme.SYSTEM
