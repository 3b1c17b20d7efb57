"""The one door to the environment and to the computer's clocks."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rebond_agent.language import Language
from rebond_agent.session import Clocks
from rebond_schemas.agent_build import AgentBuild
from rebond_schemas.codec import Unreadable, decode_as

IMAGE = "/usr/lib/rebond"
"""Where the bootable image has its own agent."""


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


def own_build() -> AgentBuild | None:
    """Return what the image's own agent is (REBOND_IMAGE: another place); None: this is no image."""
    return _build(Path(os.environ.get("REBOND_IMAGE") or IMAGE))


def running_build() -> AgentBuild | None:
    """Return what this very agent is: the image's own, or a newer one in its place."""
    return _build(Path(__file__).parents[2])


def _build(place: Path) -> AgentBuild | None:
    try:
        found: AgentBuild = decode_as((place / "agent.json").read_bytes(), AgentBuild)
    except (OSError, Unreadable):
        return None
    return found


def computer_clocks() -> Clocks:
    """Return this computer's own clocks."""
    return Clocks(wall=lambda: datetime.now(UTC), monotonic_ns=time.monotonic_ns)
