"""The sum of marks as the network uses it: bounds, caps, bounded corrections, no help from ignorance."""

import itertools

import pytest
from devices import LAPTOP, PASSED, inventory
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rebond_server.domain.errors import BadRules
from rebond_server.domain.fact_registry import DELTAS, REGISTRY
from rebond_server.domain.facts import Fact, project
from rebond_server.domain.grading import Axis, GradingRules, Letter
from rebond_server.domain.health import Health
from rebond_server.domain.marks import grade_by_marks
from rebond_server.domain.rule_set import grade_by, read_rule_set
from rebond_server.rules.load import GRADING, MARKS, rule_set, rule_text

RULES = rule_set(MARKS)
ORDER = list(Letter)
GIB = 1024


def facts(healths=(Health.OK,), **declared):
    return project(inventory(LAPTOP), PASSED, healths, declared)


def machine(cpu, ram_gib, size, medium, **more):
    return facts(
        processor_mark=cpu,
        memory_installed=ram_gib * GIB,
        drive_size=size,
        drive_medium=medium,
        **more,
    )


def named(found):
    total = next(r for r in found.reasons if r.rule == "TOTAL")
    return total.value, total.sentence.fr.rstrip(".").split()[-1], found.label


# category.py by hand: marks of processor, memory, drive; then NVMe, then the caps.
CASES = {
    "all at the top": (machine(7000, 16, 500, "ssd"), (12, "Premium", "A")),
    "Premium begins at 11": (machine(6999, 16, 499, "nvme"), (11, "Premium", "A")),
    "A ends at 10": (machine(6999, 16, 499, "ssd"), (10, "A", "A")),
    "A begins at 8": (machine(5000, 8, 128, "ssd"), (8, "A", "A")),
    "B": (machine(4999, 8, 128, "ssd"), (7, "B", "B")),
    "C": (machine(3499, 4, 200, "ssd"), (5, "C", "C")),
    "D": (machine(1999, 4, 128, "ssd"), (3, "D", "D")),
    "no NVMe point below 3500": (machine(3499, 4, 128, "nvme"), (4, "C", "C")),
    "NVMe point from 3500": (machine(3500, 4, 128, "nvme"), (6, "B", "B")),
    "slow processor: B at most": (machine(3499, 16, 500, "ssd"), (7, "B", "B")),
    "hard disk: B at most": (machine(7000, 16, 1000, "hdd"), (7, "B", "B")),
    "hard disk and slow: C at most": (machine(3499, 16, 1000, "hdd"), (5, "C", "C")),
    "corrected up": (machine(4999, 8, 128, "ssd", technical_delta=1), (8, "A", "A")),
    "corrected beyond the bounds": (
        machine(5000, 8, 128, "ssd", technical_delta=-9, appearance_delta=-9),
        (5, "C", "C"),
    ),
}


@pytest.mark.parametrize(("given_facts", "wanted"), CASES.values(), ids=CASES)
def test_the_sum_as_the_network_counts_it(given_facts, wanted):
    assert named(grade_by_marks(given_facts, RULES)) == wanted


def test_without_the_processor_mark_the_grade_waits():
    found = grade_by_marks(facts(), RULES)
    assert found.label == "REVIEW"
    assert (found.overall.low, found.overall.high) == (Letter.B, Letter.A)
    assert {r.rule for r in found.reasons if not r.known} == {"CPU", "SSD-SLOW"}


def reasons(given_facts, rules=RULES):
    return {r.rule: r for r in grade_by_marks(given_facts, rules).reasons}


def test_every_line_of_the_sum_is_told_as_it_is():
    said = reasons(machine(5000, 8, 128, "nvme", technical_delta=1))
    assert said["RAM"].sentence.fr == "Mémoire : 3 points sur 4."
    assert (said["RAM"].effect, said["RAM"].otherwise, said["RAM"].known) == ("note", None, True)
    assert said["NVME"].sentence.fr == "Disque NVMe : +1."
    assert said["TECHNICAL"].sentence.fr.endswith(" : +1.")
    assert "AESTHETIC" not in said
    assert said["TOTAL"].sentence.fr == "Total : 10 points, catégorie A."
    assert said["TOTAL"].sentence.en == "Sum: 10 points, category A."
    plain = reasons(machine(5000, 8, 128, "ssd"))
    assert not {"NVME", "TECHNICAL", "AESTHETIC", "HDD-ONLY", "HDD-SLOW", "SSD-SLOW"} & set(plain)


def test_what_is_not_known_leaves_a_span_of_points():
    unread = facts() | {
        name: fact(name, value)
        for name, value in {
            "memory_installed": None, "drive_medium": None, "drive_size": 500, "processor_mark": 5000
        }.items()
    }  # fmt: skip
    said = reasons(unread)
    assert said["RAM"].sentence.en == "Memory: 0-4 of 4 points."
    assert (said["RAM"].effect, said["RAM"].otherwise, said["RAM"].known) == (
        "cap",
        Letter.D,
        False,
    )
    # the drive gives 4 as an SSD, 2 as a hard disk; then memory 0 to 4, processor 3, NVMe perhaps
    assert said["SSD"].sentence.en == "Solid-state drive: 4 of 4 points."
    assert said["HDD"].sentence.en == "Hard disk: 2 of 2 points."
    assert said["TOTAL"].sentence.en == "Sum: 5-12 points, category C - category Premium."
    assert said["TOTAL"].value == 12


def test_caps_come_first_each_with_what_it_saw():
    found = grade_by_marks(machine(3499, 16, 1000, "hdd"), RULES)
    assert [r.rule for r in found.reasons] == [
        "TOTAL", "HDD-ONLY", "HDD-SLOW", "SSD-SLOW", "CPU", "HDD", "RAM",
    ]  # fmt: skip
    said = {r.rule: r for r in found.reasons}
    slow = said["HDD-SLOW"]
    assert (slow.effect, slow.otherwise, slow.known, slow.fix) == ("cap", Letter.C, True, "drive")
    assert (slow.fact, slow.value, slow.threshold) == ("drive_medium", "hdd", "hdd")
    assert (said["SSD-SLOW"].otherwise, said["HDD-ONLY"].otherwise) == (Letter.B, Letter.B)
    assert {said[n].fix for n in ("RAM", "HDD")} == {None}
    small = {r.rule: r for r in grade_by_marks(machine(4999, 8, 128, "ssd"), RULES).reasons}
    assert (small["RAM"].fix, small["SSD"].fix, small["RAM"].threshold) == (
        "memory", "drive", (3800, 4800, 7600, 15200),
    )  # fmt: skip


def test_a_cap_that_may_hold_is_told_as_one_that_may():
    unread = grade_by_marks(facts(memory_installed=16 * GIB, drive_size=500), RULES)
    slow = next(r for r in unread.reasons if r.rule == "SSD-SLOW")
    assert (slow.known, slow.otherwise, slow.value) == (False, Letter.B, None)
    assert (unread.overall.low, unread.overall.high) == (Letter.B, Letter.A)
    axes = {axis: (span.low, span.high) for axis, span in unread.axes.items()}
    assert axes[Axis.PERFORMANCE] == (Letter.B, Letter.A)
    assert axes[Axis.FUNCTION] == axes[Axis.APPEARANCE] == (Letter.A, Letter.A)


def test_a_correction_stays_within_its_bounds_and_below_nothing_is_the_first_category():
    low = grade_by_marks(
        machine(1000, 2, 32, "ssd", technical_delta=-2, appearance_delta=-1), RULES
    )
    total = next(r for r in low.reasons if r.rule == "TOTAL")
    assert (total.value, low.label) == (-3, "D")
    high = reasons(machine(5000, 8, 128, "ssd", technical_delta=50, appearance_delta=50))
    assert high["TOTAL"].value == 10
    assert high["AESTHETIC"].sentence.en.endswith(": +1.")


def test_a_medium_that_no_table_speaks_of_gives_no_points():
    text = rule_text(MARKS).replace('media = ["hdd", "none"]', 'media = ["none"]')
    found = grade_by_marks(machine(5000, 8, 500, "hdd"), read_rule_set(text))
    total = next(r for r in found.reasons if r.rule == "TOTAL")
    assert (total.value, found.label) == (6, "B")
    assert not {"SSD", "HDD"} & {r.rule for r in found.reasons}


def test_a_failing_drive_is_not_paid_for_by_marks():
    found = grade_by_marks(
        machine(9000, 32, 1000, "nvme") | {"drive_health": facts((Health.FAIL,))["drive_health"]},
        RULES,
    )
    assert found.label == "D"
    assert found.reasons[0].rule == "G1"


def test_every_mark_says_where_it_comes_from():
    for reason in grade_by_marks(machine(5000, 8, 128, "ssd", technical_delta=1), RULES).reasons:
        assert reason.rule_source
        assert reason.fact_source
        assert reason.sentence.fr
        assert reason.sentence.en


def test_both_kinds_of_file_are_read_by_one_door():
    assert isinstance(read_rule_set(rule_text(GRADING)), GradingRules)
    assert read_rule_set(rule_text(MARKS)) == RULES
    assert grade_by(facts(), rule_set(GRADING)).label == "A"


# --- properties --------------------------------------------------------------------------------

NUMBERS = [0, 1999, 2000, 3499, 3500, 5000, 7000, 64, 128, 160, 257, 500, 3800, 7600, 15200]


def value_of(name):
    scale = REGISTRY[name]
    if scale.type == "yes_no":
        return st.booleans()
    return st.sampled_from(scale.order) if scale.type == "choice" else st.sampled_from(NUMBERS)


def fact(name, value):
    status = "unknown" if value is None else "measured"
    return Fact(value=value, unit=REGISTRY[name].unit, source="test", status=status)


USED = (
    "memory_installed",
    "drive_medium",
    "drive_size",
    "processor_mark",
    "drive_health",
    "setup_password",
    "anti_theft",
)
any_facts = st.fixed_dictionaries({name: st.none() | value_of(name) for name in USED}).map(
    lambda values: facts() | {name: fact(name, value) for name, value in values.items()}
)


@settings(max_examples=150)
@given(any_facts, st.sampled_from([*USED, *DELTAS]), st.data())
def test_improving_never_lowers(some, name, data):
    scale = REGISTRY[name]
    pair = (data.draw(value_of(name)), data.draw(value_of(name)))
    worse, better = sorted(pair, key=scale.rank, reverse=scale.better == "less")
    low = grade_by_marks(some | {name: fact(name, worse)}, RULES).overall
    high = grade_by_marks(some | {name: fact(name, better)}, RULES).overall
    assert ORDER.index(low.low) <= ORDER.index(high.low)
    assert ORDER.index(low.high) <= ORDER.index(high.high)


@settings(max_examples=150)
@given(any_facts, st.sampled_from(USED))
def test_removing_knowledge_never_raises(some, name):
    before = grade_by_marks(some, RULES).overall
    after = grade_by_marks(some | {name: fact(name, None)}, RULES).overall
    assert ORDER.index(after.low) <= ORDER.index(before.low)
    assert ORDER.index(after.high) >= ORDER.index(before.high)


# --- files that are refused --------------------------------------------------------------------

TEXT = rule_text(MARKS)
BROKEN = {
    "unknown fact": ('fact = "processor_mark"\nunit', 'fact = "passmark"\nunit', "passmark"),
    "wrong unit": ('unit = "MiB"', 'unit = "GB"', "MiB"),
    "bounds fall": ("[160, 257]", "[257, 160]", "rise"),
    "unknown medium": ('"emmc"]', '"tape"]', "tape"),
    "condition on nothing": (
        'fact = "drive_medium", needs = "=="',
        'fact = "x", needs = "=="',
        "x",
    ),
    "correction of a fact": ('fact = "technical_delta"', 'fact = "drive_size"', "correction"),
    "correction without 0": ("least = -2", "least = 1", "hold 0"),
    "two categories at once": ("least = 6", "least = 4", "contradict"),
    "no category at 0": ("least = 0", "least = 1", "begin at 0"),
    "gate that punishes": (
        'needs = ">="\nvalue = "watch"',
        'needs = "<="\nvalue = "watch"',
        "punish",
    ),
    "unknown role": ('role = "bonus"', 'role = "gift"', "gift"),
    "typo in a key": ("points = 1", "point = 1", "point"),
}


@pytest.mark.parametrize(("old", "new", "word"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_its_line(old, new, word):
    assert old in TEXT
    with pytest.raises(BadRules) as refusal:
        read_rule_set(TEXT.replace(old, new, 1))
    sentence = refusal.value.sentence.en
    assert word in sentence
    line = int(sentence.split(":")[0].removeprefix("Line "))
    blocks = list(
        itertools.accumulate(TEXT.split("[[rule]]"), lambda n, b: n + b.count("\n"), initial=1)
    )
    assert blocks[1] <= line <= blocks[-1]


def test_the_file_says_where_it_must_be_checked():
    assert "vérifier" in RULES.edition.note
    assert replace(RULES.edition, sha256="").name == "grading-marks"
