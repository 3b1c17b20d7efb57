"""Any rule file: its `name` says of what kind it is."""

from collections.abc import Callable

from rebond_server.domain.health import HealthRules, read_health_rules
from rebond_server.domain.rule_set import RuleSet, read_rule_set
from rebond_server.domain.suitability import SuitabilityRules, read_suitability_rules

AnyRules = RuleSet | HealthRules | SuitabilityRules
HEALTH = "drive_health"
"""The name of every file of drive-health rules."""

_READERS: dict[str, Callable[[str], AnyRules]] = {
    HEALTH: read_health_rules,
    "suitability": read_suitability_rules,
}


def read_rule_file(text: str) -> AnyRules:
    """Return the rules in this TOML text, or raise BadRules naming the line.

    Any other name than these two is a workshop's own grading rule set.
    """
    told = (line.partition("=") for line in text.split("\n"))
    name = next((v.strip().strip("\"'") for k, _, v in told if k.strip() == "name"), "")
    return _READERS.get(name, read_rule_set)(text)
