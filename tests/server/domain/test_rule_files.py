"""Every shipped rule file, spoiled in one place: refused with the very line and a sentence in French.

A file is taken apart into its lines; each way of spoiling one line that a person can slip into is
tried on many of them.
"""

import re
import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rebond_server.domain.errors import BadRules
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.health import read_health_rules
from rebond_server.domain.rule_file import read_rule_file
from rebond_server.domain.rule_set import read_rule_set
from rebond_server.domain.rule_text import LARGEST, decode_rules
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


NAMES = {
    "Ubuntu 26.04",
    "audit-linux, NoteEsthetique",
    "audit-linux, NoteTechnique",
    "regles.csv #CATEGORIE",
}
"""Sources that are the same in both languages."""


@pytest.mark.parametrize("name", FILES)
def test_every_source_is_told_in_french_first_and_in_english(name):
    for rule in tomllib.loads(rule_text(name))["rule"]:
        if rule["source"] not in NAMES:
            assert rule["source_en"] != rule["source"], rule["id"]
    head = tomllib.loads(rule_text(name))
    assert ("note_en" in head) == ("note" in head)


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
    "no date": (GRADING, ('since = "2026-11-26"', 'since = "demain"'), "date"),
    "no version": (GRADING, ('version = "2026-11b"', 'version = ""'), "vide"),
    "the worse the milder": (DRIVE_HEALTH, ("value = 70\n", "value = 95\n"), "se contredisent"),
    "the healthier condemned": (
        DRIVE_HEALTH,
        ('when = ">="\nvalue = 17', 'when = "<="\nvalue = 17'),
        "le plus sain",
    ),
    "a worse value weighs less": (DRIVE_HEALTH, ("value = 17\n", "value = 30\n"), "pire valeur"),
    "a remedy that nobody knows": (GRADING, ('fix = "memory"', 'fix = "memry"'), "memory"),
    "a remedy for a programme": (SUITABILITY, ('fix = "drive"', 'fix = "drve"'), "drive"),
    "a remedy under a cap": (MARKS, ('most = 5\nfix = "drive"', 'most = 5\nfix = "x"'), "remède"),
    "no English": (GRADING, ('source_en = "rules/drive_health: FAIL"', 'source_en = " "'), "vide"),
    "no name": (GRADING, ('id = "F1"', 'id = " "'), "id est vide"),
    "hash by hand": (GRADING, ('author = "Rebond"', 'author = "R"\nsha256 = "0"'), "sha256"),
    "hours that no disk has": (DRIVE_HEALTH, ("value = 37001", "value = 370001"), "l'unité"),
    "below nothing": (DRIVE_HEALTH, ("value = 37001", "value = -1"), "l'unité"),
    "always met, count": (DRIVE_HEALTH, ("value = 37001", "value = 0"), "toujours"),
    "no number at all": (DRIVE_HEALTH, ("value = 37001", "value = nan"), "l'unité"),
    "a category out of reach": (MARKS, ("least = 11", "least = 16"), "jamais atteinte"),
    "a cap above everything": (MARKS, ("most = 7", "most = 11"), "ne retient rien"),
    "points for a worse processor": (
        MARKS,
        ('fact = "processor_mark", needs = ">="', 'fact = "processor_mark", needs = "<="'),
        "perdrait",
    ),
    "points lost by a better one": (MARKS, ("points = 1", "points = -1"), "perdrait"),
    "a cap on the better drive": (
        MARKS,
        (
            'fact = "drive_medium", needs = "<=", value = "hdd"',
            'fact = "drive_medium", needs = ">=", value = "ssd"',
        ),
        "perdrait",
    ),
    "two tables for one medium": (
        MARKS,
        ('media = ["hdd", "none"]', 'media = ["hdd", "ssd"]'),
        "même fait",
    ),
    "a text for a list": (
        GRADING,
        ('kinds = ["laptop", "convertible"]', 'kinds = "laptop"'),
        "une liste",
    ),
    "a number for a text": (GRADING, ('id = "F1"', "id = 1"), "un texte"),
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


def test_needs_of_a_number_that_no_value_meets_together():
    """A screen of at least 20 and at most 10 inches: no device could have the best grade."""
    wide = {"fact": '"screen_diagonal"', "needs": '">="', "value": "20", "unit": '"inch"'}
    small = wide | {"id": '"X2"', "needs": '"<="', "value": "10"}
    block = doubled(**small).removeprefix(rule_text(GRADING))
    assert read_rule_set(doubled(**wide))
    assert read_rule_set(doubled(**wide) + block.replace("10", "20"))
    with pytest.raises(BadRules, match="aucune valeur"):
        read_rule_set(doubled(**wide) + block)


def test_needs_of_a_programme_that_no_value_meets_together():
    text = rule_text(SUITABILITY)
    need = """
[[rule]]
id = "X{n}"
purposes = ["{purpose}"]
fact = "screen_diagonal"
needs = "{needs}"
value = {value}
unit = "inch"
strength = "{strength}"
source = "s"
fr = "f"
en = "e"
"""
    wide = need.format(n=1, purpose="family", needs=">=", value=20, strength="required")
    for purpose, strength, value, sound in (
        ("family", "required", 10, False), ("family", "confirm", 10, False),
        ("family", "wished", 10, True), ("linux", "required", 10, True),
        ("family", "required", 20, True),
    ):  # fmt: skip
        small = need.format(n=2, purpose=purpose, needs="<=", value=value, strength=strength)
        if sound:
            assert read_suitability_rules(text + wide + small)
        else:
            with pytest.raises(BadRules, match="aucune valeur"):
                read_suitability_rules(text + wide + small)


BYTES = {
    "Latin-1": (b"# \xe9t\xe9\n", 1, "0xe9"),
    "later": (b'name = "a"\n# fine\n# \xff', 3, "0xff"),
    "a picture": (b"\x89PNG\r\n", 1, "0x89"),
}


@pytest.mark.parametrize(("raw", "line", "word"), BYTES.values(), ids=BYTES)
def test_a_file_that_is_no_text_names_line_and_byte(raw, line, word):
    with pytest.raises(BadRules, match=rf"Ligne {line} : .*{word}"):
        decode_rules(raw)


def test_a_huge_file_is_not_even_read():
    assert LARGEST == 100_000
    assert decode_rules(b"#" * 100_000)
    with pytest.raises(BadRules) as refusal:
        decode_rules(b"#" * 100_001)
    assert str(refusal.value.sentence).startswith("Ce fichier est trop grand")
    with pytest.raises(BadRules, match="pour des règles : 150 ko, 100 au plus"):
        decode_rules(b"#" * 150_900)


HEAD = ("name", "version", "since", "author")


@pytest.mark.parametrize("key", HEAD)
@pytest.mark.parametrize("name", FILES)
def test_a_slip_in_the_head_names_its_line(name, key):
    number = lines_like(name, f"{key} = ")[0]
    line, sentence = refused(name, number, f"{key} = 3")
    assert line == number
    assert "il faut un texte, pas un nombre entier" in sentence
    if key != "since":
        line, sentence = refused(name, number, f'{key} = " "')
        assert (line, sentence.split()[0]) == (number, key)
    line, sentence = refused(name, number, f"{key}s = 'x'")
    assert key in sentence


def test_a_key_that_is_missing_in_the_head_names_the_first_line():
    for name, read in FILES.items():
        lines = rule_text(name).split("\n")
        lines.remove(next(line for line in lines if line.startswith("author = ")))
        with pytest.raises(BadRules, match="Ligne 1 : il manque author"):
            read("\n".join(lines))


@pytest.mark.parametrize("at", [0, 1, 2, -2, -1])
def test_a_key_that_is_missing_names_its_own_rule_and_not_the_next(at):
    """Every rule of marks' categories has a letter; the need of a grading rule has a value."""
    text = rule_text(GRADING)
    numbers = lines_like(GRADING, r"value = ")
    lines = text.split("\n")
    number = numbers[at]
    del lines[number]
    header = max(n for n in lines_like(GRADING, r"\[\[rule") if n < number)
    with pytest.raises(BadRules, match=f"Ligne {header + 1} : l'opérateur"):
        read_rule_set("\n".join(lines))


WORN = """
[[rule]]
id = "{id}"
media = ["ssd"]
fact = "wear_used_percent"
when = "{when}"
value = {value}
unit = "%"
effect = "{effect}"
source = "s"
fr = "f"
en = "e"
"""


@pytest.mark.parametrize(
    ("first", "second", "sound"),
    [
        ((90, "fail"), (70, "watch"), True), ((70, "watch"), (90, "fail"), True),
        ((70, "fail"), (90, "watch"), False), ((90, "watch"), (70, "fail"), False),
        ((70, "fail"), (90, "fail"), False), ((70, "watch"), (70, "fail"), False),
        ((70, "review"), (90, "note"), True), ((70, "note"), (90, "note"), True),
    ],
)  # fmt: skip
def test_two_rules_of_one_counter_in_either_order(first, second, sound):
    head = 'name = "drive_health"\nversion = "1"\nsince = "2026-11-21"\nauthor = "a"\n'
    more = [
        WORN.format(id=f"R{n}", when=">=", value=value, effect=effect)
        for n, (value, effect) in enumerate((first, second))
    ]
    # of the spare the lower value is the worse one: the same pair, turned round
    less = [
        WORN.format(id=f"R{n}", when="<=", value=100 - value, effect=effect)
        .replace("wear_used_percent", "spare_above_threshold")
        .replace("ssd", "nvme")
        for n, (value, effect) in enumerate((first, second))
    ]
    for pair in (more, less):
        if sound:
            assert len(read_health_rules(head + "".join(pair)).rules) == 2
        else:
            with pytest.raises(BadRules, match=r"R0 et R1 se contredisent"):
                read_health_rules(head + "".join(pair))


def test_a_key_that_nobody_knows_names_the_nearest():
    number = lines_like(GRADING, "kinds = ")[0]
    line, sentence = refused(GRADING, number, 'kind = ["laptop"]')
    assert (line, sentence) == (number, "la clé kind n'existe pas ; voulez-vous dire kinds ?")
    missing = lines_like(GRADING, "axis = ")[0]
    line, sentence = refused(GRADING, missing, "")
    assert line in block_of(GRADING, missing)
    assert sentence == "il manque axis"
    wrong = lines_like(GRADING, "axis = ")[0]
    assert refused(GRADING, wrong, 'axis = "functions"') == (wrong, "'functions' n'est pas permis")
    head = lines_like(GRADING, "author = ")[0]
    assert refused(GRADING, head, 'author = "a"\nnotes = "b"')[1] == (
        "la clé notes n'existe pas ; voulez-vous dire note ?"
    )


MARKS_LIMITS = [
    (("least = 11", "least = 15"), None),  # 4 for memory, 4 for the drive, 4, a bonus, two corrections
    (('fr = "Mémoire"', 'fr = " "'), "fr est vide"),
    (('source = "category.py : processeur', 'source = ""\n# "category.py : processeur'), "source est vide"),
    (("least = 11", "least = 16"), "jamais atteinte : aucun appareil n'a plus de 15 points"),
    (("most = 7\n", "most = 10\n"), None),
    (("most = 7\n", "most = 11\n"), "la dernière catégorie commence à 11 points"),
    (("least = -2\nmost = 1", "least = -2\nmost = 0"), None),
    (("least = -2\nmost = 1", "least = 0\nmost = 1"), None),
    (("least = -2\nmost = 1", "least = 1\nmost = 1"), "entourer 0"),
    (("least = -2\nmost = 1", "least = -2\nmost = -1"), "entourer 0"),
    (("bounds = [160, 257]", "bounds = []"), "monter"),
    (("bounds = [160, 257]", "bounds = [160, 160]"), "monter"),
    (("bounds = [160, 257]", "bounds = [160]"), None),
    (("bounds = [160, 257]", "bounds = [-1, 160]"), "l'unité"),
    (('letter = "C"', 'letter = "A"'), "se contredisent"),
    (('letter = "C"', 'letter = "D"'), None),
    (('media = ["hdd", "none"]', 'media = ["none"]'), None),
    (('media = ["hdd", "none"]\n', ""), "même fait"),
    (('fact = "drive_size"\nunit = "GB"\nbounds = [160', 'fact = "drive_hours"\nunit = "h"\nbounds = [160'), "plus vaut mieux"),
    (('fact = "drive_size"\nunit = "GB"\nbounds = [160', 'fact = "wifi"\nunit = "yes/no"\nbounds = [160'), "plus vaut mieux"),
    (('when = [{ fact = "drive_medium", needs = "=="', "when = []\n# "), "au moins une"),
    (('{ fact = "drive_medium", needs = "==", value = "nvme" }', '{ fact = "kind", needs = "==", value = "laptop" }'), None),
    (('{ fact = "drive_medium", needs = "==", value = "nvme" }', '{ fact = "drive_medium", needs = "==", value = "ssd" }'), "perdrait"),
    (('{ fact = "drive_medium", needs = "==", value = "nvme" }', '{ fact = "drive_medium", needs = ">=", value = "none" }'), "toujours"),
]  # fmt: skip


@pytest.mark.parametrize(("swap", "word"), MARKS_LIMITS)
def test_a_file_of_marks_at_its_limits(swap, word):
    text = rule_text(MARKS)
    assert swap[0] in text
    text = text.replace(*swap, 1)
    if word is None:
        assert read_rule_set(text)
    else:
        with pytest.raises(BadRules, match=r"Ligne \d+ :") as refusal:
            read_rule_set(text)
        assert word in refusal.value.sentence.fr


def test_a_bonus_that_takes_points_gives_none_to_the_best():
    """Without the bonus the best device has 14 points, and one for a slow processor takes none more."""
    text = rule_text(MARKS).replace("points = 1", "points = -1")
    text = text.replace(
        '{ fact = "processor_mark", needs = ">=", value = 3500 }',
        '{ fact = "processor_mark", needs = "<=", value = 3499 }',
    )
    text = text.replace(
        '{ fact = "drive_medium", needs = "==", value = "nvme" }',
        '{ fact = "drive_medium", needs = "<=", value = "hdd" }',
    )
    assert read_rule_set(text.replace("least = 11", "least = 14"))
    with pytest.raises(BadRules, match="plus de 14 points"):
        read_rule_set(text.replace("least = 11", "least = 15"))


def test_a_fault_of_the_whole_file_names_the_rule_at_fault():
    text = rule_text(MARKS)
    lines = text.split("\n")
    for number, old, new in (
        (lines.index("least = 11"), "least = 11", "least = 16"),
        (lines.index("most = 7"), "most = 7", "most = 11"),
        (lines.index("least = 6"), "least = 6", "least = 4"),
        (lines.index("least = 0"), "least = 0", "least = 1"),
    ):
        assert refused(MARKS, number, new)[0] == number, old


def test_what_editors_of_another_system_write_is_read():
    text = rule_text(GRADING)
    saved = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert decode_rules(saved) == text


STRUCTURES = {
    "lists inside lists": ("x = " + "[" * 100_000, 1, "trop de listes"),
    "a number of 5,000 digits": ("# a\nx = " + "9" * 5000, 2, "TOML"),
    "cut off": ('name = "a"\n\n[[rule]]\nid = """\nx\n', 5, "TOML"),
    "no rules": ('name = "a"\nrule = 3\n', 1, "aucune"),
    "rules that are no tables": ("rule = [1]\n", 1, "une table"),
    "nothing": ("", 1, "aucune"),
}


@pytest.mark.parametrize(("text", "line", "word"), STRUCTURES.values(), ids=STRUCTURES)
def test_a_file_of_another_structure_is_refused_with_a_line(text, line, word):
    for read in (*FILES.values(), read_rule_file):
        with pytest.raises(BadRules, match=rf"Ligne {line} : .*{word}"):
            read(text)


def test_lines_are_counted_as_editors_do():
    """A line separator inside a comment is no new line."""
    text = rule_text(GRADING).replace("# What", "# \u2028 \x85 What", 1)
    lines = text.split("\n")
    number = next(n for n, line in enumerate(lines) if line == 'fact = "drive_health"')
    lines[number] = 'fact = "drive_helth"'
    with pytest.raises(BadRules, match=rf"Ligne {number + 1} : .*drive_health"):
        read_rule_set("\n".join(lines))


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_by_its_name_what_it_is(name):
    assert read_rule_file(rule_text(name)) == FILES[name](rule_text(name))


def test_one_need_with_two_effects():
    with pytest.raises(BadRules, match="deux effets"):
        read_rule_set(
            doubled(
                fact='"setup_password"', needs='"=="', value="false", unit='"yes/no"',
                effect='"cap"', otherwise='"C"',
            )
        )  # fmt: skip
