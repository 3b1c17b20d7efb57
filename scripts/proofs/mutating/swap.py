"""A changed function put in the place of the loaded one, so that nothing has to be imported again."""

import ast
import sys
import types
from collections.abc import Iterator

from mutating.mutants import Mutant


def function_of(tree: ast.Module, line: int) -> ast.FunctionDef | None:
    """Return the function or method in whose body this line stands; None outside of any.

    Its decorators, defaults and annotations are made when the module is loaded: they are outside.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        first = min(statement.lineno for statement in node.body)
        if first <= line <= (node.end_lineno or line) and _outermost(tree, node):
            return node
    return None


def _outermost(tree: ast.Module, node: ast.FunctionDef) -> bool:
    classes = [one for one in tree.body if isinstance(one, ast.ClassDef)]
    return node in tree.body or any(node in one.body for one in classes)


def swap(mutant: Mutant) -> bool:
    """Give the loaded function the mutant's code; False where the change is outside of functions."""
    node = function_of(mutant.tree, mutant.line)
    if node is None:
        return False
    loaded = next(
        (one for one in _functions(sys.modules[mutant.module]) if _is(one.__code__, node)), None
    )
    whole = compile(mutant.tree, loaded.__code__.co_filename if loaded else "", "exec")
    changed = next((code for code in _codes(whole) if _is(code, node)), None)
    if loaded is None or changed is None or changed.co_freevars != loaded.__code__.co_freevars:
        return False
    loaded.__code__ = changed
    return True


def _is(code: types.CodeType, node: ast.FunctionDef) -> bool:
    lines = {node.lineno, *(one.lineno for one in node.decorator_list)}
    return code.co_name == node.name and code.co_firstlineno in lines


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _functions(module: types.ModuleType) -> Iterator[types.FunctionType]:
    """Yield the functions of a module, methods and properties of its classes among them."""
    own = [
        one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__
    ]
    for one in own:
        if isinstance(one, types.FunctionType):
            yield one
        elif isinstance(one, type):
            for member in vars(one).values():
                inner = member.fget if isinstance(member, property) else member
                if isinstance(inner, types.FunctionType):
                    yield inner
