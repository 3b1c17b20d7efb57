"""What a used stick would tell whoever finds it: looked for in every byte of it, deleted files included."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TELLING = frozenset({"serial", "uuid", "mac", "wwn", "asset_tag", "board_serial"})
"""Fields of an inventory that name one machine or one drive."""
_SHORTEST = 6
_KEY_LINE = 40
_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}")
_PASSWORD = re.compile(rb"\n[a-z_-]+:\$[0-9a-z]+\$[^:\n]{8,}:")


def betrayed(var: Path, statements: list[dict[str, Any]], disk: Path) -> list[str]:
    """Return what the bytes of this disk tell of the server's keys and of what these statements say."""
    content = disk.read_bytes()
    low = content.lower()
    found = [f"the disk holds {name}" for name, secret in _keys(var) if secret in content]
    words = {word for one in statements for word in _words(one)}
    found += [
        f"the disk tells {word}"
        for word in sorted(words)
        if word.lower().encode() in low or word.lower().encode("utf-16le") in low
    ]
    found += ["the disk holds a private key"] if _PRIVATE.search(content) else []
    found += ["the disk holds a password's hash"] if _PASSWORD.search(content) else []
    return found


def _keys(var: Path) -> Iterator[tuple[str, bytes]]:
    """Give every private key of the server: as it lies there, and each line of its body."""
    for path in sorted(var.glob("*.key")):
        raw = path.read_bytes()
        if not raw.startswith(b"-----"):
            yield path.name, raw
            yield path.name, raw.hex().encode()
            continue
        for line in raw.splitlines():
            if len(line) >= _KEY_LINE and not line.startswith(b"-"):
                yield path.name, line


def _words(told: object, name: str = "") -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield from _words(value, key)
    elif isinstance(told, list):
        for value in told:
            yield from _words(value, name)
    elif isinstance(told, str) and name in TELLING and len(told) >= _SHORTEST:
        yield told
