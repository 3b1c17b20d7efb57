"""Would a wrong grading engine be noticed? Mutants of the engine against its fast tests.

./scripts/prove grading [--keep FILE] [--minutes M] [--seed N] [--count M] [--show] [--jobs J]: every
mutant changes one comparison, one constant, one effect or one branch, in memory only; the tests that
call what it changes run on it in a process of their own, J at a time. Prints every survivor, then tried and killed a module;
ends 1 below 90 %. With --keep, what was tried stands in FILE and is not tried again; with --minutes,
the run ends 3 after so long, and the same command takes up the rest.
"""

import argparse
import os
import random
import sys
import time
from pathlib import Path

from mutating.ledger import Ledger
from mutating.mutants import Mutant, mutants
from mutating.trial import Fate, Tests, load_before, try_all

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "server" / "rebond_server" / "domain"
BEST = {
    "condition": {"test_grading_engine.py"},
    "grading": {"test_grading_engine.py", "test_grading.py"},
    "grading_rules": {"test_grading_engine.py"},
    "rule_check": {"test_rule_files.py", "test_grading_engine.py"},
    "rule_text": {"test_rule_files.py", "test_grading.py"},
    "marks": {"test_marks.py"},
    "marks_check": {"test_rule_files.py", "test_marks.py"},
    "marks_rules": {"test_marks.py", "test_rule_files.py"},
    "health": {"test_health.py"},
    "health_facts": {"test_health_facts.py", "test_health.py"},
    "health_missing": {"test_every_health_fact.py"},
}
"""The modules that are mutated, with the tests that know each best."""
FILES = (
    "domain/test_grading_engine.py",
    "domain/test_grading.py",
    "domain/test_marks.py",
    "domain/test_health.py",
    "domain/test_health_facts.py",
    "domain/test_every_health_fact.py",
    "domain/test_rule_files.py",
    "test_drive_table.py",
    "test_failing_drives.py",
)
FAST = "not order_of_facts and not improving and not removing and not cap_that_is_printed"
"""Without the properties: they take seconds, and a mutant is to be noticed by plain cases."""
UNCHANGING = ("msgspec", "hypothesis", "rebond_schemas.statement", "rebond_agent.probes")
LEAST = 0.90
NOT_DONE = 3


def main(argv: list[str]) -> int:
    """Kill mutants; return 1 when too many live, 3 when time was up before all were tried."""
    chosen = _options().parse_args(argv)
    load_before(*UNCHANGING)
    tests = _tests()
    every = [mutant for name, path in tests.subjects.items() for mutant in mutants(name, path)]
    if chosen.count:
        every = random.Random(chosen.seed).sample(every, min(chosen.count, len(every)))  # noqa: S311 - a repeatable sample
    found = _all(every, tests, chosen)
    if found is None:
        print("the tests fail on the engine as it is: nothing can be proven")
        return 2
    return _told(every, found, f"seed {chosen.seed}" if chosen.count else "every mutant")


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="prove grading", description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=0, help="a sample only; 0: every mutant")
    options.add_argument("--show", action="store_true", help="print every mutant that is tried")
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--keep", type=Path, metavar="FILE", help="what was tried; taken up again")
    options.add_argument("--minutes", type=float, default=0, help="end after so long; 0: never")
    return options


def _tests() -> Tests:
    folder = ROOT / "tests" / "server"
    return Tests(
        files=[folder / name for name in FILES],
        only=FAST,
        best={f"rebond_server.domain.{name}": files for name, files in BEST.items()},
        subjects={f"rebond_server.domain.{name}": DOMAIN / f"{name}.py" for name in BEST},
    )


def _all(
    every: list[Mutant], tests: Tests, chosen: argparse.Namespace
) -> list[tuple[Mutant, bool]] | None:
    """Return each mutant that was tried, now or earlier, with whether it lives; None: unsound tests."""
    rules = sorted((ROOT / "server" / "rebond_server" / "rules").glob("*.toml"))
    helpers = sorted(
        p for p in tests.files[0].parent.glob("*.py") if not p.name.startswith("test_")
    )
    ledger = Ledger(chosen.keep, tests.files, [*helpers, *rules])
    earlier = [(mutant, ledger.lives(mutant)) for mutant in every]
    found = [(mutant, lives) for mutant, lives in earlier if lives is not None]
    for mutant in (mutant for mutant, lives in found if lives):
        _say("LIVES ", mutant)
    until = time.monotonic() + 60 * chosen.minutes if chosen.minutes else None

    def told(mutant: Mutant, fate: Fate) -> bool:
        lives = fate is True
        found.append((mutant, lives))
        ledger.keep(mutant, lives=lives, by=fate if isinstance(fate, Path) else None)
        if lives or chosen.show:
            _say("LIVES " if lives else "killed", mutant)
        return until is None or time.monotonic() < until

    left = [mutant for mutant, lives in earlier if lives is None]
    return found if not left or try_all(left, tests, chosen.jobs, told) else None


def _told(every: list[Mutant], found: list[tuple[Mutant, bool]], which: str) -> int:
    """Print the table a module and the sum; return how the program ends."""
    for name in dict.fromkeys(mutant.module for mutant in every):
        fates = [lives for mutant, lives in found if mutant.module == name]
        print(f"{_short(name):<14} tried {len(fates):>4}  killed {fates.count(False):>4}")
    killed = sum(not lives for _, lives in found)
    share = f"{100 * killed / len(found):.1f} %" if found else "none"
    print(
        f"tried {len(found)}, killed {killed}, survivors {len(found) - killed} ({share}, {which})"
    )
    if len(found) < len(every):
        print(f"NOT DONE: {len(every) - len(found)} mutants were not tried yet")
        return NOT_DONE
    return 0 if killed >= LEAST * len(every) else 1


def _say(state: str, mutant: Mutant) -> None:
    print(f"{state} {_short(mutant.module)}:{mutant.line} {mutant.what}", flush=True)


def _short(module: str) -> str:
    return module.rpartition(".")[2]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
