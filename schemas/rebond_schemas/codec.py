"""The only door between JSON bytes and values. Refuses early, and says why in a sentence."""

import json
import math
import re
from typing import Any, NamedTuple

import msgspec

from rebond_schemas.statement import AnyStatement

SIZE_LIMIT = 2 * 1024 * 1024
DEPTH_LIMIT = 32
NODE_LIMIT = 20_000
NUMBER_LIMIT = 40
"""Characters of one number; SMART raw values have twenty at the most."""


class Limits(NamedTuple):
    """How large a document may be: bytes, and values in it."""

    size: int
    nodes: int


STATEMENT = Limits(SIZE_LIMIT, NODE_LIMIT)
PLAN_FILE = Limits(128 * 1024 * 1024, 5_000_000)
"""A plan over 100,000 devices is 40 MB; such a file comes from a person at the server, never by network."""

_token = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]|[-+.0-9eE]+', re.DOTALL)


class Unreadable(ValueError):
    """The bytes are not a statement of this format."""


def encode(value: object) -> bytes:
    """Return the bytes of a statement, receipt or request, in a fixed field order."""
    return msgspec.json.encode(value)


def decode(raw: bytes) -> AnyStatement:
    """Return the statement in these bytes, or raise Unreadable with the reason."""
    statement: AnyStatement = decode_as(raw, AnyStatement)
    return statement


def decode_as(raw: bytes, kind: Any, limits: Limits = STATEMENT) -> Any:  # noqa: ANN401 - msgspec takes unions, which have no type
    """Return the value of this type in these bytes, or raise Unreadable with the reason."""
    _check_shape(raw, limits)
    try:
        plain = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        return msgspec.convert(plain, kind)
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 at byte {error.start}") from None
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise Unreadable(f"not JSON: {error}") from None


def _check_shape(raw: bytes, limits: Limits) -> None:
    """Refuse what is too large, too deep or too busy, before anything is built from it."""
    if len(raw) > limits.size:
        raise Unreadable(f"larger than {limits.size} bytes")
    depth = nodes = 0
    for match in _token.finditer(raw):
        token = match.group()
        first = token[:1]
        if first in b"[{":
            depth += 1
            nodes += 1
            if depth > DEPTH_LIMIT:
                raise Unreadable(f"nested deeper than {DEPTH_LIMIT}")
        elif first in b"]}":
            depth -= 1
        elif first == b",":
            nodes += 1
        elif first != b'"' and len(token) > NUMBER_LIMIT:
            raise Unreadable(f"a number longer than {NUMBER_LIMIT} characters")
        if nodes > limits.nodes:
            raise Unreadable(f"more than {limits.nodes} values")


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise ValueError("the same key twice in one object")
    return built


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is out of range")
    return number


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number")
