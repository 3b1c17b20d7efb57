"""Any grading rule file: the lowest cap, or a sum of marks; the file itself says which."""

from collections.abc import Callable, Mapping
from typing import assert_never

from rebond_server.domain.facts import Fact
from rebond_server.domain.grading import (
    Grade,
    GradingRules,
    grader,
)
from rebond_server.domain.grading_rules import read_grading_rules
from rebond_server.domain.marks import marker
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
    return grader_by(rules)(facts)


def grader_by(rules: RuleSet) -> Callable[[Mapping[str, Fact]], Grade]:
    """Return what grades many devices by these rules."""
    match rules:
        case GradingRules():
            return grader(rules)
        case MarksRules():
            return marker(rules)
        case _:
            assert_never(rules)
