"""The only reader of the rule files that ship with the server."""

from importlib import resources

from rebond_server.domain.demonstration import Demonstration, read_demonstration
from rebond_server.domain.grading import GradingRules, read_grading_rules
from rebond_server.domain.health import HealthRules, read_health_rules

DRIVE_HEALTH = "drive_health-2026-11b"
DEMONSTRATION = "demonstration"
GRADING = "grading-rebond-2026-11"


def health_rules(edition: str = DRIVE_HEALTH) -> HealthRules:
    """Return the drive-health rules of this edition, or raise BadRules naming the line."""
    return read_health_rules(_text(edition))


def grading_rules(edition: str = GRADING) -> GradingRules:
    """Return the grading rules of this edition, or raise BadRules naming the line."""
    return read_grading_rules(_text(edition))


def demonstration(edition: str = DEMONSTRATION) -> Demonstration:
    """Return the demonstration data, or raise BadRules with what does not fit."""
    return read_demonstration(_text(edition))


def _text(edition: str) -> str:
    return resources.files("rebond_server.rules").joinpath(f"{edition}.toml").read_text("utf-8")
