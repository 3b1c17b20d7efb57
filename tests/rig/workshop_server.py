"""A workshop with its real server process (TLS of its own) on this computer, for guests to report to."""

import json
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROGRAMS = Path(sys.executable).parent
GUESTS_HOST = "10.0.2.2"
"""This computer, as QEMU's user network shows it to a guest."""
_START_SECONDS = 60
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When a statement was made: what its certificate says, and what the PC counted since its start."""

    kind: str
    after: datetime | None
    before: datetime
    wall: datetime
    """What the PC's clock said."""
    uptime_seconds: float


class WorkshopServer:
    """The server, as long as the `with` lasts; its statements are read from its own database."""

    def __init__(self, folder: Path) -> None:
        """Make the workshop in this folder and start to serve it."""
        self.folder = folder
        self.port = free_port()
        self._environment = os.environ | {
            "REBOND_VAR": str(folder / "var"),
            "REBOND_PUBLIC_URL": f"https://{GUESTS_HOST}:{self.port}",
        }
        self._environment.pop("REBOND_DATABASE_URL", None)
        self.rebond("init", "--site", "Atelier d'essai")
        self.rebond("tls", "127.0.0.1", GUESTS_HOST)
        self._log = (folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            [PROGRAMS / "rebond", "serve", "--port", str(self.port)],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def rebond(self, *words: str) -> str:
        """Run one verb of the server's command line; return what it printed."""
        command = [PROGRAMS / "rebond", *words]
        return subprocess.run(
            command, env=self._environment, check=True, capture_output=True, text=True, timeout=120
        ).stdout

    def enrol(self, folder: Path, name: str) -> Path:
        """Return the folder of a stick, really enrolled; it knows the server by the guests' address."""
        self._await()
        code = self.rebond("enrol-code").split()[0]
        url = f"https://127.0.0.1:{self.port}"
        command = [PROGRAMS / "rebond-agent", "--stick", folder, "enrol", url, code, "--name", name]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        settings = folder / "settings.json"
        known = json.loads(settings.read_bytes())
        known["server"] = f"https://{GUESTS_HOST}:{self.port}"
        settings.write_text(json.dumps(known))
        return folder

    def statements(self, kind: str) -> list[dict[str, Any]]:
        """Return the statements of a kind that the server holds, in the order they arrived."""
        with closing(self._database()) as database:
            rows = database.execute(
                "select sha256 from statement where kind = ? order by arrival", [kind]
            ).fetchall()
        return [self._evidence(name) for (name,) in rows]

    def moments(self) -> list[Moment]:
        """Return when each statement was made, in the order they arrived."""
        with closing(self._database()) as database:
            rows = database.execute(
                "select kind, sha256, received from statement order by arrival"
            ).fetchall()
        return [
            Moment(
                kind=kind,
                after=None if made["anchor"] is None else datetime.fromisoformat(made["anchor"]),
                before=datetime.fromisoformat(received).replace(tzinfo=UTC),
                wall=datetime.fromisoformat(made["wall"]),
                uptime_seconds=made["monotonic_ns"] / 10**9,
            )
            for kind, name, received in rows
            for made in [self._evidence(name)["made"]]
        ]

    def _database(self) -> sqlite3.Connection:
        path = self.folder / "var" / "rebond.sqlite3"
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)

    def _evidence(self, name: str) -> dict[str, Any]:
        stored = self.folder / "var" / "evidence" / name[:2] / name
        told: dict[str, Any] = json.loads(stored.read_bytes())
        return told

    def _await(self) -> None:
        until = time.monotonic() + _START_SECONDS
        # Only whether it answers: the stick is the one that checks whom it talks to.
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        while time.monotonic() < until:
            with suppress(urllib.error.URLError, OSError):
                url = f"https://127.0.0.1:{self.port}/healthz"
                urllib.request.urlopen(url, timeout=2, context=unchecked).close()
                return
            if self._process.poll() is not None:
                break
            time.sleep(_LOOK_SECONDS)
        raise RuntimeError((self.folder / "server.log").read_text(errors="replace")[-2000:])

    def __enter__(self) -> Self:
        """Give it, once it answers."""
        self._await()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def free_port() -> int:
    """Return a port of this computer that nobody listens on."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
