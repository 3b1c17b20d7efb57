"""Importing the list of what a donor cedes: tried first, then kept, as often as one likes."""

from sqlalchemy import select

from rebond_server.domain.intake.columns import Column
from rebond_server.domain.intake.item import Item
from rebond_server.domain.intake.judging import LineVerdict
from rebond_server.domain.policy import Permission
from rebond_server.operations.asset_tag import in_turn
from rebond_server.operations.history import tell
from rebond_server.operations.import_sheet import Said, Trial, refuse_bad_lines, try_file
from rebond_server.operations.lots import lot_by_code
from rebond_server.operations.work import Work
from rebond_server.store.demand import Lot
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import ListedItem

_KEPT = ("maker", "model", "serial", "donor_tag", "value_cents", "acquired")
COLUMNS = (
    Column.KEY,
    Column.KIND,
    Column.MAKER,
    Column.MODEL,
    Column.SERIAL,
    Column.DONOR_TAG,
    Column.VALUE,
    Column.ACQUIRED,
)
"""What an annex may say of an item."""


def try_annex(work: Work, lot_code: str, raw: bytes, said: Said) -> Trial:
    """Say what importing this annex would do; nothing is written."""
    work.require(Permission.MANAGE_LOTS)
    return _try(work, lot_by_code(work, lot_code), raw, said)


def import_annex(
    work: Work, lot_code: str, raw: bytes, said: Said, *, only_good: bool = False
) -> Trial:
    """Import an annex: all of it, or its good lines only. The same file again changes nothing."""
    work.require(Permission.MANAGE_LOTS)
    in_turn(work)
    lot = lot_by_code(work, lot_code)
    trial = _try(work, lot, raw, said)
    if not only_good:
        refuse_bad_lines(trial)
    known = _known(work, lot)
    for line in trial.lines:
        if line.verdict in {LineVerdict.NEW, LineVerdict.CHANGED}:
            assert line.item is not None  # noqa: S101 - only a refused line has none
            assert line.key is not None  # noqa: S101 - likewise
            listed = known.get(line.key) or ListedItem(
                site_id=work.site_id, id=uuid7(work.now), lot_id=lot.id, key=line.key
            )
            listed.line, listed.kind = line.number, line.item.kind.value
            for name in _KEPT:
                setattr(listed, name, getattr(line.item, name))
            work.session.add(listed)
    work.session.flush()
    counts: dict[str, object] = {one.value: trial.count(one) for one in LineVerdict}
    counts["blocked"] = len(trial.blocked)
    tell(work, "import_annex", ("lot", lot.id), new=lot.code, details=counts)
    return trial


def _try(work: Work, lot: Lot, raw: bytes, said: Said) -> Trial:
    known = _known(work, lot)

    def standing(key: str, item: Item) -> LineVerdict:
        listed = known.get(key)
        if listed is None:
            return LineVerdict.NEW
        same = listed.kind == item.kind.value and all(
            getattr(listed, name) == getattr(item, name) for name in _KEPT
        )
        return LineVerdict.KNOWN if same else LineVerdict.CHANGED

    return try_file(raw, said, lot, lambda _: (standing, _fine))


def _fine(item: Item) -> None:
    del item


def _known(work: Work, lot: Lot) -> dict[str, ListedItem]:
    rows = work.session.scalars(
        select(ListedItem).where(ListedItem.site_id == work.site_id, ListedItem.lot_id == lot.id)
    )
    return {row.key: row for row in rows}
