"""The devices of a filter as a file, sent part by part while it is read."""

from collections.abc import Callable, Iterator

from rebond_schemas.plan_law import Kind
from rebond_server.domain.intake.columns import HEADINGS, Column
from rebond_server.domain.lot import euros
from rebond_server.domain.sentence import Sentence
from rebond_server.sheets.written import written_in_parts
from rebond_server.store.queries.device_list import Wanted
from rebond_server.store.queries.intake_list import AT_ONCE, NotedDevice, noted_devices
from rebond_server.web.language import say
from rebond_server.web.session import desk, now, work
from rebond_server.web.words import KINDS

Row = list[str | None]
Rows = Callable[[list[NotedDevice]], list[Row]]
"""What a part of the list becomes in a file."""
_DEVICES = (
    Column.TAG,
    Column.KIND,
    Column.MAKER,
    Column.MODEL,
    Column.SERIAL,
    Column.DONOR_TAG,
    Column.IMEI,
    Column.ACTIVATION_LOCK,
    Column.BATTERY,
    Column.VALUE,
    Column.ACQUIRED,
    Column.POINT,
)


def device_file(wanted: Wanted) -> Iterator[bytes]:
    """Return the file; its first part is read at once, so that a fault is answered as one."""
    state, grade = Sentence(fr="État", en="State"), Sentence(fr="Catégorie atelier", en="Grade")
    others = (state, grade, Sentence(fr="Lot", en="Lot"), Sentence(fr="Lieu", en="Place"))
    heading = [say(one) for one in (*(HEADINGS[column] for column in _DEVICES), *others)]
    return written_in_parts(heading, in_parts(wanted, _device_rows))


def in_parts(wanted: Wanted, rows: Rows, *, facts: bool = False) -> Iterator[list[Row]]:
    """Return the rows of a filter in parts, the first of them read at once; `facts` are read if asked."""
    first = noted_devices(work().session, work().site_id, wanted, facts=facts)
    return _parts(wanted, first, rows, facts=facts)


def _parts(
    wanted: Wanted, part: list[NotedDevice], rows: Rows, *, facts: bool
) -> Iterator[list[Row]]:
    """Yield the rows part by part, each read in a transaction of its own.

    A file may leave slowly, and as long as somebody reads SQLite lets nobody write.
    """
    workshop, actor, moment = desk().workshop, work().actor, now()
    while part:
        yield rows(part)
        if len(part) < AT_ONCE:
            return
        last = part[-1].device.tag
        with workshop.work(actor, moment, reading=True) as at:
            part = noted_devices(at.session, at.site_id, wanted, last, facts=facts)


def _device_rows(part: list[NotedDevice]) -> list[Row]:
    return [_device_row(one) for one in part]


def _device_row(one: NotedDevice) -> Row:
    device, notes = one.device, one.notes
    lock = None if notes is None else notes.activation_lock
    battery = None if notes is None else notes.battery_percent
    acquired = None if notes is None else notes.acquired
    return [
        device.tag,
        kind_text(device.kind),
        device.maker,
        device.model,
        device.serial,
        None if notes is None else notes.donor_tag,
        None if notes is None else notes.imei,
        None if lock is None else say(_YES if lock else _NO),
        None if battery is None else str(battery),
        None if notes is None else euros_text(notes.value_cents),
        None if acquired is None else acquired.isoformat(),
        one.point,
        device.state.value,
        one.grade,
        one.lot,
        one.place,
    ]


_YES, _NO = Sentence(fr="oui", en="yes"), Sentence(fr="non", en="no")


def kind_text(kind: str) -> str:
    """Return the name that people read and that the import understands; else the code."""
    return say(KINDS[kind]) if kind in {one.value for one in Kind} and kind in KINDS else kind


def euros_text(cents: int | None) -> str | None:
    """Return an amount as people write it; unknown stays unknown."""
    return None if cents is None else euros(cents)
