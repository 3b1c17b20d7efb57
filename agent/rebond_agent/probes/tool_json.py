"""JSON that tools print: read it whatever it holds, and take from it only what has the right type."""

import json
from collections.abc import Mapping, Sequence

from rebond_schemas.text import clean

LARGEST = 2**63 - 1


def load(raw: bytes | str) -> object:
    """Return the JSON value in a tool's output, or None when there is none."""
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value


def at(value: object, *path: str | int) -> object:
    """Return what stands at a path of keys and indexes, or None."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def whole(value: object, *path: str | int) -> int | None:
    """Return a whole number from 0 to 2**63-1, or None; true is no number."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if 0 <= found <= LARGEST else None


def word(value: object, *path: str | int) -> str | None:
    """Return a cleaned text, or None."""
    found = at(value, *path)
    return clean(found) if isinstance(found, str) else None


def truth(value: object, *path: str | int) -> bool | None:
    """Return true or false, or None when it is neither."""
    found = at(value, *path)
    return found if isinstance(found, bool) else None


def rows(value: object, *path: str | int) -> Sequence[object]:
    """Return a list, empty when there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else ()
