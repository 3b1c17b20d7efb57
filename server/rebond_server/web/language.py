"""The reader's language: French is written in the code, other languages are one file each.

A message is its own French text; `translations/<code>.po` gives it in another language. Nothing is
compiled: the files are read once, when the application is made.
"""

from collections.abc import Mapping
from datetime import date, datetime
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask, current_app, g, has_request_context, request

from rebond_server.domain.sentence import Sentence
from rebond_server.store.queries.counting import Counted
from rebond_server.web.typography import Typography, bound

FOLDER = Path(__file__).parent / "translations"
FRENCH = "fr"
ENGLISH = "en"
COOKIE = "rebond_language"
NAMES = {"fr": "Français", "en": "English", "es": "Español"}
"""Each language in its own words, as the reader looks for it."""

_KEY = "rebond_catalogues"


class French(NullTranslations):
    """The texts as they are written; zero is singular in French."""

    def gettext(self, message: str) -> str:
        """Return the text with its high signs and quotation marks bound to their words."""
        return bound(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the singular for 0 and 1 (CLDR: fr, one = 0..1.5)."""
        return bound(msgid1 if abs(n) < 2 else msgid2)  # noqa: PLR2004 - CLDR's own limit


def read_catalogues(folder: Path = FOLDER) -> dict[str, NullTranslations]:
    """Return the translations by language code, French first."""
    found: dict[str, NullTranslations] = {FRENCH: French()}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.stem)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found[path.stem] = GNUTranslations(compiled)
    for code, other in found.items():
        if code not in {FRENCH, ENGLISH}:  # what a third language lacks is read in English
            other.add_fallback(found.get(ENGLISH, found[FRENCH]))
    return found


def install(app: Flask, zone: ZoneInfo) -> None:
    """Give this application its languages, and its templates the words and filters."""
    app.extensions[_KEY] = read_catalogues()
    app.extensions["rebond_zone"] = zone
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.add_extension(Typography)
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # set by the i18n extension
    app.jinja_env.filters |= {
        "say": say,
        "day": day,
        "moment": moment,
        "number": number,
        "gigabytes": gigabytes,
        "counted": counted,
    }


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that this application can speak."""
    return tuple(current_app.extensions[_KEY])


def language() -> str:
    """Return the reader's language: chosen here, else of the account, else of the browser."""
    if not has_request_context():
        return FRENCH
    if "language" not in g:
        g.language = _choose()
    chosen: str = g.language
    return chosen


def _choose() -> str:
    known = languages()
    chosen = request.cookies.get(COOKIE)
    if chosen in known:
        return chosen
    person = g.get("person")
    if person is not None and person.language in known:
        return str(person.language)
    return request.accept_languages.best_match(known) or FRENCH


def gettext(message: str) -> str:
    """Return this French text in the reader's language."""
    return _catalogue().gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """Return the text for this number in the reader's language."""
    return _catalogue().ngettext(one, many, n)


def say(sentence: Sentence | str | Mapping[str, str] | None) -> str:
    """Return a sentence of the rules in the reader's language; a text alone stays as it is.

    A language beyond French and English reads the French through its own file, else in English.
    """
    match sentence:
        case None:
            return gettext("inconnu")
        case str():
            return sentence
        case Sentence():
            pair: Mapping[str, str] = {"fr": sentence.fr, "en": sentence.en}
        case _:
            pair = sentence
    code = language()
    if code in pair:
        return bound(pair[code])
    french = pair["fr"]
    own = _catalogue().gettext(french)
    return pair.get("en", own) if own == french else own


def day(value: date | None) -> str:
    """Return a date as the reader writes it: 21/11/2026 in French and in English of this house."""
    if value is None:
        return gettext("inconnu")
    if isinstance(value, datetime):
        value = value.astimezone(_zone()).date()
    return format_date(value, "dd/MM/yyyy", locale=language())


def day_text(value: str) -> str:
    """Return an ISO date of a report as the reader writes it; what is no date stays as it came."""
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def moment(value: datetime | None) -> str:
    """Return a moment in the workshop's time zone."""
    if value is None:
        return gettext("inconnu")
    return format_datetime(value, "dd/MM/yyyy HH:mm", tzinfo=_zone(), locale=language())


def number(value: float | None, digits: int = 1) -> str:
    """Return a number with the reader's separators; unknown stays unknown."""
    if value is None:
        return gettext("inconnu")
    pattern = "#,##0" if not digits else "#,##0." + "#" * digits
    return format_decimal(value, format=pattern, locale=language())


def counted(found: Counted) -> str:
    """Return a count; of one that was not counted to its end, that there may be more."""
    whole = number(found.count, 0)
    return gettext("au moins %(count)s") % {"count": whole} if found.more else whole


def gigabytes(count: int | None) -> str:
    """Return a size in decimal units, as drives are sold (1 Go = 10⁹ octets)."""
    if count is None:
        return gettext("inconnu")
    for unit, size in ((gettext("To"), 10**12), (gettext("Go"), 10**9), (gettext("Mo"), 10**6)):
        if count >= size:
            return f"{number(count / size)} {unit}"
    octets = gettext("octets")
    return f"{number(count)} {octets}"


def _catalogue() -> NullTranslations:
    catalogues: dict[str, NullTranslations] = current_app.extensions[_KEY]
    return catalogues.get(language(), catalogues[FRENCH])


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.extensions["rebond_zone"]
    return zone
