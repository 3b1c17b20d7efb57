"""How much of a solid-state drive's rated life is used."""

import re
from collections.abc import Sequence

from rebond_agent.probes import tool_json
from rebond_agent.probes.smart_logs import statistic
from rebond_schemas.smart import SmartAttribute

# By name, as smartctl's drive database gives it: the numbers mean other things elsewhere
# (177, 202, 231, 233, 169: see health-grading research 2.4).
_NORMALISED_LEFT = re.compile(r"^(?:Wear_Leveling_Count|Media_Wearout_Indicator)$")
_PERCENT_LEFT = re.compile(
    r"^(?:SSD_Life_Left(?:_Perc)?|Remaining_Lifetime_Perc|Percent_Life(?:time)?_Remain(?:ing)?"
    r"|Perc_Rated_Life_Remain|Remaining_Life(?:_Left)?|Lifetime_Left|Lifetime_Remaining%?"
    r"|Drive_Life_Remaining%?|Wear_Life_Left|Percent_Lifetime_Left)$"
)
_PERCENT_USED = re.compile(
    r"^(?:Percent_Lifetime_Used|Perc_Rated_Life_Used|Percent_Life_Used|Drive_Life_Used%?)$"
)
_MICRON = re.compile(r"^Percent_Lifetime_Remain$")
_WHOLE = 100
_ENDURANCE = "Percentage Used Endurance Indicator"  # ACS-4, device statistics page 7


def wear_used_percent(report: object, attributes: Sequence[SmartAttribute]) -> float | None:
    """Return percent of rated life used (may exceed 100), None when no trusted field tells."""
    nvme = ("nvme_smart_health_information_log", "percentage_used")
    told = (
        tool_json.whole(report, *nvme),
        tool_json.whole(report, "scsi_percentage_used_endurance_indicator"),
        statistic(report, _ENDURANCE),
        tool_json.whole(report, "endurance_used", "current_percent"),
    )
    used = next((one for one in told if one is not None and one <= 255), None)  # noqa: PLR2004 - one byte
    if used is None and tool_json.truth(report, "in_smartctl_database") is True:
        used = _by_name(attributes)
    return None if used is None else float(used)


def _by_name(attributes: Sequence[SmartAttribute]) -> int | None:
    """Return the greatest use any named attribute tells."""
    used = [one for one in (_used(attribute) for attribute in attributes) if one is not None]
    return max(used, default=None)


def _used(attribute: SmartAttribute) -> int | None:
    name, value, raw = attribute.name or "", attribute.value, attribute.raw
    if _PERCENT_USED.match(name):
        return raw if raw is not None and 0 <= raw <= 255 else None  # noqa: PLR2004 - one byte
    if value is None or value > _WHOLE:
        return None
    if _NORMALISED_LEFT.match(name) or _MICRON.match(name):
        return _WHOLE - value  # Micron's raw is percent used, Samsung's and Intel's a count
    if _PERCENT_LEFT.match(name):
        # A Kingston SKC400 shows 100 normalised while its raw value says 74 % left.
        left = min(value, raw) if raw is not None and 0 < raw <= _WHOLE else value
        return _WHOLE - left
    return None
