"""The parts of the sheet, a function a subject: what is unknown says so."""

from collections.abc import Sequence

from rebond_agent.language import Language, decimal, word
from rebond_agent.language.hidden_reasons import hidden_reason
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.words import CHASSIS, EQUIPMENT, NETWORKS
from rebond_agent.sheet.drive import drive_lines
from rebond_agent.sheet.rows import Rows
from rebond_agent.sheet.size import binary_size
from rebond_schemas.facts import (
    Battery,
    Display,
    Facts,
    Firmware,
    Memory,
    MemoryModule,
    NetworkInterface,
)
from rebond_schemas.screen_makers import SCREEN_MAKERS


def facts_blocks(facts: Facts, language: Language, width: int) -> list[list[str]]:
    """Return what is known beside machine and drives, a block of lines a subject, for a console."""
    known = (
        (_firmware, facts.firmware != Firmware()),
        (_memory, facts.memory != Memory()),
        (_batteries, bool(facts.batteries)),
        (_networks, bool(facts.network)),
        (_displays, bool(facts.displays)),
        (_graphics, bool(facts.graphics)),
        (_equipment, any(one.present is not None for one in facts.equipment)),
    )
    blocks = []
    for part, told in known:
        if told:
            rows = Rows(language, {}, width)
            part(rows, facts)
            blocks.append(rows.lines)
    return blocks


def _device(rows: Rows, facts: Facts) -> None:
    board = facts.board
    model = " ".join(_distinct([board.maker, board.model])) or None
    marketing = board.marketing_name if board.marketing_name != board.model else None
    chassis = word(rows.language, CHASSIS, board.chassis) if board.chassis else None
    virtual = board.hypervisor and rows.say(Phrase.VIRTUAL_MACHINE, name=board.hypervisor)
    rows.add(Phrase.DEVICE, [model or rows.say(Phrase.UNKNOWN), marketing, chassis, virtual])
    rows.add(Phrase.SERIAL, _distinct([board.serial, board.chassis_serial]))


def _firmware(rows: Rows, facts: Facts) -> None:
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


def _processor(rows: Rows, facts: Facts) -> None:
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


def _memory(rows: Rows, facts: Facts) -> None:
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


def _module(rows: Rows, module: MemoryModule) -> list[str | None]:
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


def _size(rows: Rows, phrase: Phrase, mebibytes: int | None) -> str | None:
    return rows.say(phrase, size=binary_size(rows.language, mebibytes)) if mebibytes else None


def _drives(rows: Rows, facts: Facts) -> None:
    match facts.drives_hidden:
        case True:
            reason = facts.drives_hidden_reason or rows.say(Phrase.UNKNOWN)
            reason = hidden_reason(reason, rows.language)
            rows.add(Phrase.DRIVES, [rows.say(Phrase.DRIVES_HIDDEN, reason=reason)])
        case None:
            rows.add(Phrase.DRIVES, [rows.say(Phrase.DRIVES_UNSURE)])
        case False:
            pass
    if not facts.drives:
        rows.add(Phrase.DRIVES, rows.none_or_unknown("drives", Phrase.NO_DRIVE))
    for drive in facts.drives:
        first, *others = drive_lines(drive, rows.language)
        rows.add(Phrase.DRIVES, first)
        for parts in others:
            rows.under(parts)


def _batteries(rows: Rows, facts: Facts) -> None:
    for battery in facts.batteries:
        rows.add(Phrase.BATTERY, _battery(rows, battery))
    if not facts.batteries:
        rows.add(Phrase.BATTERY, rows.none_or_unknown("batteries", Phrase.NO_BATTERY))


def _battery(rows: Rows, battery: Battery) -> list[str | None]:
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


def _networks(rows: Rows, facts: Facts) -> None:
    for card in facts.network:
        rows.add(Phrase.NETWORK, _network(rows, card))
    if not facts.network:
        rows.add(Phrase.NETWORK, rows.none_or_unknown("network", Phrase.NO_NETWORK))


def _displays(rows: Rows, facts: Facts) -> None:
    for display in facts.displays:
        rows.add(Phrase.DISPLAY, _display(rows, display))
    if not facts.displays:
        rows.add(Phrase.DISPLAY, rows.none_or_unknown("displays", Phrase.NO_DISPLAY))


def _graphics(rows: Rows, facts: Facts) -> None:
    for chip in facts.graphics:
        rows.add(Phrase.GRAPHICS, _distinct([chip.maker, chip.name]) or [chip.driver])


def _network(rows: Rows, card: NetworkInterface) -> list[str | None]:
    generation = f" {card.wifi_generation}" if card.wifi_generation else ""
    return [
        word(rows.language, NETWORKS, card.kind) + generation,
        " ".join(_distinct([card.maker, card.model])) or card.driver or card.name,
        f"{card.speed_mbps} Mbit/s" if card.speed_mbps else None,
        card.mac,
    ]


def _display(rows: Rows, display: Display) -> list[str | None]:
    size, inches = (display.width_px, display.height_px), display.diagonal_inch
    return [
        " ".join(_distinct([_screen_maker(display), display.model])) or None,
        None if None in size else f"{size[0]} x {size[1]}",
        rows.say(Phrase.INCHES, inches=decimal(rows.language, inches)) if inches else None,
        str(display.year) if display.year else None,
    ]


def _screen_maker(display: Display) -> str | None:
    return SCREEN_MAKERS.get(display.maker or "", display.maker)


def _equipment(rows: Rows, facts: Facts) -> None:
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


PARTS = (
    _device,
    _firmware,
    _processor,
    _memory,
    _drives,
    _batteries,
    _networks,
    _displays,
    _graphics,
    _equipment,
)
"""The parts of the sheet, from top to bottom."""
