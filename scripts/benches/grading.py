"""How long it takes to grade N stored devices again by other rules, without a new probe.

Fills databases of its own (SQLite, and PostgreSQL where it is installed, or --database URL) with
devices of varied facts, adopts other rules, grades all again in batches, stopped halfway and taken up
by another run, and once more (where nothing may be left to do); then by the rules of marks, that give
almost every device another grade; then by other rules of drive health, that judge every drive again. Prints seconds; ends 1 above 60 s of this processor per 100,000.
"""

import argparse
import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert

from rebond_schemas.signing import new_key
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import Fact, health_fact, unknown_facts
from rebond_server.domain.grading import Grade
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.domain.rule_set import grader_by
from rebond_server.operations.create_account import create_account
from rebond_server.operations.grade_device import row_values
from rebond_server.operations.regrade import regrade_all
from rebond_server.operations.rules_in_force import adopt_rules, read_proposed
from rebond_server.operations.simulate_rules import simulate
from rebond_server.operations.work import Actor, Rules, Work, command_line, person
from rebond_server.operations.workshop import Workshop
from rebond_server.rules.load import GRADING, MARKS, grading_rules, health_rules, rule_text
from rebond_server.store.database import migrate, open_database, sessions, transaction
from rebond_server.store.device import Device, GradeRow
from rebond_server.store.evidence import EvidenceStore
from rebond_server.store.ids import uuid7
from rebond_server.store.people import Site

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))
sys.path.insert(0, str(Path(__file__).parent))

from grading_drives import judged_drives, other_rules, write_drives, write_stick  # noqa: E402 - beside this file
from postgres_server import installed, throwaway  # noqa: E402 - the rig is no package

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SECONDS_PER_100_000 = 60.0
AT_ONCE = 5000
KNOWN = 0.997
Grader = Callable[[Mapping[str, Fact]], Grade]


def main(argv: list[str]) -> int:
    """Measure; return 1 when the promise is missed."""
    options = argparse.ArgumentParser(prog="bench grading", description=__doc__)
    options.add_argument("--devices", type=int, default=100_000)
    options.add_argument("--database", metavar="URL", help="an empty database; default: new ones")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="of the new ones")
    chosen = options.parse_args(argv)
    kept = True
    with ExitStack() as stack:
        for number, url in enumerate(_databases(stack, chosen.database, chosen.only)):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            print(f"{'' if number == 0 else chr(10)}{url.partition(':')[0]}", flush=True)
            kept = measure(chosen.devices, folder, url) and kept
    return 0 if kept else 1


def _databases(stack: ExitStack, given: str | None, only: str | None) -> Iterator[str]:
    """Yield the databases to measure, each made when its turn comes."""
    if given is not None:
        yield given
        return
    if only != "postgresql":
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        yield f"sqlite:///{folder}/bench.sqlite3"
    if only == "sqlite":
        return
    if installed():
        # As it is shipped: every commit waits for the disk, as on a real server.
        yield stack.enter_context(throwaway("")).format(database="postgres")
    else:
        print("\npostgresql: not installed here, NOT MEASURED")


def measure(count: int, folder: Path, url: str) -> bool:
    """Print how long filling, simulating and grading again take; say whether the promise holds."""
    workshop = _workshop(folder, url)
    with workshop.work(command_line(Role.ADMIN), NOW) as work:
        lead = person(create_account(work, "lead", "lead", Role.LEAD, "a long pass phrase"))
    gc.freeze()  # as every command does once the workshop is open
    _timed(f"fill {count}", lambda: _fill(workshop, lead, count))
    text = (
        rule_text(GRADING)
        .replace("value = 7600", "value = 15200")
        .replace('version = "2026-11b"', 'version = "trial"')
    )
    with workshop.work(lead, NOW) as work:
        _timed("simulate", lambda: print(f"  {simulate(work, read_proposed(text)).changed} change"))
    took = _adopted(workshop, lead, count, text, 1)
    marks = _adopted(workshop, lead, count, rule_text(MARKS), 3)
    workshop.engine.dispose()
    health = _adopted(workshop, lead, count, other_rules(), 5)
    least = SECONDS_PER_100_000 * count / 100_000
    kept = max(took, marks, health) <= least
    print(f"promise: {least:.1f} s each time, {'kept' if kept else 'MISSED'}")
    return kept


def _adopted(workshop: Workshop, lead: Actor, count: int, text: str, minute: int) -> float:
    """Adopt these rules and grade all again, in two runs; return the seconds of both together."""
    with workshop.work(lead, NOW + timedelta(minutes=minute)) as work:
        row = adopt_rules(work, text, date(2026, 11, 21), "essai")
        print(f"  adopted {row.name} {row.version}")
    halves: list[int] = []
    first = _timed(
        "grade, stopped", lambda: halves.append(_all(workshop, lead, minute + 1, count // 2))
    )
    rest = _timed("taken up", lambda: halves.append(_all(workshop, lead, minute + 1)))
    if sum(halves) != count or not all(halves):
        raise SystemExit(f"{halves} devices graded, {count} in two runs expected")
    _timed("nothing left", lambda: halves.append(_all(workshop, lead, minute + 1)))
    if halves[-1]:
        raise SystemExit(f"{halves[-1]} devices graded twice")
    return first + rest


def _all(workshop: Workshop, lead: Actor, minute: int, enough: int | None = None) -> int:
    """Grade batch after batch; stop once this many are done, as an interrupt would."""
    graded = 0
    with closing(regrade_all(workshop, lead, lambda: NOW + timedelta(minutes=minute))) as steps:
        for step in steps:
            graded += step.graded
            if enough is not None and graded >= enough:
                break
    return graded


def _timed(name: str, act: object) -> float:
    began, worked = time.monotonic(), time.process_time()
    act()  # type: ignore[operator]  # a function without arguments
    took = time.monotonic() - began
    print(
        f"{name:<16} {took:7.1f} s, {time.process_time() - worked:.1f} s of processor", flush=True
    )
    return took


def _workshop(folder: Path, url: str) -> Workshop:
    engine = open_database(url)
    migrate(engine)
    workshop = Workshop(
        site_id=UUID(int=1),
        site_name="bench",
        engine=engine,
        make=sessions(engine),
        evidence=EvidenceStore(folder=folder),
        rules=Rules(health=health_rules(), grading=grading_rules()),
        server_key=new_key(),
    )
    with transaction(workshop.make) as session:
        session.add(Site(id=workshop.site_id, name="bench", created=NOW))
    return workshop


def _fill(workshop: Workshop, lead: Actor, count: int) -> None:
    dice = random.Random(7)  # noqa: S311 - repeatable facts, not a secret
    graded = grader_by(workshop.rules.grading)
    with workshop.work(lead, NOW) as work:
        write_stick(work)
    for start in range(0, count, AT_ONCE):
        with workshop.work(lead, NOW) as work:
            _some(work, dice, graded, range(start, min(count, start + AT_ONCE)))


def _some(work: Work, dice: random.Random, graded: Grader, numbers: range) -> None:
    devices, grades = [], []
    drives = judged_drives(work, dice, len(numbers))
    for number, drive in zip(numbers, drives, strict=True):
        facts = _facts(dice) | {"drive_health": health_fact([drive.health])}
        device_id = uuid7(NOW)
        devices.append(
            {
                "site_id": work.site_id,
                "id": device_id,
                "tag": f"RB-{number:06}",
                "kind": "laptop",
                "state": State.RECEIVED,
                "cycle": 1,
                "drives_hidden": False,
                "received": NOW,
                "changed": NOW,
                "version": 1,
            }
        )
        grades.append(row_values(work, device_id, graded(facts), facts))
    work.session.execute(insert(Device), devices)
    work.session.execute(insert(GradeRow), grades)
    write_drives(work, [one["id"] for one in devices], drives, numbers.start)


def _facts(dice: random.Random) -> dict[str, Fact]:
    near = {
        "memory_installed": (4096, 8192, 16384),
        "processor_cores": (2, 4, 8),
        "processor_threads": (4, 8),
        "processor_year": (2012, 2014, 2016, 2018, 2020),
        "x86_64_level": (2, 3),
        "drive_size": (120.0, 250.1, 500.1),
        "drive_hours": (0, 0, 20_000, 40_000),
        "battery_health": (25.0, 45.0, 65.0, 85.0),
    }
    facts = dict(unknown_facts())
    for name, scale in REGISTRY.items():
        if dice.random() > KNOWN:
            continue
        if name == "kind":
            value: object = "laptop"
        elif scale.type == "choice":
            value = scale.order[-1] if dice.random() < KNOWN else dice.choice(scale.order)
        elif scale.type == "yes_no":
            value = (scale.better == "more") if dice.random() < KNOWN else scale.better != "more"
        else:
            value = dice.choice(near.get(name, (1, 2)))
        facts[name] = Fact(value=value, unit=scale.unit, source="bench", status="measured")  # type: ignore[arg-type]  # of its scale
    return facts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
