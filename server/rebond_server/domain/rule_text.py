"""The text of a rule file into checked values; every refusal names the line and says why."""

import difflib
import hashlib
import re
import tomllib
from collections.abc import Callable
from datetime import date
from typing import TypeVar, get_args

import msgspec
from msgspec import Struct

from rebond_server.domain.errors import BadRules
from rebond_server.domain.rule_check import Fault, text_fault, told
from rebond_server.domain.sentence import Sentence

_header = re.compile(r"^\s*\[\[\s*rule\s*\]\]")

Rule = TypeVar("Rule", bound=Struct)
LARGEST = 100_000
"""Bytes of a rule file; the shipped ones have up to 26,000."""


class Edition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rule file this is: kept with every result, so that the result can be explained later."""

    name: str
    version: str
    since: str
    author: str
    note: str = ""
    note_en: str | None = None
    """In English; None: the same, as in names of standards."""
    sha256: str = ""


def read_rules(
    text: str, kind: type[Rule], fault: Callable[[Rule], Fault | None]
) -> tuple[Edition, tuple[Rule, ...]]:
    """Return edition and rules of this TOML text, or raise BadRules naming the line.

    `fault` returns the key at fault and a sentence, or None for a rule that can be applied.
    """
    plain = _toml(text)
    raw = plain.pop("rule", None)
    if not isinstance(raw, list) or not raw:
        raise _refused(
            1, told("il n'y a aucune [[rule]] dans ce fichier", "there is no [[rule]] in this file")
        )
    rules = []
    for number, one in enumerate(raw):
        try:
            rule = msgspec.convert(one, kind)
        except msgspec.ValidationError as error:
            key = _key_in(str(error))
            raise _refused(_line(text, number, key), _misfit(str(error), kind)) from None
        wrong = text_fault(id=str(one["id"]), source_en=_told(one, "source_en")) or fault(rule)
        if wrong is not None:
            raise _refused(_line(text, number, wrong[0]), wrong[1])
        rules.append(rule)
    _refuse_twins(text, [str(one["id"]) for one in raw])
    return _edition(text, plain), tuple(rules)


def _told(one: dict[str, object], key: str) -> str:
    """Return the text under this key; a key that is left out is no empty text."""
    return str(one.get(key, "-"))


def refuse_rule(text: str, number: int, key: str, sentence: Sentence) -> BadRules:
    """Return the error for the rule of this number (from 0), to be raised by the caller."""
    return _refused(_line(text, number, key), sentence)


def decode_rules(raw: bytes) -> str:
    """Return the text of a rule file as it was saved, or raise BadRules: too large, or no UTF-8."""
    if len(raw) > LARGEST:
        most = LARGEST // 1000
        raise _refused(
            0,
            told(
                f"Ce fichier est trop grand pour des règles : {len(raw) // 1000} ko, {most} au plus.",
                f"This file is too large for rules: {len(raw) // 1000} kB, at most {most}.",
            ),
        )
    try:
        # Editors may begin a file with a byte order mark, and end lines with two characters.
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        wrong = raw[error.start]
        raise _refused(
            line,
            told(
                f"l'octet 0x{wrong:02x} n'est pas de l'UTF-8 : enregistrez le fichier en UTF-8",
                f"byte 0x{wrong:02x} is no UTF-8: save the file as UTF-8",
            ),
        ) from None


def _toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(_toml_line(error, text), _not_toml(error)) from None
    except RecursionError:
        deep = told("trop de listes l'une dans l'autre", "too many lists inside each other")
        raise _refused(1, deep) from None
    except ValueError as error:  # a number of thousands of digits
        longest = max(enumerate(text.split("\n"), 1), key=lambda line: len(line[1]))
        raise _refused(longest[0], _not_toml(error)) from None


def _edition(text: str, plain: dict[str, object]) -> Edition:
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    if "sha256" in plain:
        sentence = told("la clé sha256 n'existe pas", "there is no key sha256")
        raise _refused(_head_line(text, "sha256"), sentence)
    try:
        edition = msgspec.convert(plain | {"sha256": digest}, Edition)
    except msgspec.ValidationError as error:
        line = _head_line(text, _key_in(str(error)))
        raise _refused(line, _misfit(str(error), Edition)) from None
    wrong = text_fault(name=edition.name, version=edition.version, author=edition.author)
    if wrong is not None:
        raise _refused(_head_line(text, wrong[0]), wrong[1])
    try:
        date.fromisoformat(edition.since)
    except ValueError:
        sentence = told(
            f"{edition.since!r} n'est pas une date (AAAA-MM-JJ)",
            f"{edition.since!r} is no date (YYYY-MM-DD)",
        )
        raise _refused(_head_line(text, "since"), sentence) from None
    return edition


def _refuse_twins(text: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise _refused(
                _line(text, number, "id"),
                told(
                    f"la règle {name} est ici une seconde fois",
                    f"rule {name} stands here a second time",
                ),
            )


def _not_toml(error: ValueError) -> Sentence:
    return told(f"ce n'est pas du TOML ({error})", f"this is no TOML ({error})")


def _toml_line(error: tomllib.TOMLDecodeError, text: str) -> int:
    """Return the line that the parser names, the last one for the end of the document."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else len(text.rstrip().split("\n"))


_MISFITS = (
    (r"missing required field `(\w+)`", "il manque {0}", "{0} is missing"),
    (r"unknown field `(\w+)`", "la clé {0} n'existe pas", "there is no key {0}"),
    (r"Invalid enum value '([^']*)'", "{0!r} n'est pas permis", "{0!r} is not allowed"),
    (r"Invalid value '([^']*)'", "{0!r} n'est pas permis", "{0!r} is not allowed"),
)


def _misfit(message: str, kind: object) -> Sentence:
    """Return what msgspec complains of as a sentence, with the nearest key for a typo."""
    for pattern, fr, en in _MISFITS:
        found = re.search(pattern, message)
        if found is not None:
            near = difflib.get_close_matches(found[1], _keys(kind), n=1)
            hint = near if "unknown field" in message else []
            return told(
                fr.format(found[1]) + "".join(f" ; voulez-vous dire {one} ?" for one in hint),
                en.format(found[1]) + "".join(f"; do you mean {one}?" for one in hint),
            )
    typed = re.search(r"Expected `([^`]+)`, got `([^`]+)`", message)
    if typed is None:
        return told(f"valeur d'un autre type ({message})", f"a value of another type ({message})")
    wanted, found_fr = (_in_french(kinds) for kinds in typed.groups())
    return told(f"il faut {wanted}, pas {found_fr}", f"expected {typed[1]}, not {typed[2]}")


_TYPES = {
    "str": "un texte",
    "int": "un nombre entier",
    "float": "un nombre",
    "bool": "true ou false",
    "array": "une liste",
    "object": "une table",
    "null": "rien",
}


def _in_french(kinds: str) -> str:
    """Return msgspec's names of types, "int | str", in French."""
    return " ou ".join(_TYPES.get(kind, kind) for kind in kinds.split(" | "))


def _keys(kind: object) -> list[str]:
    """Return the keys that a rule of this kind, or of any of these kinds, may have."""
    kinds = get_args(kind) or (kind,)
    return sorted({name for one in kinds for name in getattr(one, "__struct_fields__", ())})


def _head_line(text: str, key: str) -> int:
    """Return the first line of a key of the head, which no rule has; else the first line."""
    for at, line in enumerate(text.split("\n")):
        if key and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return at + 1
    return 1


def _key_in(message: str) -> str:
    """Find the key that msgspec complains of: "… - at `$.op`" or "unknown field `fact_`"."""
    found = re.search(r"`\$\.(\w+)|unknown field `(\w+)", message)
    return next((name for name in found.groups() if name), "") if found else ""


def _line(text: str, number: int, key: str) -> int:
    """Return the line of this key in the rule of this number, else of the rule's header."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if _header.match(line)]
    if number >= len(starts):
        return 1
    end = starts[number + 1] if number + 1 < len(starts) else len(lines)
    for at in range(starts[number], end):
        if key and re.match(rf"\s*{re.escape(key)}\s*=", lines[at]):
            return at + 1
    return starts[number] + 1


def _refused(line: int, sentence: Sentence) -> BadRules:
    at = told(f"Ligne {line} : ", f"Line {line}: ") if line else told("", "")
    return BadRules(told(at.fr + sentence.fr, at.en + sentence.en))
