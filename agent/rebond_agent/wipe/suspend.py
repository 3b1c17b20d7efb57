"""Unfreezing drives by a short suspend to memory: libata keeps the BIOS from freezing them again."""

from collections.abc import Callable

from rebond_agent.machine import Machine

MEM_SLEEP = "/sys/power/mem_sleep"
SECONDS = 5
SUSPEND = ("rtcwake", "-m", "mem", "-s", str(SECONDS))
_LONGEST_SECONDS = 120.0


def can_thaw(mem_sleep: str | None) -> bool:
    """Say whether a suspend cuts the drives' power: only S3 does, which reads `[deep]`."""
    return mem_sleep is not None and "[deep]" in mem_sleep


def thaw(machine: Machine, agreed: Callable[[], bool]) -> bool:
    """Suspend and wake the computer; False when it cannot, when nobody agreed, or when it failed.

    The wake-up is set before the sleep (rtcwake). The identity of every drive is read again
    behind it, for names move: the engine does so at its next command.
    """
    raw = machine.read(MEM_SLEEP)
    if not can_thaw(raw.decode(errors="replace") if raw is not None else None) or not agreed():
        return False
    return machine.run(SUSPEND, time_limit=_LONGEST_SECONDS).outcome == "ok"
