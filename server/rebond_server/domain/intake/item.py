"""One line of a file as an item, or what is wrong with it, column by column."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256

from msgspec import Struct

from rebond_schemas.plan_law import Kind
from rebond_server.domain.intake.columns import Column, folded
from rebond_server.domain.intake.imei import read_imei
from rebond_server.domain.placeholder import meaningful
from rebond_server.domain.sentence import Sentence

LONGEST_KEY = 128
MOST_CENTS = 100_000_000
"""A million euros: more is a slip of the pen."""
_BEFORE_COMPUTERS = 1980
_FULL = 100

_KINDS: dict[Kind, str] = {
    Kind.LAPTOP: "ordinateur portable|portable|pc portable|notebook|ultraportable|ordinateurs portables",
    Kind.DESKTOP: "ordinateur fixe|ordinateur de bureau|fixe|pc fixe|tour|unite centrale|uc|desktop pc|poste fixe",
    Kind.ALL_IN_ONE: "tout en un|all in one|aio",
    Kind.MINI: "mini ordinateur|mini pc|minipc|micro pc",
    Kind.CONVERTIBLE: "hybride|2 en 1|2 in 1",
    Kind.SERVER: "serveur",
    Kind.TABLET: "tablette",
    Kind.SMARTPHONE: "telephone|telephone portable|mobile|telephone mobile|phone",
    Kind.SCREEN: "ecran|ecrans|moniteur|ecran plat|monitor|display",
    Kind.PRINTER: "imprimante",
    Kind.KEY_4G: "cle 4g|4g key|cle internet|routeur 4g",
    Kind.ACCESSORY: "accessoire|clavier|souris|casque|chargeur|station d accueil|webcam",
    Kind.OTHER: "autre|ordinateur|pc|computer|autre ordinateur|other computer|micro ordinateur",
}
KIND_WORDS: dict[str, Kind] = {
    folded(word): kind for kind, words in _KINDS.items() for word in (kind.value, *words.split("|"))
}
_YES = frozenset({"oui", "yes", "o", "y", "1", "vrai", "true", "x"})
_NO = frozenset({"non", "no", "n", "0", "faux", "false"})
_UNKNOWN = frozenset({"inconnu", "unknown"})

_tag = re.compile(r"[A-Z0-9][A-Z0-9_.-]{1,31}")


class Item(Struct, frozen=True, kw_only=True):
    """What one line says. Placeholders such as "N/A" are None already."""

    kind: Kind
    maker: str | None = None
    model: str | None = None
    serial: str | None = None
    donor_tag: str | None = None
    tag: str | None = None
    imei: str | None = None
    activation_lock: bool | None = None
    battery_percent: int | None = None
    value_cents: int | None = None
    acquired: date | None = None
    point: str | None = None
    key: str | None = None
    """The key in the file itself: an export of ours."""


class Fault(Struct, frozen=True, kw_only=True):
    """What is wrong in one column of a line."""

    column: Column
    sentence: Sentence


Known = bool | int | str | date | None


def read_item(cells: Mapping[Column, str]) -> tuple[Item | None, tuple[Fault, ...]]:
    """Return the item of these cells; None, with every fault, when one cannot be read."""
    faults: list[Fault] = []

    def value(column: Column, read: Callable[[str], Known | Sentence]) -> Known:
        text = cells.get(column, "").strip()
        found = read(text) if text else None
        if isinstance(found, Sentence):
            faults.append(Fault(column=column, sentence=found))
            return None
        return found

    kind = KIND_WORDS.get(folded(cells.get(Column.KIND, "")))
    if kind is None:
        faults.append(Fault(column=Column.KIND, sentence=_no_kind(cells.get(Column.KIND, ""))))
    values = {name: value(column, read) for name, (column, read) in _READERS.items()}
    if kind is None or faults:
        return None, tuple(faults)
    return Item(kind=kind, **values), ()  # type: ignore[arg-type]  # each reader gives its field's type


def key_of(item: Item, occurrence: int) -> str:
    """Return by what another import finds this line again.

    `occurrence` tells apart lines that say the very same and name no number: 0, 1, 2, …
    """
    if item.key is not None:
        return item.key
    for name, text in (
        ("tag", item.tag),
        ("inv", meaningful(item.donor_tag)),
        ("sn", meaningful(item.serial)),
        ("imei", item.imei),
    ):
        if text is not None:
            return _fitting(f"{name}:{text}")
    return f"row:{content_of(item)}:{occurrence}"


def content_of(item: Item) -> str:
    """Return a short digest of what the line says, for lines without any number."""
    told = "\x1f".join("" if value is None else str(value) for value in _content(item))
    return sha256(told.encode()).hexdigest()[:32]


def _content(item: Item) -> tuple[object, ...]:
    return (item.kind.value, item.maker, item.model, item.value_cents, item.acquired, item.point)


def _fitting(key: str) -> str:
    if len(key) <= LONGEST_KEY:
        return key
    return f"sha256:{sha256(key.encode()).hexdigest()}"


def _text(text: str) -> str | None:
    return text if meaningful(text) is not None or len(text) < _SHORT else None


_SHORT = 3
"""A make or model may be as short as "HP"; only what names nothing is left out."""


def _named(text: str) -> str | None:
    return text if meaningful(text) is not None else None


def read_tag(text: str) -> str | Sentence:
    """Return a label's text as it stands in a web address, or why it can't be one."""
    tag = text.strip().rstrip("/").rsplit("/", 1)[-1].strip().upper()
    if _tag.fullmatch(tag):
        return tag
    return Sentence(
        fr=f"Étiquette « {text} » : 2 à 32 lettres sans accent, chiffres, point, tiret.",
        en=f"Tag “{text}”: 2 to 32 plain letters, digits, dots, dashes.",
    )


def _lock(text: str) -> bool | Sentence | None:
    word = folded(text)
    if word in _YES | _NO:
        return word in _YES
    if word in _UNKNOWN:
        return None
    return Sentence(
        fr=f"Verrou d'activation « {text} » : écrivez oui, non ou inconnu.",
        en=f"Activation lock “{text}”: write yes, no or unknown.",
    )


def _percent(text: str) -> int | Sentence:
    digits = text.rstrip("% \u00a0\u202f")
    if digits.isascii() and digits.isdigit() and len(digits) <= 3 and int(digits) <= _FULL:  # noqa: PLR2004 - digits of 100
        return int(digits)
    return Sentence(
        fr=f"Batterie « {text} » : un nombre entier de 0 à 100.",
        en=f"Battery “{text}”: a whole number from 0 to 100.",
    )


def read_value(text: str) -> int | Sentence:
    """Return an amount in cents from "1 234,50 €", "1234.5" or "300"."""
    plain = re.sub(r"[\s\u00a0\u202f]|€|EUR(OS?)?", "", text, flags=re.IGNORECASE)
    found = re.fullmatch(r"(\d{1,9})(?:[.,](\d{1,4}))?", plain)
    if found is not None:
        cents = round(float(f"{found[1]}.{found[2] or 0}") * 100)
        if cents <= MOST_CENTS:
            return cents
    return Sentence(
        fr=f"Valeur « {text} » : un montant en euros, par exemple 120 ou 120,50.",
        en=f"Value “{text}”: an amount in euros, for example 120 or 120.50.",
    )


def read_day(text: str) -> date | Sentence:
    """Return a day from "2019-03-01", "01/03/2019", or a year alone: its first day."""
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", text)
    parts = found.groups() if found else ()
    if not parts and (found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text)):
        parts = (found[3], found[2], found[1])
    if not parts and re.fullmatch(r"\d{4}", text):
        parts = (text, "1", "1")  # the device may be younger, never older: the ten years stay safe
    try:
        year, month, day = (int(part) for part in parts)
        if year >= _BEFORE_COMPUTERS:
            return date(year, month, day)
    except ValueError:
        pass
    return Sentence(
        fr=f"Date « {text} » : écrivez jj/mm/aaaa, ou l'année.",
        en=f"Date “{text}”: write dd/mm/yyyy, or the year.",
    )


def _key(text: str) -> str | Sentence:
    if len(text) <= LONGEST_KEY:
        return text
    return Sentence(fr="La clé de ligne est trop longue.", en="The line key is too long.")


def _no_kind(text: str) -> Sentence:
    said = text.strip()
    if not said:
        return Sentence(fr="Le genre d'appareil manque.", en="The kind of device is missing.")
    return Sentence(
        fr=f"Genre « {said} » inconnu : écrivez portable, fixe, tout-en-un, tablette, smartphone, "
        "écran, accessoire, clé 4G ou autre.",
        en=f"Unknown kind “{said}”: write laptop, desktop, all-in-one, tablet, smartphone, screen, "
        "accessory, 4G key or other.",
    )


_READERS: dict[str, tuple[Column, Callable[[str], Known | Sentence]]] = {
    "maker": (Column.MAKER, _text),
    "model": (Column.MODEL, _text),
    "serial": (Column.SERIAL, _named),
    "donor_tag": (Column.DONOR_TAG, _named),
    "tag": (Column.TAG, read_tag),
    "imei": (Column.IMEI, read_imei),
    "activation_lock": (Column.ACTIVATION_LOCK, _lock),
    "battery_percent": (Column.BATTERY, _percent),
    "value_cents": (Column.VALUE, read_value),
    "acquired": (Column.ACQUIRED, read_day),
    "point": (Column.POINT, lambda text: text),
    "key": (Column.KEY, _key),
}
