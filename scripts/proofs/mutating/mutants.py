"""Every mutant of a module: one comparison, constant, effect or branch changed, nothing else."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
