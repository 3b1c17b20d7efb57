"""Every fact that a grading rule may name: its values, its unit, and which way is better."""

from rebond_schemas.facts import ChassisKind
from rebond_server.domain.condition import Scale

_YES = Scale(type="yes_no", unit="yes/no", better="more")
_NO = Scale(type="yes_no", unit="yes/no", better="less")
_CHECK = Scale(type="choice", unit="result", better="more", order=("fail", "absent", "pass"))


def _more(unit: str) -> Scale:
    return Scale(type="number", unit=unit, better="more")


def _less(unit: str) -> Scale:
    return Scale(type="number", unit=unit, better="less")


CHECKS = (
    "keyboard",
    "touchpad",
    "screen",
    "sound",
    "microphone",
    "camera",
    "ports",
    "network",
    "battery",
)
"""Functional tests that a rule may ask for; a skipped test is an unknown, never a pass."""

DECLARED = frozenset(
    {"processor_mark", "charger", "technical_delta", "appearance_delta", "appearance"}
)
"""Facts that only a person tells: no machine does."""

DELTAS = frozenset({"technical_delta", "appearance_delta"})
"""A person's correction of a sum of marks; nobody's correction is 0, not unknown."""

REGISTRY: dict[str, Scale] = {
    "kind": Scale(type="choice", unit="kind", order=tuple(kind.value for kind in ChassisKind)),
    "memory_installed": _more("MiB"),
    "processor_cores": _more("cores"),
    "processor_threads": _more("threads"),
    "processor_year": _more("year"),
    "x86_64_level": _more("level"),
    "drive_medium": Scale(
        type="choice", unit="medium", better="more", order=("none", "hdd", "emmc", "ssd", "nvme")
    ),
    "drive_size": _more("GB"),
    "drive_hours": _less("h"),
    "drive_health": Scale(
        type="choice", unit="health", better="more", order=("fail", "watch", "ok")
    ),
    "battery_health": _more("%"),
    "screen_width": _more("px"),
    "screen_diagonal": Scale(type="number", unit="inch"),
    "wifi": _YES,
    "webcam": _YES,
    "tpm_2": _YES,
    "secure_boot_able": _YES,
    "windows_11_processor": _YES,
    "machine_year": _more("year"),
    "processor_mark": _more("points"),
    "charger": _YES,
    "data_erased": _YES,
    "technical_delta": _more("points"),
    "appearance_delta": _more("points"),
    "setup_password": _NO,
    "anti_theft": _NO,
    "appearance": Scale(type="choice", unit="class", better="more", order=("d", "c", "b", "a")),
    **{f"check_{name}": _CHECK for name in CHECKS},
}
