"""The engine of grades, case by case: fast, so that `scripts/prove grading` can run it on mutants."""

import pytest

from rebond_schemas.facts import ChassisKind
from rebond_server.domain.condition import Op, Scale, fault, holds
from rebond_server.domain.errors import BadRules
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import Fact, unknown_facts
from rebond_server.domain.grading import (
    Axis,
    GradingRule,
    GradingRules,
    Letter,
    grade,
    lowest,
)
from rebond_server.domain.grading_rules import read_grading_rules, rule_fault
from rebond_server.domain.rule_check import comparison_fault, fix_fault, samples
from rebond_server.domain.rule_text import Edition

NUMBER = Scale(type="number", unit="MiB", better="more")
CHOICE = Scale(type="choice", unit="class", better="more", order=("d", "c", "b", "a"))
LOOSE = Scale(type="choice", unit="kind", order=("x", "y"))
YES = Scale(type="yes_no", unit="yes/no", better="more")

HOLDS = [
    (NUMBER, Op.AT_LEAST, 4, 3, False), (NUMBER, Op.AT_LEAST, 4, 4, True),
    (NUMBER, Op.AT_LEAST, 4, 5, True), (NUMBER, Op.AT_MOST, 4, 3, True),
    (NUMBER, Op.AT_MOST, 4, 4, True), (NUMBER, Op.AT_MOST, 4, 5, False),
    (NUMBER, Op.EQUALS, 4, 4, True), (NUMBER, Op.EQUALS, 4, 5, False),
    (NUMBER, Op.IN, (1, 3), 3, True), (NUMBER, Op.IN, (1, 3), 2, False),
    (NUMBER, Op.BETWEEN, (2, 4), 1, False), (NUMBER, Op.BETWEEN, (2, 4), 2, True),
    (NUMBER, Op.BETWEEN, (2, 4), 3, True), (NUMBER, Op.BETWEEN, (2, 4), 4, True),
    (NUMBER, Op.BETWEEN, (2, 4), 5, False), (NUMBER, Op.AT_LEAST, 4, None, None),
    (NUMBER, Op.AT_LEAST, None, 4, None), (NUMBER, Op.KNOWN, None, 0, True),
    (NUMBER, Op.KNOWN, None, None, False), (CHOICE, Op.AT_LEAST, "c", "d", False),
    (CHOICE, Op.AT_LEAST, "c", "c", True), (CHOICE, Op.AT_LEAST, "c", "a", True),
    (YES, Op.EQUALS, True, True, True), (YES, Op.EQUALS, True, False, False),
]  # fmt: skip


@pytest.mark.parametrize(("scale", "op", "threshold", "value", "wanted"), HOLDS)
def test_a_comparison(scale, op, threshold, value, wanted):
    assert holds(scale, op, threshold, value) is wanted


FAULTS = [
    (NUMBER, Op.AT_LEAST, 4, None), (NUMBER, Op.AT_LEAST, (1, 2), "takes 1 value(s), not (1, 2)"),
    (NUMBER, Op.AT_LEAST, None, "takes 1"), (NUMBER, Op.AT_MOST, None, "takes 1"),
    (NUMBER, Op.EQUALS, None, "takes 1"), (NUMBER, Op.IN, None, "takes 1"),
    (NUMBER, Op.IN, 3, None), (NUMBER, Op.IN, (1, 2, 3), None),
    (NUMBER, Op.BETWEEN, (1, 2), None), (NUMBER, Op.BETWEEN, (2, 2), None),
    (NUMBER, Op.BETWEEN, (2, 1), "wrong way"), (NUMBER, Op.BETWEEN, (1, 2, 3), "takes 2"),
    (NUMBER, Op.KNOWN, None, None), (NUMBER, Op.KNOWN, 1, "takes 0"),
    (NUMBER, Op.EQUALS, "x", "a number of MiB"), (NUMBER, Op.EQUALS, True, "a number of MiB"),
    (CHOICE, Op.EQUALS, "z", "one of d, c, b, a"), (CHOICE, Op.AT_LEAST, "c", None),
    (CHOICE, Op.BETWEEN, ("c", "a"), None), (CHOICE, Op.IN, ("a", "d"), None),
    (LOOSE, Op.AT_LEAST, "x", "needs an order"), (LOOSE, Op.AT_MOST, "x", "needs an order"),
    (LOOSE, Op.BETWEEN, ("x", "y"), "needs an order"), (LOOSE, Op.EQUALS, "x", None),
    (LOOSE, Op.IN, ("x", "y"), None), (YES, Op.EQUALS, 1, "true or false"),
    (YES, Op.EQUALS, False, None), (YES, Op.AT_LEAST, True, None),
    (Scale(type="number", unit="inch"), Op.AT_LEAST, 4, None),
]  # fmt: skip


@pytest.mark.parametrize(("scale", "op", "threshold", "wanted"), FAULTS)
def test_a_comparison_that_cannot_be_meant(scale, op, threshold, wanted):
    found = fault(scale, op, threshold)
    assert (found is None) if wanted is None else wanted in ("" if found is None else found.en)


HOURS_SCALE = Scale(type="number", unit="h", better="less", least=0, most=100)
SAMPLES = [
    (YES, (True,), [False, True]),
    (Scale(type="yes_no", unit="yes/no", better="less"), (True,), [True, False]),
    (Scale(type="yes_no", unit="yes/no"), (True,), [False, True]),
    (CHOICE, ("c",), ["d", "c", "b", "a"]),
    (NUMBER, (4,), [3, 4, 5]),
    (NUMBER, (4, None, (8, 9)), [3, 4, 5, 7, 8, 9, 10]),
    (HOURS_SCALE, (50,), [100, 51, 50, 49, 0]),
    (HOURS_SCALE, (0, 100), [100, 99, 1, 0]),
    (HOURS_SCALE, (), [100, 0]),
    (Scale(type="number", unit="h", better="more", least=0), (0,), [-1, 0, 1]),
    (Scale(type="number", unit="h", better="more", most=9), (9,), [8, 9, 10]),
    (NUMBER, (), []),
]  # fmt: skip


@pytest.mark.parametrize(("scale", "thresholds", "wanted"), SAMPLES)
def test_values_around_thresholds_worst_first(scale, thresholds, wanted):
    assert samples(scale, *thresholds) == wanted


@pytest.mark.parametrize("ends", [{"least": 0}, {"most": 9}, {}])
def test_a_scale_without_both_ends_has_no_comparison_that_is_always_true(ends):
    assert (
        comparison_fault(Scale(type="number", unit="h", better="more", **ends), Op.AT_LEAST, 5)
        is None
    )


def test_a_remedy_that_nobody_knows_names_the_nearest():
    assert fix_fault(None) is None
    assert fix_fault("memory") is None
    key, sentence = fix_fault("memori")
    assert (key, sentence.en) == ("fix", "no remedy is called 'memori'; known: memory")
    assert "battery, camera, case" in fix_fault("qqqq")[1].fr


# --- rules ---------------------------------------------------------------------------------------

EDITION = Edition(name="t", version="1", since="2026-11-21", author="a", sha256="0" * 64)


def rule(**changes):
    values = {
        "id": "R", "axis": Axis.PERFORMANCE, "fact": "memory_installed", "needs": Op.AT_LEAST,
        "value": 4000, "unit": "MiB", "effect": "cap", "otherwise": Letter.C,
        "on_unknown": "review", "source": "s", "fr": "f", "en": "e",
    }  # fmt: skip
    return GradingRule(**(values | changes))


def known(**values):
    told = {
        name: Fact(value=value, unit=REGISTRY[name].unit, source="test", status="measured")
        for name, value in ({"kind": "laptop"} | values).items()
    }
    return unknown_facts() | told


def graded(rules, **values):
    return grade(known(**values), GradingRules(edition=EDITION, rules=tuple(rules)))


def span(found):
    return found.overall.low, found.overall.high


def test_a_met_need_says_nothing():
    found = graded([rule()], memory_installed=4000)
    assert (span(found), found.reasons, found.label) == ((Letter.A, Letter.A), (), "A")


def test_an_unmet_need_caps_and_is_told_whole():
    found = graded([rule(fix="memory")], memory_installed=3999)
    reason = found.reasons[0]
    assert span(found) == (Letter.C, Letter.C)
    assert found.label == "C"
    assert (reason.rule, reason.value, reason.threshold, reason.known) == ("R", 3999, 4000, True)
    assert (reason.unit, reason.status, reason.fact_source) == ("MiB", "measured", "test")
    assert (reason.sentence.fr, reason.sentence.en, reason.fix) == ("f", "e", "memory")
    assert found.axes[Axis.PERFORMANCE].label == "C"
    assert found.axes[Axis.FUNCTION].label == "A"
    assert found.edition is EDITION


def test_an_unknown_may_turn_out_either_way():
    found = graded([rule()])
    assert (span(found), found.label) == ((Letter.C, Letter.A), "REVIEW")
    assert found.reasons[0].known is False
    assert found.reasons[0].sentence.fr.startswith("À vérifier")
    assert found.reasons[0].sentence.en.startswith("To be checked")


def test_known_is_a_need_of_its_own():
    found = graded([rule(needs=Op.KNOWN, value=None)])
    assert (span(found), found.reasons[0].known) == ((Letter.C, Letter.A), False)
    assert graded([rule(needs=Op.KNOWN, value=None)], memory_installed=1).reasons == ()


def test_a_block_waits_for_a_person():
    block = rule(effect="block", otherwise=None)
    assert span(graded([block], memory_installed=1)) == (Letter.RECYCLE, Letter.A)
    both = graded([block, rule(id="Q")], memory_installed=1)
    assert span(both) == (Letter.RECYCLE, Letter.C)


def test_a_note_is_printed_and_ignored_when_unknown():
    note = rule(effect="note", otherwise=None, on_unknown="ignore")
    found = graded([note], memory_installed=1)
    assert (found.label, len(found.reasons)) == ("A", 1)
    assert graded([note]).reasons == ()
    told = graded([rule(effect="note", otherwise=None)])
    assert (told.label, len(told.reasons)) == ("A", 1)


def test_a_rule_speaks_of_its_kinds_only():
    desks = rule(kinds=(ChassisKind.DESKTOP,))
    assert graded([desks], memory_installed=1).reasons == ()
    laptops = rule(kinds=(ChassisKind.DESKTOP, ChassisKind.LAPTOP))
    assert graded([laptops], memory_installed=1).label == "C"
    nameless = graded([desks], kind=None, memory_installed=1)
    assert span(nameless) == (Letter.C, Letter.A)
    assert nameless.reasons[0].known is False
    assert graded([desks], kind=None, memory_installed=4000).reasons == ()


def test_the_lowest_cap_of_all_axes_wins():
    rules = [
        rule(id="a", otherwise=Letter.B),
        rule(id="b", axis=Axis.APPEARANCE, otherwise=Letter.D),
        rule(id="c", axis=Axis.FUNCTION, otherwise=Letter.PARTS, fact="drive_size", unit="GB"),
    ]
    found = graded(rules, memory_installed=1)
    assert span(found) == (Letter.PARTS, Letter.D)
    assert [found.axes[axis].label for axis in Axis] == ["REVIEW", "B", "D"]


def test_reasons_come_worst_first_and_known_first():
    rules = [
        rule(id="note", effect="note", otherwise=None),
        rule(id="b", otherwise=Letter.B),
        rule(id="d2", otherwise=Letter.D),
        rule(id="d1", otherwise=Letter.D),
        rule(id="d0", otherwise=Letter.D, fact="drive_size", unit="GB"),
        rule(id="block", effect="block", otherwise=None),
    ]
    found = graded(rules, memory_installed=1)
    assert [r.rule for r in found.reasons] == ["block", "d1", "d2", "d0", "b", "note"]


def test_the_worst_letter_first():
    assert [letter.value for letter in Letter] == ["recycle", "parts", "D", "C", "B", "A"]
    assert lowest([Letter.B, Letter.PARTS, Letter.A]) is Letter.PARTS
    assert lowest([]) is Letter.A


RULE_FAULTS = [
    ({}, None),
    ({"fact": "nothing"}, "fact"),
    ({"unit": "GB"}, "unit"),
    ({"value": "x"}, "value"),
    ({"otherwise": None}, "effect"),
    ({"effect": "block"}, "effect"),
    ({"effect": "note"}, "effect"),
    ({"effect": "block", "otherwise": None}, None),
    ({"effect": "note", "otherwise": None}, None),
    ({"effect": "note", "otherwise": None, "on_unknown": "ignore"}, None),
    ({"on_unknown": "ignore"}, "on_unknown"),
    ({"effect": "block", "otherwise": None, "on_unknown": "ignore"}, "on_unknown"),
    ({"needs": Op.AT_MOST}, "needs"),
    ({"needs": Op.EQUALS}, "needs"),
    ({"needs": Op.IN}, "needs"),
    ({"needs": Op.KNOWN, "value": None}, None),
    ({"needs": Op.AT_MOST, "effect": "note", "otherwise": None}, None),
    ({"fact": "drive_hours", "unit": "h", "needs": Op.AT_MOST}, None),
    ({"fact": "drive_hours", "unit": "h"}, "needs"),
    ({"fact": "wifi", "unit": "yes/no", "needs": Op.EQUALS, "value": True}, None),
    ({"fact": "wifi", "unit": "yes/no", "needs": Op.EQUALS, "value": False}, "needs"),
    ({"fact": "setup_password", "unit": "yes/no", "needs": Op.EQUALS, "value": False}, None),
    ({"fact": "setup_password", "unit": "yes/no", "needs": Op.EQUALS, "value": True}, "needs"),
    ({"fact": "kind", "unit": "kind", "needs": Op.IN, "value": ("laptop",)}, None),
    ({"fact": "wifi", "unit": "yes/no", "needs": Op.AT_LEAST, "value": True}, None),
]


@pytest.mark.parametrize(("changes", "key"), RULE_FAULTS)
def test_a_rule_that_cannot_be_applied(changes, key):
    found = rule_fault(rule(**changes))
    assert (None if found is None else found[0]) == key


HEAD = 'name = "t"\nversion = "1"\nsince = "2026-11-21"\nauthor = "a"\n'


def written(one):
    shown = {
        "id": one.id, "axis": one.axis.value, "kinds": [k.value for k in one.kinds],
        "fact": one.fact, "needs": one.needs.value, "value": one.value, "unit": one.unit,
        "effect": one.effect, "otherwise": one.otherwise and one.otherwise.value,
        "on_unknown": one.on_unknown, "source": "s", "fr": "f", "en": "e",
    }  # fmt: skip
    lines = []
    for key, value in shown.items():
        if value is None:
            continue
        if isinstance(value, list | tuple):
            text = "[" + ", ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in value) + "]"
        else:
            text = str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
        lines.append(f"{key} = {text}")
    return "[[rule]]\n" + "\n".join(lines) + "\n"


HOURS = {"fact": "drive_hours", "unit": "h", "needs": Op.AT_MOST}
DESK, LAP = (ChassisKind.DESKTOP,), (ChassisKind.LAPTOP,)
PAIRS = [
    ({"value": 8000, "otherwise": Letter.B}, True),
    ({"value": 8000, "otherwise": Letter.C}, False),
    ({"value": 8000, "otherwise": Letter.D}, False),
    ({"value": 2000, "otherwise": Letter.D}, True),
    ({"value": 2000, "otherwise": Letter.C}, False),
    ({"value": 2000, "otherwise": Letter.B}, False),
    ({"value": 4000, "otherwise": Letter.D}, False),
    ({"value": 4000, "otherwise": Letter.B}, False),
    ({"value": 4000, "otherwise": Letter.C}, False),
    ({"value": 8000, "otherwise": Letter.D, "axis": Axis.FUNCTION}, True),
    ({"value": 8000, "otherwise": Letter.D, "kinds": DESK}, False),
    ({"fact": "processor_cores", "unit": "cores", "value": 8, "otherwise": Letter.D}, True),
    ({"value": 8000, "otherwise": None, "effect": "block"}, True),
    ({"needs": Op.KNOWN, "value": None, "otherwise": Letter.D}, True),
]


@pytest.mark.parametrize(("changes", "sound"), PAIRS)
def test_two_caps_on_one_fact(changes, sound):
    text = HEAD + written(rule(id="one")) + written(rule(id="two", **changes))
    if sound:
        assert len(read_grading_rules(text).rules) == 2
    else:
        with pytest.raises(BadRules, match="contredisent"):
            read_grading_rules(text)


def test_at_most_is_stricter_the_lower_it_is():
    strict = rule(id="one", value=100, otherwise=Letter.B, **HOURS)
    loose = rule(id="two", value=200, otherwise=Letter.D, **HOURS)
    assert len(read_grading_rules(HEAD + written(strict) + written(loose)).rules) == 2
    wrong = rule(id="two", value=200, otherwise=Letter.B, **HOURS)
    with pytest.raises(BadRules, match="contredisent"):
        read_grading_rules(HEAD + written(strict) + written(wrong))


def test_caps_for_other_kinds_do_not_meet():
    one = rule(id="one", kinds=LAP)
    for kinds, sound in ((DESK, True), (LAP, False), (LAP + DESK, False), ((), False)):
        text = HEAD + written(one) + written(rule(id="two", kinds=kinds, otherwise=Letter.D))
        if sound:
            assert len(read_grading_rules(text).rules) == 2
        else:
            with pytest.raises(BadRules, match="contredisent"):
                read_grading_rules(text)


def test_a_third_rule_is_compared_with_every_earlier_one():
    rules = [
        rule(id="one"),
        rule(id="two", fact="drive_size", unit="GB"),
        rule(id="three", value=8000, otherwise=Letter.D),
    ]
    with pytest.raises(BadRules, match="one et three"):
        read_grading_rules(HEAD + "".join(map(written, rules)))


def test_caps_on_a_list_are_left_alone():
    first = rule(id="one", fact="kind", unit="kind", needs=Op.IN, value=("laptop",))
    second = rule(
        id="two",
        fact="kind",
        unit="kind",
        needs=Op.IN,
        value=("desktop", "laptop"),
        otherwise=Letter.D,
    )
    assert len(read_grading_rules(HEAD + written(first) + written(second)).rules) == 2
