"""Every shipped rule file, spoiled in one place: refused with the very line and a sentence in French.

A file is taken apart into its lines; each way of spoiling one line that a person can slip into is
tried on many of them.
"""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rebond_server.domain.errors import BadRules
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.health import read_health_rules
from rebond_server.domain.rule_set import read_rule_set
from rebond_server.domain.suitability import read_suitability_rules
from rebond_server.rules.load import DRIVE_HEALTH, GRADING, MARKS, SUITABILITY, rule_text

FILES = {
    GRADING: read_rule_set,
    MARKS: read_rule_set,
    DRIVE_HEALTH: read_health_rules,
    SUITABILITY: read_suitability_rules,
}


def lines_like(name, pattern):
    lines = rule_text(name).splitlines()
    return [n for n, line in enumerate(lines) if re.match(pattern, line)]


def refused(name, number, spoiled):
    """Return line and sentence of the refusal when this line stands so."""
    lines = rule_text(name).splitlines()
    lines[number] = spoiled
    with pytest.raises(BadRules) as refusal:
        FILES[name]("\n".join(lines) + "\n")
    french, english = refusal.value.sentence.fr, refusal.value.sentence.en
    assert english.startswith("Line ")
    found = re.match(r"Ligne (\d+) : (.+)", french, re.DOTALL)
    assert found, french
    return int(found[1]) - 1, found[2]


def block_of(name, number):
    """Return the lines of the rule in which this line stands."""
    lines = rule_text(name).splitlines()
    start = max(n for n, line in enumerate(lines[: number + 1]) if line.startswith("[[rule"))
    after = [n for n, line in enumerate(lines) if line.startswith("[[rule") and n > start]
    return range(start, after[0] if after else len(lines))


@pytest.mark.parametrize("name", FILES)
def test_every_shipped_file_holds_together(name):
    assert FILES[name](rule_text(name)).edition.sha256


@given(st.sampled_from(list(FILES)), st.data())
def test_a_typo_in_a_fact_names_its_line_and_the_nearest_fact(name, data):
    number = data.draw(st.sampled_from(lines_like(name, r'fact = "')))
    fact = rule_text(name).splitlines()[number].split('"')[1]
    at = data.draw(st.integers(0, len(fact) - 1))
    typo = fact[:at] + "_x" + fact[at + 1 :]
    line, sentence = refused(name, number, f'fact = "{typo}"')
    assert line == number
    assert typo in sentence


@given(st.sampled_from(list(FILES)), st.data())
def test_a_typo_in_a_key_names_its_line(name, data):
    number = data.draw(st.sampled_from(lines_like(name, r"(?:fact|unit|source|fr|en|id) = ")))
    key, _, rest = rule_text(name).splitlines()[number].partition(" = ")
    assume(number > min(lines_like(name, r"\[\[rule")))
    line, sentence = refused(name, number, f"{key}s = {rest}")
    # A missing key and an unknown one are the same slip: the rule is named by either line.
    assert line in block_of(name, number)
    assert key in sentence


@given(st.sampled_from(list(FILES)), st.data())
def test_another_unit_names_its_line(name, data):
    number = data.draw(st.sampled_from(lines_like(name, r'unit = "')))
    line, sentence = refused(name, number, 'unit = "furlongs"')
    assert (line, "furlongs" in sentence) == (number, True)


@given(st.sampled_from((GRADING, SUITABILITY)), st.data())
def test_a_number_of_another_unit_names_its_line(name, data):
    """Memory in GB where MiB are counted, a year of five digits, a battery above its design."""
    number = data.draw(st.sampled_from(lines_like(name, r"value = \d")))
    block = block_of(name, number)
    lines = rule_text(name).splitlines()
    fact = next(lines[n].split('"')[1] for n in block if lines[n].startswith("fact = "))
    scale = REGISTRY[fact]
    assume(scale.type == "number")
    wrong = data.draw(
        st.one_of(
            st.integers(-(10**9), -1),
            st.integers(int(scale.most) + 1, 10**15),
            st.sampled_from(["nan", "inf", '"8"', "true", "[1]"]),
        )
    )
    line, _ = refused(name, number, f"value = {wrong}")
    assert line in block


@given(st.sampled_from(list(FILES)), st.data())
def test_a_rule_that_says_nothing_or_comes_from_nowhere(name, data):
    number = data.draw(st.sampled_from(lines_like(name, r"(?:source|fr|en) = ")))
    key = rule_text(name).splitlines()[number].split(" ")[0]
    line, sentence = refused(name, number, f'{key} = " "')
    assert line in block_of(name, number)
    assert key in sentence


@given(st.sampled_from(list(FILES)), st.data())
def test_the_same_rule_twice(name, data):
    first, second = data.draw(
        st.lists(st.sampled_from(lines_like(name, r'id = "')), min_size=2, max_size=2, unique=True)
        .map(sorted)
    )  # fmt: skip
    line, sentence = refused(name, second, rule_text(name).splitlines()[first])
    assert line == second
    assert "seconde fois" in sentence


@given(st.sampled_from(list(FILES)), st.text(max_size=40), st.data())
def test_whatever_stands_in_a_line_is_read_or_refused_never_worse(name, junk, data):
    lines = rule_text(name).splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[number])))
    lines[number] = lines[number][:at] + junk + lines[number][at:]
    told = None
    try:
        FILES[name]("\n".join(lines))
    except BadRules as refusal:
        told = refusal.sentence
    assert told is None or (told.fr and told.en)


CONTRADICTIONS = {
    "a cap at A": (GRADING, ('otherwise = "D"', 'otherwise = "A"'), "ne retient rien"),
    "always met": (GRADING, ('value = "watch"', 'value = "fail"'), "toujours"),
    "always met, number": (GRADING, ("value = 30\n", "value = 0\n"), "toujours"),
    "strict and loose": (GRADING, ("value = 7600", "value = 3700"), "se contredisent"),
    "memory in GB": (GRADING, ("value = 3800", "value = 4"), "l'unité"),
    "no date": (GRADING, ('since = "2026-11-21"', 'since = "demain"'), "date"),
    "no version": (GRADING, ('version = "2026-11"', 'version = ""'), "vide"),
    "the worse the milder": (DRIVE_HEALTH, ("value = 70\n", "value = 95\n"), "se contredisent"),
    "the healthier condemned": (
        DRIVE_HEALTH,
        ('when = ">="\nvalue = 17', 'when = "<="\nvalue = 17'),
        "le plus sain",
    ),
    "no purpose": (SUITABILITY, ('purposes = ["', "purposes = [] # "), "usage"),
}


@pytest.mark.parametrize(("name", "swap", "word"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_what_cannot_be_meant_is_refused(name, swap, word):
    text = rule_text(name)
    assert swap[0] in text
    with pytest.raises(BadRules, match=r"Ligne \d+ :") as refusal:
        FILES[name](text.replace(*swap, 1))
    assert word in refusal.value.sentence.fr


def doubled(**changes):
    """Return the shipped grading rules with a second rule on kind, so changed."""
    usual = {
        "id": '"X1"', "axis": '"function"', "fact": '"kind"', "needs": '"in"',
        "value": '["laptop"]', "unit": '"kind"', "effect": '"block"', "on_unknown": '"review"',
        "source": '"s"', "fr": '"f"', "en": '"e"',
    }  # fmt: skip
    told = "\n".join(f"{key} = {value}" for key, value in (usual | changes).items())
    return f"{rule_text(GRADING)}\n[[rule]]\n{told}\n"


def test_needs_that_no_value_meets_together():
    assert read_rule_set(doubled())
    with pytest.raises(BadRules, match="aucune valeur"):
        read_rule_set(doubled(value='["tablet", "server"]'))


def test_one_need_with_two_effects():
    with pytest.raises(BadRules, match="deux effets"):
        read_rule_set(
            doubled(
                fact='"setup_password"', needs='"=="', value="false", unit='"yes/no"',
                effect='"cap"', otherwise='"C"',
            )
        )  # fmt: skip
