"""Many rows at once say what they were given, on both databases."""

from moments import NOON
from sqlalchemy import select

from rebond_server.operations.history import tell_all, told
from rebond_server.operations.verify_history import history_faults
from rebond_server.operations.work import NOBODY
from rebond_server.store.history import HistoryEvent

SAID = ("a\tb", "c\\d", "e\\\nf\r", "\\N", "", "é ↯ \"quoted\" 'too'", None)
"""What a form of COPY writes with a backslash, and what it would take for no value."""


def test_each_sign_comes_back_as_it_was_and_the_chain_holds(workshop):
    subject = ("device", workshop.site_id)
    with workshop.work(NOBODY, NOON) as work:
        rows = [told(work, "try", subject, old=str(n), reason=one) for n, one in enumerate(SAID)]
        details = {"said": list(SAID), "number": 1.5}
        tell_all(work, [row | {"details": details} for row in rows])

    with workshop.work(NOBODY, NOON, reading=True) as work:
        found = work.session.scalars(
            select(HistoryEvent).where(HistoryEvent.verb == "try").order_by(HistoryEvent.sequence)
        ).all()
        assert tuple(one.reason for one in found) == SAID
        assert [one.details for one in found] == [details] * len(SAID)
        assert list(history_faults(work)) == []
        assert [(one.site_id, one.at, one.actor_id) for one in found] == [
            (workshop.site_id, NOON, None)
        ] * len(SAID)
