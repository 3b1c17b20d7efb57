"""The lines of the export of an annex; the import reads them back."""

from rebond_server.domain.intake.columns import Column
from rebond_server.domain.intake.reconciliation import Pair
from rebond_server.store.intake import ListedItem
from rebond_server.web import intake_words
from rebond_server.web.device_file import euros_text, kind_text
from rebond_server.web.language import say

ANNEX = (
    Column.KEY,
    Column.TAG,
    Column.KIND,
    Column.MAKER,
    Column.MODEL,
    Column.SERIAL,
    Column.DONOR_TAG,
    Column.VALUE,
    Column.ACQUIRED,
    Column.STANDING,
)


def annex_row(items: dict[str, ListedItem], pair: Pair) -> list[str | None]:
    """Return one line of an annex with how it stands."""
    listed = None if pair.announced is None else items[pair.announced.id]
    standing = say(intake_words.STANDINGS[pair.standing].word)
    tag = None if pair.arrived is None else pair.arrived.tag
    if listed is None:
        arrived = pair.arrived
        assert arrived is not None  # noqa: S101 - a pair has one of the two
        kind, serial = kind_text(arrived.kind), arrived.serial
        return [
            None,
            tag,
            kind,
            None,
            arrived.name,
            serial,
            arrived.donor_tag,
            None,
            None,
            standing,
        ]
    blocked = None if pair.announced is None else pair.announced.blocked
    return [
        listed.key,
        tag,
        kind_text(listed.kind),
        listed.maker,
        listed.model,
        listed.serial,
        listed.donor_tag,
        euros_text(listed.value_cents),
        None if listed.acquired is None else listed.acquired.isoformat(),
        standing,
        None if blocked is None else say(blocked),
    ]
