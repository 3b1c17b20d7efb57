"""The public page "Comment c'est décidé": made from the rules in force, for everybody, no log-in."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from rebond_schemas.plan import Criterion
from rebond_schemas.plan_law import Law
from rebond_server.store.queries.live_rules import live_rules
from rebond_server.web import demand_words
from rebond_server.web.plan_words import CRITERIA
from rebond_server.web.report_words import public_name
from rebond_server.web.session import desk, now, work

blueprint = Blueprint("decision", __name__)


@blueprint.get("/comment-c-est-decide")
def page() -> ResponseReturnValue:
    """Say how it is decided, from the rules in force today."""
    site = desk().workshop
    return render_template(
        "decision.html",
        rules=live_rules(work().session, site.site_id),
        steps=[CRITERIA[one.value] for one in Criterion],
        law=Law(),
        grading=work().rules.grading,
        words=demand_words,
        public_name=public_name,
        workshop=site.site_name,
        contact=desk().contact,
        today=now().date(),
    )
