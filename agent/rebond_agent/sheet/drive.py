"""A drive and its SMART values in words. Nothing is judged here: the server's rules do that."""

from rebond_agent.language import Language, decimal, say, whole, word
from rebond_agent.language.phrases import Phrase
from rebond_agent.language.words import BUSES, DRIVE_KINDS
from rebond_agent.sheet.size import decimal_size
from rebond_agent.wipe.holders import tree
from rebond_schemas.facts import Bus, Drive, DriveKind
from rebond_schemas.smart import Smart

_WHOLE = 100
"""Percent of the spare: a whole reserve is no news."""

Line = list[str | None]


def drive_lines(drive: Drive, language: Language) -> list[Line]:
    """Return the lines of one drive: what it is, who it is, how it is, what uses it as a tree."""
    used: list[Line] = [[row] for row in tree(drive.holders)]
    return [_what(drive, language), _who(drive, language), _health(drive, language), *used]


def _what(drive: Drive, language: Language) -> Line:
    size, bus = drive.identity.size_bytes, drive.identity.bus
    bus_says_more = bus is not Bus.UNKNOWN and drive.kind not in (
        DriveKind.NVME,
        DriveKind.EMMC,
        DriveKind.USB,
        DriveKind.IMAGE,
    )
    return [
        drive.path,
        word(language, DRIVE_KINDS, drive.kind),
        word(language, BUSES, bus) if bus_says_more else None,
        say(language, Phrase.UNKNOWN) if size is None else decimal_size(language, size),
        say(language, Phrase.TURNS, turns=drive.rotation_rpm) if drive.rotation_rpm else None,
        say(language, Phrase.BOOT_MEDIUM) if drive.boot_medium else None,
        say(language, Phrase.READ_ONLY) if drive.read_only else None,
        say(language, Phrase.HELD) if drive.holders else None,
    ]


def _who(drive: Drive, language: Language) -> Line:
    identity = drive.identity
    return [
        identity.model or say(language, Phrase.UNKNOWN),
        say(language, Phrase.SERIAL_IS, serial=identity.serial)
        if identity.serial
        else say(language, Phrase.NO_SERIAL),
        f"WWN {identity.wwn}" if identity.wwn else None,
        drive.bridge,
    ]


def _health(drive: Drive, language: Language) -> Line:
    smart = drive.smart
    if smart is None:
        if drive.kind in (DriveKind.OPTICAL, DriveKind.CARD_READER, DriveKind.IMAGE):
            return []
        return [say(language, Phrase.SMART_UNKNOWN)]
    said = {True: Phrase.SMART_GOOD, False: Phrase.SMART_BAD, None: Phrase.SMART_UNKNOWN}
    return [
        say(language, said[smart.passed]),
        _warning(smart, language),
        *_counted(smart, language),
        *_used(smart, language),
    ]


def _warning(smart: Smart, language: Language) -> str | None:
    code = smart.critical_warning
    return say(language, Phrase.WARNING, code=f"0x{code:02x}") if code else None


def _counted(smart: Smart, language: Language) -> Line:
    """Damage counters: shown when they are known, and zero is worth knowing for the first two."""
    shown = [(Phrase.REALLOCATED, smart.reallocated), (Phrase.PENDING, smart.pending)]
    lines = [say(language, phrase, count=count) for phrase, count in shown if count is not None]
    rare = [
        (Phrase.UNCORRECTABLE, smart.uncorrectable),
        (Phrase.MEDIA_ERRORS, smart.media_errors),
        (Phrase.CRC_ERRORS, smart.crc_errors),
    ]
    return [*lines, *(say(language, phrase, count=count) for phrase, count in rare if count)]


def _used(smart: Smart, language: Language) -> Line:
    spare = smart.available_spare_percent
    percentages = (
        (Phrase.WEAR, smart.wear_used_percent),
        (Phrase.SPARE, None if spare == _WHOLE else spare),
    )
    hours, cycles, celsius = smart.power_on_hours, smart.power_cycles, smart.temperature_c
    return [
        *(
            say(language, phrase, percent=decimal(language, percent))
            for phrase, percent in percentages
            if percent is not None
        ),
        None if hours is None else say(language, Phrase.HOURS, hours=whole(language, hours)),
        None if cycles is None else say(language, Phrase.CYCLES, cycles=whole(language, cycles)),
        None if celsius is None else say(language, Phrase.TEMPERATURE, celsius=celsius),
    ]
