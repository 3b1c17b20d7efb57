"""A verdict for every line of a file, before anything is kept."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from rebond_server.domain.intake.columns import Column, folded
from rebond_server.domain.intake.item import Fault, Item, content_of, key_of, read_item
from rebond_server.domain.sentence import Sentence


class LineVerdict(StrEnum):
    """What the import will do with a line."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"
    REFUSED = "refused"


class Line(Struct, frozen=True, kw_only=True):
    """One line, judged. `blocked` names the rule that keeps the item from being ceded."""

    number: int
    verdict: LineVerdict
    item: Item | None = None
    key: str | None = None
    faults: tuple[Fault, ...] = ()
    blocked: Sentence | None = None


Rows = Sequence[tuple[int, Mapping[Column, str]]]

_UNEXPECTED = frozenset({"imprevu", "unexpected"})


def announced(rows: Rows) -> Rows:
    """Return the lines without those that our own export adds for devices that nobody announced."""
    return [
        (number, cells)
        for number, cells in rows
        if folded(cells.get(Column.STANDING, "")) not in _UNEXPECTED
    ]


def judge_lines(
    rows: Rows,
    standing: Callable[[str, Item], LineVerdict],
    refusal: Callable[[Item], Fault | None],
    blocked: Callable[[Item], Sentence | None],
) -> tuple[Line, ...]:
    """Return every line with its verdict.

    `standing` says whether a key is new, known or changed; `refusal` what the workshop itself
    can't take (a collection point that does not exist); `blocked` the rule against an item.
    """
    first: dict[str, int] = {}
    alike: Counter[str] = Counter()
    return tuple(
        _judge(number, cells, first, alike, (standing, refusal, blocked)) for number, cells in rows
    )


_Asked = tuple[
    Callable[[str, Item], LineVerdict],
    Callable[[Item], Fault | None],
    Callable[[Item], Sentence | None],
]


def _judge(
    number: int,
    cells: Mapping[Column, str],
    first: dict[str, int],
    alike: Counter[str],
    asked: _Asked,
) -> Line:
    item, faults = read_item(cells)
    if item is None:
        return Line(number=number, verdict=LineVerdict.REFUSED, faults=faults)
    standing, refusal, blocked = asked
    content = content_of(item)
    key = key_of(item, alike[content])
    if key.startswith("row:"):
        alike[content] += 1
    fault = refusal(item) or _twice(item, key, first)
    if fault is not None:
        return Line(number=number, verdict=LineVerdict.REFUSED, item=item, key=key, faults=(fault,))
    first[key] = number
    return Line(
        number=number, verdict=standing(key, item), item=item, key=key, blocked=blocked(item)
    )


def _twice(item: Item, key: str, first: Mapping[str, int]) -> Fault | None:
    if key not in first:
        return None
    column = (
        Column.KEY
        if item.key is not None
        else _COLUMNS.get(key.split(":", maxsplit=1)[0], Column.SERIAL)
    )
    return Fault(
        column=column,
        sentence=Sentence(
            fr=f"Même numéro qu'à la ligne {first[key]} : un seul appareil peut le porter.",
            en=f"Same number as on line {first[key]}: only one device can carry it.",
        ),
    )


_COLUMNS = {
    "tag": Column.TAG,
    "inv": Column.DONOR_TAG,
    "sn": Column.SERIAL,
    "imei": Column.IMEI,
}


def counts(lines: Sequence[Line]) -> dict[LineVerdict, int]:
    """Return how many lines there are of each verdict."""
    found = Counter(line.verdict for line in lines)
    return {verdict: found[verdict] for verdict in LineVerdict}
