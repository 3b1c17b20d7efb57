"""The one door to the environment and to the computer's clocks."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rebond_agent.language import Language
from rebond_agent.session import Clocks


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the environment says."""

    stick: Path
    language: Language


def read(environment: Mapping[str, str]) -> Config:
    """Return the stick's folder (REBOND_STICK) and the language (LANG): French unless English."""
    english = environment.get("LANG", "").lower().startswith("en")
    return Config(
        stick=Path(environment.get("REBOND_STICK") or "var/stick"),
        language=Language.EN if english else Language.FR,
    )


def computer_clocks() -> Clocks:
    """Return this computer's own clocks."""
    return Clocks(wall=lambda: datetime.now(UTC), monotonic_ns=time.monotonic_ns)
