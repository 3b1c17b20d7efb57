"""The only reader of the rule files that ship with the server."""

from importlib import resources

from rebond_server.domain.demonstration import Demonstration, read_demonstration
from rebond_server.domain.grading import (
    GradingRules,
)
from rebond_server.domain.grading_rules import read_grading_rules
from rebond_server.domain.health import HealthRules, read_health_rules
from rebond_server.domain.impact import Factors, read_factors
from rebond_server.domain.rule_set import RuleSet, read_rule_set
from rebond_server.domain.suitability import SuitabilityRules, read_suitability_rules

DRIVE_HEALTH = "drive_health-2026-11d"
DEMONSTRATION = "demonstration"
GRADING = "grading-rebond-2026-11"
MARKS = "grading-marks-2026-11"
SHIPPED = (GRADING, MARKS)
"""The grading rule sets that a workshop may choose from; it may also write its own."""
SUITABILITY = "suitability-2026-11"
IMPACT = "impact-2022"


def health_rules(edition: str = DRIVE_HEALTH) -> HealthRules:
    """Return the drive-health rules of this edition, or raise BadRules naming the line."""
    return read_health_rules(_text(edition))


def grading_rules(edition: str = GRADING) -> GradingRules:
    """Return the grading rules of this edition, or raise BadRules naming the line."""
    return read_grading_rules(_text(edition))


def rule_set(edition: str) -> RuleSet:
    """Return the grading rules of this edition, of either kind, or raise BadRules."""
    return read_rule_set(_text(edition))


def rule_text(edition: str) -> str:
    """Return the text of a rule file that ships with the server, to be read or edited."""
    return _text(edition)


def suitability_rules(edition: str = SUITABILITY) -> SuitabilityRules:
    """Return what programmes, systems and the law ask, or raise BadRules naming the line."""
    return read_suitability_rules(_text(edition))


def demonstration(edition: str = DEMONSTRATION) -> Demonstration:
    """Return the demonstration data, or raise BadRules with what does not fit."""
    return read_demonstration(_text(edition))


def impact_factors(edition: str = IMPACT) -> Factors:
    """Return the published factors of avoided impact, or raise BadRules."""
    return read_factors(_text(edition))


def _text(edition: str) -> str:
    return resources.files("rebond_server.rules").joinpath(f"{edition}.toml").read_text("utf-8")
