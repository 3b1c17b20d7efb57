"""Grades: the lowest cap, no average, no help from ignorance, every reason followed to its rule."""

import pytest
from devices import LAPTOP, PASSED, inventory
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rebond_schemas.facts import Battery, ChassisKind, Memory
from rebond_schemas.inspection import Check, Result
from rebond_server.domain.errors import BadRules
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import Fact, project, unknown_facts
from rebond_server.domain.grading import (
    Axis,
    Letter,
    grade,
)
from rebond_server.domain.grading_rules import read_grading_rules
from rebond_server.domain.health import Health, read_health_rules
from rebond_server.rules.load import grading_rules

RULES = grading_rules()
ORDER = list(Letter)


def graded(facts=LAPTOP, checks=PASSED, healths=(Health.OK,)):
    return grade(project(inventory(facts), checks, healths), RULES)


def without(name, result=None):
    rest = tuple(check for check in PASSED if check.name != name)
    return rest if result is None else (*rest, Check(name=name, result=result))


def test_a_good_laptop_is_a_with_only_nothing_to_say():
    found = graded()
    assert found.label == "A"
    assert found.reasons == ()


CASES = {
    "battery 60": ({"batteries": (Battery(design_mwh=100, full_mwh=60),)}, "B", "F4"),
    "battery 36": ({"batteries": (Battery(design_mwh=100, full_mwh=36),)}, "C", "F5"),
    "battery 20": ({"batteries": (Battery(design_mwh=100, full_mwh=20),)}, "D", "F6"),
    "4 GB": ({"memory": Memory(installed_mib=4096)}, "C", "P2"),
    "2 GB": ({"memory": Memory(installed_mib=2048)}, "parts", "P1"),
    "no drive": ({"drives": ()}, "D", "P11"),
    "no drive seen": ({"drives": (), "drives_hidden": True}, "REVIEW", "P11"),
}


@pytest.mark.parametrize(("changes", "label", "rule"), CASES.values(), ids=CASES)
def test_the_lowest_cap_wins(changes, label, rule):
    found = graded(replace(LAPTOP, **changes))
    assert found.label == label
    assert rule in {reason.rule for reason in found.reasons}


def test_a_dead_drive_is_not_paid_for_by_memory():
    found = graded(replace(LAPTOP, memory=Memory(installed_mib=65536)), healths=(Health.FAIL,))
    assert found.label == "D"
    assert (found.reasons[0].rule, found.reasons[0].fix) == ("F1", "drive")


def test_a_skipped_test_waits_for_a_person():
    found = graded(checks=without("keyboard", Result.SKIPPED))
    assert found.label == "REVIEW"
    assert (found.overall.low, found.overall.high) == (Letter.D, Letter.A)
    assert found.reasons[0].sentence.fr.startswith("À vérifier")
    assert found.axes[Axis.PERFORMANCE].label == "A"


def test_an_unknown_that_cannot_matter_does_not_wait():
    scrap = replace(LAPTOP, processor=replace(LAPTOP.processor, x86_64_level=1))
    assert graded(scrap, checks=without("keyboard")).label == "recycle"


def test_a_firmware_password_blocks_until_it_is_lifted():
    locked = replace(LAPTOP, firmware=replace(LAPTOP.firmware, setup_password=True))
    found = graded(locked)
    assert found.label == "REVIEW"
    assert (found.reasons[0].rule, found.reasons[0].effect) == ("F7", "block")


def test_a_desktop_needs_no_battery_nor_keyboard():
    desk = replace(LAPTOP, board=replace(LAPTOP.board, chassis=ChassisKind.DESKTOP), batteries=())
    assert graded(desk, checks=without("keyboard")).label == "A"
    nameless = replace(desk, board=replace(desk.board, chassis=None))
    assert graded(nameless, checks=without("keyboard")).label == "REVIEW"


def test_what_these_rules_do_not_know_a_person_grades():
    for kind in (ChassisKind.SERVER, ChassisKind.TABLET, ChassisKind.OTHER):
        board = replace(LAPTOP.board, chassis=kind)
        assert graded(replace(LAPTOP, board=board)).label == "REVIEW"


def test_every_reason_is_followed_to_rule_value_and_source():
    found = grade(unknown_facts(), RULES)
    known = {rule.id: rule for rule in RULES.rules}
    assert found.label == "REVIEW"
    for reason in (*found.reasons, *graded(healths=(Health.WATCH,)).reasons):
        rule = known[reason.rule]
        assert (reason.threshold, reason.needs) == (rule.value, rule.needs)
        assert reason.rule_source
        assert reason.fact_source
        assert reason.sentence.en
    assert found.edition.sha256 == RULES.edition.sha256
    assert len(found.edition.sha256) == 64


# --- properties --------------------------------------------------------------------------------


def value_of(scale):
    match scale.type:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(scale.order)
        case "number":
            near = [0, 29, 30, 49, 50, 70, 58, 110, 230, 2, 4, 2013, 2015, 2017, 3800, 7600, 37000]
            return st.sampled_from(near) | st.integers(0, 40000)


def fact(name, value):
    status = "unknown" if value is None else "measured"
    return Fact(value=value, unit=REGISTRY[name].unit, source="test", status=status)


any_facts = st.fixed_dictionaries(
    {name: st.none() | value_of(scale) for name, scale in REGISTRY.items()}
).map(lambda values: {name: fact(name, value) for name, value in values.items()})
ordered = st.sampled_from([name for name, scale in REGISTRY.items() if scale.better])


def rank(letter):
    return ORDER.index(letter)


@given(any_facts, st.randoms(use_true_random=False))
def test_the_order_of_facts_and_rules_does_not_matter(facts, dice):
    names, rules = list(facts), list(RULES.rules)
    dice.shuffle(names)
    dice.shuffle(rules)
    shuffled = grade({name: facts[name] for name in names}, replace(RULES, rules=tuple(rules)))
    assert shuffled == grade(facts, RULES)


@settings(max_examples=300)
@given(any_facts, ordered, st.data())
def test_improving_a_fact_never_lowers_the_grade(facts, name, data):
    scale = REGISTRY[name]
    one, two = data.draw(value_of(scale)), data.draw(value_of(scale))
    worse, better = sorted((one, two), key=scale.rank, reverse=scale.better == "less")
    low = grade(facts | {name: fact(name, worse)}, RULES).overall
    high = grade(facts | {name: fact(name, better)}, RULES).overall
    assert rank(low.low) <= rank(high.low)
    assert rank(low.high) <= rank(high.high)


@settings(max_examples=300)
@given(any_facts, st.sampled_from(list(REGISTRY)))
def test_removing_knowledge_never_raises_the_grade(facts, name):
    known, unknown = grade(facts, RULES), grade(facts | {name: fact(name, None)}, RULES)
    for before, after in (
        (known.overall, unknown.overall),
        *((known.axes[axis], unknown.axes[axis]) for axis in Axis),
    ):
        assert rank(after.low) <= rank(before.low)
        assert rank(after.high) >= rank(before.high)


@given(any_facts)
def test_the_grade_is_the_lowest_cap_that_is_printed(facts):
    found = grade(facts, RULES)
    caps = [r.otherwise for r in found.reasons if r.effect == "cap" and r.known]
    assert rank(found.overall.high) == min(map(rank, caps), default=rank(Letter.A))
    assert rank(found.overall.low) <= rank(found.overall.high)
    assert (found.label == "REVIEW") == (found.overall.low is not found.overall.high)


# --- rule files --------------------------------------------------------------------------------

HEAD = 'name = "test"\nversion = "1"\nsince = "2026-11-21"\nauthor = "a"\n'
RULE = {
    "id": '"R1"', "axis": '"performance"', "fact": '"memory_installed"', "needs": '">="',
    "value": "4000", "unit": '"MiB"', "effect": '"cap"', "otherwise": '"C"',
    "on_unknown": '"review"', "source": '"s"', "fr": '"f"', "en": '"e"',
}  # fmt: skip


def text(*rules):
    blocks = []
    for rule in rules:
        lines = [f"{key} = {value}" for key, value in (RULE | rule).items() if value is not None]
        blocks.append("\n".join(["[[rule]]", *lines]))
    return HEAD + "\n".join(blocks) + "\n"


def test_a_sound_file_is_read():
    rules = read_grading_rules(text({}, {"id": '"R2"', "value": "8000", "otherwise": '"B"'}))
    assert [rule.id for rule in rules.rules] == ["R1", "R2"]
    assert rules.edition.version == "1"


BROKEN = {
    "typo in a key": ([{"fakt": "1"}], 18, "fakt"),
    "unknown fact": ([{"fact": '"memory"'}], 8, "memory"),
    "unknown operator": ([{"needs": '"=~"'}], 9, "=~"),
    "wrong unit": ([{"unit": '"GB"'}], 11, "MiB"),
    "wrong type": ([{"value": '"much"'}], 10, "number"),
    "two bounds": ([{"value": "[1, 2]"}], 10, "takes 1"),
    "no threshold": ([{"value": None}], 5, "takes 1"),
    "cap without grade": ([{"otherwise": None}], 12, "otherwise"),
    "ignored unknown": ([{"on_unknown": '"ignore"'}], 14, "never help"),
    "punishes": ([{"needs": '"<="'}], 9, "punish"),
    "unknown grade": ([{"otherwise": '"E"'}], 13, "E"),
    "the same twice": ([{}, {}], 19, "second time"),
    "contradiction": ([{}, {"id": '"R2"', "value": "8000", "otherwise": '"D"'}], 26, "contradict"),
    "never reached": ([{}, {"id": '"R2"', "value": "8000"}], 26, "contradict"),
    "no rule": ([], 1, "[[rule]]"),
}


@pytest.mark.parametrize(("rules", "line", "word"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_line_and_sentence(rules, line, word):
    with pytest.raises(BadRules) as refusal:
        read_grading_rules(text(*rules))
    sentence = refusal.value.sentence.en
    assert word in sentence
    assert sentence.startswith(f"Line {line}: ")


def test_toml_that_is_no_toml_names_its_line():
    with pytest.raises(BadRules, match="line 5"):
        read_grading_rules(HEAD + "[[rule\n")


def test_a_health_file_is_held_to_the_same():
    with pytest.raises(BadRules):
        read_health_rules(text({}))
