"""Every fact that a grading rule may name: its values, its unit, and which way is better."""

from rebond_schemas.facts import ChassisKind
from rebond_server.domain.condition import Scale

MOST_HOURS = 150_000
"""17 years. More is a counter misread: a Samsung SV2042H claims 4,661,094 hours."""
_YES = Scale(type="yes_no", unit="yes/no", better="more")
_NO = Scale(type="yes_no", unit="yes/no", better="less")
_CHECK = Scale(type="choice", unit="result", better="more", order=("fail", "absent", "pass"))


def _more(unit: str, least: float, most: float) -> Scale:
    return Scale(type="number", unit=unit, better="more", least=least, most=most)


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

SEEN = frozenset(f"check_{name}" for name in CHECKS)
"""What the agent tests and a person may try by hand as well; the later of the two counts."""

DELTAS = frozenset({"technical_delta", "appearance_delta"})
"""A person's correction of a sum of marks; nobody's correction is 0, not unknown."""

REGISTRY: dict[str, Scale] = {
    "kind": Scale(type="choice", unit="kind", order=tuple(kind.value for kind in ChassisKind)),
    "memory_installed": _more("MiB", 64, 16 * 1024 * 1024),
    "processor_cores": _more("cores", 1, 1024),
    "processor_threads": _more("threads", 1, 4096),
    "processor_year": _more("year", 1990, 2100),
    "x86_64_level": _more("level", 0, 4),
    "drive_medium": Scale(
        type="choice", unit="medium", better="more", order=("none", "hdd", "emmc", "ssd", "nvme")
    ),
    "drive_size": _more("GB", 0, 1_000_000),
    "drive_hours": Scale(type="number", unit="h", better="less", least=0, most=MOST_HOURS),
    "drive_health": Scale(
        type="choice", unit="health", better="more", order=("fail", "watch", "ok")
    ),
    "battery_health": _more("%", 0, 110),
    "screen_width": _more("px", 320, 16_384),
    "screen_diagonal": Scale(type="number", unit="inch", least=3, most=100),
    "wifi": _YES,
    "webcam": _YES,
    "tpm_2": _YES,
    "secure_boot_able": _YES,
    "windows_11_processor": _YES,
    "machine_year": _more("year", 1980, 2100),
    "processor_mark": _more("points", 0, 1_000_000),
    "charger": _YES,
    "data_erased": _YES,
    "technical_delta": _more("points", -100, 100),
    "appearance_delta": _more("points", -100, 100),
    "setup_password": _NO,
    "anti_theft": _NO,
    "appearance": Scale(type="choice", unit="class", better="more", order=("d", "c", "b", "a")),
    **{f"check_{name}": _CHECK for name in CHECKS},
}
