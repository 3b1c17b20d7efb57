"""The running computer: the only place of the agent that starts programs and asks libraries."""

import contextlib
import json
import os
import selectors
import signal
import subprocess  # the one door to programs
import sys
import time
from collections.abc import Sequence
from typing import IO, Literal

from rebond_agent.machine import OUTPUT_LIMIT, TIME_LIMIT, Completed, Library

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
    "LANG": "C",
    "HOME": "/",
}
"""Tools answer in English, and a technician's PATH without sbin hides none of them."""

UDEV_SUBSYSTEMS = (
    "block",
    "net",
    "input",
    "drm",
    "video4linux",
    "sound",
    "bluetooth",
    "usb",
    "tpm",
    "mmc",
    "pci",
    "hid",
    "hwmon",
    "power_supply",
    "thermal",
    "typec",
)

SLOW_LIBRARY_LIMIT = 20.0
"""Seconds: pySMART starts smartctl several times a drive and has no time limit of its own."""

BUSY_TIMES = 4
"""So many times its limit a program may take that computes or stands in line for a processor.

On an old PC with twelve drives asked at once, that is what most of the time goes to: the limit is there for
drives that do not answer.
"""

_REAP_LIMIT = 1.0  # a process in uninterruptible sleep can't be reaped: it is let go
_CHUNK = 65536


class LiveMachine:
    """The Machine protocol over the running kernel."""

    def run(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Completed:
        """Run a program without a shell, in its own process group, with a clean C locale."""
        named = tuple(command)
        try:
            process = subprocess.Popen(  # noqa: S603 - an argument list written in this package
                named,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except (FileNotFoundError, NotADirectoryError):
            return Completed(command=named, outcome="missing")
        except (OSError, ValueError) as error:
            return Completed(command=named, outcome="failed", errors=str(error).encode())
        with process:
            return _listen(process, named, time_limit)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes (at most OUTPUT_LIMIT), or None when it can't be read."""
        try:
            # Non-blocking: a pipe or a device node given by mistake must not hold the run up.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            return None
        try:
            return _read_all(descriptor)
        except OSError:  # a battery's sysfs file may answer ENODEV
            return None
        finally:
            os.close(descriptor)

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the sorted names in a folder; empty when it can't be listed."""
        try:
            return tuple(sorted(os.listdir(folder)))  # noqa: PTH208 - names are all that is wanted
        except (OSError, ValueError):
            return ()

    def ask(self, library: Library) -> object | None:
        """Return a library's answer as plain JSON values, or None when it has none.

        py-cpuinfo runs machine code it wrote itself and pySMART waits for ever: each answers
        from a process of its own, which can be stopped.
        """
        match library:
            case Library.CPUINFO | Library.SMART_DEVICES:
                asked = (sys.executable, "-m", "rebond_agent.machine.live", library.value)
                return _plain(self.run(asked, time_limit=SLOW_LIBRARY_LIMIT).output)
            case Library.USABLE_MEMORY | Library.UDEV:
                return answer(library)


def answer(library: Library) -> object | None:
    """Ask one library in this process; None when it is absent or fails in any way."""
    try:
        match library:
            case Library.CPUINFO:
                return _cpuinfo()
            case Library.USABLE_MEMORY:
                return _usable_memory()
            case Library.UDEV:
                return _udev()
            case Library.SMART_DEVICES:
                return _smart_devices()
    except Exception:  # noqa: BLE001 - third-party libraries raise anything; unknown is the answer
        return None


def _listen(process: subprocess.Popen[bytes], named: tuple[str, ...], limit: float) -> Completed:
    assert process.stdout is not None  # noqa: S101 - both pipes were asked for
    assert process.stderr is not None  # noqa: S101 - both pipes were asked for
    heard, finished = _drain(process, process.stdout, process.stderr, limit)
    if not finished:
        finished = process.poll() is not None  # it ended, but a child keeps its pipe open
    _stop_group(process, patience=0.2 if finished else 0.0)
    status = process.poll()
    if not finished:
        outcome: Literal["ok", "failed", "timeout"] = "timeout"
    else:
        outcome = "ok" if status == 0 else "failed"
    return Completed(
        command=named,
        outcome=outcome,
        exit_status=status if finished else None,
        output=bytes(heard[0]),
        errors=bytes(heard[1]),
    )


def _drain(
    process: subprocess.Popen[bytes], output: IO[bytes], errors: IO[bytes], limit: float
) -> tuple[tuple[bytearray, bytearray], bool]:
    """Read both pipes to their end or to the limit; what exceeds OUTPUT_LIMIT is dropped."""
    heard = (bytearray(), bytearray())
    began = time.monotonic()
    deadline = began + limit
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ, heard[0])
        selector.register(errors, selectors.EVENT_READ, heard[1])
        while selector.get_map():
            if deadline <= time.monotonic():
                deadline = began + allowed(limit, busy_seconds(process.pid))
            left = deadline - time.monotonic()
            if left <= 0:
                return heard, False
            for key, _ in selector.select(left):
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif (room := OUTPUT_LIMIT - len(key.data)) > 0:
                    key.data.extend(chunk[:room])
    return heard, True


def allowed(limit: float, busy: float) -> float:
    """Return the seconds that a program may take of which it was busy for so many."""
    return limit + min(busy, limit * (BUSY_TIMES - 1))


def busy_seconds(pid: int) -> float:
    """Return how long a program ran or stood in line for a processor; 0 when the kernel does not say.

    Linux, Documentation/scheduler/sched-stats.rst: nanoseconds on a processor, and in its queue.
    """
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as told:  # noqa: PTH123 - no folder is meant
            ran, waited, *_ = told.read().split()
        return (int(ran) + int(waited)) / 1e9
    except (OSError, ValueError):
        return 0.0


def _stop_group(process: subprocess.Popen[bytes], *, patience: float) -> None:
    """Give a program that closed its pipes a moment to end, then stop it with all its children."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    try:
        process.wait(_REAP_LIMIT)
    except subprocess.TimeoutExpired:
        process.returncode = -signal.SIGKILL  # stuck in the kernel; Popen must not wait for it


def _read_all(descriptor: int) -> bytes:
    held = bytearray()
    while len(held) < OUTPUT_LIMIT:
        chunk = os.read(descriptor, min(_CHUNK, OUTPUT_LIMIT - len(held)))
        if not chunk:
            break
        held.extend(chunk)
    return bytes(held)


def _plain(output: bytes) -> object | None:
    try:
        heard: object = json.loads(output)
    except ValueError:
        return None
    return heard


def _cpuinfo() -> object:
    import cpuinfo  # noqa: PLC0415 - an optional library: its absence is an answer

    return cpuinfo.get_cpu_info()


def _usable_memory() -> object:
    import psutil  # noqa: PLC0415 - an optional library: its absence is an answer

    return psutil.virtual_memory().total


def _udev() -> object:
    import pyudev  # noqa: PLC0415 - an optional library: its absence is an answer

    context = pyudev.Context()
    return [
        {"subsystem": name, "name": device.sys_name, "properties": dict(device.properties)}
        for name in UDEV_SUBSYSTEMS
        for device in sorted(context.list_devices(subsystem=name), key=lambda one: one.sys_name)
    ]


def _smart_devices() -> object:
    import pySMART  # noqa: PLC0415 - an optional library: its absence is an answer

    # catch_errors: one USB bridge of an unknown type raises and would hide all other drives
    # (truenas/py-SMART issue 97).
    return [
        {
            "name": device.name,
            "interface": device.interface,
            "assessment": device.assessment,
            "model": device.model,
            "serial": device.serial,
            "size_bytes": device.size,
            "is_ssd": device.is_ssd,
            "messages": list(device.messages),
        }
        for device in pySMART.DeviceList(catch_errors=True).devices
    ]


if __name__ == "__main__":
    json.dump(answer(Library(sys.argv[1])), sys.stdout)
