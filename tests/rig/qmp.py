"""QEMU's machine protocol: one JSON command a line, one answer; events are kept aside."""

import json
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_PAUSE_SECONDS = 0.1


class Refused(Exception):
    """QEMU would not do it; its own words."""


class Qmp:
    """The monitor of one QEMU, over its socket."""

    def __init__(self, path: Path, patience_seconds: float = 30.0) -> None:
        """Connect, as soon as QEMU has made the socket; OSError when it never does."""
        until = time.monotonic() + patience_seconds
        self.events: list[dict[str, Any]] = []
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                self._socket.close()
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)
        self._socket.settimeout(patience_seconds)
        self._lines = self._socket.makefile("rw", encoding="utf-8")
        self._lines.readline()
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: Any) -> Any:
        """Return what QEMU answers; Refused when it is an error, OSError when QEMU has gone.

        QMP's own names have hyphens: write them with underscores.
        """
        spelt = {name.replace("_", "-"): value for name, value in arguments.items()}
        return self.execute(command, spelt)

    def execute(self, command: str, arguments: dict[str, Any]) -> Any:
        """Ask with the arguments spelt as they are."""
        self._lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._lines.flush()
        while True:
            line = self._lines.readline()
            if not line:
                raise ConnectionResetError("QEMU has gone")
            said = json.loads(line)
            if "event" in said:
                self.events.append(said)
            elif "error" in said:
                raise Refused(f"{command}: {said['error']['desc']}")
            else:
                return said["return"]

    def human(self, line: str) -> str:
        """Give a line to the monitor that people use (`drive_add`, `info block`)."""
        return str(self.ask("human-monitor-command", command_line=line)).strip()

    def screendump(self, to: Path) -> Path:
        """Write what the guest's screen shows as a PNG (needs a `-device VGA`)."""
        self.ask("screendump", filename=str(to), format="png")
        return to

    def keys(self, *names: str) -> None:
        """Press keys at once, by QEMU's names: `ret`, `spc`, `a`, `shift` and so on."""
        pressed = [{"type": "qcode", "data": name} for name in names]
        self.ask("send-key", keys=pressed)

    def close(self) -> None:
        """Hang up; QEMU goes on."""
        with suppress(OSError):
            self._lines.close()
        self._socket.close()
