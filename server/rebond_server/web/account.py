"""The accounts owed by programme: the steering committee's page, the evaluation, the year's targets."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from rebond_server.domain import programme_tally
from rebond_server.domain.evaluation import evaluation as evaluate
from rebond_server.domain.impact import avoided
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations.programmes import programme as programme_row
from rebond_server.rules.load import impact_factors
from rebond_server.store.queries.programme_page import files_of, programmes
from rebond_server.web.account_tables import evaluation_report, steering_report, targets_report
from rebond_server.web.language import day
from rebond_server.web.programme import found_programme
from rebond_server.web.report import answer
from rebond_server.web.session import desk, now, work, zone

blueprint = Blueprint("account", __name__)


@blueprint.get("/dispositifs/<code>/suivi.<form>")
def steering(code: str, form: str) -> Response:
    """Return one page for the steering committee."""
    found = found_programme(code)
    targets = [
        programme_tally.progress(one, found.given, now().date()) for one in found.terms.targets
    ]
    impact = avoided(programme_tally.by(found.given, "kind"), impact_factors())
    made = steering_report(found, targets, impact, desk().workshop.site_name, day(now()))
    return answer(made, f"suivi-{code}", form)


@blueprint.get("/dispositifs/<code>/evaluation.<form>")
def evaluation(code: str, form: str) -> Response:
    """Return the evaluation of a first-come programme."""
    found = found_programme(code)
    if not found.first_come:
        raise NotFound(
            Sentence(
                fr="L'évaluation vaut pour un dispositif « premier arrivé, premier servi ».",
                en="The evaluation is for a first-come programme.",
            )
        )
    offices, whole = evaluate(files_of(work().session, programme_row(work(), code)))
    made = evaluation_report(found, offices, whole, desk().workshop.site_name, day(now()))
    return answer(made, f"evaluation-{code}", form)


@blueprint.get("/bilans/objectifs.<form>")
def targets(form: str) -> ResponseReturnValue:
    """Return all targets with their projection."""
    today = now().date()
    lines = [
        (found, programme_tally.progress(target, found.given, today))
        for found in programmes(work().session, work().site_id, zone())
        for target in found.terms.targets
    ]
    return answer(targets_report(lines, desk().workshop.site_name, day(now())), "objectifs", form)
