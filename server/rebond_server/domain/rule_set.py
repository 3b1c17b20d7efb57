"""Any grading rule file: the lowest cap, or a sum of marks; the file itself says which."""

from collections.abc import Mapping
from typing import assert_never

from rebond_server.domain.facts import Fact
from rebond_server.domain.grading import Grade, GradingRules, grade, read_grading_rules
from rebond_server.domain.marks import grade_by_marks
from rebond_server.domain.marks_rules import MarksRules, read_marks_rules

RuleSet = GradingRules | MarksRules


def read_rule_set(text: str) -> RuleSet:
    """Return the rules in this TOML text, or raise BadRules naming the line."""
    # `role` stands in files of marks only; where it is wrong, their reader says so.
    if any(line.split("=")[0].strip() == "role" for line in text.splitlines()):
        return read_marks_rules(text)
    return read_grading_rules(text)


def grade_by(facts: Mapping[str, Fact], rules: RuleSet) -> Grade:
    """Return the grade of a device with these facts by whichever kind of rules."""
    match rules:
        case GradingRules():
            return grade(facts, rules)
        case MarksRules():
            return grade_by_marks(facts, rules)
        case _:
            assert_never(rules)
