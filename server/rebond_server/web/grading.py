"""What would lift a device, the lead's repair plan, and rules that are tried before they are adopted."""

from datetime import date
from uuid import UUID

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.errors import BadRules
from rebond_server.domain.health import HealthRules
from rebond_server.domain.rule_set import RuleSet
from rebond_server.domain.rule_text import LARGEST, decode_rules
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.regrade import regrade_batch, remaining
from rebond_server.operations.repairs import better, plan_repairs
from rebond_server.operations.rules_in_force import (
    adopt_rules,
    adoptions,
    read_proposed,
    shipped_text,
)
from rebond_server.operations.simulate_rules import Simulation, simulate
from rebond_server.operations.step import device_of
from rebond_server.rules.load import DRIVE_HEALTH, GRADING, MARKS
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.web.answering import done, field
from rebond_server.web.repair_words import (
    answer_name,
    choice_text,
    part_text,
    purpose_name,
    stuck_text,
)
from rebond_server.web.session import work

blueprint = Blueprint("grading", __name__)
_GRADES = Sentence(fr="Catégories", en="Grades")
_DRIVES = Sentence(fr="Santé des disques", en="Drive health")
_SETS = {
    GRADING: Sentence(fr="Rebond : le plafond le plus bas", en="Rebond: the lowest cap"),
    MARKS: Sentence(fr="Réseau : somme de notes", en="Network: a sum of marks"),
    DRIVE_HEALTH: _DRIVES,
}


@blueprint.get("/d/<tag>/ameliorer")
def lift(tag: str) -> ResponseReturnValue:
    """Say what would lift one device with the parts at hand."""
    at = work()
    device_id = device_by_tag(at.session, at.site_id, tag)
    if device_id is None:
        raise NotFound(
            Sentence(fr="Aucun appareil n'a cette étiquette.", en="No device carries this tag.")
        )
    found = better(at, device_of(at, device_id))
    return render_template(
        "lift.html",
        tag=tag,
        better=found,
        choice_text=choice_text,
        stuck_text=stuck_text,
        purpose_name=purpose_name,
        answer_name=answer_name,
    )


@blueprint.get("/reparer")
def repairs() -> ResponseReturnValue:
    """Show which part goes where so that the most devices are lifted."""
    return render_template(
        "repairs.html", plan=plan_repairs(work()), part_text=part_text, choice_text=choice_text
    )


@blueprint.get("/regles")
def rules() -> ResponseReturnValue:
    """Show the rules in force, their history, and a text to try others."""
    name = request.args.get("jeu", GRADING)
    return _rules(shipped_text(name))


@blueprint.post("/regles/essayer")
def try_rules() -> ResponseReturnValue:
    """Show what these rules would do to the live stock; nothing is written."""
    text = _typed()
    return _rules(text, simulate(work(), _proposed(text)))


@blueprint.post("/regles/adopter")
def adopt() -> ResponseReturnValue:
    """Adopt these rules from a day on."""
    text = _typed()
    _proposed(text)
    adopt_rules(work(), text, _day(field("since")), field("reason"))
    return done(
        Sentence(
            fr="Les règles sont adoptées. Les catégories déjà données gardent les leurs.",
            en="The rules are adopted. Grades that stand keep theirs.",
        ),
        url_for("grading.rules"),
    )


@blueprint.post("/regles/reclasser")
def regrade() -> ResponseReturnValue:
    """Grade the next batch again by the rules in force; it may be stopped and taken up.

    The script of the page takes batch after batch, and shows how far they are.
    """
    after = field("after")
    whole = remaining(work()) if field("count") else None
    progress = regrade_batch(work(), UUID(after) if _is_id(after) else None)
    if request.headers.get("Accept") == "application/json":
        done_so_far = {"graded": progress.graded, "changed": progress.changed, "whole": whole}
        return jsonify(
            done_so_far | {"next": None if progress.last is None else str(progress.last)}
        )
    told = Sentence(
        fr=f"{progress.graded} catégories recalculées, {progress.changed} changées.",
        en=f"{progress.graded} grades computed again, {progress.changed} changed.",
    )
    return done(told, url_for("grading.rules", suite=progress.last))


def _rules(text: str, found: Simulation | None = None) -> ResponseReturnValue:
    return render_template(
        "rules.html",
        text=text,
        found=found,
        in_force=(
            (_GRADES, work().rules.grading, Sentence(fr="Sinon", en="Else")),
            (_DRIVES, work().rules.health, Sentence(fr="Verdict", en="Verdict")),
        ),
        adopted=adoptions(work()),
        shipped=_SETS,
        shown=request.args.get("jeu", GRADING) if request.method == "GET" else None,
        today=work().now.date(),
        after=request.args.get("suite", ""),
    )


def _typed() -> str:
    """Return the rules as a file that was chosen, else as typed."""
    file = request.files.get("file")
    typed = file is None or not file.filename
    raw = request.form.get("text", "").encode() if file is None or typed else file.read(LARGEST + 1)
    try:
        return decode_rules(raw)
    except BadRules as refusal:
        raise BadValue(refusal.sentence) from None


def _proposed(text: str) -> RuleSet | HealthRules:
    """Return the rules in a text; what is wrong in it is the person's to mend, with its line."""
    try:
        return read_proposed(text)
    except BadRules as refusal:
        raise BadValue(refusal.sentence) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(Sentence(fr="Donnez une date.", en="Give a date.")) from None


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
