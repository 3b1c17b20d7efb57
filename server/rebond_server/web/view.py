"""Filters that people keep: beside every list that has one in its address."""

from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.keep_view import forget_view, keep_view, views_of
from rebond_server.store.people import SavedView
from rebond_server.web.answering import done, field
from rebond_server.web.login import inside
from rebond_server.web.session import work

blueprint = Blueprint("view", __name__)

LISTS = frozenset({"device.index"})
"""The lists whose filters can be kept."""


@blueprint.post("/filtres")
def keep() -> ResponseReturnValue:
    """Keep the filter that is shown."""
    page = field("page")
    if page not in LISTS:
        raise BadValue(Sentence(fr="Cette liste n'a pas de filtre.", en="This list has no filter."))
    view = keep_view(work(), page, field("name"), field("query"))
    return done(
        Sentence(fr=f"Le filtre « {view.name} » est gardé.", en=f"Filter “{view.name}” is kept."),
        f"{url_for(page)}?{view.query}",
    )


@blueprint.post("/filtres/<uuid:view_id>/oublier")
def forget(view_id: UUID) -> ResponseReturnValue:
    """Forget a filter."""
    forget_view(work(), view_id)
    return done(
        Sentence(fr="Le filtre est oublié.", en="The filter is forgotten."), inside(field("back"))
    )


def kept_views() -> tuple[SavedView, ...]:
    """Return the reader's own filters of the list that is shown."""
    return views_of(work(), request.endpoint or "")
