"""How drives are to be erased: the workshop's own policy, and that of each lot, as sticks are ordered."""

import msgspec
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.erasure import Level
from rebond_schemas.order import ErasurePolicy
from rebond_schemas.text import clean
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.erasure_policy import policy_in_force, record_policy
from rebond_server.store.queries.lot_page import lot_names
from rebond_server.web.answering import done, field, lines_in, word_in
from rebond_server.web.session import work

blueprint = Blueprint("erasure", __name__)

LEVELS: dict[Level, Sentence] = {
    Level.CLEAR: Sentence(fr="Clear suffit", en="Clear is enough"),
    Level.PURGE: Sentence(fr="Purge est demandé", en="Purge is asked"),
}


@blueprint.get("/effacement")
def page() -> ResponseReturnValue:
    """Show the policy of a lot (`?lot=CODE`), or the workshop's own."""
    code = request.args.get("lot") or None
    policy, unattended = policy_in_force(work(), code)
    return render_template(
        "erasure.html",
        lot=code,
        lots=[one.code for one in lot_names(work().session, work().site_id)],
        policy=policy,
        unattended=unattended,
        levels=LEVELS,
    )


@blueprint.post("/effacement")
def record() -> ResponseReturnValue:
    """Set the policy; sticks hear of it at their next order."""
    code = field("lot") or None
    policy = ErasurePolicy(
        level=word_in(Level, field("level")),
        firmware=bool(field("firmware")),
        never_firmware=tuple(name for line in lines_in("never_firmware") if (name := clean(line))),
        sample_percent=_percent(field("sample_percent")),
        admit_ieee=bool(field("admit_ieee")),
        destroy=bool(field("destroy")),
    )
    try:
        policy = msgspec.convert(msgspec.to_builtins(policy), ErasurePolicy)
    except msgspec.ValidationError as error:
        raise BadValue(
            Sentence(
                fr=f"La règle d'effacement ne peut pas être enregistrée ainsi : {error}.",
                en=f"The erasure policy can't be recorded like that: {error}.",
            )
        ) from error
    record_policy(work(), code, policy, unattended=bool(field("unattended")))
    told = Sentence(
        fr="Enregistré : les clés l'apprennent à leur prochaine connexion.",
        en="Recorded: sticks learn of it when they connect next.",
    )
    return done(told, url_for("erasure.page", lot=code))


def _percent(text: str) -> float:
    try:
        share = float(text.replace(",", "."))
    except ValueError:
        share = -1.0
    if not 0 < share <= 100:  # noqa: PLR2004 - a share in percent
        raise BadValue(
            Sentence(
                fr="La part relue est un nombre entre 0 et 100.",
                en="The share read back is a number between 0 and 100.",
            )
        )
    return share
