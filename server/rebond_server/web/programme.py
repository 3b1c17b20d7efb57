"""Programmes: who may receive, what they gave, how their targets stand, and what they are promised."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.plan import Base, Grade, Scope, Share
from rebond_schemas.plan_law import Category, Kind
from rebond_server.domain import programme_tally
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.small_cells import LEAST, shown
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.files import STEPS
from rebond_server.operations.import_files import see_proof_of_many
from rebond_server.operations.programmes import (
    VOUCHER_PROOF,
    record_given_before,
    record_programme,
    record_shares,
    record_territory,
    territories,
)
from rebond_server.operations.vouchers import issue_vouchers
from rebond_server.store.queries.intake_list import agreement_numbers
from rebond_server.store.queries.lot_page import lot_names
from rebond_server.store.queries.programme_page import ProgrammePage, programme_page, programmes
from rebond_server.web import demand_words
from rebond_server.web.answering import date_in, done, field, whole_in, word_in
from rebond_server.web.language import ngettext
from rebond_server.web.programme_form import PRICED, day_or_today, programme_facts, words_in
from rebond_server.web.report_words import public_name
from rebond_server.web.session import now, work, zone

blueprint = Blueprint("programme", __name__)


@blueprint.get("/dispositifs")
def index() -> ResponseReturnValue:
    """List the programmes with their targets and caps."""
    session, site_id = work().session, work().site_id
    found = programmes(session, site_id, zone())
    return render_template(
        "programmes.html",
        programmes=found,
        targets={one.code: _targets(one) for one in found},
        places=territories(work()),
        lots=lot_names(session, site_id),
        bases=tuple(Base),
        words=demand_words,
        **_choices(),
    )


@blueprint.post("/dispositifs")
def create() -> ResponseReturnValue:
    """Open a programme, or change the one with this code."""
    found = programme_page(work().session, work().site_id, field("code"), zone())
    made = record_programme(work(), programme_facts(None if found is None else found.terms))
    return done(
        Sentence(
            fr=f"Le dispositif {made.code} est enregistré.",
            en=f"Programme {made.code} is recorded.",
        ),
        url_for("programme.page", code=made.code),
    )


@blueprint.post("/dispositifs/territoires")
def add_territory() -> ResponseReturnValue:
    """Add a territory."""
    record_territory(work(), field("place"), field("parent") or None)
    return done(
        Sentence(fr="Le territoire est ajouté.", en="The territory is added."),
        url_for("programme.index"),
    )


@blueprint.post("/dispositifs/parts")
def share() -> ResponseReturnValue:
    """Say which part of a lot is promised to which programme, and for whom it is reserved."""
    lot, percent = field("lot"), whole_in("percent")
    shares: tuple[Share, ...] = ()
    if percent is not None:
        if not 0 < percent <= 100:  # noqa: PLR2004 - percent
            raise BadValue(Sentence(fr="La part va de 1 à 100 %.", en="The share is 1 to 100 %."))
        tolerance = whole_in("tolerance")
        shares = (
            Share(
                id=f"{lot}-{field('programme')}",
                programme=field("programme"),
                fraction=percent / 100,
                base=word_in(Base, field("base")),
                tolerance=1 if tolerance is None else tolerance,
                source=field("source") or None,
            ),
        )
    record_shares(work(), lot, shares, words_in("reserved"))
    return done(
        Sentence(fr="La part est enregistrée.", en="The share is recorded."),
        url_for("programme.index"),
    )


@blueprint.get("/dispositifs/<code>")
def page(code: str) -> ResponseReturnValue:
    """Show one programme: its rules, targets, offices, what it gave."""
    found = found_programme(code)
    publics = programme_tally.by(found.given, "public")
    named = {name: count for name, count in publics.items() if name}
    return render_template(
        "programme.html",
        programme=found,
        targets=_targets(found),
        publics=shown(named),
        public_names={name: public_name(name) for name in named},
        by_kind=programme_tally.by(found.given, "kind"),
        months=programme_tally.by_month(found.given),
        total=programme_tally.total(found.given),
        before=[one for one in found.given if one.source],
        least=LEAST,
        provable=[
            *(one for one in found.terms.proofs if one != VOUCHER_PROOF),
            *(STEPS if found.first_come else ()),
        ],
        words=demand_words,
        **_choices(),
    )


@blueprint.post("/dispositifs/<code>/reprises")
def catch_up(code: str) -> ResponseReturnValue:
    """Count what was given before this software."""
    record_given_before(
        work(),
        code,
        word_in(Kind, field("kind")),
        whole_in("count") or 0,
        day_or_today("ends", now().date()),
        field("source"),
        field("public") or None,
        date_in("starts"),
    )
    return done(
        Sentence(fr="La reprise est comptée.", en="The catch-up entry is counted."),
        url_for("programme.page", code=code),
    )


@blueprint.post("/dispositifs/<code>/bons")
def issue(code: str) -> ResponseReturnValue:
    """Give vouchers to the complete files for which a place is left."""
    count = len(issue_vouchers(work(), code))
    told = ngettext("%(num)s bon donné.", "%(num)s bons donnés.", count) % {"num": count}
    return done(Sentence(fr=told, en=told), url_for("programme.page", code=code))


@blueprint.post("/dispositifs/<code>/vus")
def see_many(code: str) -> ResponseReturnValue:
    """Note one proof for many files at once; one result each."""
    found = found_programme(code)
    results = see_proof_of_many(
        work(), code, field("name"), field("people"), date_in("on"), field("place") or None
    )
    return render_template("noted_many.html", programme=found, results=results)


def found_programme(code: str) -> ProgrammePage:
    """Return a programme's page, or raise NotFound."""
    found = programme_page(work().session, work().site_id, code, zone())
    if found is None:
        raise NotFound(
            Sentence(fr=f"Le dispositif {code} n'existe pas.", en=f"There is no programme {code}.")
        )
    return found


def _targets(found: ProgrammePage) -> list[programme_tally.Progress]:
    today = now().date()
    return [programme_tally.progress(one, found.given, today) for one in found.terms.targets]


def _choices() -> dict[str, object]:
    return {
        "kinds": tuple(Kind),
        "grades": tuple(Grade),
        "categories": tuple(Category),
        "scopes": tuple(Scope),
        "priced": PRICED,
        "agreements": agreement_numbers(work().session, work().site_id),
        "edited": request.args.get("modifier"),
    }
