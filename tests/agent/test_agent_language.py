"""No text is missing in either language, and none says what may not be said."""

import string

import pytest

from rebond_agent import errors
from rebond_agent.errors import AgentError
from rebond_agent.language import SENTENCES, Language, decimal, say, say_error
from rebond_agent.language.phrases import PHRASES, Phrase
from rebond_agent.language.words import BUSES, CHASSIS, DRIVE_KINDS, ENDINGS, METHODS
from rebond_schemas.erasure import Ending, Method
from rebond_schemas.facts import Bus, ChassisKind, DriveKind

FORBIDDEN = ("comme neuf", "état neuf", "à neuf", "certified", "unrecoverable", "dod", "100 %")


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def all_errors(root=AgentError):
    return [root, *(one for child in root.__subclasses__() for one in all_errors(child))]


@pytest.mark.parametrize("phrase", Phrase)
def test_every_phrase_in_both_languages_with_the_same_details(phrase):
    french, english = PHRASES[phrase]
    assert french
    assert english
    assert fields(french) == fields(english)
    for text in (french.lower(), english.lower()):
        assert not any(word in text for word in FORBIDDEN)


@pytest.mark.parametrize("kind", all_errors())
def test_every_error_has_a_sentence_in_both_languages(kind):
    assert fields(SENTENCES[kind]) == fields(kind.template())
    error = kind(**dict.fromkeys(fields(kind.template()), "x"))
    assert "{" not in say_error(Language.FR, error) + say_error(Language.EN, error)
    assert kind.exit_code > 0
    assert kind.__doc__.rstrip().endswith(".")


def test_the_table_has_no_sentence_of_an_error_that_is_gone():
    assert set(SENTENCES) == set(all_errors())
    assert set(PHRASES) == set(Phrase)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ChassisKind, CHASSIS),
        (DriveKind, DRIVE_KINDS),
        (Bus, BUSES),
        (Ending, ENDINGS),
        (Method, METHODS),
    ],
)
def test_every_member_of_a_closed_set_has_a_word(kind, words):
    assert set(words) == {member.value for member in kind}
    assert all(french and english for french, english in words.values())


def test_reasons_are_translated_inside_sentences():
    error = errors.BadReceipt(statement="7", reason="it is for other bytes")
    assert "il est pour un autre contenu" in say_error(Language.FR, error)
    assert "it is for other bytes" in say_error(Language.EN, error)


def test_numbers_are_written_as_people_write_them():
    assert decimal(Language.FR, 7.75) == "7,8"
    assert decimal(Language.EN, 500.0) == "500"
    assert say(Language.FR, Phrase.GIGA, number=decimal(Language.FR, 500.1)) == "500,1 Go"
