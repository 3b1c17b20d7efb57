"""The readable sheet of one machine: plain text, 80 columns, French or English."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from rebond_agent.language import Language, decimal, say, word
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.words import CHASSIS, EQUIPMENT, NETWORKS
from rebond_agent.sheet.drive import drive_lines
from rebond_agent.sheet.size import binary_size
from rebond_schemas.facts import (
    Battery,
    Display,
    Facts,
    MemoryModule,
    NetworkInterface,
    Source,
)
from rebond_schemas.statement import Inventory

WIDTH = 80
MARGIN = 16
"""Columns of the label on the left."""


def sheet(statement: Inventory, language: Language, *, origin: str) -> str:
    """Return the whole sheet; `origin` says which stick made it, or that none did."""
    rows = _Rows(language, statement.sources)
    facts = statement.facts
    for part in (_device, _firmware, _processor, _memory, _drives, _batteries, _rest):
        part(rows, facts)
    for failure in statement.failures:
        rows.add(Phrase.FAILURES, [f"{failure.probe} : {failure.reason}"])
    return "\n".join([*_head(statement, language, origin), *rows.lines, "═" * WIDTH, ""])


def _head(statement: Inventory, language: Language, origin: str) -> list[str]:
    """Title and moment, then asset tag and stick."""
    title = say(language, Phrase.TITLE)
    if statement.asset_tag:
        title += " · " + say(language, Phrase.TAG, tag=statement.asset_tag)
    moment = f"{statement.made.wall:%Y-%m-%d %H:%M} UTC"
    if len(title) + len(moment) + 1 > WIDTH:
        lines = [title, moment]
    else:
        lines = [title + moment.rjust(WIDTH - len(title))]
    return ["═" * WIDTH, *lines, *textwrap.wrap(origin, WIDTH), "─" * WIDTH]


class _Rows:
    """Lines in the making: a label on the left, parts joined by dots, never wider than WIDTH."""

    def __init__(self, language: Language, sources: Mapping[str, Source]) -> None:
        self.language = language
        self.sources = sources
        self.lines: list[str] = []
        self._last: Phrase | None = None

    def say(self, phrase: Phrase, **details: object) -> str:
        return say(self.language, phrase, **details)

    def add(self, label: Phrase, parts: Iterable[str | None]) -> None:
        """Add one row; without any part the row says "unknown"."""
        said = [part for part in parts if part] or [self.say(Phrase.UNKNOWN)]
        shown = "" if label is self._last else self.say(label)
        self._last = label
        for line in filled(said, WIDTH - MARGIN):
            self.lines.append(f"{shown:<{MARGIN}}{line}")
            shown = ""

    def under(self, parts: Iterable[str | None]) -> None:
        """Add one row under the last label, a little to the right; nothing when empty."""
        said = [part for part in parts if part]
        self.lines.extend(" " * (MARGIN + 2) + line for line in filled(said, WIDTH - MARGIN - 2))

    def none_or_unknown(self, name: str, phrase: Phrase) -> list[str]:
        """Say that there is none only where something that could tell said so."""
        source = self.sources.get(name)
        known = source is not None and source.status != "unknown"
        return [self.say(phrase)] if known else []


def filled(parts: Sequence[str], width: int) -> list[str]:
    """Join parts by dots into lines; a part is broken only when it fills a line by itself."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} · {part}" if lines else part
        if len(joined) <= width:
            lines[-1:] = [joined]
        else:
            lines.extend(textwrap.wrap(part, width))
    return lines


def _device(rows: _Rows, facts: Facts) -> None:
    board = facts.board
    model = " ".join(_distinct([board.maker, board.model])) or None
    marketing = board.marketing_name if board.marketing_name != board.model else None
    chassis = word(rows.language, CHASSIS, board.chassis) if board.chassis else None
    virtual = board.hypervisor and rows.say(Phrase.VIRTUAL_MACHINE, name=board.hypervisor)
    rows.add(Phrase.DEVICE, [model or rows.say(Phrase.UNKNOWN), marketing, chassis, virtual])
    rows.add(Phrase.SERIAL, _distinct([board.serial, board.chassis_serial]))


def _firmware(rows: _Rows, facts: Facts) -> None:
    firmware = facts.firmware
    secure = {True: Phrase.SECURE_BOOT_ON, False: Phrase.SECURE_BOOT_OFF, None: None}
    boot = secure[firmware.secure_boot]
    name = " ".join(part for part in (firmware.vendor, firmware.version) if part)
    dated = firmware.date and rows.say(Phrase.DATED, date=firmware.date)
    rows.add(
        Phrase.FIRMWARE,
        [
            " ".join(part for part in (name, dated) if part),
            firmware.mode and firmware.mode.upper(),
            boot and rows.say(boot),
            firmware.tpm_version and f"TPM {firmware.tpm_version}",
            rows.say(Phrase.WINDOWS_KEY) if firmware.windows_key else None,
            rows.say(Phrase.SETUP_PASSWORD) if firmware.setup_password else None,
            *firmware.anti_theft,
        ],
    )


def _processor(rows: _Rows, facts: Facts) -> None:
    processor = facts.processor
    cores, threads = processor.cores, processor.threads
    unknown = rows.say(Phrase.UNKNOWN)
    counts = rows.say(
        Phrase.CORES,
        cores=unknown if cores is None else cores,
        threads=unknown if threads is None else threads,
    )
    level = processor.x86_64_level
    rows.add(
        Phrase.PROCESSOR,
        [
            f"{processor.sockets} x" if (processor.sockets or 0) > 1 else None,
            processor.name or unknown,
            None if cores is None and threads is None else counts,
            f"x86-64-v{level}" if level else None,
            processor.generation,
            str(processor.year) if processor.year else None,
        ],
    )


def _memory(rows: _Rows, facts: Facts) -> None:
    memory = facts.memory
    installed, usable = memory.installed_mib, memory.usable_mib
    slots = rows.say(Phrase.SLOTS, slots=memory.slots, free=memory.free_slots)
    rows.add(
        Phrase.MEMORY,
        [
            _size(rows, Phrase.INSTALLED, installed) or rows.say(Phrase.INSTALLED_UNKNOWN),
            _size(rows, Phrase.USABLE, usable),
            None if None in (memory.slots, memory.free_slots) else slots,
        ],
    )
    for module in memory.modules:
        rows.under(_module(rows, module))


def _module(rows: _Rows, module: MemoryModule) -> list[str | None]:
    return [
        module.slot,
        rows.say(Phrase.UNKNOWN)
        if module.size_mib is None
        else binary_size(rows.language, module.size_mib),
        " ".join(part for part in (module.kind, module.form) if part),
        f"{module.speed_mts} MT/s" if module.speed_mts else None,
        " ".join(part for part in (module.maker, module.part) if part),
        rows.say(Phrase.SOLDERED) if module.soldered else None,
    ]


def _size(rows: _Rows, phrase: Phrase, mebibytes: int | None) -> str | None:
    return rows.say(phrase, size=binary_size(rows.language, mebibytes)) if mebibytes else None


def _drives(rows: _Rows, facts: Facts) -> None:
    match facts.drives_hidden:
        case True:
            reason = facts.drives_hidden_reason or rows.say(Phrase.UNKNOWN)
            rows.add(Phrase.DRIVES, [rows.say(Phrase.DRIVES_HIDDEN, reason=reason)])
        case None:
            rows.add(Phrase.DRIVES, [rows.say(Phrase.DRIVES_UNSURE)])
        case False:
            pass
    if not facts.drives:
        rows.add(Phrase.DRIVES, [rows.say(Phrase.NO_DRIVE)])
    for drive in facts.drives:
        first, *others = drive_lines(drive, rows.language)
        rows.add(Phrase.DRIVES, first)
        for parts in others:
            rows.under(parts)


def _batteries(rows: _Rows, facts: Facts) -> None:
    for battery in facts.batteries:
        rows.add(Phrase.BATTERY, _battery(rows, battery))
    if not facts.batteries:
        rows.add(Phrase.BATTERY, rows.none_or_unknown("batteries", Phrase.NO_BATTERY))


def _battery(rows: _Rows, battery: Battery) -> list[str | None]:
    health, full, design = battery.health_percent, battery.full_mwh, battery.design_mwh
    return [
        " ".join(_distinct([battery.maker, battery.model])) or battery.name,
        battery.chemistry,
        rows.say(Phrase.HEALTH_UNKNOWN)
        if health is None
        else rows.say(Phrase.HEALTH, percent=decimal(rows.language, health)),
        None if full is None or design is None else f"{full} / {design} mWh",
        None if battery.cycles is None else rows.say(Phrase.CHARGE_CYCLES, cycles=battery.cycles),
    ]


def _rest(rows: _Rows, facts: Facts) -> None:
    for card in facts.network:
        rows.add(Phrase.NETWORK, _network(rows, card))
    if not facts.network:
        rows.add(Phrase.NETWORK, rows.none_or_unknown("network", Phrase.NO_NETWORK))
    for display in facts.displays:
        rows.add(Phrase.DISPLAY, _display(rows, display))
    if not facts.displays:
        rows.add(Phrase.DISPLAY, rows.none_or_unknown("displays", Phrase.NO_DISPLAY))
    for chip in facts.graphics:
        rows.add(Phrase.GRAPHICS, _distinct([chip.maker, chip.name]) or [chip.driver])
    _equipment(rows, facts)


def _network(rows: _Rows, card: NetworkInterface) -> list[str | None]:
    generation = f" {card.wifi_generation}" if card.wifi_generation else ""
    return [
        word(rows.language, NETWORKS, card.kind) + generation,
        " ".join(_distinct([card.maker, card.model])) or card.driver or card.name,
        f"{card.speed_mbps} Mbit/s" if card.speed_mbps else None,
        card.mac,
    ]


def _display(rows: _Rows, display: Display) -> list[str | None]:
    size, inches = (display.width_px, display.height_px), display.diagonal_inch
    return [
        " ".join(_distinct([display.maker, display.model])) or None,
        None if None in size else f"{size[0]} x {size[1]}",
        rows.say(Phrase.INCHES, inches=decimal(rows.language, inches)) if inches else None,
        str(display.year) if display.year else None,
    ]


def _equipment(rows: _Rows, facts: Facts) -> None:
    there = [
        word(rows.language, EQUIPMENT, one.kind) for one in facts.equipment if one.present is True
    ]
    absent = [
        word(rows.language, EQUIPMENT, one.kind) for one in facts.equipment if one.present is False
    ]
    missing = rows.say(Phrase.ABSENT, names=", ".join(_distinct(absent))) if absent else None
    layout = facts.keyboard_layout
    keys = f"{word(rows.language, EQUIPMENT, 'keyboard')} {layout_name(layout)}" if layout else None
    rows.add(Phrase.EQUIPMENT, [", ".join(_distinct(there)) or None, keys, missing])


def layout_name(layout: str) -> str:
    """Return a layout as people write it: `AZERTY (FR)` for azerty_fr."""
    letters, _, country = layout.upper().partition("_")
    return f"{letters} ({country})" if country else letters


def _distinct(texts: Sequence[str | None]) -> list[str]:
    """Without the unknown and what was said already ("LENOVO", "LENOVO ThinkPad")."""
    known = [text for text in texts if text]
    return [
        text
        for index, text in enumerate(known)
        if text not in known[:index]
        and not any(other.lower().startswith(text.lower() + " ") for other in known[index + 1 :])
    ]
