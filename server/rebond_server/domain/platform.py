"""The national platform's words for devices, and which of its states a person may ask for here.

Words as in emmausconnect/audit-linux, `tectech_data.py` (tec.tech, version 5.0.0), read in November 2026.
"""

from enum import StrEnum

from rebond_schemas.plan_law import Kind
from rebond_server.domain.grading import Letter
from rebond_server.domain.lifecycle import STATE_NAMES, State
from rebond_server.domain.sentence import Sentence


class Statut(StrEnum):
    """Where the platform says that a device stands."""

    A_TRAITER = "A_TRAITER"
    EN_COURS_DE_TRAITEMENT = "EN_COURS_DE_TRAITEMENT"
    NON_REEMPLOYABLE = "NON_REEMPLOYABLE"
    PRET_A_COMMANDER = "PRET_A_COMMANDER"
    EN_COURS_DE_LIVRAISON = "EN_COURS_DE_LIVRAISON"
    PRET_A_DISTRIBUER = "PRET_A_DISTRIBUER"
    DISTRIBUE = "DISTRIBUE"
    SAV = "SAV"


class Act(StrEnum):
    """What a line of the platform asks of us; each is an operation that the screens have too."""

    NOTHING = "nothing"
    RESUME = "resume"
    CONFIRM_GRADE = "confirm_grade"
    DEALLOCATE = "deallocate"
    SCRAP = "scrap"
    TAKE_BACK = "take_back"


TYPES: dict[str, str] = {
    Kind.LAPTOP.value: "ORDINATEUR_PORTABLE",
    Kind.CONVERTIBLE.value: "ORDINATEUR_PORTABLE",
    Kind.DESKTOP.value: "ORDINATEUR_FIXE",
    Kind.MINI.value: "ORDINATEUR_FIXE",
    Kind.ALL_IN_ONE.value: "ORDINATEUR_FIXE",
    Kind.SERVER.value: "ORDINATEUR_FIXE",
    Kind.SMARTPHONE.value: "SMARTPHONE",
    Kind.TABLET.value: "TABLETTE",
}
"""By kind; the platform has no word for the others (screens, accessories, 4G keys)."""
CATEGORIES = ("PREMIUM", "A", "B", "C", "D")
_LETTERS = {one.value: one for one in (Letter.A, Letter.B, Letter.C, Letter.D)}

_STATUTS = {
    State.RECEIVED: Statut.A_TRAITER,
    State.EXAMINED: Statut.EN_COURS_DE_TRAITEMENT,
    State.WIPED: Statut.EN_COURS_DE_TRAITEMENT,
    State.HELD: Statut.EN_COURS_DE_TRAITEMENT,
    State.GRADED: Statut.PRET_A_COMMANDER,
    State.ALLOCATED: Statut.PRET_A_DISTRIBUER,
    State.RELEASED: Statut.DISTRIBUE,
    State.SCRAPPED: Statut.NON_REEMPLOYABLE,
}
_SAME = {Statut.EN_COURS_DE_LIVRAISON: Statut.PRET_A_DISTRIBUER}
"""A device on its way to its site is promised here; we don't follow the lorry."""


def statut_of(state: State, cycle: int) -> Statut:
    """Return the platform's word; what came back and waits again is after-sales there."""
    if state is State.RECEIVED and cycle > 1:
        return Statut.SAV
    return _STATUTS[state]


def letter_of(category: str) -> Letter | None:
    """Return our grade for the platform's category; None for PREMIUM, which we don't know, and for none."""
    return _LETTERS.get(category)


def act_for(state: State, cycle: int, wanted: Statut) -> Act | Sentence:
    """Return what a line asks of a device in this state, or why nobody can ask for it."""
    if _SAME.get(wanted, wanted) is statut_of(state, cycle):
        return Act.NOTHING
    found = _ASKED.get((state, wanted)) or _ASKED_ANYWHERE.get(wanted)
    if found is not None:
        return found
    name, why = STATE_NAMES[state], _WHY[wanted]
    return Sentence(
        fr=f"L'appareil est « {name.fr} » : {why.fr}.", en=f"The device is {name.en}: {why.en}."
    )


_ASKED = {
    (State.HELD, Statut.A_TRAITER): Act.RESUME,
    (State.ALLOCATED, Statut.PRET_A_COMMANDER): Act.DEALLOCATE,
}
_ASKED_ANYWHERE = {
    Statut.PRET_A_COMMANDER: Act.CONFIRM_GRADE,
    Statut.NON_REEMPLOYABLE: Act.SCRAP,
    Statut.SAV: Act.TAKE_BACK,
}
"""Whether the device may, the operation says."""

_EVIDENCE = Sentence(
    fr="seuls un relevé et un effacement prouvé le font avancer ou reculer",
    en="only a report and a proven erasure move it",
)
_PLAN = Sentence(
    fr="une attribution se valide dans le plan", en="an allocation is confirmed in the plan"
)
_WHY = {
    Statut.A_TRAITER: _EVIDENCE,
    Statut.EN_COURS_DE_TRAITEMENT: _EVIDENCE,
    Statut.EN_COURS_DE_LIVRAISON: _PLAN,
    Statut.PRET_A_DISTRIBUER: _PLAN,
    Statut.DISTRIBUE: Sentence(
        fr="une remise se signe sur sa feuille", en="a handover is signed on its sheet"
    ),
}
