"""The battery under load: how much it loses in some minutes off the charger, all cores busy."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from rebond_agent.checks.load import loaded
from rebond_agent.checks.step import Finding, Running, Working, found, said
from rebond_agent.checks.tools import Tools, absent_or_unknown
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.machine import Machine
from rebond_agent.probes import sysfs
from rebond_schemas.inspection import Result

FOLDER = "/sys/class/power_supply"
LEAST_MINUTES = 3.0
"""Measured for less, the rounding of the pack's own counter is larger than what it lost."""
FIT_MINUTES = 30.0
"""Whole run time, from full to empty at this load, below which the battery fails.

The price decree only asks for a "batterie fonctionnelle"; the figure is the workshop's."""
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Sample:
    """All packs together at one moment: what is in them, of what they hold when full."""

    at: float
    """Monotonic seconds."""
    now: int
    full: int
    discharging: bool


def packs(machine: Machine) -> tuple[str, ...]:
    """Return the folders of the machine's own batteries; a mouse's battery is none."""
    folders = (f"{FOLDER}/{name}" for name in machine.names(FOLDER))
    return tuple(
        folder
        for folder in folders
        if sysfs.word(machine, f"{folder}/type") == "Battery"
        and sysfs.word(machine, f"{folder}/scope") != "Device"
    )


def sample(machine: Machine, folders: Sequence[str], at: float) -> Sample | None:
    """Read all packs, in µWh or all in µAh (never mixed); None where one of them does not tell."""
    for unit in ("energy", "charge"):
        now = [sysfs.whole(machine, f"{folder}/{unit}_now") for folder in folders]
        full = [sysfs.whole(machine, f"{folder}/{unit}_full") for folder in folders]
        known = [(a, b) for a, b in zip(now, full, strict=True) if a is not None and b]
        if known and len(known) == len(folders):
            states = {sysfs.word(machine, f"{folder}/status") for folder in folders}
            return Sample(
                at=at,
                now=sum(one for one, _ in known),
                full=sum(one for _, one in known),
                discharging="Discharging" in states and "Charging" not in states,
            )
    return None


def check(tools: Tools) -> Running:
    """Measure for the given minutes off the charger, cores busy; an answer ends it early."""
    folders = packs(tools.machine)
    if not folders:
        asked = bool(tools.machine.names(FOLDER))
        return absent_or_unknown(False if asked else None)
    waited = tools.clock()
    first = last = None
    with ExitStack() as load:
        while True:
            seen = sample(tools.machine, folders, tools.clock())
            if seen is None:
                return absent_or_unknown(None)
            if seen.discharging:
                if first is None:
                    load.enter_context(loaded(tools.machine))
                first, last = first or seen, seen
            elif first is not None or seen.at - waited > _PATIENCE_SECONDS:
                break
            answer = yield _step(first, last, tools.battery_minutes)
            if answer is not None or _over(first, last, tools.battery_minutes):
                break
            tools.sleep(_LOOK_SECONDS)
    return finding(first, last)


def finding(first: Sample | None, last: Sample | None) -> Finding:
    """Judge the run time that the loss between two samples makes likely."""
    if first is None or last is None:
        return found(Result.SKIPPED, CheckPhrase.BATTERY_PLUGGED)
    minutes = (last.at - first.at) / 60
    if minutes < LEAST_MINUTES:
        return found(Result.SKIPPED, CheckPhrase.BATTERY_TOO_SHORT)
    lost = max(first.now - last.now, 0) / first.full
    if lost == 0:  # a counter that stands still tells nothing
        return absent_or_unknown(None)
    whole = minutes / lost
    return found(
        Result.PASS if whole >= FIT_MINUTES else Result.FAIL,
        CheckPhrase.BATTERY_LASTS,
        percent=round(100 * lost),
        minutes=round(minutes),
        whole=round(whole),
    )


def _over(first: Sample | None, last: Sample | None, minutes: float) -> bool:
    return first is not None and last is not None and last.at - first.at >= minutes * 60


def _step(first: Sample | None, last: Sample | None, minutes: float) -> Working:
    if first is None or last is None:
        return Working(text=said(CheckPhrase.BATTERY_UNPLUG))
    gone = (last.at - first.at) / 60
    lost = round(100 * max(first.now - last.now, 0) / first.full)
    text = said(CheckPhrase.BATTERY_DRAINING, percent=lost, minutes=int(gone))
    return Working(text=text, fraction=min(gone / minutes, 1.0))
