"""The main tasks: how many gestures each takes on these screens, and how few it could take.

A gesture is a click, a key that is not text (Enter, "/"), a text typed, a scan or a drawn line. The
numbers are counted by tests/server/web/test_tasks.py while a browser does the task.
"""

from typing import NamedTuple

from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence


class Task(NamedTuple):
    """One task, from its first page, log-in done."""

    name: str
    role: Role
    title: Sentence
    gestures: int
    least: int
    """The gestures that the task itself asks for, whatever the screens: scans, choices, consents."""


_T, _L, _O = Role.TECHNICIAN, Role.LEAD, Role.OFFICER

TASKS = (
    Task(
        "receive_a_box",
        _T,
        Sentence(fr="Faire entrer un carton de 20 par scan", en="Receive a box of 20 by scan"),
        gestures=23,
        least=22,
    ),
    Task(
        "see_a_pc_appear",
        _T,
        Sentence(
            fr="Voir apparaître un PC et ouvrir sa fiche", en="See a PC appear and open its page"
        ),
        gestures=2,
        least=2,
    ),
    Task(
        "follow_four_wipes",
        _T,
        Sentence(fr="Suivre quatre effacements", en="Follow four wipes"),
        gestures=1,
        least=1,
    ),
    Task(
        "triage_a_doubtful_drive",
        _L,
        Sentence(fr="Trier un disque douteux", en="Triage a doubtful drive"),
        gestures=5,
        least=4,
    ),
    Task(
        "print_labels",
        _T,
        Sentence(fr="Imprimer deux étiquettes", en="Print two labels"),
        gestures=5,
        least=4,
    ),
    Task(
        "read_the_repair_plan",
        _L,
        Sentence(fr="Lire le plan de réparation", en="Read the repair plan"),
        gestures=1,
        least=1,
    ),
    Task(
        "import_a_class_list",
        _O,
        Sentence(fr="Importer une liste de classe", en="Import a class list"),
        gestures=7,
        least=5,
    ),
    Task(
        "plan_explain_lock_confirm",
        _O,
        Sentence(
            fr="Planifier, comprendre, épingler, valider", en="Plan, understand, pin, confirm"
        ),
        gestures=9,
        least=7,
    ),
    Task(
        "hand_over_with_a_signature",
        _O,
        Sentence(fr="Remettre et faire signer", en="Hand over and have it signed"),
        gestures=5,
        least=4,
    ),
    Task(
        "report_to_the_funder",
        _O,
        Sentence(fr="Rendre compte au financeur (PDF)", en="Report to the funder (PDF)"),
        gestures=3,
        least=3,
    ),
)
