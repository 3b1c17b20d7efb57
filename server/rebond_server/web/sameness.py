"""One device or two? What a report could not tell is settled here, and can be taken back."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.identity_words import sign_sentence
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import NotFound
from rebond_server.operations import settle_doubt as settling
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.store.queries.doubts import doubts, joined
from rebond_server.web.answering import done, field
from rebond_server.web.session import work

blueprint = Blueprint("sameness", __name__)


@blueprint.get("/doublons")
def page() -> ResponseReturnValue:
    """Show the pairs that wait, those kept apart, and what was joined."""
    session, site_id = work().session, work().site_id
    return render_template(
        "sameness.html",
        waiting=doubts(session, site_id),
        apart=doubts(session, site_id, settled=True),
        joined=joined(session, site_id),
        sign=sign_sentence,
    )


@blueprint.post("/doublons/reunir")
def join() -> ResponseReturnValue:
    """Make two records one."""
    kept = field("kept").upper()
    others = [tag for tag in field("pair").split() if tag != kept]
    gone = field("gone") or next(iter(others), "")
    device = settling.same_device(work(), _device(kept), _device(gone), field("reason"))
    return _told(
        f"{gone.upper()} et {device.tag} sont un seul appareil : {device.tag}.",
        f"{gone.upper()} and {device.tag} are one device: {device.tag}.",
    )


@blueprint.post("/doublons/separer")
def apart() -> ResponseReturnValue:
    """Say that two devices are two."""
    one, other = _device(field("kept")), _device(field("gone"))
    settling.two_devices(work(), one, other, field("reason"))
    return _told("Ce sont deux appareils : c'est noté.", "They are two devices: noted.")


@blueprint.post("/doublons/<uuid:doubt_id>/rouvrir")
def doubt_again(doubt_id: UUID) -> ResponseReturnValue:
    """Let a pair wait again."""
    settling.doubt_again(work(), doubt_id, field("reason"))
    return _told("La question est rouverte.", "The question is open again.")


@blueprint.post("/doublons/reunions/<uuid:join_id>/defaire")
def undo(join_id: UUID) -> ResponseReturnValue:
    """Take two records apart again."""
    again = settling.undo_join(work(), join_id, field("reason"))
    return _told(f"{again.tag} est de nouveau à part.", f"{again.tag} stands alone again.")


def _device(tag: str) -> UUID:
    found = device_by_tag(work().session, work().site_id, tag)
    if found is None:
        told = tag[:40]
        raise NotFound(
            Sentence(
                fr=f"Aucun appareil ne porte l'étiquette « {told} ».",
                en=f"No device carries the tag “{told}”.",
            )
        )
    return found


def _told(fr: str, en: str) -> ResponseReturnValue:
    return done(Sentence(fr=fr, en=en), url_for("sameness.page"))
