"""Why drives may be hidden: the inventory says it in English, whatever the stick speaks."""

import re

from rebond_agent.language import Language

_FRENCH = (
    (
        r"Intel RST hides (\d+) NVMe drive\(s\): set the SATA mode to AHCI in the BIOS setup",
        r"Intel RST cache \1 disque(s) NVMe : mettez le mode SATA sur AHCI dans le BIOS",
    ),
    (
        r"no driver for the storage controller (.+) \(Intel VMD: switch it off in the BIOS setup\)",
        r"pas de pilote pour le contrôleur de disques \1 (Intel VMD : désactivez-le dans le BIOS)",
    ),
    (
        r"no driver for the storage controller (.+)",
        r"pas de pilote pour le contrôleur de disques \1",
    ),
    (
        r"the RAID controller (.+) shows volumes in place of drives",
        r"le contrôleur RAID \1 montre des volumes à la place des disques",
    ),
    (
        r"(nvme\d+) holds (\d+) GB in namespaces that are not attached",
        r"\1 garde \2 Go dans des espaces de noms NVMe qui ne sont pas attachés",
    ),
    (
        r"lspci did not answer: controllers are not known",
        r"lspci n'a pas répondu : contrôleurs inconnus",
    ),
    (
        r"RAID mode, and the kernel's log can't be read: NVMe drives may be hidden",
        r"mode RAID, et le journal du noyau ne se lit pas : des disques NVMe peuvent être cachés",
    ),
)


def hidden_reason(reason: str, language: Language) -> str:
    """Return the reason in the reader's language; one that is not in the table as it is."""
    if language is not Language.FR:
        return reason
    for english, french in _FRENCH:
        if found := re.fullmatch(english, reason):
            return found.expand(french)
    return reason
