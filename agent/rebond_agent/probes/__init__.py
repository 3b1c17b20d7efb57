"""One file a subject: pure parse functions over raw tool output, and a probe of a few lines."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from rebond_agent.machine import Machine
from rebond_agent.machine.noting import NotingMachine
from rebond_agent.probes import (
    battery,
    board,
    devices,
    display,
    drives,
    equipment,
    evidence,
    firmware,
    graphics,
    hidden,
    kernel,
    layout,
    memory,
    network,
    processor,
)
from rebond_agent.probes.answer import Answer, Probe
from rebond_schemas.facts import Facts, Source
from rebond_schemas.statement import Evidence, ProbeFailure
from rebond_schemas.text import clean

PROBES: tuple[Probe, ...] = (
    Probe(name="board", ask=board.probe),
    Probe(name="firmware", ask=firmware.probe),
    Probe(name="processor", ask=processor.probe),
    Probe(name="memory", ask=memory.probe),
    Probe(name="drives", ask=drives.probe),
    Probe(name="hidden_drives", ask=hidden.probe),
    Probe(name="batteries", ask=battery.probe),
    Probe(name="network", ask=network.probe),
    Probe(name="displays", ask=display.probe),
    Probe(name="graphics", ask=graphics.probe),
    Probe(name="equipment", ask=equipment.probe),
    Probe(name="keyboard_layout", ask=layout.probe),
    Probe(name="devices", ask=devices.probe),
    Probe(name="kernel", ask=kernel.probe),
)
"""Every subject, in the order of the facts; the longest waits about as long as one smartctl."""

SECOND_OPINIONS: tuple[Probe, ...] = (
    Probe(name="processor_second_opinion", ask=processor.probe_second_opinion),
    Probe(name="drives_second_opinion", ask=drives.probe_second_opinion),
)
"""py-cpuinfo (1.2 s, most of them a literal sleep: its issue 205) and pySMART (two runs of smartctl
a drive). Neither is ever the source of a fact that a tool told: a recording keeps them for a bug
report, an inventory does not wait for them."""


@dataclass(frozen=True, kw_only=True)
class Collected:
    """One inventory: the facts, where they came from, what failed, and the raw outputs."""

    facts: Facts
    sources: dict[str, Source] = field(default_factory=dict)
    failures: tuple[ProbeFailure, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def collect(machine: Machine, probes: Sequence[Probe] = PROBES) -> Collected:
    """Ask every probe, side by side; a probe that fails becomes a line in `failures`."""
    noting = NotingMachine(machine)
    with ThreadPoolExecutor(max_workers=max(len(probes), 1)) as pool:
        asked = list(pool.map(lambda probe: _ask(probe, noting), probes))
    outcomes = [_checked(probe, one) for probe, one in zip(probes, asked, strict=True)]
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    sources: dict[str, Source] = {}
    for answer in answers:
        sources.update(answer.sources)
    return Collected(
        facts=merge([answer.facts for answer in answers]),
        sources=sources,
        failures=tuple(one for one in outcomes if isinstance(one, ProbeFailure)),
        evidence=evidence.gather(noting),
    )


def merge(parts: Sequence[Facts]) -> Facts:
    """Return one Facts out of parts that each fill their own fields."""
    blank = Facts()
    filled = {
        name: getattr(part, name)
        for part in reversed(parts)
        for name in Facts.__struct_fields__
        if getattr(part, name) != getattr(blank, name)
    }
    return msgspec.structs.replace(blank, **filled)


def _ask(probe: Probe, machine: Machine) -> Answer | ProbeFailure:
    try:
        return probe.ask(machine)
    except Exception as error:  # noqa: BLE001 - the one place where a probe's failure becomes data
        return _failure(probe, error)


def _checked(probe: Probe, outcome: Answer | ProbeFailure) -> Answer | ProbeFailure:
    """Refuse a value outside the format: it would make the whole statement unreadable.

    Never called from the probes' threads: msgspec 0.22 reads a null pointer when two threads are
    the first to convert to one type at the same time.
    """
    if isinstance(outcome, ProbeFailure):
        return outcome
    try:
        msgspec.convert(msgspec.to_builtins(outcome.facts), Facts)
    except msgspec.ValidationError as error:
        return _failure(probe, error)
    return outcome


def _failure(probe: Probe, error: Exception) -> ProbeFailure:
    reason = clean(f"{type(error).__name__}: {error}") or type(error).__name__
    return ProbeFailure(probe=probe.name, reason=reason)
