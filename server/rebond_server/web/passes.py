"""Pass numérique: batches handed to partners, what they report, and the indicators."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.intake.item import read_value
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.small_cells import LEAST, shown
from rebond_server.errors import BadValue
from rebond_server.operations.passes import UseFacts, import_uses, record_batch, record_use
from rebond_server.store.queries.intake_list import agreement_numbers
from rebond_server.store.queries.passes import pass_agreements, pass_batches, pass_indicators
from rebond_server.web.account_tables import passes_report
from rebond_server.web.answering import done, field, whole_in
from rebond_server.web.language import day
from rebond_server.web.programme_form import day_or_today
from rebond_server.web.report import answer
from rebond_server.web.report_words import public_name
from rebond_server.web.request_form import YES_NO
from rebond_server.web.session import desk, now, work

blueprint = Blueprint("passes", __name__)


@blueprint.get("/pass")
def page() -> ResponseReturnValue:
    """Show batches and indicators."""
    session, site_id = work().session, work().site_id
    found = pass_indicators(session, site_id)
    return render_template(
        "passes.html",
        batches=pass_batches(session, site_id),
        found=found,
        publics={public_name(name): count for name, count in shown(found.publics).items()},
        agreements=agreement_numbers(session, site_id),
        least=LEAST,
        papers=pass_agreements(session, site_id),
        today=now().date(),
    )


@blueprint.post("/pass")
def hand() -> ResponseReturnValue:
    """Note a batch handed to a partner."""
    value = read_value(field("value")) if field("value") else 0
    if isinstance(value, Sentence) or value is None:
        raise BadValue(Sentence(fr="La valeur est un montant.", en="The value is an amount."))
    batch = record_batch(
        work(),
        field("partner"),
        whole_in("count") or 0,
        day_or_today("day", now().date()),
        value,
        field("agreement") or None,
    )
    return done(
        Sentence(fr=f"Le lot {batch.number} est noté.", en=f"Batch {batch.number} is noted."),
        url_for("passes.page"),
    )


@blueprint.post("/pass/suivi")
def use() -> ResponseReturnValue:
    """Note what a partner reports."""
    record_use(
        work(),
        UseFacts(
            batch=field("batch"),
            day=day_or_today("day", now().date()),
            public=field("public"),
            qpv=YES_NO.get(field("qpv")),
            distributed=whole_in("distributed") or 0,
            beneficiaries=whole_in("beneficiaries") or 0,
            used=whole_in("used") or 0,
            training=field("training") or None,
            body=field("body") or None,
        ),
    )
    return done(
        Sentence(fr="Le suivi est noté.", en="The report is noted."), url_for("passes.page")
    )


@blueprint.post("/pass/import")
def bring() -> ResponseReturnValue:
    """Take a partner's table in, all of it or nothing."""
    sent = request.files.get("file")
    count = import_uses(work(), b"" if sent is None else sent.read())
    return done(
        Sentence(fr=f"{count} lignes de suivi importées.", en=f"{count} lines imported."),
        url_for("passes.page"),
    )


@blueprint.get("/pass/bilan.<form>")
def report(form: str) -> Response:
    """Return the indicators as CSV, ODS or PDF."""
    found = pass_indicators(work().session, work().site_id)
    return answer(passes_report(found, desk().workshop.site_name, day(now())), "pass", form)
