"""Would a wrong grading engine be noticed? Mutants of the engine against its fast tests.

./scripts/prove grading [--seed N] [--count M] [--show] [--jobs J]: every mutant changes one
comparison, one constant, one effect or one branch, in memory only; the tests run on it in a process
of their own, J at a time. Prints every survivor, then tried and killed a module; ends 1 below 90 %.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "server" / "rebond_server" / "domain"
SUBJECTS = {
    "rebond_server.domain.condition": DOMAIN / "condition.py",
    "rebond_server.domain.grading": DOMAIN / "grading.py",
    "rebond_server.domain.grading_rules": DOMAIN / "grading_rules.py",
    "rebond_server.domain.rule_check": DOMAIN / "rule_check.py",
    "rebond_server.domain.marks": DOMAIN / "marks.py",
    "rebond_server.domain.health": DOMAIN / "health.py",
}
TESTS = tuple(
    str(ROOT / "tests" / "server" / "domain" / name)
    for name in (
        "test_grading_engine.py",
        "test_grading.py",
        "test_marks.py",
        "test_health.py",
        "test_rule_files.py",
    )
)
BEST = {
    "rebond_server.domain.condition": {"test_grading_engine.py"},
    "rebond_server.domain.grading": {"test_grading_engine.py", "test_grading.py"},
    "rebond_server.domain.grading_rules": {"test_grading_engine.py"},
    "rebond_server.domain.rule_check": {"test_rule_files.py"},
    "rebond_server.domain.marks": {"test_marks.py"},
    "rebond_server.domain.health": {"test_health.py"},
}
FAST = "not order_of_facts and not improving and not removing and not cap_that_is_printed"
"""Without the properties: they take seconds, and a mutant is to be noticed by plain cases."""
FEW = 5
"""Examples of each remaining property."""
LEAST = 0.90
PATIENCE_S = 60
_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.GtE: ast.Gt,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.Lt: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_EFFECTS = {"cap": "note", "block": "note", "note": "cap", "more": "less", "less": "more"}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One changed module: where it was changed, and how."""

    module: str
    line: int
    what: str
    tree: ast.Module


def main(argv: list[str]) -> int:
    """Kill mutants; return 1 when too many live."""
    options = argparse.ArgumentParser(prog="prove grading", description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=0, help="a sample only; 0: every mutant")
    options.add_argument(
        "--show", action="store_true", help="print every mutant, not the living only"
    )
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = options.parse_args(argv)
    for name, path in SUBJECTS.items():
        # Loaded the way a mutant is, but unchanged: it must pass, else every mutant would "die".
        same = Mutant(
            module=name, line=0, what="unchanged", tree=ast.parse(path.read_text("utf-8"))
        )
        if not _survives(same):
            print(f"the tests fail on {path.name} as it is: nothing can be proven")
            return 2
    every = [mutant for name, path in SUBJECTS.items() for mutant in mutants(name, path)]
    if chosen.count:
        every = random.Random(chosen.seed).sample(every, min(chosen.count, len(every)))  # noqa: S311 - a repeatable sample
    alive: list[Mutant] = []
    for mutant, lives in _tried(every, chosen.jobs):
        if lives:
            alive.append(mutant)
        if lives or chosen.show:
            state = "LIVES " if lives else "killed"
            print(f"{state} {_short(mutant)}:{mutant.line} {mutant.what}", flush=True)
    for name in SUBJECTS:
        tried = sum(mutant.module == name for mutant in every)
        living = sum(mutant.module == name for mutant in alive)
        print(f"{name.rpartition('.')[2]:<14} tried {tried:>4}  killed {tried - living:>4}")
    killed = len(every) - len(alive)
    share = f"{100 * killed / len(every):.1f} %, seed {chosen.seed}"
    print(f"tried {len(every)}, killed {killed}, survivors {len(alive)} ({share})")
    return 0 if killed >= LEAST * len(every) else 1


def _short(mutant: Mutant) -> str:
    return mutant.module.rpartition(".")[2]


def _tried(every: list[Mutant], jobs: int) -> Iterator[tuple[Mutant, bool]]:
    """Yield each mutant with whether the tests all pass on it, so many children at a time."""
    waiting = list(reversed(every))
    running: dict[int, Mutant] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[_begun(mutant)] = mutant
        child, status = os.wait()
        yield running.pop(child), os.waitstatus_to_exitcode(status) == 0


def mutants(module: str, path: Path) -> Iterator[Mutant]:
    """Yield every mutant of one module."""
    tree = ast.parse(path.read_text("utf-8"))
    declared = _declarations(tree)
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in declared:
            continue
        for way, what in enumerate(_ways(node)):
            changed = copy.deepcopy(tree)
            target = next(n for at, n in enumerate(ast.walk(changed)) if at == number)
            _change(changed, target, way)
            yield Mutant(
                module=module,
                line=getattr(node, "lineno", 0),
                what=what,
                tree=ast.fix_missing_locations(changed),
            )


def _declarations(tree: ast.Module) -> set[int]:
    """Return the nodes that only declare types (frozen, Literal): they decide nothing about a grade."""
    roots: list[ast.AST] = []
    for one in ast.walk(tree):
        if isinstance(one, ast.ClassDef):
            roots += one.keywords
        if isinstance(one, ast.AnnAssign):
            roots.append(one.annotation)
    return {id(part) for root in roots for part in ast.walk(root)}


def _ways(node: ast.AST) -> list[str]:  # noqa: PLR0911 - one line a kind of node
    """Return what can be changed at this node, in words."""
    match node:
        case ast.Compare(ops=ops) if type(ops[0]) in _SWAPS:
            return [
                f"{type(ops[0]).__name__} to {_SWAPS[type(ops[0])].__name__}: {ast.unparse(node)}"
            ]
        case ast.BoolOp(op=op):
            other = "or" if isinstance(op, ast.And) else "and"
            return [f"to {other}: {ast.unparse(node)}"]
        case ast.UnaryOp(op=ast.Not()):
            return [f"not dropped: {ast.unparse(node)}"]
        case ast.Constant(value=bool() as value):
            return [f"{value} to {not value}"]
        case ast.Constant(value=int() as value):
            return [f"{value} to {value + 1}"]
        case ast.Constant(value=str() as value) if value in _EFFECTS:
            return [f"{value!r} to {_EFFECTS[value]!r}"]
        case ast.Call(func=ast.Name(id="min" | "max" as name)):
            return [f"{name} swapped: {ast.unparse(node)}"]
        case ast.If():
            return [f"if always: {ast.unparse(node.test)}", f"if never: {ast.unparse(node.test)}"]
        case _:
            return []


def _change(tree: ast.Module, node: ast.AST, way: int) -> None:
    match node:
        case ast.Compare():
            node.ops[0] = _SWAPS[type(node.ops[0])]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            _replace(tree, node, node.operand)
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() as value):
            node.value = value + 1
        case ast.Constant(value=str() as value):
            node.value = _EFFECTS[value]
        case ast.Call(func=ast.Name() as func):
            func.id = "max" if func.id == "min" else "min"
        case ast.If():
            node.test = ast.Constant(value=way == 0)
        case _:
            raise AssertionError(ast.dump(node))


def _replace(tree: ast.Module, old: ast.expr, new: ast.expr) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if one is old else one for one in value]


class _InMemory(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutant in place of the file."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(SUBJECTS[fullname]))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.tree, str(SUBJECTS[module.__name__]), "exec"), module.__dict__)  # noqa: S102 - our own source, changed


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


def _begun(mutant: Mutant) -> int:
    """Begin the tests on this mutant; return the child's number."""
    child = os.fork()
    if child == 0:
        _in_child(mutant)
    return child


def _survives(mutant: Mutant) -> bool:
    """Run the tests on this mutant; say whether they all pass."""
    return next(_tried([mutant], 1))[1]


def _in_child(mutant: Mutant) -> None:
    """Load the mutant, run the tests, end. A mutant that never ends is killed by the alarm."""
    signal.alarm(PATIENCE_S)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.meta_path.insert(0, _InMemory(mutant))
    try:
        code = pytest.main(
            [
                "-q",
                "-x",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:xdist",
                "--noconftest",
                "-k",
                FAST,
                # Those that know this module best first: most mutants die at once.
                *sorted(TESTS, key=lambda one: Path(one).name not in BEST[mutant.module]),
            ],
            plugins=[_Few()],
        )
    except BaseException:  # noqa: BLE001 - whatever a mutant does, it was noticed
        code = 1
    os._exit(int(code))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
