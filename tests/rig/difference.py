"""Compares facts with what was expected, field by field: only what is expected is looked at."""

from typing import Any


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Return a line for each place where the facts are not as expected."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{path}: expected an object, found {found!r}"]
        return [
            line
            for key, value in expected.items()
            for line in differences(value, found.get(key), f"{path}.{key}" if path else key)
        ]
    if isinstance(expected, list):
        if not isinstance(found, list) or len(expected) != len(found):
            return [f"{path}: expected {len(expected)} of them, found {found!r}"]
        return _unordered(expected, found, path)
    return [] if expected == found else [f"{path}: expected {expected!r}, found {found!r}"]


def _unordered(expected: list[Any], found: list[Any], path: str) -> list[str]:
    """Pair each expected item with the one most like it: sda and sdb change places at will."""
    left, lines = list(found), []
    for at, one in enumerate(expected):
        compared = [differences(one, other, f"{path}[{at}]") for other in left]
        best = min(range(len(left)), key=lambda place: len(compared[place]))
        lines += compared[best]
        del left[best]
    return lines
