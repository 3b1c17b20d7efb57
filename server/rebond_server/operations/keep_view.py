"""Filters that a person keeps under a name: hers alone, at any screen."""

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.text import clean
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.work import Work
from rebond_server.store.ids import uuid7
from rebond_server.store.people import SavedView

LONGEST_NAME = 60
LONGEST_QUERY = 1000
MOST = 30
"""Views that one person keeps of one list."""
_PASSING = frozenset({"page", "after", "before"})
"""Where the reader stood in the list is no part of the filter."""


def keep_view(work: Work, page: str, name: str, query: str) -> SavedView:
    """Keep this filter of a list under this name; the same name again replaces it."""
    account_id = work.person()
    name = (clean(name) or "")[:LONGEST_NAME]
    kept = urlencode([pair for pair in parse_qsl(query) if pair[0] not in _PASSING])
    if not name:
        raise BadValue(Sentence(fr="Donnez un nom au filtre.", en="Give the filter a name."))
    if not kept or len(kept) > LONGEST_QUERY:
        raise BadValue(
            Sentence(fr="Choisissez d'abord un filtre.", en="Choose what to show first.")
        )
    own = views_of(work, page)
    view = next((one for one in own if one.name == name), None)
    if view is None:
        if len(own) >= MOST:
            raise BadValue(
                Sentence(
                    fr=f"Vous gardez déjà {MOST} filtres : oubliez-en un.",
                    en=f"You keep {MOST} filters: forget one.",
                )
            )
        view = SavedView(
            site_id=work.site_id, id=uuid7(work.now), account_id=account_id, page=page, name=name
        )
        work.session.add(view)
    view.query, view.kept = kept, work.now
    work.session.flush()
    return view


def forget_view(work: Work, view_id: UUID) -> None:
    """Forget a filter; one that is not the person's own, or gone already, is left alone."""
    view = work.session.get(SavedView, (work.site_id, view_id))
    if view is not None and view.account_id == work.person():
        work.session.delete(view)


def views_of(work: Work, page: str) -> tuple[SavedView, ...]:
    """Return the filters that the person who asks keeps of this list, by name."""
    return tuple(
        work.session.scalars(
            select(SavedView)
            .where(
                SavedView.site_id == work.site_id,
                SavedView.account_id == work.person(),
                SavedView.page == page,
            )
            .order_by(SavedView.name)
        )
    )
