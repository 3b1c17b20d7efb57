"""The firmware part of a plan: what is noted before, the methods in turn, what is looked for after."""

import secrets
from collections.abc import Callable, Generator

from msgspec.structs import replace

from rebond_agent.wipe.crew import Crew
from rebond_agent.wipe.fill import KEY_BYTES
from rebond_agent.wipe.firmware_ways import FirmwareWay
from rebond_agent.wipe.layer import Action, Layer
from rebond_agent.wipe.orders import Done, Firmware, Opened, Tick, Work
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.wishes import Wishes

_SEED_BYTES = 16

Thaw = Callable[[], bool]
"""Suspend and wake the computer, so that the BIOS's freeze lock goes; False: it was not done."""


class Marks:
    """Canaries and remembered places around one firmware erasure."""

    def __init__(self, opened: Opened, percent: float) -> None:
        """Draw a key and the places; nothing is written yet."""
        self._opened = opened
        self.key = secrets.token_hex(KEY_BYTES)
        canaries, sample = secrets.token_hex(_SEED_BYTES), secrets.token_hex(_SEED_BYTES)
        self._canaries = Layer(places="marked", pattern="aes_256_ctr", seed=canaries)
        self._sample = Layer(places="marked", pattern="none", seed=sample, percent=percent)

    def before(self) -> tuple[Work, Work, Work]:
        """Return the work in front: remember, write canaries, find them."""
        return (
            self._work(self._sample, "read_back"),
            self._work(self._canaries, "canary_write"),
            self._work(self._canaries, "canary_read"),
        )

    def behind(self, remembered: bytes) -> tuple[Work, Work]:
        """Return the work behind: find no canary, and nothing of what was there."""
        changed = replace(self._sample, pattern="changed")
        return (
            replace(self._work(self._canaries, "canary_read"), gone=True),
            replace(self._work(changed, "read_back"), before=remembered),
        )

    def _work(self, layer: Layer, action: Action) -> Work:
        keyed = layer.pattern == "aes_256_ctr"
        return Work(
            layer=layer,
            action=action,
            key=self.key if keyed else None,
            opened=self._opened,
            own_process=False,
        )


def command(crew: Crew, order: Firmware, wishes: Wishes) -> Generator[Tick, None, Done]:
    """Have the crew carry a firmware order out; yield its ticks, return its end."""
    for said in crew.command(order, wishes):
        if isinstance(said, Done):
            return said
        yield said
    raise RuntimeError("the crew gave no end")


def try_way(
    crew: Crew,
    way: FirmwareWay,
    opened: Opened,
    wishes: Wishes,
    thaw: Thaw | None,
) -> Generator[Tick, None, tuple[Done, ...]]:
    """Try one method, once more behind a suspend when the drive was frozen; return each attempt."""
    order = Firmware(task=way.method, opened=opened, own_process=False)
    done = yield from command(crew, order, wishes)
    if done.reason is not Reason.FROZEN or thaw is None or not thaw():
        return (done,)
    again = yield from command(crew, order, wishes)
    return done, again
