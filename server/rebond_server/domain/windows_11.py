"""May this processor and this firmware run Windows 11? By CPUID and by generation, both."""

from rebond_schemas.facts import Firmware, Processor

_INTEL_CORE, _AMD_ZEN = 6, 0x17
_OLDEST_MODEL = 0x5F
_KABY_LAKE_Y_U, _KABY_LAKE = 0x8E, 0x9E
_FIRST_ZEN = (0x01, 0x11)
_OLDEST_GENERATION, _OLDEST_YEAR = 8, 2017


def processor_listed(processor: Processor) -> bool | None:
    """Say whether Windows 11 takes this processor; None when maker, CPUID or age is not known.

    The CPUID rule is that of Chromium (base/win/hardware_check.cc). Alone it takes 18 processors of
    the 7th generation out of 357 (linuxhw/LsCPU): so the generation must fit as well.
    """
    by_cpuid = _by_cpuid(processor)
    return None if by_cpuid is None else by_cpuid and _by_age(processor)


def secure_boot_able(firmware: Firmware) -> bool | None:
    """Say whether Secure Boot can be turned on: a UEFI start that knows its state, on or off.

    A start in BIOS mode proves nothing: the firmware may be UEFI with its compatibility module on.
    """
    return True if firmware.mode == "uefi" and firmware.secure_boot is not None else None


def _by_cpuid(processor: Processor) -> bool | None:
    family, model, stepping = processor.family, processor.model, processor.stepping
    if family is None or model is None:
        return None
    match processor.maker:
        case "Intel":
            return family == _INTEL_CORE and model > _OLDEST_MODEL and _revised(model, stepping)
        case "AMD":
            return family > _AMD_ZEN or (family == _AMD_ZEN and model not in _FIRST_ZEN)
        case _:
            return None


def _revised(model: int, stepping: int | None) -> bool | None:
    """Kaby Lake shares its models with the 8th to 10th generation: the stepping tells them apart."""
    ranges = {_KABY_LAKE_Y_U: range(9, 13), _KABY_LAKE: range(10, 14)}
    if model not in ranges:
        return True
    return None if stepping is None else stepping in ranges[model]


def _by_age(processor: Processor) -> bool | None:
    number, year = processor.generation_number, processor.year
    if processor.maker == "Intel" and number is not None:
        return number >= _OLDEST_GENERATION
    return None if year is None else year >= _OLDEST_YEAR
