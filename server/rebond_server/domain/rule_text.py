"""The text of a rule file into checked values; every refusal names the line and says why."""

import hashlib
import re
import tomllib
from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Struct

from rebond_server.domain.errors import BadRules
from rebond_server.domain.sentence import Sentence

_header = re.compile(r"^\s*\[\[\s*rule\s*\]\]")

Rule = TypeVar("Rule", bound=Struct)


class Edition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rule file this is: kept with every result, so that the result can be explained later."""

    name: str
    version: str
    since: str
    author: str
    note: str = ""
    sha256: str = ""


def read_rules(
    text: str, kind: type[Rule], fault: Callable[[Rule], tuple[str, str] | None]
) -> tuple[Edition, tuple[Rule, ...]]:
    """Return edition and rules of this TOML text, or raise BadRules naming the line.

    `fault` returns the key at fault and a sentence, or None for a rule that can be applied.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(0, str(error)) from None
    raw = plain.pop("rule", None)
    if not isinstance(raw, list) or not raw:
        raise _refused(1, "there is no [[rule]] in this file")
    rules = []
    for number, one in enumerate(raw):
        try:
            rule = msgspec.convert(one, kind)
        except msgspec.ValidationError as error:
            raise _refused(_line(text, number, _key_in(str(error))), str(error)) from None
        wrong = fault(rule)
        if wrong is not None:
            raise _refused(_line(text, number, wrong[0]), wrong[1])
        rules.append(rule)
    _refuse_twins(text, [str(one["id"]) for one in raw])
    return _edition(text, plain), tuple(rules)


def refuse_rule(text: str, number: int, key: str, sentence: str) -> BadRules:
    """Return the error for the rule of this number (from 0), to be raised by the caller."""
    return _refused(_line(text, number, key), sentence)


def _edition(text: str, plain: dict[str, object]) -> Edition:
    digest = hashlib.sha256(text.encode()).hexdigest()
    try:
        return msgspec.convert(plain | {"sha256": digest}, Edition)
    except msgspec.ValidationError as error:
        raise _refused(1, str(error)) from None


def _refuse_twins(text: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise _refused(_line(text, number, "id"), f"rule {name} stands here a second time")


def _key_in(message: str) -> str:
    """Find the key that msgspec complains of: "… - at `$.op`" or "unknown field `fact_`"."""
    found = re.search(r"`\$\.(\w+)|unknown field `(\w+)", message)
    return next((name for name in found.groups() if name), "") if found else ""


def _line(text: str, number: int, key: str) -> int:
    """Return the line of this key in the rule of this number, else of the rule's header."""
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines) if _header.match(line)]
    if number >= len(starts):
        return 1
    end = starts[number + 1] if number + 1 < len(starts) else len(lines)
    for at in range(starts[number], end):
        if key and re.match(rf"\s*{re.escape(key)}\s*=", lines[at]):
            return at + 1
    return starts[number] + 1


def _refused(line: int, sentence: str) -> BadRules:
    at = Sentence(fr=f"Ligne {line} : ", en=f"Line {line}: ") if line else Sentence(fr="", en="")
    return BadRules(Sentence(fr=at.fr + sentence, en=at.en + sentence))
