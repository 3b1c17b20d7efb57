"""What erasures a drive says it can do, and how large it is made: hdparm for ATA, nvme for NVMe.

The abilities bear the names of the methods (rebond_schemas.erasure.Method). They are what the drive
declares at this boot; the wipe asks the drive again before it chooses.
"""

import re
from dataclasses import dataclass

from rebond_agent.machine import Machine
from rebond_agent.probes import tool_json
from rebond_schemas.erasure import Method
from rebond_schemas.facts import Bus

HDPARM = ("hdparm", "-N", "-I")
NVME = ("nvme", "id-ctrl", "--output-format=json")

_FORMAT, _FORMAT_CRYPTO = 1 << 1, 1 << 2  # NVMe 2.0, figure 275: OACS bit 1, FNA bit 2
_SANICAP = (  # the same figure: SANICAP bits 0 to 2
    (1 << 0, Method.NVME_SANITIZE_CRYPTO),
    (1 << 1, Method.NVME_SANITIZE_BLOCK),
    (1 << 2, Method.NVME_SANITIZE_OVERWRITE),
)
_ATA_SANITIZE = (  # hdparm identify.c, ACS-3 word 59; a star says supported
    ("CRYPTO_SCRAMBLE_EXT", Method.ATA_SANITIZE_CRYPTO),
    ("BLOCK_ERASE_EXT", Method.ATA_SANITIZE_BLOCK),
    ("OVERWRITE_EXT", Method.ATA_SANITIZE_OVERWRITE),
)
_sectors = re.compile(
    r"max sectors\s*=\s*(\d{1,15})/(\d{1,15})[^\n]*(?:HPA is|ACCESSIBLE MAX ADDRESS)", re.IGNORECASE
)
_LARGEST = 2**48  # sectors that ATA can number


@dataclass(frozen=True, kw_only=True)
class Abilities:
    """Methods by name (None: the drive was not asked or did not say) and bytes it was made with."""

    methods: tuple[str, ...] | None = None
    native_size_bytes: int | None = None


def ask_abilities(machine: Machine, path: str, bus: Bus, block_bytes: int | None) -> Abilities:
    """Ask the drive through the tool of its bus; a USB bridge is not asked, it answers for itself."""
    match bus:
        case Bus.ATA:
            return parse_hdparm(machine.run((*HDPARM, path)).text, block_bytes or 512)
        case Bus.NVME:
            return Abilities(
                methods=parse_controller(tool_json.load(machine.run((*NVME, path)).output))
            )
        case _:
            return Abilities()


def parse_hdparm(text: str, block_bytes: int) -> Abilities:
    """Return what `hdparm -N -I` says; a native size below the visible one is a misread."""
    methods = None
    if "ATA device" in text:
        found = (method for word, method in _ATA_SANITIZE if _starred(text, f"{word} command"))
        methods = tuple(found) if _starred(text, "SANITIZE feature set") else ()
    sectors = _sectors.search(text)
    native = None
    if sectors and 0 < int(sectors[1]) <= int(sectors[2]) < _LARGEST:
        native = int(sectors[2]) * block_bytes
    return Abilities(methods=methods, native_size_bytes=native)


def parse_controller(told: object) -> tuple[str, ...] | None:
    """Return the methods in `nvme id-ctrl`; None when it tells no optional commands."""
    commands = tool_json.whole(told, "oacs")
    if commands is None:
        return None
    sanitize = tool_json.whole(told, "sanicap") or 0
    methods = [method for bit, method in _SANICAP if sanitize & bit]
    if commands & _FORMAT:
        methods.append(Method.NVME_FORMAT_USER)
        if (tool_json.whole(told, "fna") or 0) & _FORMAT_CRYPTO:
            methods.append(Method.NVME_FORMAT_CRYPTO)
    return tuple(methods)


def _starred(text: str, words: str) -> bool:
    return re.search(rf"^[ \t]*\*[ \t]+{re.escape(words)}", text, re.MULTILINE) is not None
