"""What a person tested by hand becomes an inspection statement, or a sentence."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from rebond_agent.checks.told import told_checks
from rebond_agent.errors import BadCheck
from rebond_schemas.inspection import Result

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SESSION = SimpleNamespace(clocks=SimpleNamespace(wall=lambda: NOW))


def test_a_check_has_name_result_person_moment_and_note():
    """`appearance=pass:B` is the letter of the look."""
    (check,) = told_checks(SESSION, ["appearance=pass:B"], "Camille")

    assert (check.name, check.result, check.note) == ("appearance", Result.PASS, "B")
    assert (check.by, check.at) == ("Camille", NOW)


def test_the_last_word_counts():
    """Somebody who tests again corrects what was said before."""
    (check,) = told_checks(SESSION, ["keyboard=fail", "keyboard=pass"], None)

    assert check.result is Result.PASS


@pytest.mark.parametrize("spec", ["", "keyboard", "keyboard=good", "Keyboard=pass", "a b=pass"])
def test_anything_else_is_refused_with_the_form(spec):
    """Nothing is guessed."""
    with pytest.raises(BadCheck):
        told_checks(SESSION, [spec], None)
