"""How long our full inventory takes beside its peers, and how many fields each yields, in one run.

./scripts/bench inventory [--rounds N] [--here | --guest] [--without NAME…] [--json]
In a QEMU guest with three drives (--guest), then on this computer (--here); both, when neither is
asked for. The promises are made for the guest; on this computer the figures are shown. Peers: lshw -json; inxi -F; dmidecode and smartctl -x for every drive, one after another; hw-probe
-all (never sent anywhere). Whole processes are timed, ours with the start of Python, each after a
first time for nothing. Medians.
A field is one value that is told: a number, a text, yes or no; a list of plain words (flags) is
one field, an empty value none. A peer that is missing is said and fails the bench.
"""

import argparse
import base64
import os
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rebond_agent.machine.live import ENVIRONMENT, LiveMachine
from rebond_agent.probes import lsblk, tool_json
from rebond_schemas.codec import encode

RIG = Path(__file__).resolve().parents[2] / "tests" / "rig"
_CACHE = {name: os.environ[name] for name in ("PYTHONPYCACHEPREFIX",) if name in os.environ}
"""In a guest our modules' bytecode lies elsewhere, as it lies beside them on the stick."""
OURS = "rebond-agent inspect"
TOGETHER = "lshw + inxi -F + dmidecode + smartctl -x"
PARTS = ("lshw -json", "inxi -F", "dmidecode + smartctl -x")
_FLAGS = "capabilities"
"""What lshw tells of a part under this name is a list of flags, yes or no: one field."""
_BOOKKEEPING = frozenset(("id", "class", "physid", "claimed", "handle", "units"))
"""What lshw says of its own tree, not of the machine."""
_ABOUT_SOFTWARE = frozenset(("hw.info/logs/debs", "hw.info/logs/dmesg", "hw.info/logs/interrupts"))
"""hw-probe's list of installed packages, and counters and messages of the running system: no fields
of the machine (578, 402 and 35 lines with a colon on a Debian without anything)."""
_LIMIT = 900.0


@dataclass
class Line:
    """One inventory: how to make it, how to count it, and what was measured."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    count: Callable[[Sequence[str]], tuple[int, int]]
    target: float | None = None
    """Our time may be at most this share of it."""
    seconds: list[float] = field(default_factory=list)
    fields: int = 0
    raw: int = 0

    @property
    def median(self) -> float | None:
        """Median seconds, None when it never ran."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def missing(self) -> str | None:
        """The program that is not here."""
        return next((one[0] for one in self.commands if not _found(one[0])), None)


def main(argv: list[str]) -> int:
    """Measure in turn, round after round; return 1 when a target is missed or a peer is missing."""
    options = argparse.ArgumentParser(prog="bench inventory", description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    where = options.add_mutually_exclusive_group()
    where.add_argument("--here", action="store_true", help="this computer only")
    where.add_argument("--guest", action="store_true", help="a QEMU guest with three drives only")
    options.add_argument("--without", nargs="*", default=[], metavar="NAME", help="leave peers out")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args(argv)
    found: dict[str, Any] = {}
    if not chosen.here:
        found["guest"] = in_guest(chosen.rounds)
    if not chosen.guest:
        found["here"] = here(chosen.rounds, chosen.without)
    if chosen.here:
        found = found["here"]
    print(encode(found).decode() if chosen.json else told(found))
    return 0 if (found.get("guest") or found.get("here") or found)["promises_kept"] else 1


def here(rounds: int, without: Sequence[str]) -> dict[str, Any]:
    """Measure on this computer, one after the other, round after round."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "saved").mkdir()
        wanted = [one for one in lines(Path(folder)) if one.name.split()[0] not in without]
        for one in wanted:  # once for nothing: whoever came first would read everything from disk
            _run(one, folder)
            one.seconds.clear()
        for _ in range(rounds):
            for one in wanted:
                _run(one, folder)
        return result(wanted)


def in_guest(rounds: int) -> dict[str, Any]:
    """Measure in a QEMU guest whose root is this computer's; say what is missing for it."""
    sys.path.insert(0, str(RIG))
    import bench_guest  # noqa: PLC0415 - the rig is no package, and only this needs it
    from host_guest import missing_tools  # noqa: PLC0415 - likewise
    from kernel import ready_kernel  # noqa: PLC0415 - likewise

    if lacking := missing_tools():
        return {"rows": [], "missing": lacking, "promises_kept": False}
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as folder:
        return bench_guest.measure(ready_kernel(), Path(folder), rounds)


def lines(folder: Path) -> list[Line]:
    """Return our inventory and its peers on this computer."""
    drives = [one.path for one in lsblk.ask_drives(LiveMachine()) if not one.optical]
    reports = tuple(("smartctl", "--json=c", "-x", path) for path in drives)
    ours = (sys.executable, "-m", "rebond_agent", "--stick", str(folder / "none"), "inspect")
    saved, output = str(folder / "saved"), str(folder / "output")
    probe = ("hw-probe", "-all", "-output", output, "-save", saved)
    return [
        Line(OURS, ((*ours, "--json"),), lambda told: facts_and_raw(told[0])),
        Line("lshw -json", (("lshw", "-json", "-quiet"),), _json_fields),
        Line(
            "inxi -F",
            (("inxi", "--tty", "-F", "--output", "json", "--output-file", "print"),),
            _json_fields,
        ),
        Line(
            "dmidecode + smartctl -x",
            (("dmidecode",), *reports),
            lambda told: (_text_fields(told[:1]) + _json_fields(told[1:])[0], 0),
        ),
        Line("hw-probe -all", (probe,), lambda _: _saved_fields(folder / "saved"), target=0.5),
    ]


def result(measured: Sequence[Line]) -> dict[str, Any]:
    """Return times, ratios (our time to theirs), fields and whether the targets hold."""
    by_name = {one.name: one for one in measured}
    ours = by_name[OURS]
    rows = [_row(one, ours) for one in measured]
    parts = [by_name[name].median for name in PARTS if name in by_name]
    known = [part for part in parts if part is not None]
    if len(known) == len(PARTS):
        fields = max(by_name[name].fields for name in PARTS)
        both = Line(TOGETHER, (), lambda _: (0, 0), target=1.0, seconds=[sum(known)], fields=fields)
        rows.append(_row(both, ours))
    missing = sorted({one.missing for one in measured if one.missing})
    return {
        "rows": rows,
        "missing": missing,
        "promises_kept": not missing
        and all(row["kept"] is not False and not row["fewer"] for row in rows),
    }


def text(found: dict[str, Any]) -> str:
    """Return the table as a person reads it."""
    lines = [
        f"{'inventory':<44} {'seconds':>8} {'ours/it':>8} {'target':>7} {'fields':>7} {'raw':>6}"
    ]
    for row in found["rows"]:
        seconds, ratio, target = (
            "-" if row[key] is None else f"{row[key]:.2f}" for key in ("seconds", "ratio", "target")
        )
        missed = "" if row["kept"] is not False else "  MISSED"
        lines.append(
            f"{row['name']:<44} {seconds:>8} {ratio:>8} {target:>7} {row['fields']:>7} "
            f"{row['raw'] or '-':>6}{missed}{row['fewer']}"
        )
    lines += [f"MISSING, not measured beside it: {name}" for name in found["missing"]]
    lines.append(
        "raw: fields in the outputs of other tools that are kept with it (our evidence, its logs)"
    )
    return "\n".join(lines)


def facts_and_raw(told: str) -> tuple[int, int]:
    """Return the facts of our inventory, and the fields in the raw outputs that it keeps."""
    inventory = tool_json.load(told)
    raw = 0
    for piece in tool_json.rows(inventory, "evidence"):
        content = base64.b64decode(str(tool_json.at(piece, "content") or ""))
        value = tool_json.load(content)
        raw += leaves(value) if value is not None else _text_fields([content.decode("latin-1")])
    return leaves(tool_json.at(inventory, "facts")), raw


def leaves(value: object) -> int:
    """Return how many values are told in a JSON value."""
    match value:
        case _ if value in (None, "", [], {}):
            return 0
        case dict():
            told = {key: one for key, one in value.items() if key not in _BOOKKEEPING}
            flags = bool(told.pop(_FLAGS, None)) if isinstance(told.get(_FLAGS), dict) else 0
            return flags + sum(leaves(one) for one in told.values())
        case list():
            plain = all(isinstance(one, str | int) for one in value)
            return 1 if plain else sum(leaves(one) for one in value)
        case _:
            return 1


def _row(one: Line, ours: Line) -> dict[str, Any]:
    seconds = one.median
    ratio = ours.median / seconds if ours.median and seconds else None
    fits = None if one.target is None or ratio is None else ratio <= one.target
    return {
        "name": one.name,
        "seconds": seconds,
        "ratio": None if one is ours else ratio,
        "target": one.target,
        "fields": one.fields,
        "raw": one.raw,
        "fewer": "  more fields than ours" if one.fields + one.raw > ours.fields + ours.raw else "",
        "kept": fits,
    }


def told(found: dict[str, Any]) -> str:
    """Return one table, or a table for each place."""
    if "rows" in found:
        return text(found)
    names = {"guest": "in a QEMU guest with three drives", "here": "on this computer"}
    return "\n\n".join(f"{names[place]}\n{text(one)}" for place, one in found.items())


def _run(one: Line, home: str) -> None:
    if one.missing:
        return
    told, started = [], time.monotonic()
    for command in one.commands:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_LIMIT,
            env={**ENVIRONMENT, "HOME": home, **_CACHE},
        )
        told.append(done.stdout)
    one.seconds.append(time.monotonic() - started)
    one.fields, one.raw = one.count(told)


def _found(program: str) -> bool:
    return shutil.which(program, path=ENVIRONMENT["PATH"]) is not None or Path(program).exists()


def _json_fields(told: Sequence[str]) -> tuple[int, int]:
    return sum(leaves(tool_json.load(one)) for one in told), 0


def _text_fields(told: Sequence[str]) -> int:
    """Return the lines `Key: value` (or key=value) that tell something."""
    lines = [line for one in told for line in one.splitlines()]
    return sum(bool(re.match(r"\s*[^:=\s][^:=]*[:=]\s*\S", line)) for line in lines)


def _saved_fields(folder: Path) -> tuple[int, int]:
    """Return the fields of hw-probe's own lists, of devices and of the host, and those of its logs."""
    fields, raw = 0, 0
    if not (folder / "hw.info.txz").is_file():
        raise FileNotFoundError("hw-probe saved nothing: it was not measured")
    with tarfile.open(folder / "hw.info.txz") as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            content = file.read().decode("utf-8", "replace") if file else ""
            if member.name in _ABOUT_SOFTWARE:
                continue
            if member.name in ("hw.info/devices", "hw.info/host"):
                fields += sum(bool(part.strip()) for part in re.split(r"[;\n]", content))
            else:
                raw += _text_fields([content])
    return fields, raw


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
