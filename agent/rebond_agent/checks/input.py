"""Keyboards and pointing devices of the running computer: the one reader of /dev/input."""

import select
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from rebond_agent.checks.tools import Input, Press
from rebond_schemas.facts import ChassisKind, Facts

EV_KEY, EV_REL, EV_ABS = 1, 2, 3
REL_X, REL_Y = 0, 1
ABS_X, ABS_Y = 0, 1
KEY_A, BUTTON_LEFT = 30, 0x110
BUS_USB, BUS_BLUETOOTH = 0x03, 0x05
"""linux/input.h: what is plugged in or paired is not the machine's own keyboard."""

WITH_KEYBOARD = frozenset({ChassisKind.LAPTOP, ChassisKind.CONVERTIBLE, ChassisKind.TABLET})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An input device before it is opened for a test."""

    path: str
    bus: int
    keys: frozenset[int]
    moves: bool


def chosen(seen: Sequence[Seen], facts: Facts, *, keys: bool) -> tuple[Seen, ...]:
    """Return the devices to test; on a laptop its own ones, not what a technician plugged in.

    A barcode gun is a keyboard too, and must not tick the keys off. Some laptops have their
    keyboard on internal USB: without any other, those are taken.
    """
    wanted = [
        one
        for one in seen
        if (KEY_A in one.keys if keys else one.moves and BUTTON_LEFT in one.keys)
    ]
    own = [one for one in wanted if one.bus not in {BUS_USB, BUS_BLUETOOTH}]
    return tuple(own if own and facts.board.chassis in WITH_KEYBOARD else wanted)


@contextmanager
def inputs(facts: Facts, *, keys: bool) -> Iterator[Input | None]:
    """Hold the machine's keyboards or pointing devices; None without evdev or without rights."""
    try:
        import evdev  # noqa: PLC0415 - optional: without it the test is skipped and says so
    except ImportError:
        yield None
        return
    devices = {}
    for path in evdev.list_devices():
        with suppress(OSError):
            devices[path] = evdev.InputDevice(path)
    try:
        taken = [devices[one.path] for one in chosen(_seen(devices), facts, keys=keys)]
        for device in taken:
            with suppress(OSError):
                device.grab()  # else the keys would also act on the console below
        # Escape, which ends both tests, comes from a keyboard; nobody grabs that one.
        keyboards = [] if keys else [
            devices[one.path] for one in chosen(_seen(devices), facts, keys=True)
        ]  # fmt: skip
        yield Held([*taken, *(one for one in keyboards if one not in taken)]) if taken else None
    finally:
        for device in devices.values():
            with suppress(OSError):
                device.close()


def _seen(devices: dict[str, Any]) -> tuple[Seen, ...]:
    found = []
    for path, device in devices.items():
        known = device.capabilities(absinfo=False)
        found.append(
            Seen(
                path=path,
                bus=device.info.bustype,
                keys=frozenset(known.get(EV_KEY, ())),
                moves=EV_REL in known or EV_ABS in known,
            )
        )
    return tuple(found)


class Held:
    """Devices that are open and ours."""

    def __init__(self, devices: Sequence[Any]) -> None:
        self._devices = devices
        self._places: dict[tuple[str, int], int] = {}

    def read(self, seconds: float) -> tuple[Press, ...]:
        """Return what was pressed or moved; returns early only with something to tell."""
        until = time.monotonic() + seconds
        heard: list[Press] = []
        while not heard and (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select(self._devices, [], [], left)
            for device in ready:
                with suppress(OSError):  # unplugged meanwhile
                    heard += [
                        press for event in device.read() if (press := self._press(device, event))
                    ]
        return tuple(heard)

    def _press(self, device: Any, event: Any) -> Press | None:  # noqa: ANN401 - evdev ships no types
        match event.type, event.code:
            case (1, code):
                return Press(code=code) if event.value == 1 else None
            case (2, 0):
                return Press(dx=event.value)
            case (2, 1):
                return Press(dy=event.value)
            case (3, 0 | 1 as axis):
                before = self._places.get((device.path, axis))
                self._places[device.path, axis] = event.value
                way = 0 if before is None else event.value - before
                return Press(dx=way) if axis == ABS_X else Press(dy=way)
            case _:
                return None
