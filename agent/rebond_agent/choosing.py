"""How a person names a drive for erasure, and which failed probes forbid it."""

from rebond_agent.probes import Collected
from rebond_schemas.facts import DriveIdentity

CONFIRMING = 4
"""Characters of the serial number (of the WWN without one) that a person types."""


def last_characters(identity: DriveIdentity) -> str | None:
    """Return what a person types to confirm; None: no identity, which the guard refuses anyway."""
    name = identity.serial or identity.wwn
    return name[-CONFIRMING:] if name else None


def failed_probes(path: str, collected: Collected) -> tuple[str, ...]:
    """Return the probes that failed on this drive, or on drives as such: they forbid its wipe."""
    return tuple(
        failure.probe
        for failure in collected.failures
        if failure.probe == "drives" or path in failure.reason
    )
