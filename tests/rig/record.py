"""Records the guests into the folder of recorded machines, and says where facts differ."""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import qemu_guest
from difference import differences
from guests import GUESTS, Guest
from kernel import ready_kernel

from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect

IDENTITIES = ("serial", "uuid", "asset_tag", "board_serial", "wwn", "mac")


def main(machines: Path, wanted: set[str]) -> bool:
    """Record the wanted guests, or all; return whether each was found as it is defined."""
    good = True
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        kernel = ready_kernel()
        for guest in GUESTS:
            if not wanted or guest.name in wanted:
                good = record_one(guest, kernel, work / guest.name, machines / guest.name) and good
    return good


def record_one(guest: Guest, kernel: Path, work: Path, place: Path) -> bool:
    """Record one guest into its place; return whether its facts are as defined."""
    lines = differences(guest.expected, qemu_guest.record(guest, kernel, work))
    print(guest.name, *(lines or ["as defined"]), sep="\n  ")  # noqa: T201 - a report
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(work / "shared" / "recording", place)
    facts = msgspec.to_builtins(collect(RecordedMachine(place)).facts)
    expected = _renamed(guest.expected, json.loads(json.dumps(facts)))
    text = json.dumps(expected, indent=1, ensure_ascii=False) + "\n"
    (place / "expected.json").write_text(text, "utf-8")
    return not lines


def _renamed(expected: Any, found: Any) -> Any:
    """Return what is expected of the recording: the definition, with identities replaced alike."""
    if isinstance(expected, list):
        left, renamed = list(found), []
        for one in expected:
            best = min(left, key=lambda other: len(differences(one, other)))
            left.remove(best)
            renamed.append(_renamed(one, best))
        return renamed
    if isinstance(expected, dict):
        return {
            key: _replaced(value, found[key])
            if key in IDENTITIES and value is not None
            else _renamed(value, found[key])
            for key, value in expected.items()
        }
    return expected


def _replaced(original: str, replacement: str) -> str:
    """Return the replacement, which must have its original's length and not be it."""
    if len(original) != len(replacement) or original == replacement:
        raise ValueError(f"{original} was recorded as {replacement}")
    return replacement


if __name__ == "__main__":
    sys.exit(not main(Path(sys.argv[1]), set(sys.argv[2:])))
