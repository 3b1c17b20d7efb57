"""The tests on one mutant, in a process of its own that is forked from one with everything else loaded."""

import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from mutating.mutants import Mutant

FEW = 5
"""Examples of each property that is tried."""
PATIENCE_S = 60
_OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "--noconftest")


@dataclass(frozen=True, kw_only=True)
class Tests:
    """Which test files, which of their tests (pytest -k), and which files know a module best."""

    files: Sequence[Path]
    only: str
    best: dict[str, set[str]]
    subjects: dict[str, Path]


def load_before(*names: str) -> None:
    """Import once what no mutant changes, for every child; the tests' other plugins are left out."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in names:
        importlib.import_module(name)


def tried(every: Sequence[Mutant], tests: Tests, jobs: int) -> Iterator[tuple[Mutant, bool]]:
    """Yield each mutant with whether the tests all pass on it, so many children at a time."""
    waiting = list(reversed(every))
    running: dict[int, Mutant] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                running[_begun(mutant, tests)] = mutant
            child, status = os.wait()
            yield running.pop(child), os.waitstatus_to_exitcode(status) == 0
    finally:
        for child in running:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _begun(mutant: Mutant, tests: Tests) -> int:
    """Begin the tests on this mutant; return the child's number."""
    child = os.fork()
    if child == 0:
        _in_child(mutant, tests)
    return child


def _in_child(mutant: Mutant, tests: Tests) -> None:
    """Load the mutant, run the tests, end. A mutant that never ends is killed by the alarm."""
    signal.alarm(PATIENCE_S)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.meta_path.insert(0, _InMemory(mutant, tests.subjects[mutant.module]))
    # Those that know this module best first: most mutants die at once.
    best = tests.best[mutant.module]
    files = [str(one) for one in sorted(tests.files, key=lambda one: one.name not in best)]
    try:
        code = pytest.main([*_OPTIONS, "-k", tests.only, *files], plugins=[_Few()])
    except BaseException:  # noqa: BLE001 - whatever a mutant does, it was noticed
        code = 1
    os._exit(int(code))


class _InMemory(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutant in place of the file."""

    def __init__(self, mutant: Mutant, path: Path) -> None:
        self.mutant, self.path = mutant, path

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self.path))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.tree, str(self.path), "exec"), module.__dict__)  # noqa: S102 - our own source, changed


class _Few:
    """Lets the remaining properties try a few examples only, the same ones each time."""

    def pytest_configure(self) -> None:
        # Only now: pytest must load its Hypothesis plugin first.
        from hypothesis import HealthCheck, settings  # noqa: PLC0415

        settings.register_profile(
            "mutants",
            max_examples=FEW,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")
