"""The tests on mutants: on each only those that call the changed function, in a forked process.

The tests are collected and run once as they are, which also tells what each of them calls. A change
inside a function is then swapped in; one outside of functions is loaded anew, with all that rests on
it, by a process that knows nothing yet.
"""

import importlib
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from io import StringIO
from pathlib import Path
from types import CodeType, FrameType, ModuleType

import pytest
from _pytest.runner import runtestprotocol

from mutating.mutants import Mutant
from mutating.swap import function_of, swap

FEW = 5
"""Examples of each property that is tried."""
PATIENCE_S = 120
_OPTIONS = ("-q", "-s", "-p", "no:cacheprovider", "--noconftest")
_PLUGIN = ("-p", "_hypothesis_pytestplugin")
"""Loaded once a process: a second time pytest warns, and warnings are errors."""
SURVIVED, NOTICED = 0, 1
"""How a child ends; from FIRST on: the test file of this number noticed it."""
FIRST = 10
Fate = Path | bool
"""True: the mutant lives. Else the test file that noticed it, or False where nobody knows which."""
Told = Callable[[Mutant, Fate], bool]
"""Takes a mutant and its fate; False ends the trial."""
Test = Callable[[Mutant], int]


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


def try_all(every: Sequence[Mutant], tests: Tests, jobs: int, told: Told) -> bool:
    """Tell the fate of each mutant; False when the tests fail on the engine as it is.

    Those outside of functions come first: their processes must know nothing yet.
    """
    outside = [one for one in every if function_of(one.tree, one.line) is None]
    inside = [one for one in every if function_of(one.tree, one.line) is not None]

    def load(mutant: Mutant) -> int:
        return _load_and_test(mutant, tests)

    if outside and not _run(outside, jobs, load, lambda m, code: told(m, _fate(tests, code))):
        return True
    warm = _Warm(inside, tests, jobs, told)
    options = [*_OPTIONS, *_PLUGIN, "-k", tests.only]
    pytest.main([*options, *map(str, tests.files)], plugins=[_Few(), warm])
    return warm.sound


def _fate(tests: Tests, code: int) -> Fate:
    known = range(FIRST, FIRST + len(tests.files))
    return tests.files[code - FIRST] if code in known else code == SURVIVED


def _run(
    every: Sequence[Mutant], jobs: int, test: Test, told: Callable[[Mutant, int], bool]
) -> bool:
    """Try each mutant in a child, so many at a time; False when `told` ended it."""
    waiting = list(reversed(every))
    running: dict[int, Mutant] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                running[_begun(mutant, test)] = mutant
            child, status = os.wait()
            mutant = running.pop(child)
            if not told(mutant, os.waitstatus_to_exitcode(status)):
                return False
    finally:
        for child in running:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return True


def _begun(mutant: Mutant, test: Test) -> int:
    """Begin the tests on this mutant; return the child's number. The alarm ends what never ends."""
    child = os.fork()
    if child:
        return child
    signal.alarm(PATIENCE_S)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        code = test(mutant)
    except BaseException:  # noqa: BLE001 - whatever a mutant does, it was noticed
        code = NOTICED
    os._exit(code)


def _load_and_test(mutant: Mutant, tests: Tests) -> int:
    """Load the mutant in place of its file and run every test, those that know it best first.

    Most are noticed there: then the other tests are not even collected.
    """
    sys.meta_path.insert(0, _InMemory(mutant, tests.subjects[mutant.module]))
    best = tests.best[mutant.module]
    first = [str(one) for one in tests.files if one.name in best]
    rest = [str(one) for one in tests.files if one.name not in best]
    options = [*_OPTIONS, "-x", "-k", tests.only]
    if pytest.main([*options, *_PLUGIN, *first], plugins=[_Few()]) or pytest.main(
        [*options, *rest]
    ):
        return NOTICED
    return SURVIVED


@dataclass
class _Warm:
    """Runs the collected tests once, then on every mutant those that call what it changes."""

    every: Sequence[Mutant]
    tests: Tests
    jobs: int
    told: Told
    sound: bool = False
    calls: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        self.sound = all(self._as_it_is(item) for item in session.items)
        if self.sound:
            _run(
                self.every,
                self.jobs,
                lambda mutant: self._try(mutant, session.items),
                lambda mutant, code: self.told(mutant, _fate(self.tests, code)),
            )
        return True

    def _as_it_is(self, item: pytest.Item) -> bool:
        called: set[tuple[str, int]] = set()
        subjects = {str(path) for path in self.tests.subjects.values()}

        def note(frame: FrameType, event: str, _argument: object) -> None:
            code: CodeType = frame.f_code
            if event == "call" and code.co_filename in subjects:
                called.add((code.co_filename, code.co_firstlineno))

        began = time.monotonic()
        sys.setprofile(note)
        try:
            with redirect_stdout(StringIO()):
                passed = _passes(item)
        finally:
            sys.setprofile(None)
        self.calls[item.nodeid], self.seconds[item.nodeid] = called, time.monotonic() - began
        if not passed:
            print(f"fails as it is: {item.nodeid}")
        return passed

    def _try(self, mutant: Mutant, items: Sequence[pytest.Item]) -> int:
        node = function_of(mutant.tree, mutant.line)
        if node is None or not swap(mutant):
            raise RuntimeError(f"not swapped: {mutant.module}:{mutant.line}")
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        lines, path = (
            range(first, (node.end_lineno or first) + 1),
            str(self.tests.subjects[mutant.module]),
        )
        concerned = [
            item
            for item in items
            if any(file == path and line in lines for file, line in self.calls[item.nodeid])
        ]
        # Those that know this module best first, the quick ones before the slow: most die at once.
        best = self.tests.best[mutant.module]
        concerned.sort(key=lambda i: (i.path.name not in best, self.seconds[i.nodeid]))
        noticed = next((item for item in concerned if not _passes(item)), None)
        return SURVIVED if noticed is None else FIRST + self.tests.files.index(noticed.path)


def _passes(item: pytest.Item) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


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
