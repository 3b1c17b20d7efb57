"""A QEMU under way: started with a hard time limit, watched by its console, ended for sure.

`-accel kvm` is chosen only where it is known to work: some machines have a /dev/kvm on which a
stock kernel dies in its decompressor while QEMU waits for ever.
"""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from patience import Patience
from qmp import Qmp

_LOOK_SECONDS = 0.1
_GOODBYE_SECONDS = 10.0
_KVM_MODULES = ("kvm_intel", "kvm_amd")


class GuestFailed(Exception):
    """The guest did not do what was waited for; its last words stand in the message."""


def accelerator() -> str:
    """Return QEMU's accelerator: REBOND_ACCEL, else KVM where a real one is there, else TCG."""
    asked = os.environ.get("REBOND_ACCEL")
    if asked:
        return asked
    real = any(Path("/sys/module", name).exists() for name in _KVM_MODULES)
    return "kvm" if real and os.access("/dev/kvm", os.W_OK) else "tcg"


class Qemu:
    """One QEMU process. Leaving the `with` kills it, whatever it was doing."""

    def __init__(self, words: Sequence[str], folder: Path, *, time_limit: float) -> None:
        """Start `qemu-system-x86_64` with these words; the folder takes its console's log.

        After `time_limit` seconds of its own time it is killed, and whoever waits for it is told.
        """
        self.log = folder / "console.log"
        self.log.touch()
        # A socket's path may have 107 bytes at most; folders of tests are longer.
        self._place = tempfile.TemporaryDirectory(prefix="rig-")
        self._socket = Path(self._place.name) / "qmp"
        self._monitor: Qmp | None = None
        command = [
            # It never outlives whoever started it, were that killed.
            *("setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64"),
            *("-accel", accelerator(), "-nodefaults", "-display", "none", "-no-reboot"),
            *("-serial", f"file:{self.log}", "-qmp", f"unix:{self._socket},server=on,wait=off"),
            *words,
        ]
        self._errors = (folder / "qemu.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors
        )
        self._timed_out = False
        self._life = self.patience(time_limit)
        self._limit = self._alarm(time_limit)

    def patience(self, seconds: float) -> Patience:
        """Return a limit of so many seconds from now, in the guest's own time."""
        return Patience(self._process.pid, seconds)

    @property
    def monitor(self) -> Qmp:
        """The QMP monitor, connected at its first use."""
        if self._monitor is None:
            try:
                self._monitor = Qmp(self._socket, _GOODBYE_SECONDS)
            except OSError as error:
                raise self.failed("QEMU has no monitor") from error
        return self._monitor

    @property
    def running(self) -> bool:
        """Whether QEMU is still there."""
        return self._process.poll() is None

    def console(self) -> str:
        """Return all that the guest wrote to its serial console."""
        return self.log.read_text(errors="replace")

    def await_text(self, text: str, seconds: float) -> None:
        """Wait until the console shows this text; GuestFailed when it ends or takes longer."""
        patience = self.patience(seconds)
        while text not in self.console():
            if not self.running:
                raise self.failed(f"it ended without saying {text!r}")
            if patience.over:
                raise self.failed(f"it did not say {text!r} within {seconds:.0f} s")
            time.sleep(_LOOK_SECONDS)

    def wait(self) -> None:
        """Wait until the guest has powered off; GuestFailed when QEMU failed or had to be killed."""
        status = self._process.wait()
        if self._timed_out:
            raise self.failed("it had to be ended: its time was up")
        if status:
            raise self.failed(f"QEMU ended with status {status}")

    def power_cut(self) -> None:
        """End it as a power cut does: nothing in the guest is told."""
        self._process.kill()
        self._process.wait()

    def failed(self, what: str) -> GuestFailed:
        """Return the exception that says what went wrong, with QEMU's and the guest's last words."""
        self._errors.seek(0)
        words = self._errors.read()[-2000:], self.console()[-3000:]
        return GuestFailed("\n".join([what, *filter(None, words)]))

    def __enter__(self) -> Self:
        """Give the running QEMU."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill it if it is still there, and clear up."""
        self._limit.cancel()
        if self._monitor is not None:
            self._monitor.close()
        if self.running:
            self.power_cut()
        self._errors.close()
        self._place.cleanup()

    def _alarm(self, seconds: float) -> threading.Timer:
        alarm = threading.Timer(seconds, self._time_is_up)
        alarm.daemon = True
        alarm.start()
        return alarm

    def _time_is_up(self) -> None:
        left = self._life.left
        if left > 0:
            self._limit = self._alarm(left)
            return
        self._timed_out = True
        with suppress(ProcessLookupError):
            self._process.kill()
