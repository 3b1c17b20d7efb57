"""What a probe answers with: a part of the facts, and where each part came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rebond_agent.machine import Machine
from rebond_schemas.facts import Facts, Source


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Facts with only this probe's fields filled, and their sources by dotted path."""

    facts: Facts = field(default_factory=Facts)
    sources: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One subject: its name and the function that asks the machine about it."""

    name: str
    ask: Callable[[Machine], Answer]


def measured(evidence: str) -> Source:
    """Say that the kernel or the processor tells it at this moment."""
    return Source(status="measured", evidence=evidence)


def reported(evidence: str) -> Source:
    """Say that the part's own firmware tells it: SMART, EDID, a battery's gauge."""
    return Source(status="reported", evidence=evidence)


def declared(evidence: str) -> Source:
    """Say that the maker typed it into a table at the factory: SMBIOS."""
    return Source(status="declared", evidence=evidence)


def unknown(evidence: str) -> Source:
    """Say that nobody could tell."""
    return Source(status="unknown", evidence=evidence)
