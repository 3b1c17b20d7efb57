"""Files kept with devices, lots and agreements: sent in, sent out, let go."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations import attachments as files
from rebond_server.web.answering import done, field, word_in
from rebond_server.web.login import inside
from rebond_server.web.session import work

blueprint = Blueprint("attachment", __name__)


@blueprint.post("/fichiers/<uuid:subject_id>")
def attach(subject_id: UUID) -> ResponseReturnValue:
    """Keep a file."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadValue(Sentence(fr="Choisissez un fichier.", en="Choose a file."))
    subject = word_in(files.Subject, field("subject"))
    about = field("about") or None
    files.attach(work(), subject, subject_id, sent.filename, sent.read(), about)
    return _told("Le fichier est joint.", "The file is attached.")


@blueprint.get("/fichiers/<uuid:attachment_id>")
def show(attachment_id: UUID) -> Response:
    """Send a file as it came, to be kept and not to be run."""
    row = files.attachment(work(), attachment_id)
    response = Response(row.raw, mimetype=row.mime)
    response.headers.set("Content-Disposition", "attachment", filename=row.name)
    return response


@blueprint.post("/fichiers/<uuid:attachment_id>/retirer")
def detach(attachment_id: UUID) -> ResponseReturnValue:
    """Let a file go."""
    files.detach(work(), attachment_id, field("reason"))
    return _told("Le fichier est retiré.", "The file is gone.")


def _told(fr: str, en: str) -> ResponseReturnValue:
    return done(Sentence(fr=fr, en=en), inside(field("back")))
