"""The text of dmidecode, cut into its structures (DMTF DSP0134)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rebond_agent.machine import Machine

COMMAND = ("dmidecode",)

_handle = re.compile(r"^Handle (0x[0-9A-Fa-f]{4}), DMI type (\d{1,3}), \d+ bytes")
_size = re.compile(r"^(\d{1,9})\s*(bytes|[kKMGT]i?B)\b")
_TITLES = {
    "BIOS Information": 0,
    "System Information": 1,
    "Base Board Information": 2,
    "Chassis Information": 3,
    "Processor Information": 4,
    "Physical Memory Array": 16,
    "Memory Device": 17,
    "Portable Battery": 22,
}
_UNITS = {"bytes": 1, "k": 2**10, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


@dataclass(frozen=True, kw_only=True)
class Structure:
    """One structure: its type number, its `Key: value` lines and the lists under its keys."""

    handle: str
    kind: int
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, *keys: str) -> str | None:
        """Return the first of these values that is there."""
        return next((self.values[key] for key in keys if self.values.get(key)), None)


def parse_smbios(text: str) -> tuple[Structure, ...]:
    """Return every structure of a dmidecode text, in its order; none for any other text."""
    structures = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = block.strip("\n").splitlines()
        head = next((at for at, line in enumerate(lines) if _handle.match(line)), None)
        if head is None:  # a text cut by hand may have lost its handles, not its titles
            head = next((at for at, line in enumerate(lines) if line in _TITLES), None)
        if head is not None:
            structures.append(_structure(lines[head:]))
    return tuple(structures)


def of_kind(structures: Sequence[Structure], kind: int) -> tuple[Structure, ...]:
    """Return the structures of one SMBIOS type."""
    return tuple(one for one in structures if one.kind == kind)


def first(structures: Sequence[Structure], kind: int) -> Structure:
    """Return the first structure of a type, or an empty one: absent values read as unknown."""
    return next(iter(of_kind(structures, kind)), Structure(handle="", kind=kind))


def size_bytes(raw: str | None) -> int | None:
    """Return the bytes of `8 GB`, `4096 MB`, `512 kB`; None for any other text."""
    found = _size.match((raw or "").strip())
    if not found:
        return None
    number, unit = found.groups()
    return int(number) * _UNITS["bytes" if unit == "bytes" else unit[0]]


def ask_smbios(machine: Machine) -> tuple[Structure, ...]:
    """Return the machine's SMBIOS structures; none when dmidecode can't tell."""
    return parse_smbios(machine.run(COMMAND).text)


def _structure(lines: Sequence[str]) -> Structure:
    head = _handle.match(lines[0])
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    key = ""
    indents = [_indent(line) for line in lines[1:] if line.strip()]
    least = min((one for one in indents if one), default=0)
    for line in lines[1:]:
        indent = _indent(line)
        if indent > least:
            lists.setdefault(key, []).append(line.strip())
        elif indent:
            key, _, value = line.strip().partition(":")
            values.setdefault(key, value.strip())
    return Structure(
        handle=head[1].lower() if head else "",
        kind=int(head[2]) if head else _TITLES[lines[0]],
        values=values,
        lists={name: tuple(items) for name, items in lists.items()},
    )


def _indent(line: str) -> int:
    """Columns before the text: dmidecode writes tabs, an editor or a web page may have made blanks of them."""
    return len(line.expandtabs()) - len(line.expandtabs().lstrip())
