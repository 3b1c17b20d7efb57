"""The raw outputs behind the facts, as they travel in a statement."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rebond_agent.machine.noting import NotingMachine
from rebond_schemas.statement import EVIDENCE_LIMIT, Evidence
from rebond_schemas.text import clean

BUDGET = 1024 * 1024
"""Bytes of all contents together: base64 makes a third more, and a statement holds 2 MiB."""

MOST = 448
"""A statement holds 512 pieces; some are left to the session."""

_NAME_LIMIT = 64
_COMMAND_WORDS = 32


@dataclass(frozen=True, kw_only=True)
class _Piece:
    command: tuple[str, ...]
    outcome: Literal["ok", "failed", "missing", "timeout"]
    exit_status: int | None
    content: bytes


def gather(machine: NotingMachine) -> tuple[Evidence, ...]:
    """Return everything the machine was asked and answered, largest pieces cut first."""
    pieces = [*_commands(machine), *_answers(machine), *_files(machine)][:MOST]
    limit = _fair_limit([len(piece.content) for piece in pieces])
    taken: set[str] = set()
    return tuple(_evidence(piece, limit, taken) for piece in pieces)


def _commands(machine: NotingMachine) -> Iterable[_Piece]:
    for one in machine.commands:
        yield _Piece(
            command=one.command,
            outcome=one.outcome,
            exit_status=one.exit_status,
            content=one.output or one.errors,
        )


def _answers(machine: NotingMachine) -> Iterable[_Piece]:
    for library, value in machine.answers.items():
        content = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")
        yield _Piece(command=("library", library), outcome="ok", exit_status=None, content=content)


def _files(machine: NotingMachine) -> Iterable[_Piece]:
    for path, content in machine.files.items():
        yield _Piece(command=("read", path), outcome="ok", exit_status=None, content=content)


def _evidence(piece: _Piece, limit: int, taken: set[str]) -> Evidence:
    return Evidence(
        name=_name(piece.command, taken),
        command=tuple(clean(word) or "" for word in piece.command[:_COMMAND_WORDS]),
        outcome=piece.outcome,
        exit_status=piece.exit_status,
        content=piece.content[:limit],
        size_bytes=len(piece.content),
        sha256=hashlib.sha256(piece.content).hexdigest(),
    )


def _fair_limit(sizes: list[int]) -> int:
    """Return the greatest bound (by halves) under which all pieces together fit the budget."""
    limit = EVIDENCE_LIMIT
    while sum(min(size, limit) for size in sizes) > BUDGET:
        limit //= 2
    return limit


def _name(command: tuple[str, ...], taken: set[str]) -> str:
    """Return a short name of the statement's alphabet, unlike any other in this run."""
    whole = re.sub(r"[^a-z0-9_.:/+-]+", "-", "-".join(command).lower()).lstrip("_.:/+-") or "asked"
    name = whole[:_NAME_LIMIT]
    if len(whole) > _NAME_LIMIT or name in taken:
        digest = hashlib.sha256("\0".join(command).encode("utf-8", "replace")).hexdigest()[:12]
        name = f"{whole[: _NAME_LIMIT - 13]}-{digest}"
    taken.add(name)
    return name
