"""Which column of a file holds what: guessed from its heading, and a person may say otherwise."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from rebond_server.domain.sentence import Sentence


class Column(StrEnum):
    """What a column may hold."""

    KEY = "key"
    TAG = "tag"
    KIND = "kind"
    MAKER = "maker"
    MODEL = "model"
    SERIAL = "serial"
    DONOR_TAG = "donor_tag"
    IMEI = "imei"
    ACTIVATION_LOCK = "activation_lock"
    BATTERY = "battery"
    VALUE = "value"
    ACQUIRED = "acquired"
    POINT = "point"
    STANDING = "standing"
    """In our own exports: how the line stood; an unexpected device is no line of the annex."""


HEADINGS: dict[Column, Sentence] = {
    Column.KEY: Sentence(fr="Clé de ligne", en="Line key"),
    Column.TAG: Sentence(fr="Étiquette", en="Tag"),
    Column.KIND: Sentence(fr="Genre", en="Kind"),
    Column.MAKER: Sentence(fr="Marque", en="Make"),
    Column.MODEL: Sentence(fr="Modèle", en="Model"),
    Column.SERIAL: Sentence(fr="Numéro de série", en="Serial number"),
    Column.DONOR_TAG: Sentence(fr="Numéro d'inventaire", en="Inventory number"),
    Column.IMEI: Sentence(fr="IMEI", en="IMEI"),
    Column.ACTIVATION_LOCK: Sentence(fr="Verrou d'activation", en="Activation lock"),
    Column.BATTERY: Sentence(fr="Batterie (%)", en="Battery (%)"),
    Column.VALUE: Sentence(fr="Valeur unitaire (€)", en="Unit value (€)"),
    Column.ACQUIRED: Sentence(fr="Date d'acquisition", en="Acquired on"),
    Column.POINT: Sentence(fr="Point de collecte", en="Collection point"),
    Column.STANDING: Sentence(fr="Situation", en="Standing"),
}
"""The headings of our own exports; both languages are read back."""

_ALSO: dict[Column, str] = {
    Column.KEY: "cle|key",
    Column.TAG: "etiquette rebond|asset tag|code rebond",
    Column.KIND: "type|categorie|nature|designation|type de materiel|type materiel|device type|category",
    Column.MAKER: "marque constructeur|constructeur|fabricant|manufacturer|brand|maker|vendor",
    Column.MODEL: "reference|model name|modele commercial",
    Column.SERIAL: "serie|n serie|no serie|num serie|n de serie|no de serie|num de serie|sn|s n|serial|serial no|service tag",
    Column.DONOR_TAG: "inventaire|n inventaire|no inventaire|n d inventaire|no d inventaire|num inventaire|numero inventaire|immobilisation|n immobilisation|numero d immobilisation|id materiel|asset number|inventory no|donor tag",
    Column.IMEI: "imei 1|imei1|numero imei|n imei",
    Column.ACTIVATION_LOCK: "verrou activation|verrouillage|compte lie|icloud|frp|activation locked|locked",
    Column.BATTERY: "batterie|etat batterie|sante batterie|battery|battery health",
    Column.VALUE: "valeur|valeur unitaire|valeur ttc|valeur comptable|vnc|valeur nette comptable|prix|unit value|value|valeur eur|valeur euros",
    Column.ACQUIRED: "acquis le|acquisition|date achat|date d achat|date acquisition|annee d acquisition|annee d achat|annee achat|mise en service|date de mise en service|purchase date|acquisition date|purchased",
    Column.STANDING: "situation rebond",
    Column.POINT: "point|lieu de collecte|site de collecte|point de depot|drop off point",
}
_noise = re.compile(r"[^a-z0-9]+")


def folded(text: str) -> str:
    """Return a heading or a word without accents, signs and case, for comparison."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("°", " "))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _noise.sub(" ", plain).strip()


_KNOWN: dict[str, Column] = {
    folded(name): column
    for column in Column
    for name in (HEADINGS[column].fr, HEADINGS[column].en, *_ALSO[column].split("|"))
}


def guess(headings: Sequence[str]) -> dict[Column, int]:
    """Return the column of each thing whose heading is known; the first of two alike counts."""
    found: dict[Column, int] = {}
    for place, heading in enumerate(headings):
        column = _KNOWN.get(folded(heading))
        if column is not None:
            found.setdefault(column, place)
    return found


def chosen(guessed: Mapping[Column, int], said: Mapping[Column, int | None]) -> dict[Column, int]:
    """Return the guess as a person corrected it; None: this thing stands nowhere in the file."""
    whole: dict[Column, int | None] = {**guessed, **said}
    return {column: place for column, place in whole.items() if place is not None}
