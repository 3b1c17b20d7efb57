"""Sticks: a one-time code for a new one, six words to compare, quarantine, and their end."""

from datetime import UTC, datetime, time
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

import segno
from flask import Blueprint, Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rebond_schemas.parcel import LARGEST
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.doubt import LASTS, decide, renew_stick, trust_again, words_compared
from rebond_server.operations.doubt_list import doubts
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.import_stick import Imported, Outcome, import_parcel
from rebond_server.operations.issue_enrolment_code import TRIES, VALID, issue_enrolment_code
from rebond_server.operations.tls import fingerprint_of
from rebond_server.store.queries.people import StickLine, sticks
from rebond_server.store.stick import Decision, DoubtReason
from rebond_server.web.answering import date_in, done, field, identifier, word_in
from rebond_server.web.session import desk, recognise, work

blueprint = Blueprint("stick", __name__)

MOST_FILES = 200
LARGEST_UPLOAD = 64 * 1024 * 1024

WHY: dict[DoubtReason, Sentence] = {
    DoubtReason.WORDS_NOT_COMPARED: Sentence(
        fr="les six mots ne sont pas encore comparés", en="the six words are not compared yet"
    ),
    DoubtReason.FORKED: Sentence(
        fr="la clé a été copiée, ou remise à un état ancien",
        en="the stick was copied, or set back to an old state",
    ),
    DoubtReason.STOLEN: Sentence(
        fr="la clé n'était peut-être plus entre nos mains",
        en="the stick may no longer have been in our hands",
    ),
    DoubtReason.EXPIRED: Sentence(
        fr="la clé n'a pas été renouvelée depuis un an",
        en="the stick was not renewed for a year",
    ),
}


class Shown(NamedTuple):
    """A fresh code as the screen shows it once."""

    code: str
    fingerprint: str | None
    picture: str
    """QR code as a data URI: address, code and fingerprint in one."""


def allow_more() -> None:
    """Let the files of a whole stick come in one form, from somebody who is logged in."""
    if request.endpoint == "stick.upload" and recognise() is not None:
        request.max_content_length = LARGEST_UPLOAD


def install(app: Flask) -> None:
    """Look at the size of forms before anything reads them."""
    app.before_request(allow_more)


@blueprint.get("/cles")
def page() -> ResponseReturnValue:
    """Show every stick."""
    return _page()


@blueprint.post("/cles/code")
def issue_code() -> ResponseReturnValue:
    """Issue a code and show it once; only its hash is kept, so this answer is no redirect."""
    return _page(shown=_shown(issue_enrolment_code(work()))), HTTPStatus.CREATED


@blueprint.get("/cles/attente")
def waiting() -> ResponseReturnValue:
    """Show the sticks whose six words are not compared yet: a part of the page, looked at again."""
    return render_template("sticks_waiting.html", sticks=_uncompared())


@blueprint.post("/cles/<uuid:stick_id>/mots")
def compare(stick_id: UUID) -> ResponseReturnValue:
    """Take the word that both screens show the same six words."""
    count = words_compared(work(), stick_id)
    if not count:
        return _done("Les mots sont les mêmes : la clé est bonne.", "The words are the same: the stick is good.")  # fmt: skip
    return _done(
        f"La clé est bonne ; {count} relevés en attente comptent maintenant.",
        f"The stick is good; {count} statements that waited count now.",
    )


@blueprint.post("/cles/<uuid:stick_id>/renouveler")
def renew(stick_id: UUID) -> ResponseReturnValue:
    """Take the word that a stick whose year is over is still in our hands."""
    count = renew_stick(work(), stick_id)
    return _done(
        f"La clé est renouvelée pour un an ; {count} relevés en attente comptent maintenant.",
        f"The stick is renewed for a year; {count} statements that waited count now.",
    )


@blueprint.post("/cles/<uuid:stick_id>/revoquer")
def revoke(stick_id: UUID) -> ResponseReturnValue:
    """Refuse everything from this stick from now on, and doubt what it said since it went astray."""
    day = date_in("since")
    since = None if day is None else datetime.combine(day, time(), UTC)
    count = revoke_stick(work(), stick_id, field("reason"), since)
    if not count:
        return _done("La clé est révoquée.", "The stick is revoked.")
    return _done(
        f"La clé est révoquée ; {count} relevés sont en quarantaine.",
        f"The stick is revoked; {count} statements are in quarantine.",
    )


@blueprint.post("/cles/<uuid:stick_id>/confiance")
def trust(stick_id: UUID) -> ResponseReturnValue:
    """Believe a stick again whose chain had split."""
    trust_again(work(), stick_id, field("reason"))
    return _done("La clé est de nouveau crue.", "The stick is believed again.")


@blueprint.post("/cles/quarantaine")
def rule() -> ResponseReturnValue:
    """Accept or reject statements in quarantine, with a reason."""
    chosen = [identifier(text) for text in request.form.getlist("statement")]
    decision = word_in(Decision, field("decision"))
    decide(work(), chosen, decision, field("reason"))
    if decision is Decision.ACCEPTED:
        return _done(f"{len(chosen)} relevés acceptés.", f"{len(chosen)} statements accepted.")
    return _done(f"{len(chosen)} relevés rejetés.", f"{len(chosen)} statements rejected.")


@blueprint.post("/cles/releves")
def upload() -> ResponseReturnValue:
    """Take the statements of a stick whose files a person chose, as `rebond import-stick` does."""
    files = [one for one in request.files.getlist("files") if one.filename][: MOST_FILES + 1]
    if not files or len(files) > MOST_FILES:
        raise BadValue(
            Sentence(
                fr=f"Choisissez de 1 à {MOST_FILES} fichiers du dossier « outbox » de la clé.",
                en=f"Choose 1 to {MOST_FILES} files of the stick's folder “outbox”.",
            )
        )
    found = [
        import_parcel(work(), one.filename or "?", one.stream.read(LARGEST + 1)) for one in files
    ]
    return _page(imported=found)


def _done(fr: str, en: str) -> ResponseReturnValue:
    return done(Sentence(fr=fr, en=en), url_for("stick.page"))


def _shown(code: str) -> Shown:
    pem = desk().authority
    fingerprint = None if pem is None else fingerprint_of(pem).hex()
    text = f"{desk().public_url}/cles#{code}" + ("" if fingerprint is None else f".{fingerprint}")
    picture = segno.make_qr(text, error="m").svg_data_uri(scale=5, border=3, light="#fff")
    return Shown(code=code, fingerprint=fingerprint, picture=picture)


def _uncompared() -> list[StickLine]:
    return [
        one
        for one in sticks(work().session, work().site_id)
        if one.compared is None and one.revoked is None
    ]


def _page(shown: Shown | None = None, imported: list[Imported] | None = None) -> str:
    every = sticks(work().session, work().site_id)
    return render_template(
        "sticks.html",
        sticks=every,
        expired={
            one.stick_id for one in every if one.compared and one.compared + LASTS <= work().now
        },
        waiting=[one for one in every if one.compared is None and one.revoked is None],
        doubts=doubts(work()),
        why=WHY,
        shown=shown,
        imported=imported,
        outcomes=Outcome,
        minutes=int(VALID.total_seconds() // 60),
        tries=TRIES,
        server=desk().public_url,
    )
