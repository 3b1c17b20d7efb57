"""The facts of a machine as named lines; what is not known says so instead of vanishing."""

from collections.abc import Iterable
from typing import NamedTuple

from rebond_schemas.facts import Battery, Display, Drive, Facts, NetworkInterface
from rebond_schemas.screen_makers import SCREEN_MAKERS
from rebond_server.domain.sentence import Sentence
from rebond_server.web.language import day_text, gettext, number, say
from rebond_server.web.words import DRIVE_KINDS, EQUIPMENT, NETWORK_KINDS


class Line(NamedTuple):
    """One name with its value; None is shown as unknown."""

    name: str
    value: str | None


def fact_lines(facts: Facts) -> list[Line]:
    """Return the lines of a device's page, in the order in which a person looks for them."""
    return [
        *_processor(facts),
        *_memory(facts),
        *_screens(facts.displays),
        *_batteries(facts.batteries),
        Line(gettext("Carte graphique"), _joined(each.name for each in facts.graphics)),
        Line(gettext("Réseau"), _joined(map(_network, facts.network))),
        Line(gettext("Équipement"), _equipment(facts)),
        *_firmware(facts),
    ]


def drive_name(drive: Drive) -> str:
    """Return model and serial of a drive, or where it was seen when it tells neither."""
    told = [text for text in (drive.identity.model, drive.identity.serial) if text]
    return " · ".join(told) or drive.path


def drive_kind(drive: Drive) -> Sentence:
    """Return what a drive is made of."""
    return DRIVE_KINDS[drive.kind]


def _processor(facts: Facts) -> list[Line]:
    processor = facts.processor
    cores = None
    if processor.cores is not None and processor.threads is not None:
        cores = gettext("%(cores)s cœurs, %(threads)s fils") % {
            "cores": processor.cores,
            "threads": processor.threads,
        }
    return [
        Line(gettext("Processeur"), processor.name),
        Line(
            gettext("Année du processeur"), None if processor.year is None else str(processor.year)
        ),
        Line(gettext("Cœurs"), cores),
    ]


def _memory(facts: Facts) -> list[Line]:
    memory = facts.memory
    installed = _mebibytes(memory.installed_mib)
    if installed is None and memory.usable_mib is not None:
        installed = gettext("inconnue (utilisable : %(usable)s)") % {
            "usable": _mebibytes(memory.usable_mib)
        }
    slots = None
    if memory.slots is not None:
        slots = gettext("%(slots)s, dont %(free)s libre(s)") % {
            "slots": memory.slots,
            "free": gettext("inconnu") if memory.free_slots is None else memory.free_slots,
        }
    return [
        Line(gettext("Mémoire installée"), installed),
        Line(gettext("Emplacements de mémoire"), slots),
    ]


def _mebibytes(count: int | None) -> str | None:
    if count is None:
        return None
    gibibytes = gettext("Gio")
    return f"{number(count / 1024)} {gibibytes}"


def _screens(displays: tuple[Display, ...]) -> list[Line]:
    return [Line(gettext("Écran"), _joined(map(_screen, displays)))]


def _screen(display: Display) -> str | None:
    maker = SCREEN_MAKERS.get(display.maker or "", display.maker)
    told = [text for text in (maker, display.model or display.product) if text]
    if display.diagonal_inch is not None:
        inches = gettext("pouces")
        told.append(f"{number(display.diagonal_inch)} {inches}")
    if display.width_px is not None and display.height_px is not None:
        told.append(f"{display.width_px} × {display.height_px}")  # noqa: RUF001 - the sign of a size in pixels
    return ", ".join(told) or None


def _batteries(batteries: tuple[Battery, ...]) -> list[Line]:
    return [Line(gettext("Batterie"), _joined(map(_battery, batteries)))]


def _battery(battery: Battery) -> str:
    health = gettext("santé inconnue")
    percent = battery.health_percent
    if percent is None and battery.design_mwh and battery.full_mwh is not None:
        percent = 100 * battery.full_mwh / battery.design_mwh
    if percent is not None:
        health = gettext("%(percent)s %% de la capacité d'origine") % {
            "percent": number(percent, 0)
        }
    if battery.cycles is None:
        return health
    cycles = gettext("%(cycles)s cycles") % {"cycles": battery.cycles}
    return f"{health}, {cycles}"


def _network(interface: NetworkInterface) -> str:
    kind = NETWORK_KINDS[interface.kind]
    told = [say(kind), interface.model, interface.mac]
    return " · ".join(text for text in told if text)


def _equipment(facts: Facts) -> str | None:
    said = {True: gettext("oui"), False: gettext("non"), None: gettext("inconnu")}
    told = {each.kind: said[each.present] for each in facts.equipment}
    if facts.keyboard_layout is not None:
        told["keyboard"] = facts.keyboard_layout.upper().replace("_", " ")
    return _joined(f"{_equipment_name(kind)} : {answer}" for kind, answer in told.items())


def _equipment_name(kind: str) -> str:
    word = EQUIPMENT.get(kind)
    return kind if word is None else say(word)


def _firmware(facts: Facts) -> list[Line]:
    firmware = facts.firmware
    told = [text for text in (firmware.vendor, firmware.version) if text]
    if firmware.date:
        told.append(day_text(firmware.date))
    if firmware.mode:
        told.append(firmware.mode.upper())
    return [
        Line(gettext("Micrologiciel"), " · ".join(told) or None),
        Line(gettext("Puce TPM"), firmware.tpm_version),
    ]


def _joined(texts: Iterable[str | None]) -> str | None:
    found = [text for text in texts if text]
    return " ; ".join(found) or None
