"""One machine from boot to report: which statements are made, and in which order they are kept."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from rebond_agent import __version__
from rebond_agent.machine import Machine
from rebond_agent.probes import Collected
from rebond_agent.stick import Stick
from rebond_agent.stick.medium import medium_of
from rebond_agent.stick.outbox import Outbox, Place
from rebond_schemas.facts import Drive, Source
from rebond_schemas.statement import Agent, Clock, Inventory
from rebond_schemas.text import clean

UNENROLLED_STICK = UUID("5c1e7a52-9d0b-4c39-8f3a-6e2b6f0c1a01")
"""Stick named by an inventory that is only printed: no server ever enrols it."""

UNENROLLED_SITE = UUID("5c1e7a52-9d0b-4c39-8f3a-6e2b6f0c1a02")
"""Site named by an inventory that is only printed."""

BOOT_ID = "/proc/sys/kernel/random/boot_id"
NO_BOOT_ID = "unknown"
"""Stands for a boot id that could not be read."""


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """Where moments come from: UTC wall clock and monotonic nanoseconds."""

    wall: Callable[[], datetime]
    monotonic_ns: Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Session:
    """One run on one machine; every statement of it carries the same run id."""

    machine: Machine
    clocks: Clocks
    stick: Stick | None
    run: UUID
    asset_tag: str | None = None
    order: str | None = None
    medium: str | None = None
    """What the stick is made of."""
    operator: str | None = None
    """Who works here, as they said themselves: a name or a badge. None: nobody said."""

    def now(self) -> Clock:
        """Return this moment with all that is known about the clock."""
        return Clock(
            wall=self.clocks.wall(),
            monotonic_ns=self.clocks.monotonic_ns(),
            boot_id=clean(self.machine.read(BOOT_ID)) or NO_BOOT_ID,
            anchor=self.stick.settings.anchor if self.stick else None,
        )

    def envelope(self, place: Place) -> dict[str, Any]:
        """Return the fields that every statement has, for its place in the stick's chain."""
        return {
            "format": 1,
            "id": uuid4(),
            "run": self.run,
            "site": self.stick.settings.site if self.stick else UNENROLLED_SITE,
            "stick": self.stick.settings.stick if self.stick else UNENROLLED_STICK,
            "sequence": place.sequence,
            "previous": place.previous,
            "made": self.now(),
            "agent": Agent(name="rebond-agent", version=__version__),
            "order": self.order,
            "asset_tag": self.asset_tag,
            "medium": self.medium,
        }


def new_session(
    machine: Machine,
    clocks: Clocks,
    stick: Stick | None,
    asset_tag: str | None,
    operator: str | None = None,
) -> Session:
    """Begin a run on a machine."""
    return Session(
        machine=machine,
        clocks=clocks,
        stick=stick,
        run=uuid4(),
        asset_tag=clean(asset_tag),
        operator=clean(operator),
        medium=None if stick is None else medium_of(stick.folder, stick.settings.stick),
    )


def inspect(session: Session, collected: Collected, outbox: Outbox | None) -> Inventory:
    """Return the inventory, which is safe on the stick by then; without a stick it is kept nowhere."""

    def make(place: Place) -> Inventory:
        return Inventory(
            **session.envelope(place),
            facts=collected.facts,
            sources=collected.sources,
            failures=collected.failures,
            evidence=collected.evidence,
        )

    if outbox is None:
        return make(Place(sequence=1, previous=None))
    made: list[Inventory] = []

    def keep(place: Place) -> Inventory:
        made.append(make(place))
        return made[-1]

    outbox.put(keep)
    return made[-1]


def with_drives(collected: Collected, drives: tuple[Drive, ...], *, instead: bool) -> Collected:
    """Return what was collected with scratch images as drives: beside the others, or instead.

    A recorded machine's own drives are not here; in a demonstration the images stand for them.
    """
    facts = collected.facts
    if instead:
        facts = msgspec.structs.replace(
            facts, drives=drives, drives_hidden=False, drives_hidden_reason=None
        )
        sources = {
            path: source
            for path, source in collected.sources.items()
            if path.split(".")[0] not in {"drives", "drives_hidden", "drives_hidden_reason"}
        }
        sources["drives"] = Source(status="measured", evidence="scratch image files")
    else:
        facts = msgspec.structs.replace(facts, drives=(*facts.drives, *drives))
        sources = dict(collected.sources)
        for index in range(len(collected.facts.drives), len(facts.drives)):
            sources[f"drives.{index}"] = Source(status="measured", evidence="scratch image files")
    return dataclasses.replace(collected, facts=facts, sources=sources)
