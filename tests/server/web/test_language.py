"""Every text in every language: nothing missing, no hole lost, no forbidden word, no stale line."""

import inspect
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from rebond_server import web
from rebond_server.domain.sentence import Sentence
from rebond_server.web import language, plan_words, words

FOLDER = Path(web.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
HOLES = re.compile(r"%\((\w+)\)s")
FORBIDDEN = re.compile(
    r"comme neuf|état neuf|à neuf|certifi[eé]|irrécupérable|100 ?%|militaire|\bDoD\b"
    r"|as new|like new|certified|unrecoverable|military",
    re.IGNORECASE,
)


def messages():
    """Return every message of templates and code; a plural is a pair."""
    found = set()
    sources = [(path, "python") for path in FOLDER.rglob("*.py")]
    sources += [(path, "jinja2.ext:babel_extract") for path in FOLDER.rglob("*.html")]
    for path, method in sources:
        with path.open("rb") as file:
            options = {"silent": "false"}
            found |= {message for _, message, *_ in extract(method, file, KEYWORDS, (), options)}
    assert len(found) > 150
    return found


def catalogue(code):
    with (FOLDER / "translations" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def codes():
    return sorted(path.stem for path in (FOLDER / "translations").glob("*.po"))


def test_english_is_there():
    assert "en" in codes()


def test_every_message_is_in_english():
    english = catalogue("en")
    missing = [
        message
        for message in messages()
        if (entry := english.get(message[0] if isinstance(message, tuple) else message)) is None
        or not entry.string
        or (isinstance(message, tuple) and not all(entry.string))
    ]
    assert not missing


@pytest.mark.parametrize("code", codes())
def test_no_translation_is_stale_and_none_loses_a_hole(code):
    known = {message[0] if isinstance(message, tuple) else message for message in messages()}
    for entry in catalogue(code):
        if not entry.id:
            continue
        one = entry.id[0] if isinstance(entry.id, tuple) else entry.id
        assert one in known, one
        many = entry.id[-1] if isinstance(entry.id, tuple) else entry.id
        told = entry.string[-1] if isinstance(entry.string, tuple) else entry.string
        assert set(HOLES.findall(many)) == set(HOLES.findall(told)), entry.id
        assert not entry.fuzzy, entry.id


def sentences(module):
    """Return every sentence in the tables of a module."""
    for _, table in inspect.getmembers(module, lambda value: isinstance(value, dict)):
        for value in table.values():
            if isinstance(value, Sentence):
                yield value
            elif isinstance(value, plan_words.Pair):
                yield Sentence(fr=value.fr, en=value.en)
            elif isinstance(value, words.Mark):
                yield value.word


@pytest.mark.parametrize("module", [words, plan_words], ids=lambda module: module.__name__)
def test_the_tables_of_words_speak_both_languages(module):
    found = list(sentences(module))
    assert len(found) > 20
    assert all(sentence.fr.strip() and sentence.en.strip() for sentence in found)
    holes = re.compile(r"{(\w+)}")
    assert all(set(holes.findall(s.fr)) == set(holes.findall(s.en)) for s in found)


def test_no_screen_promises_more_than_is_proven():
    texts = [path.read_text("utf-8") for path in FOLDER.rglob("*.html")]
    texts += [path.read_text("utf-8") for path in FOLDER.rglob("*.po")]
    texts += [f"{s.fr} {s.en}" for module in (words, plan_words) for s in sentences(module)]
    assert not [found[0] for text in texts if (found := FORBIDDEN.search(text))]


def test_a_third_language_costs_one_file(tmp_path):
    text = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (tmp_path / "es.po").write_text(text + 'msgid "Accueil"\nmsgstr "Inicio"\n', "utf-8")
    found = language.read_catalogues(tmp_path)
    assert found["es"].gettext("Accueil") == "Inicio"
    assert found["es"].gettext("Plan") == "Plan"


def test_what_a_third_language_lacks_is_read_in_english():
    found = language.read_catalogues()
    assert found["es"].gettext("Chercher") == "Buscar"
    assert found["es"].gettext("Filtrer") == found["en"].gettext("Filtrer") != "Filtrer"


def test_french_counts_zero_as_one():
    french = language.French()
    assert [french.ngettext("appareil", "appareils", n) for n in (0, 1, 2)] == [
        "appareil",
        "appareil",
        "appareils",
    ]


def test_no_template_carries_style_or_script_inline():
    for path in FOLDER.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"\son\w+=|\sstyle=|<style|<script(?![^>]*\ssrc=)|\|\s*safe", text), (
            path
        )
